/* SPDX-License-Identifier: ISC */
/*
 * Signed tokens (JWS, RFC 7515, compact form).  The only file that knows
 * libjwt, which is used only behind a gate: form, algorithm, key id and the
 * claims' JSON are checked by us (RFC 8725 sections 3.1 to 3.10).  It checks
 * RS256 and ES256; HS256 is an HMAC of our own.  What the claims mean is for
 * the callers.
 */
#ifndef CLIENT_JWS_H
#define CLIENT_JWS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/crypt.h"
#include "base/op.h"
#include "client/js.h"

#define JWS_TOKEN_MOST 4096	/* bytes of one of our own tokens */
#define JWS_OTHER_MOST 16384	/* bytes of a provider's id_token */

enum jws_alg { JWS_HS256, JWS_RS256, JWS_ES256 };

/* A key with the one algorithm it is for. */
struct jws_key {
	enum jws_alg alg;
	const char *id;		/* kid; NULL: for tokens that name none */
	struct secret bytes;	/* HS256: the secret; else the public PEM */
	const char *header;	/* what jws_sign puts first, encoded; NULL for
				   keys that only verify */
};

/* Keys a token may be signed with; ids are distinct. */
struct jws_keys {
	size_t count;
	const struct jws_key *items;
};

/* Reads "HS256", "RS256" or "ES256" exactly; false for others. */
bool jws_alg_from(const char *name, enum jws_alg *alg);

/*
 * A key to sign with by HS256, and to verify with: an id of letters and
 * digits, a secret of at least 32 bytes.  Both are kept, not copied.
 */
struct jws_key jws_hs256(struct pool *pool, const char *id,
    struct secret secret);

/*
 * Signs claims with a key of jws_hs256; the header holds alg, the key's id
 * and typ.  The same claims in the same order and the same key give the same
 * token, in op->pool.
 */
const char *jws_sign(struct op *op, const struct jws_key *key,
    const struct js *claims) MUST_USE;

/*
 * Verifies a token's form and signature and sets *claims, an object.  The
 * header's kid chooses the key (without one, keys must be exactly one), the
 * key fixes the algorithm.  A header with crit is refused.
 * most is the longest token accepted, in bytes.
 *
 * RC_BAD	not a token in compact form, or not strict JSON inside
 * RC_ABSENT	no key of that id: a caller with a key set may refresh it
 * RC_DENIED	wrong algorithm, crit, a typ other than JWT, no kid where
 *		there is not exactly one key, or a wrong signature
 */
enum rc jws_verify(struct op *op, const struct jws_keys *keys,
    const char *token, size_t most, const struct js **claims) MUST_USE;

/*
 * Takes from a JWK set (RFC 7517 section 5) the public signature keys for
 * alg (RS256 or ES256): weak (RSA under 2048 bits, even or small exponent),
 * private, symmetric, off-curve and ambiguous (repeated kid) ones are left
 * out, as are those beyond the first 64.  Keys live in op->pool.
 *
 * RC_UPSTREAM	not a key set, or no key of use in it
 */
enum rc jws_import(struct op *op, const struct js *set, enum jws_alg alg,
    struct jws_keys *keys) MUST_USE;

#endif
