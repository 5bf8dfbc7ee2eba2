/* SPDX-License-Identifier: ISC */
/*
 * Random values, hashes and keys: the small part of OpenSSL that everything
 * needs.  (Signatures of tokens are client/jws.c's.)  A failing random source
 * or hash aborts: nothing safe can be done without them.
 */
#ifndef BASE_CRYPT_H
#define BASE_CRYPT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/pool.h"

#define CRYPT_HASH_SIZE 32

/* A secret's bytes; size is never 0 once it was loaded. */
struct secret {
	const unsigned char *bytes;
	size_t size;
};

/* Fills size bytes, 4096 at most, from OpenSSL's random generator. */
void crypt_random(void *bytes, size_t size);

/* 32 random bytes as 43 characters of base64url (RFC 7636 section 4.1). */
char *crypt_random_token(struct pool *pool);

/* SHA-256 of size bytes. */
void crypt_sha256(const void *bytes, size_t size,
    unsigned char hash[CRYPT_HASH_SIZE]);

/* HMAC-SHA256 (RFC 2104) of size bytes; an empty key aborts. */
void crypt_hmac(struct secret key, const void *bytes, size_t size,
    unsigned char mac[CRYPT_HASH_SIZE]);

/* SHA-256 of text as 64 hex digits. */
char *crypt_sha256_hex(struct pool *pool, const char *text);

/* SHA-256 of text as 43 characters of base64url: PKCE's S256. */
char *crypt_sha256_base64url(struct pool *pool, const char *text);

/*
 * How a token is named in the binding cookie's name: the first 8 hex digits
 * of its SHA-256.
 */
char *crypt_name(struct pool *pool, const char *token);

/*
 * A child of a secret: HKDF-SHA256 (RFC 5869), no salt, info = label, 32
 * bytes, in pool.
 */
struct secret crypt_derive(struct pool *pool, struct secret parent,
    const char *label);

/* Whether two texts are equal, in time that depends on their lengths only. */
bool crypt_equal(const char *a, const char *b);

/* The same for size bytes, in time that depends on size only. */
bool crypt_equal_bytes(const void *a, const void *b, size_t size);

/* Wipes size bytes; the compiler does not take it away. */
void crypt_wipe(void *bytes, size_t size);

#endif
