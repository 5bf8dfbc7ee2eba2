/* SPDX-License-Identifier: ISC */
/* Errors as RFC 6749 section 5.2 spells them; a code is lost on any try. */
#include "support/provider_token.h"

#include <string.h>
#include <strings.h>

#include "base/crypt.h"
#include "support/provider_identity.h"
#include "support/provider_json.h"
#include "support/provider_oidc.h"
#include "support/provider_state.h"

#define TOKEN_S	       3600
#define VERIFIER_LEAST 43
#define VERIFIER_MOST  128

static const char VERIFIER[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

static void refuse(struct provider_http *http, int status, const char *error,
    const char *description)
{
	json_object *object = json_object_new_object();

	provider_json_put(object, "error", error);
	provider_json_put(object, "error_description", description);
	provider_http_json(http, status, object);
}

static bool is(const char *value, const char *expected)
{
	return value != NULL && strcmp(value, expected) == 0;
}

/* Whether the code's challenge, if it has one, is met. */
static bool is_verified(struct provider_http *http, json_object *grant)
{
	const char *challenge = provider_json_text(grant, "code_challenge");
	const char *verifier = provider_http_get(&http->form,
	    "code_verifier");

	if (challenge == NULL)
		return verifier == NULL;

	return verifier != NULL && strlen(verifier) >= VERIFIER_LEAST &&
	    strlen(verifier) <= VERIFIER_MOST &&
	    str_consists(verifier, VERIFIER) &&
	    strcmp(crypt_sha256_base64url(http->pool, verifier),
		challenge) == 0;
}

/* Answers and returns false when form or client are wrong. */
static bool check_client(const struct provider *provider,
    struct provider_http *http)
{
	const char *type = provider_http_get(&http->headers, "content-type");

	if (strcmp(http->method, "POST") != 0) {
		refuse(http, 405, "invalid_request", "only POST");
	} else if (type == NULL || strncasecmp(type,
		       "application/x-www-form-urlencoded", 33) != 0 ||
	    http->is_broken || http->query.count > 0 ||
	    provider_http_repeated(&http->form) != NULL) {
		refuse(http, 400, "invalid_request",
		    "not a form, or a parameter is broken or repeated");
	} else if (!is(provider_http_get(&http->form, "client_id"),
		       provider->client_id) ||
	    !is(provider_http_get(&http->form, "client_secret"),
		provider->client_secret)) {
		refuse(http, 401, "invalid_client", "unknown client");
	} else if (!is(provider_http_get(&http->form, "grant_type"),
		       "authorization_code")) {
		refuse(http, 400, "unsupported_grant_type",
		    "only authorization_code");
	} else {
		return true;
	}
	return false;
}

static void grant_token(struct provider *provider, struct provider_http *http,
    json_object *grant)
{
	json_object *answer = json_object_new_object();
	json_object *over = NULL;
	json_object *identity = NULL;

	json_object_object_get_ex(grant, "identity", &identity);
	provider_json_put(answer, "access_token",
	    provider_state_keep(http->pool, PROVIDER_TOKENS,
		json_object_get(grant), TOKEN_S));
	json_object_object_add(answer, "expires_in",
	    json_object_new_int(TOKEN_S));
	provider_json_put(answer, "scope", provider_json_text(grant, "scope"));
	provider_json_put(answer, "token_type", "Bearer");
	if (provider->kind == PROVIDER_DISCORD)
		provider_json_put(answer, "refresh_token",
		    crypt_random_token(http->pool));
	else
		provider_json_put(answer, "id_token",
		    provider_oidc_id_token(http->pool, provider, grant));

	json_object_object_get_ex(identity, "token", &over);
	provider_json_merge(answer, over);
	provider_identity_without(answer, identity, "without_token");
	provider_http_json(http, 200, answer);
}

void provider_token(struct provider *provider, struct provider_http *http)
{
	json_object *grant;

	if (!check_client(provider, http))
		return;

	grant = provider_state_take(PROVIDER_CODES,
	    provider_http_get(&http->form, "code"));
	if (grant == NULL ||
	    !is(provider_json_text(grant, "provider"), provider->name) ||
	    !is(provider_http_get(&http->form, "redirect_uri"),
		provider_json_text(grant, "redirect_uri")))
		refuse(http, 400, "invalid_grant",
		    "the code is not good, or not for this redirect_uri");
	else if (!is_verified(http, grant))
		refuse(http, 400, "invalid_grant", "wrong code_verifier");
	else
		grant_token(provider, http, grant);
	json_object_put(grant);
}

/* Discord wants product/version (URL), or something in front refuses. */
static bool is_named(struct provider_http *http)
{
	const char *agent = provider_http_get(&http->headers, "user-agent");
	const char *slash = agent != NULL ? strchr(agent, '/') : NULL;
	const char *url = agent != NULL ? strstr(agent, " (http") : NULL;

	return slash != NULL && url != NULL && slash > agent &&
	    url > slash + 1 && strchr(url, ')') != NULL;
}

static void refuse_bearer(const struct provider *provider,
    struct provider_http *http)
{
	json_object *object = json_object_new_object();

	if (provider->kind == PROVIDER_DISCORD) {
		provider_json_put(object, "message", "401: Unauthorized");
		json_object_object_add(object, "code", json_object_new_int(0));
	} else {
		provider_json_put(object, "error", "invalid_token");
	}
	str_add(&http->head, "WWW-Authenticate: Bearer\r\n");
	provider_http_json(http, 401, object);
}

void provider_token_user(struct provider *provider, struct provider_http *http)
{
	const char *header = provider_http_get(&http->headers,
	    "authorization");
	json_object *grant = NULL;
	json_object *identity = NULL;

	if (provider->kind == PROVIDER_DISCORD && !is_named(http)) {
		refuse(http, 403, "forbidden", "no proper User-Agent");
		return;
	}
	if (header != NULL && str_begins(header, "Bearer "))
		grant = provider_state_find(PROVIDER_TOKENS, header + 7);
	if (strcmp(http->method, "GET") != 0 || grant == NULL ||
	    !is(provider_json_text(grant, "provider"), provider->name)) {
		refuse_bearer(provider, http);
		return;
	}

	json_object_object_get_ex(grant, "identity", &identity);
	provider_http_json(http, 200, provider_identity_user(provider,
	    identity, provider_json_text(grant, "scope")));
}
