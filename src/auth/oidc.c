/* SPDX-License-Identifier: ISC */
/*
 * The flow of OpenID Connect: where the endpoints are, which keys sign, what
 * the id_token says.  What the claims must be is oidc_claims.c's.
 */
#include "auth/oidc.h"

#include <string.h>

#include "auth/identity.h"
#include "auth/oidc_claims.h"
#include "auth/provider_call.h"
#include "auth/provider_state.h"
#include "base/clock.h"
#include "base/str.h"

#define URL_MOST	 2048
#define METADATA_MOST_MS INT64_C(3600000)
#define KEYS_MOST_MS	 INT64_C(3600000)

/* An unknown key id may make us ask early, but not more often than this. */
#define KEYS_FORCED_EVERY_MS INT64_C(300000)

struct endpoints {
	const char *authorize;
	const char *token;
	const char *userinfo;	/* "" when it is not to be asked */
	const char *jwks;
};

static bool has_fixed_endpoints(const struct provider *provider)
{
	return provider->authorize_url[0] != '\0' &&
	    provider->token_url[0] != '\0' && provider->jwks_url[0] != '\0';
}

static bool may_call(const struct provider *provider, const char *url)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789-._~%!$&'()*+,;=:@/?[]";

	return url != NULL && strlen(url) <= URL_MOST &&
	    str_consists(url, allowed) && (str_begins(url, "https://") ||
	    (provider->plain_http && str_begins(url, "http://")));
}

/* Checks what discovery says (OpenID Connect Discovery 4.3). */
static enum rc check_metadata(struct op *op, const struct provider *provider,
    const struct js *metadata)
{
	const char *issuer = js_text(metadata, "issuer");

	if (issuer == NULL || strcmp(issuer, provider->issuer) != 0)
		return op_fail(op, RC_UPSTREAM,
		    "its metadata is of another issuer");
	if (!may_call(provider, js_text(metadata, "authorization_endpoint")) ||
	    !may_call(provider, js_text(metadata, "token_endpoint")) ||
	    !may_call(provider, js_text(metadata, "jwks_uri")))
		return op_fail(op, RC_UPSTREAM,
		    "its metadata lacks an https endpoint");

	return RC_OK;
}

static enum rc discover(struct op *op, const struct provider *provider,
    const struct js **metadata)
{
	size_t len = strlen(provider->issuer);
	const char *text;
	const char *url;
	enum rc rc;

	/* One slash between issuer and path (Discovery 4.1). */
	if (len > 0 && provider->issuer[len - 1] == '/')
		len--;
	url = pool_print(op->pool, "%.*s/.well-known/openid-configuration",
	    (int)len, provider->issuer);

	rc = provider_call(op, provider, &(struct fetch_request){.url = url},
	    metadata, &text);
	if (rc == RC_OK)
		rc = check_metadata(op, provider, *metadata);
	if (rc != RC_OK)
		return op_while(op, rc, "discovery");

	provider_state_write(provider->state, &provider->state->metadata,
	    text);
	return RC_OK;
}

/* The metadata we remember, or what the provider says now. */
static enum rc find_metadata(struct op *op, const struct provider *provider,
    const struct js **metadata)
{
	const char *text = provider_state_read(op, provider->state,
	    &provider->state->metadata, METADATA_MOST_MS);

	if (text != NULL &&
	    js_parse(op, text, strlen(text), metadata) == RC_OK)
		return RC_OK;
	return discover(op, provider, metadata);
}

static enum rc find_endpoints(struct op *op, const struct provider *provider,
    struct endpoints *endpoints)
{
	const struct js *metadata = NULL;
	struct endpoints found = {
	    .authorize = provider->authorize_url,
	    .token = provider->token_url,
	    .userinfo = provider->userinfo_url,
	    .jwks = provider->jwks_url,
	};
	enum rc rc;

	if (!has_fixed_endpoints(provider)) {
		rc = find_metadata(op, provider, &metadata);
		if (rc != RC_OK)
			return rc;
	}
	if (found.authorize[0] == '\0')
		found.authorize = js_text(metadata, "authorization_endpoint");
	if (found.token[0] == '\0')
		found.token = js_text(metadata, "token_endpoint");
	if (found.jwks[0] == '\0')
		found.jwks = js_text(metadata, "jwks_uri");

	*endpoints = found;
	return RC_OK;
}

static bool is_ready(const struct provider *provider)
{
	struct op *op;
	bool ready;

	if (has_fixed_endpoints(provider))
		return true;

	op = op_new("", 0);
	ready = provider_state_read(op, provider->state,
	    &provider->state->metadata, METADATA_MOST_MS) != NULL;
	op_free(op);
	return ready;
}

/*
 * The worker that gets the callback need not be the one that began: what the
 * metadata says about iss must not depend on who happens to remember it.
 */
static enum rc sends_iss(struct op *op, const struct provider *provider,
    bool *sends)
{
	const struct js *metadata;
	enum rc rc;

	if (provider->announces_iss || has_fixed_endpoints(provider)) {
		*sends = provider->announces_iss;
		return RC_OK;
	}

	rc = find_metadata(op, provider, &metadata);
	if (rc != RC_OK)
		return rc;

	*sends = js_is_true(metadata,
	    "authorization_response_iss_parameter_supported");
	return RC_OK;
}

