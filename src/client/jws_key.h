/* SPDX-License-Identifier: ISC */
/*
 * Private to jws.c: public keys of providers, from JWK (RFC 7517) to the PEM
 * that libjwt takes.
 */
#ifndef CLIENT_JWS_KEY_H
#define CLIENT_JWS_KEY_H

#include "base/op.h"
#include "client/js.h"

/*
 * The public key of one JWK as PEM (SubjectPublicKeyInfo) in op->pool, or
 * NULL when it is not one for signatures with alg, "RS256" or "ES256":
 *
 * - kty and crv fit alg; use is "sig" or absent; key_ops has "verify" or is
 *   absent; its own alg is alg or absent (RFC 7517 section 4)
 * - it holds no private or symmetric member
 * - RSA: n is odd with 2048 to 8192 bits, e is odd with 2 to 32 bits
 * - EC: a point on P-256, each coordinate 32 bytes (RFC 7518 section 6.2.1)
 */
const char *jws_key_pem(struct op *op, const struct js *jwk, const char *alg);

#endif
