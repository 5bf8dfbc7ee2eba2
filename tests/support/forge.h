/* SPDX-License-Identifier: ISC */
/*
 * Tokens of ours made outside latchkey, by somebody who has read its secret
 * files; and a look into the ones it made.  What fails fails the test.
 */
#ifndef SUPPORT_FORGE_H
#define SUPPORT_FORGE_H

#include "client/jws.h"

/* Claims as JSON texts ("\"x\"", "7"); NULL leaves one out. */
struct forge_claims {
	const char *iss;
	const char *aud;
	const char *sub;
	const char *sid;
	const char *jti;
	const char *iat;
	const char *exp;
	const char *type;
};

/* The key access tokens are signed with, and the one of refresh tokens. */
struct jws_key forge_access_key(struct op *op);
struct jws_key forge_refresh_key(struct op *op);

/* A refresh key as one would make it who knows jwt.secret_file only. */
struct jws_key forge_refresh_key_of_jwt(struct op *op);

/* The header and the claims of a token, unverified. */
const struct js *forge_header_of(struct op *op, const char *token);
const struct js *forge_claims_of(struct op *op, const char *token);

/* One claim of a token that is a text. */
const char *forge_claim(struct op *op, const char *token, const char *name);

/* All claims of a token, to change some and sign again. */
struct forge_claims forge_like(struct op *op, const char *token);

/* seconds from now as a JSON number. */
const char *forge_time(struct op *op, int64_t seconds);

/* A token with these claims and a good header, signed by key (HS256). */
const char *forge_token(struct op *op, const struct jws_key *key,
    const struct forge_claims *claims);

/* The JSON object of these claims. */
const char *forge_payload(struct op *op, const struct forge_claims *claims);

/*
 * A token of any header and payload texts.  bits is 256, 384 or 512 for an
 * HMAC of that size by secret, 0 for an empty signature.
 */
const char *forge_signed(struct op *op, struct secret secret, int bits,
    const char *header, const char *payload);

/* The Redis key of the session a token belongs to. */
const char *forge_record_key(struct op *op, const char *token);

#endif