static enum rc authorize(struct op *op, const struct provider *provider,
    const struct provider_question *question, const char **url)
{
	struct endpoints endpoints;
	enum rc rc;

	rc = find_endpoints(op, provider, &endpoints);
	if (rc != RC_OK)
		return rc;

	*url = provider_question_url(op, provider, endpoints.authorize,
	    question);
	return RC_OK;
}

static enum rc fetch_keys(struct op *op, const struct provider *provider,
    const char *url, struct jws_keys *keys)
{
	const struct js *set;
	const char *text;
	enum rc rc;

	rc = provider_call(op, provider, &(struct fetch_request){.url = url},
	    &set, &text);
	if (rc == RC_OK)
		rc = jws_import(op, set, provider->alg, keys);
	if (rc != RC_OK)
		return op_while(op, rc, "its keys");

	provider_state_write(provider->state, &provider->state->keys, text);
	return RC_OK;
}

static enum rc find_keys(struct op *op, const struct provider *provider,
    const char *url, struct jws_keys *keys)
{
	const struct js *set;
	const char *text = provider_state_read(op, provider->state,
	    &provider->state->keys, KEYS_MOST_MS);

	if (text == NULL || js_parse(op, text, strlen(text), &set) != RC_OK)
		return fetch_keys(op, provider, url, keys);

	return jws_import(op, set, provider->alg, keys);
}

/* Whether this is the first unknown key id for a while; notes it. */
static bool may_force_keys(struct provider_state *state)
{
	int64_t now = clock_mono_ms();
	bool may;

	pthread_mutex_lock(&state->lock);
	may = state->keys_forced_ms == 0 ||
	    now - state->keys_forced_ms >= KEYS_FORCED_EVERY_MS;
	if (may)
		state->keys_forced_ms = now;
	pthread_mutex_unlock(&state->lock);
	return may;
}

/* Verifies the id_token's signature; a new key is fetched once. */
static enum rc verify(struct op *op, const struct provider *provider,
    const char *jwks_url, const char *token, const struct js **claims)
{
	struct jws_keys keys;
	enum rc rc;

	rc = find_keys(op, provider, jwks_url, &keys);
	if (rc != RC_OK)
		return rc;

	rc = jws_verify(op, &keys, token, JWS_OTHER_MOST, claims);
	if (rc == RC_ABSENT && may_force_keys(provider->state)) {
		op_clear(op);
		rc = fetch_keys(op, provider, jwks_url, &keys);
		if (rc != RC_OK)
			return rc;
		rc = jws_verify(op, &keys, token, JWS_OTHER_MOST, claims);
	}
	if (rc != RC_OK)
		return op_while(op, RC_UPSTREAM, "its id_token");

	return RC_OK;
}

/* Where it is configured, the user endpoint must name the same subject. */
static enum rc check_userinfo(struct op *op, const struct provider *provider,
    const struct endpoints *endpoints, const char *access_token,
    const char *subject)
{
	const struct js *user;
	const char *said;
	enum rc rc;

	if (endpoints->userinfo[0] == '\0')
		return RC_OK;

	rc = provider_call(op, provider, &(struct fetch_request){
	    .url = endpoints->userinfo, .bearer = access_token}, &user, NULL);
	if (rc != RC_OK)
		return op_while(op, rc, "its user endpoint");

	/* Google's v2 endpoint spells sub as id. */
	said = js_text(user, "sub");
	if (said == NULL)
		said = js_text(user, "id");
	if (said == NULL || strcmp(said, subject) != 0)
		return op_fail(op, RC_UPSTREAM,
		    "its user endpoint names another subject");

	return RC_OK;
}

static enum rc identify(struct op *op, const struct provider *provider,
    const struct provider_grant *grant, struct identity *identity)
{
	struct endpoints endpoints;
	const struct js *tokens;
	const struct js *claims;
	struct identity found;
	const char *id_token;
	enum rc rc;

	rc = find_endpoints(op, provider, &endpoints);
	if (rc == RC_OK)
		rc = provider_redeem(op, provider, endpoints.token, grant,
		    &tokens);
	if (rc != RC_OK)
		return rc;

	id_token = js_text(tokens, "id_token");
	if (id_token == NULL)
		return op_fail(op, RC_UPSTREAM, "no id_token came");
	rc = verify(op, provider, endpoints.jwks, id_token, &claims);
	if (rc == RC_OK)
		rc = oidc_claims_check(op, provider, claims, grant->nonce);
	if (rc == RC_OK)
		rc = oidc_claims_person(op, provider, claims, &found);
	if (rc == RC_OK)
		rc = check_userinfo(op, provider, &endpoints,
		    js_text(tokens, "access_token"), found.subject);
	if (rc != RC_OK)
		return rc;

	*identity = found;
	return RC_OK;
}

const struct provider_ops oidc_ops = {
	.scope = "openid email profile",
	.takes_nonce = true,
	.is_subject = identity_subject_is_valid,
	.is_ready = is_ready,
	.authorize = authorize,
	.identify = identify,
	.sends_iss = sends_iss,
};
