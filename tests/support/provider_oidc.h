/* SPDX-License-Identifier: ISC */
/* What OpenID Connect adds: discovery, keys and the id_token. */
#ifndef SUPPORT_PROVIDER_OIDC_H
#define SUPPORT_PROVIDER_OIDC_H

#include "support/provider.h"
#include "support/provider_http.h"

/*
 * A new signing key of so many bits; the one before leaves the key set.
 * Takes some 100 ms.
 */
void provider_oidc_new_key(struct provider *provider, unsigned bits);

/* GET of .well-known/openid-configuration (OpenID Connect Discovery 4). */
void provider_oidc_discovery(struct provider *provider,
    struct provider_http *http);

/* GET of the key set (RFC 7517). */
void provider_oidc_jwks(struct provider *provider,
    struct provider_http *http);

/*
 * The id_token for a grant; its identity may falsify it:
 *
 *	nonce		instead of the one sent
 *	claims		members that go over the claims
 *	without		names of claims that are taken out
 *	header		members that go over the header
 *	sign		"none" (empty signature), "hs256-secret" (with the
 *			client secret), "hs256-pem", "hs256-der" or
 *			"hs256-jwk" (with the public key in that form),
 *			"wrong" (a valid form, a wrong signature), "foreign"
 *			(with the key and the kid of the provider other),
 *			"before" (with the key before the last rotation, and
 *			its kid), "exponent-1" (what an RSA key with e = 1
 *			takes for a signature)
 *	id_token	a text in its place
 */
char *provider_oidc_id_token(struct pool *pool,
    const struct provider *provider, json_object *grant);

#endif
