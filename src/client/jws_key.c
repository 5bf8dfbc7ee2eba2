/* SPDX-License-Identifier: ISC */
/*
 * OpenSSL checks that a point is on its curve; everything about an RSA key
 * is checked here.  Nothing but public numbers passes through this file.
 */
#include "client/jws_key.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include "base/encode.h"

#define MODULUS_BITS_LEAST 2048
#define MODULUS_BITS_MOST  8192
#define EXPONENT_BITS_MOST 32
#define COORDINATE_SIZE	   32

/* 8192 bits in base64url, with some room for leading zeros. */
#define NUMBER_LEN_MOST 1400

static void free_number(void *number)
{
	BN_free(number);
}

/* A base64url member's bytes; false if it is absent, empty, long or other. */
static bool member_bytes(struct op *op, const struct js *jwk, const char *name,
    unsigned char **bytes, size_t *size)
{
	const char *text = js_text(jwk, name);

	return text != NULL && text[0] != '\0' &&
	    strlen(text) <= NUMBER_LEN_MOST &&
	    encode_from_base64url(op->pool, text, strlen(text), bytes, size);
}

/* A positive integer member (RFC 7518 section 2, Base64urlUInt), or NULL. */
static BIGNUM *member_number(struct op *op, const struct js *jwk,
    const char *name)
{
	unsigned char *bytes;
	size_t size;
	BIGNUM *number;

	if (!member_bytes(op, jwk, name, &bytes, &size))
		return NULL;

	number = BN_bin2bn(bytes, (int)size, NULL);
	if (number == NULL)
		abort();
	pool_defer(op->pool, free_number, number);
	return number;
}

/* A public key with these numbers, NULL when OpenSSL refuses them. */
static EVP_PKEY *key_from(const char *type, OSSL_PARAM_BLD *build)
{
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *key = NULL;

	if (params == NULL || ctx == NULL ||
	    EVP_PKEY_fromdata_init(ctx) != 1)
		abort();
	if (EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
		key = NULL;

	EVP_PKEY_CTX_free(ctx);
	OSSL_PARAM_free(params);
	return key;
}

/* The PEM of that key, or NULL. */
static const char *pem_from(struct op *op, const char *type,
    OSSL_PARAM_BLD *build)
{
	EVP_PKEY *key = key_from(type, build);
	BIO *bio = BIO_new(BIO_s_mem());
	char *pem = NULL;
	char *text;
	long len;

	if (bio == NULL)
		abort();
	if (key != NULL && PEM_write_bio_PUBKEY(bio, key) == 1) {
		len = BIO_get_mem_data(bio, &text);
		pem = pool_text_n(op->pool, text, (size_t)len);
	}

	BIO_free(bio);
	EVP_PKEY_free(key);
	return pem;
}

static bool is_good_rsa(const BIGNUM *n, const BIGNUM *e)
{
	return BN_is_odd(n) && BN_num_bits(n) >= MODULUS_BITS_LEAST &&
	    BN_num_bits(n) <= MODULUS_BITS_MOST && BN_is_odd(e) &&
	    !BN_is_one(e) && BN_num_bits(e) <= EXPONENT_BITS_MOST;
}

static const char *rsa_pem(struct op *op, const struct js *jwk)
{
	BIGNUM *n = member_number(op, jwk, "n");
	BIGNUM *e = member_number(op, jwk, "e");
	OSSL_PARAM_BLD *build;
	const char *pem;

	if (n == NULL || e == NULL || !is_good_rsa(n, e))
		return NULL;

	build = OSSL_PARAM_BLD_new();
	if (build == NULL ||
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) != 1 ||
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e) != 1)
		abort();
	pem = pem_from(op, "RSA", build);
	OSSL_PARAM_BLD_free(build);
	return pem;
}

static const char *ec_pem(struct op *op, const struct js *jwk)
{
	unsigned char point[1 + 2 * COORDINATE_SIZE];
	const char *curve = js_text(jwk, "crv");
	OSSL_PARAM_BLD *build;
	unsigned char *x;
	unsigned char *y;
	size_t x_size;
	size_t y_size;
	const char *pem;

	if (curve == NULL || strcmp(curve, "P-256") != 0 ||
	    !member_bytes(op, jwk, "x", &x, &x_size) ||
	    !member_bytes(op, jwk, "y", &y, &y_size) ||
	    x_size != COORDINATE_SIZE || y_size != COORDINATE_SIZE)
		return NULL;

	point[0] = POINT_CONVERSION_UNCOMPRESSED;
	memcpy(point + 1, x, COORDINATE_SIZE);
	memcpy(point + 1 + COORDINATE_SIZE, y, COORDINATE_SIZE);

	build = OSSL_PARAM_BLD_new();
	if (build == NULL ||
	    OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME,
		"prime256v1", 0) != 1 ||
	    OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY,
		point, sizeof(point)) != 1)
		abort();
	pem = pem_from(op, "EC", build);
	OSSL_PARAM_BLD_free(build);
	return pem;
}

/* Whether a member is absent or exactly this text. */
static bool agrees(const struct js *jwk, const char *name, const char *text)
{
	const char *given = js_text(jwk, name);

	if (!js_has(jwk, name))
		return true;
	return given != NULL && strcmp(given, text) == 0;
}

static bool may_verify(const struct js *jwk)
{
	const struct js *ops = js_get(jwk, "key_ops");

	if (!js_has(jwk, "key_ops"))
		return true;

	for (size_t i = 0; js_type(ops) == JS_ARRAY && i < js_count(ops); i++) {
		const char *name = js_as_text(js_at(ops, i));

		if (name != NULL && strcmp(name, "verify") == 0)
			return true;
	}

	return false;
}

static bool holds_a_secret(const struct js *jwk)
{
	static const char *const names[] = {"d", "p", "q", "dp", "dq", "qi",
		"oth", "k", "priv"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (js_has(jwk, names[i]))
			return true;

	return false;
}

const char *jws_key_pem(struct op *op, const struct js *jwk, const char *alg)
{
	bool is_rsa = strcmp(alg, "RS256") == 0;
	const char *type = js_text(jwk, "kty");
	const char *pem;

	if (type == NULL || strcmp(type, is_rsa ? "RSA" : "EC") != 0 ||
	    !agrees(jwk, "use", "sig") || !agrees(jwk, "alg", alg) ||
	    !may_verify(jwk) || holds_a_secret(jwk))
		return NULL;

	pem = is_rsa ? rsa_pem(op, jwk) : ec_pem(op, jwk);
	/* A refused key leaves errors behind that libcurl would stumble on. */
	ERR_clear_error();
	return pem;
}
