/* SPDX-License-Identifier: ISC */
/*
 * The keys of an OpenID Connect issuer without a server: key sets and signed
 * tokens (ES256), made by OpenSSL alone.  There are two keys, 0 and 1.
 */
#ifndef SUPPORT_FAKE_ISSUER_H
#define SUPPORT_FAKE_ISSUER_H

#include "base/pool.h"

/* Makes the keys, and gives them back. */
void fake_issuer_begin(void);
void fake_issuer_end(void);

/* A key set (RFC 7517) in JSON that holds one of the keys under kid. */
char *fake_issuer_keys(struct pool *pool, int key, const char *kid);

/* A token of these claims in JSON, whose header names kid. */
char *fake_issuer_token(struct pool *pool, int key, const char *kid,
    const char *claims);

#endif
