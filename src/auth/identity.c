/* SPDX-License-Identifier: ISC */
/* Checks on texts; no provider is known here. */
#include "auth/identity.h"

#include <string.h>

#include "auth/name.h"
#include "base/str.h"

#define EMAIL_MOST 320

static bool is_printable_ascii(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text < 0x21 || *text > 0x7e)
			return false;
	return true;
}

struct account identity_account(const struct identity *identity)
{
	return (struct account){
	    .provider = identity->provider,
	    .oauth_id = identity->subject,
	    .email = identity->email,
	    .email_verified = identity->email_verified,
	    .display_name = identity->display_name,
	    .avatar_url = identity->avatar_url,
	};
}

bool identity_subject_is_valid(const char *text)
{
	return text != NULL && text[0] != '\0' &&
	    strlen(text) <= IDENTITY_SUBJECT_MOST && is_printable_ascii(text);
}

const char *identity_email(struct pool *pool, const char *text)
{
	const char *at;

	if (text == NULL || strlen(text) > EMAIL_MOST)
		return NULL;
	for (const char *p = text; *p != '\0'; p++)
		if ((unsigned char)*p <= 0x20 || *p == 0x7f)
			return NULL;

	at = strchr(text, '@');
	if (at == NULL || at == text || at[1] == '\0' ||
	    strchr(at + 1, '@') != NULL)
		return NULL;

	return pool_text(pool, text);
}

bool identity_email_is_verified(const char *email, bool trusted,
    bool said_true)
{
	return email != NULL && trusted && said_true &&
	    is_printable_ascii(email);
}

const char *identity_email_domain(struct pool *pool, const char *email)
{
	return str_lower(pool, strchr(email, '@') + 1);
}

const char *identity_name(struct pool *pool, const char *text)
{
	return text != NULL ? name_from(pool, text).text : NULL;
}

const char *identity_avatar(struct pool *pool, const char *text)
{
	size_t host;

	if (text == NULL || strlen(text) > IDENTITY_AVATAR_MOST ||
	    !str_begins(text, "https://") || !is_printable_ascii(text) ||
	    strpbrk(text, "\\\"<>") != NULL)
		return NULL;

	text += strlen("https://");
	host = strcspn(text, "/?#");
	if (host == 0 || memchr(text, '@', host) != NULL)
		return NULL;

	return pool_print(pool, "https://%s", text);
}
