/* SPDX-License-Identifier: ISC */
/* OpenSSL 3's EVP interface only; each call's result is checked. */
#include "base/crypt.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include "base/encode.h"

#define TOKEN_SIZE 32
#define NAME_LEN   8

/* HMAC-SHA256 without a key, which every thread copies once. */
static EVP_MAC_CTX *hmac;
static pthread_key_t hmac_of_thread;
static pthread_once_t hmac_once = PTHREAD_ONCE_INIT;

static void require(bool ok, const char *what)
{
	if (ok)
		return;

	fprintf(stderr, "latchkey: OpenSSL failed: %s\n", what);
	abort();
}

void crypt_random(void *bytes, size_t size)
{
	require(size <= 4096 && RAND_bytes(bytes, (int)size) == 1, "random");
}

char *crypt_random_token(struct pool *pool)
{
	unsigned char bytes[TOKEN_SIZE];
	char *token;

	crypt_random(bytes, sizeof(bytes));
	token = encode_base64url(pool, bytes, sizeof(bytes));
	crypt_wipe(bytes, sizeof(bytes));
	return token;
}

void crypt_sha256(const void *bytes, size_t size,
    unsigned char hash[CRYPT_HASH_SIZE])
{
	unsigned len = 0;

	require(EVP_Digest(bytes, size, hash, &len, EVP_sha256(), NULL) == 1 &&
	    len == CRYPT_HASH_SIZE, "SHA-256");
}

static void hmac_drop(void *ctx)
{
	EVP_MAC_CTX_free(ctx);
}

/* Finding an algorithm takes longer than an HMAC: it is done once. */
static void hmac_find(void)
{
	OSSL_PARAM params[] = {
		/* The text is only read; OSSL_PARAM is older than const. */
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST,
		    (char *)"SHA256", 0),
		OSSL_PARAM_construct_end(),
	};
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);

	require(mac != NULL, "HMAC");
	hmac = EVP_MAC_CTX_new(mac);
	require(hmac != NULL && EVP_MAC_CTX_set_params(hmac, params) == 1,
	    "HMAC");
	EVP_MAC_free(mac);
	require(pthread_key_create(&hmac_of_thread, hmac_drop) == 0, "HMAC");
}

/* The calling thread's own; it is made anew by each EVP_MAC_init. */
static EVP_MAC_CTX *hmac_mine(void)
{
	EVP_MAC_CTX *ctx;

	pthread_once(&hmac_once, hmac_find);
	ctx = pthread_getspecific(hmac_of_thread);
	if (ctx == NULL) {
		ctx = EVP_MAC_CTX_dup(hmac);
		require(ctx != NULL &&
		    pthread_setspecific(hmac_of_thread, ctx) == 0, "HMAC");
	}

	return ctx;
}

void crypt_hmac(struct secret key, const void *bytes, size_t size,
    unsigned char mac[CRYPT_HASH_SIZE])
{
	EVP_MAC_CTX *ctx = hmac_mine();
	size_t len = 0;

	require(key.size > 0 &&
	    EVP_MAC_init(ctx, key.bytes, key.size, NULL) == 1 &&
	    EVP_MAC_update(ctx, bytes, size) == 1 &&
	    EVP_MAC_final(ctx, mac, &len, CRYPT_HASH_SIZE) == 1 &&
	    len == CRYPT_HASH_SIZE, "HMAC");
}

char *crypt_sha256_hex(struct pool *pool, const char *text)
{
	unsigned char hash[CRYPT_HASH_SIZE];

	crypt_sha256(text, strlen(text), hash);
	return encode_hex(pool, hash, sizeof(hash));
}

char *crypt_sha256_base64url(struct pool *pool, const char *text)
{
	unsigned char hash[CRYPT_HASH_SIZE];

	crypt_sha256(text, strlen(text), hash);
	return encode_base64url(pool, hash, sizeof(hash));
}

char *crypt_name(struct pool *pool, const char *token)
{
	char *name = crypt_sha256_hex(pool, token);

	name[NAME_LEN] = '\0';
	return name;
}

struct secret crypt_derive(struct pool *pool, struct secret parent,
    const char *label)
{
	unsigned char *child = pool_alloc(pool, CRYPT_HASH_SIZE);
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
	/* OSSL_PARAM takes pointers to non-const and only reads here. */
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST,
		    pool_text(pool, "SHA256"), 0),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY,
		    pool_copy(pool, parent.bytes, parent.size), parent.size),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO,
		    pool_text(pool, label), strlen(label)),
		OSSL_PARAM_construct_end(),
	};

	require(ctx != NULL &&
	    EVP_KDF_derive(ctx, child, CRYPT_HASH_SIZE, params) == 1, "HKDF");
	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
	return (struct secret){.bytes = child, .size = CRYPT_HASH_SIZE};
}

bool crypt_equal(const char *a, const char *b)
{
	size_t len = strlen(a);

	return len == strlen(b) && CRYPTO_memcmp(a, b, len) == 0;
}

bool crypt_equal_bytes(const void *a, const void *b, size_t size)
{
	return CRYPTO_memcmp(a, b, size) == 0;
}

void crypt_wipe(void *bytes, size_t size)
{
	OPENSSL_cleanse(bytes, size);
}
