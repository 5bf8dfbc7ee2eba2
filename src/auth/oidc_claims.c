/* SPDX-License-Identifier: ISC */
/* One check, one sentence; none of them repeats a claim's value. */
#include "auth/oidc_claims.h"

#include <string.h>

#include "auth/refusal.h"
#include "base/clock.h"
#include "base/crypt.h"

#define LEEWAY_S 60

/* Our client id alone: as a string, or as an array of one. */
static bool is_our_audience(const struct js *claims, const char *client_id)
{
	const struct js *aud = js_get(claims, "aud");
	const char *one = js_as_text(aud);

	if (js_type(aud) == JS_ARRAY && js_count(aud) == 1)
		one = js_as_text(js_at(aud, 0));
	return one != NULL && strcmp(one, client_id) == 0;
}

static enum rc check_times(struct op *op, const struct js *claims)
{
	int64_t now = clock_now_ms() / 1000;
	int64_t issued;
	int64_t expires;

	if (!js_int(claims, "exp", &expires) || !js_int(claims, "iat", &issued))
		return op_fail(op, RC_UPSTREAM, "exp or iat is not an integer");
	if (expires <= now - LEEWAY_S)
		return op_fail(op, RC_UPSTREAM, "its id_token has expired");
	if (issued > now + LEEWAY_S)
		return op_fail(op, RC_UPSTREAM,
		    "its id_token is of the future");

	return RC_OK;
}

enum rc oidc_claims_check(struct op *op, const struct provider *provider,
    const struct js *claims, const char *nonce)
{
	const char *said = js_text(claims, "nonce");

	if (!js_says(claims, "iss", provider->issuer))
		return op_fail(op, RC_UPSTREAM, "iss is not its issuer");
	if (!is_our_audience(claims, provider->client_id))
		return op_fail(op, RC_UPSTREAM, "aud is not us alone");
	if (js_has(claims, "azp") && !js_says(claims, "azp", provider->client_id))
		return op_fail(op, RC_UPSTREAM, "azp is not us");
	if (said == NULL || nonce[0] == '\0' || !crypt_equal(said, nonce))
		return op_fail(op, RC_UPSTREAM, "the nonce is not ours");

	return check_times(op, claims);
}

/*
 * Google speaks for an address for good only where it hosts it: gmail.com,
 * or a Workspace domain, which shows as hd.
 */
static bool is_hosted(struct op *op, const struct js *claims,
    const char *email)
{
	const char *hd = js_text(claims, "hd");

	return (hd != NULL && hd[0] != '\0') ||
	    strcmp(identity_email_domain(op->pool, email), "gmail.com") == 0;
}

static bool is_verified(struct op *op, const struct provider *provider,
    const struct js *claims, const char *email)
{
	return identity_email_is_verified(email, provider->trusts_email,
	    js_is_true(claims, "email_verified")) &&
	    (!provider->wants_hosted_email || is_hosted(op, claims, email));
}

enum rc oidc_claims_person(struct op *op, const struct provider *provider,
    const struct js *claims, struct identity *identity)
{
	const char *subject = js_text(claims, "sub");
	const char *email;

	if (!identity_subject_is_valid(subject))
		return op_fail(op, RC_UPSTREAM, "sub is not 1 to %d printable "
		    "ASCII characters", IDENTITY_SUBJECT_MOST);
	if (provider->hosted_domain[0] != '\0' &&
	    !js_says(claims, "hd", provider->hosted_domain))
		return op_refuse(op, RC_DENIED, REFUSAL_SIGN_IN,
		    "the person is not of the domain %s",
		    provider->hosted_domain);

	email = identity_email(op->pool, js_text(claims, "email"));
	*identity = (struct identity){
	    .provider = provider->name,
	    .subject = subject,
	    .email = email,
	    .email_verified = is_verified(op, provider, claims, email),
	    .display_name = identity_name(op->pool, js_text(claims, "name")),
	    .avatar_url = identity_avatar(op->pool,
		js_text(claims, "picture")),
	};
	return RC_OK;
}
