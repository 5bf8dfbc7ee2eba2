/* SPDX-License-Identifier: ISC */
/* P-256, because its keys are made at once; RSA's would take a while. */
#include "support/fake_issuer.h"

#include <string.h>

#include <check.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

#include "base/encode.h"

#define SIZE 32		/* of a coordinate, and of half a signature */

static EVP_PKEY *keys[2];

void fake_issuer_begin(void)
{
	for (int i = 0; i < 2; i++) {
		keys[i] = EVP_EC_gen("P-256");
		ck_assert_ptr_nonnull(keys[i]);
	}
}

void fake_issuer_end(void)
{
	for (int i = 0; i < 2; i++)
		EVP_PKEY_free(keys[i]);
}

/* A number as RFC 7518 wants it: SIZE bytes in base64url. */
static char *coordinate(struct pool *pool, int key, const char *name)
{
	unsigned char bytes[SIZE];
	BIGNUM *number = NULL;

	ck_assert_int_eq(EVP_PKEY_get_bn_param(keys[key], name, &number), 1);
	ck_assert_int_eq(BN_bn2binpad(number, bytes, SIZE), SIZE);
	BN_free(number);
	return encode_base64url(pool, bytes, SIZE);
}

char *fake_issuer_keys(struct pool *pool, int key, const char *kid)
{
	return pool_print(pool, "{\"keys\":[{\"kty\":\"EC\",\"use\":\"sig\","
	    "\"crv\":\"P-256\",\"kid\":\"%s\",\"x\":\"%s\",\"y\":\"%s\"}]}",
	    kid, coordinate(pool, key, OSSL_PKEY_PARAM_EC_PUB_X),
	    coordinate(pool, key, OSSL_PKEY_PARAM_EC_PUB_Y));
}

/* From DER to the two numbers side by side (RFC 7518 section 3.4). */
static void flatten(const unsigned char *der, size_t len,
    unsigned char flat[2 * SIZE])
{
	ECDSA_SIG *signature = d2i_ECDSA_SIG(NULL, &der, (long)len);

	ck_assert_ptr_nonnull(signature);
	ck_assert_int_eq(BN_bn2binpad(ECDSA_SIG_get0_r(signature), flat,
	    SIZE), SIZE);
	ck_assert_int_eq(BN_bn2binpad(ECDSA_SIG_get0_s(signature),
	    flat + SIZE, SIZE), SIZE);
	ECDSA_SIG_free(signature);
}

static char *part(struct pool *pool, const char *text)
{
	return encode_base64url(pool, (const unsigned char *)text,
	    strlen(text));
}

char *fake_issuer_token(struct pool *pool, int key, const char *kid,
    const char *claims)
{
	char *text = pool_print(pool, "%s.%s", part(pool, pool_print(pool,
	    "{\"alg\":\"ES256\",\"kid\":\"%s\"}", kid)), part(pool, claims));
	unsigned char flat[2 * SIZE];
	unsigned char der[128];
	size_t len = sizeof(der);
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	ck_assert_int_eq(EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL,
	    keys[key]), 1);
	ck_assert_int_eq(EVP_DigestSign(context, der, &len,
	    (const unsigned char *)text, strlen(text)), 1);
	EVP_MD_CTX_free(context);

	flatten(der, len, flat);
	return pool_print(pool, "%s.%s", text,
	    encode_base64url(pool, flat, sizeof(flat)));
}
