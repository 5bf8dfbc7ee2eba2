/* SPDX-License-Identifier: ISC */
/*
 * Discord's rules for ids, addresses, names and avatars; its documentation
 * calls them snowflakes and CDN formatting.
 */
#include "auth/discord.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "auth/provider_call.h"
#include "base/str.h"

#define CDN "https://cdn.discordapp.com"

/* Digits of the largest 64-bit id. */
#define ID_MOST 20

static bool is_ready(const struct provider *provider)
{
	(void)provider;
	return true;
}

static enum rc sends_iss(struct op *op, const struct provider *provider,
    bool *sends)
{
	(void)op;
	*sends = provider->announces_iss;
	return RC_OK;
}

static enum rc authorize(struct op *op, const struct provider *provider,
    const struct provider_question *question, const char **url)
{
	*url = provider_question_url(op, provider, provider->authorize_url,
	    question);
	return RC_OK;
}

static bool id_from(const char *text, uint64_t *id)
{
	char *end;

	if (text == NULL || text[0] == '\0' || strlen(text) > ID_MOST ||
	    !str_consists(text, "0123456789"))
		return false;

	errno = 0;
	*id = strtoull(text, &end, 10);
	return errno == 0;
}

/* A zero in front would be lost where the person signs in. */
static bool is_subject(const char *text)
{
	uint64_t id;

	return id_from(text, &id) && text[0] != '0';
}

static bool is_avatar_hash(const char *hash)
{
	if (hash == NULL)
		return false;
	if (str_begins(hash, "a_"))
		hash += 2;
	return strlen(hash) == 32 && str_consists(hash, "0123456789abcdef");
}

/* Accounts with a discriminator choose by it, newer ones by their id. */
static unsigned default_avatar(const struct js *user, uint64_t id)
{
	const char *discriminator = js_text(user, "discriminator");
	int64_t number;

	if (discriminator != NULL && strcmp(discriminator, "0") != 0 &&
	    strlen(discriminator) == 4 &&
	    str_consists(discriminator, "0123456789")) {
		number = strtol(discriminator, NULL, 10);
		return (unsigned)(number % 5);
	}

	return (unsigned)((id >> 22) % 6);
}

static const char *avatar(struct op *op, const struct js *user, uint64_t id)
{
	const char *hash = js_text(user, "avatar");

	if (!is_avatar_hash(hash))
		return pool_print(op->pool, CDN "/embed/avatars/%u.png",
		    default_avatar(user, id));

	return pool_print(op->pool, CDN "/avatars/%llu/%s.%s",
	    (unsigned long long)id, hash,
	    str_begins(hash, "a_") ? "gif" : "png");
}

static enum rc person(struct op *op, const struct provider *provider,
    const struct js *user, struct identity *identity)
{
	const char *name = js_text(user, "global_name");
	const char *email;
	uint64_t id;

	if (!id_from(js_text(user, "id"), &id) || id == 0)
		return op_fail(op, RC_UPSTREAM, "its user has no decimal id");

	if (identity_name(op->pool, name) == NULL)
		name = js_text(user, "username");
	email = identity_email(op->pool, js_text(user, "email"));

	*identity = (struct identity){
	    .provider = provider->name,
	    .subject = pool_print(op->pool, "%llu", (unsigned long long)id),
	    .email = email,
	    .email_verified = identity_email_is_verified(email,
		provider->trusts_email, js_is_true(user, "verified")),
	    .display_name = identity_name(op->pool, name),
	    .avatar_url = avatar(op, user, id),
	};
	return RC_OK;
}

static enum rc identify(struct op *op, const struct provider *provider,
    const struct provider_grant *grant, struct identity *identity)
{
	const struct js *tokens;
	const struct js *user;
	enum rc rc;

	rc = provider_redeem(op, provider, provider->token_url, grant,
	    &tokens);
	if (rc != RC_OK)
		return rc;

	rc = provider_call(op, provider, &(struct fetch_request){
	    .url = provider->userinfo_url,
	    .bearer = js_text(tokens, "access_token")}, &user, NULL);
	if (rc == RC_OK)
		rc = person(op, provider, user, identity);
	if (rc != RC_OK)
		return op_while(op, rc, "its user endpoint");

	return RC_OK;
}

const struct provider_ops discord_ops = {
	.scope = "identify email",
	.takes_nonce = false,
	.is_subject = is_subject,
	.is_ready = is_ready,
	.authorize = authorize,
	.identify = identify,
	.sends_iss = sends_iss,
};
