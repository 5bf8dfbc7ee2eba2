/* SPDX-License-Identifier: ISC */
/* Checks on texts; no provider is known here. */
#include "auth/identity.h"

#include <stddef.h>
#include <string.h>

#include "base/encode.h"
#include "base/str.h"

#define SUBJECT_MOST 255
#define EMAIL_MOST   320
#define AVATAR_MOST  2048

static bool is_printable_ascii(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text < 0x21 || *text > 0x7e)
			return false;
	return true;
}

bool identity_subject_is_valid(const char *text)
{
	return text != NULL && text[0] != '\0' &&
	    strlen(text) <= SUBJECT_MOST && is_printable_ascii(text);
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

/*
 * Characters that change how a line is read without being seen: controls,
 * bidi controls, zero-width ones, line separators, tags, noncharacters.
 */
static bool is_hidden(unsigned point)
{
	static const struct {
		unsigned first;
		unsigned last;
	} ranges[] = {
		{0x00, 0x1f}, {0x7f, 0x9f}, {0xad, 0xad}, {0x61c, 0x61c},
		{0x180e, 0x180e}, {0x200b, 0x200f}, {0x2028, 0x202e},
		{0x2060, 0x206f}, {0xfdd0, 0xfdef}, {0xfeff, 0xfeff},
		{0xfff9, 0xfffb}, {0xe0000, 0xe0fff},
	};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (point >= ranges[i].first && point <= ranges[i].last)
			return true;

	return (point & 0xfffe) == 0xfffe;
}

const char *identity_name(struct pool *pool, const char *text)
{
	struct str name;
	size_t size;
	int points = 0;

	if (text == NULL)
		return NULL;

	str_init(&name, pool);
	size = strlen(text);
	while (size > 0 && points < IDENTITY_NAME_MOST) {
		unsigned point = 0;
		size_t len = encode_utf8_next(text, size, &point);

		if (len == 0)
			return NULL;
		if (!is_hidden(point) && (point != ' ' || points > 0)) {
			str_add_n(&name, text, len);
			points++;
		}
		text += len;
		size -= len;
	}
	while (name.len > 0 && name.text[name.len - 1] == ' ')
		name.text[--name.len] = '\0';

	return name.len > 0 ? name.text : NULL;
}

const char *identity_avatar(struct pool *pool, const char *text)
{
	size_t host;

	if (text == NULL || strlen(text) > AVATAR_MOST ||
	    !str_begins(text, "https://") || !is_printable_ascii(text) ||
	    strpbrk(text, "\\\"<>") != NULL)
		return NULL;

	text += strlen("https://");
	host = strcspn(text, "/?#");
	if (host == 0 || memchr(text, '@', host) != NULL)
		return NULL;

	return pool_print(pool, "https://%s", text);
}
