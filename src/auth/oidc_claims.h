/* SPDX-License-Identifier: ISC */
/*
 * What an id_token must say and whom it names.  Its signature has been
 * verified before (OpenID Connect Core 3.1.3.7).
 */
#ifndef AUTH_OIDC_CLAIMS_H
#define AUTH_OIDC_CLAIMS_H

#include "auth/provider.h"
#include "client/js.h"

/*
 * Checks iss, aud, azp, exp and iat (60 s leeway) and nonce.
 * RC_UPSTREAM	one of them is not what it must be
 */
enum rc oidc_claims_check(struct op *op, const struct provider *provider,
    const struct js *claims, const char *nonce) MUST_USE;

/*
 * Reads the person, with verified meaning what the linking rules demand.
 *
 * RC_UPSTREAM	no usable subject
 * RC_DENIED	not of the configured hosted domain
 */
enum rc oidc_claims_person(struct op *op, const struct provider *provider,
    const struct js *claims, struct identity *identity) MUST_USE;

#endif
