/* SPDX-License-Identifier: ISC */
/* Signs by OpenSSL itself: the judge of latchkey's tokens is not its maker. */
#include "support/provider_oidc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/core_names.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

#include "base/encode.h"
#include "support/provider_identity.h"
#include "support/provider_json.h"

#define LIFE_S	      3600
#define SIGNATURE_MAX 512

static void require(bool ok, const char *what)
{
	if (ok)
		return;

	fprintf(stderr, "provider: OpenSSL failed: %s\n", what);
	abort();
}

void provider_oidc_new_key(struct provider *provider, unsigned bits)
{
	EVP_PKEY_free(provider->key_before);
	provider->key_before = provider->key;
	provider->key = EVP_RSA_gen(bits);
	provider->key_number++;
	require(provider->key != NULL, "RSA key");
}

static bool is(const char *way, const char *name)
{
	return way != NULL && strcmp(way, name) == 0;
}

/* The kid of the key that a way to sign, NULL for the usual one, takes. */
static char *key_id(struct pool *pool, const struct provider *provider,
    const char *way)
{
	if (is(way, "foreign"))
		provider = provider_find("other");
	return pool_print(pool, "%s-%u", provider->name,
	    provider->key_number - (is(way, "before") ? 1 : 0));
}

void provider_oidc_discovery(struct provider *provider,
    struct provider_http *http)
{
	char *issuer = provider_issuer(http->pool, provider);
	json_object *object = json_object_new_object();

	provider_json_put(object, "issuer", issuer);
	provider_json_put(object, "authorization_endpoint",
	    pool_print(http->pool, "http://127.0.0.1:%d%s",
		provider_settings.http_port, provider->authorize));
	provider_json_put(object, "token_endpoint",
	    pool_print(http->pool, "%s/token", issuer));
	provider_json_put(object, "userinfo_endpoint",
	    pool_print(http->pool, "%s/userinfo", issuer));
	provider_json_put(object, "jwks_uri",
	    pool_print(http->pool, "%s/jwks", issuer));
	json_object_object_add(object, "response_types_supported",
	    json_tokener_parse("[\"code\"]"));
	json_object_object_add(object, "subject_types_supported",
	    json_tokener_parse("[\"public\"]"));
	json_object_object_add(object,
	    "id_token_signing_alg_values_supported",
	    json_tokener_parse("[\"RS256\"]"));
	json_object_object_add(object, "code_challenge_methods_supported",
	    json_tokener_parse("[\"S256\"]"));
	json_object_object_add(object,
	    "authorization_response_iss_parameter_supported",
	    json_object_new_boolean(provider->sends_iss));
	provider_http_json(http, 200, object);
}

static void put_number(struct pool *pool, json_object *key, const char *name,
    const struct provider *provider, const char *parameter)
{
	unsigned char bytes[SIGNATURE_MAX];
	BIGNUM *number = NULL;
	int len;

	require(EVP_PKEY_get_bn_param(provider->key, parameter, &number) == 1,
	    parameter);
	len = BN_bn2bin(number, bytes);
	provider_json_put(key, name,
	    encode_base64url(pool, bytes, (size_t)len));
	BN_free(number);
}

static json_object *public_jwk(struct pool *pool,
    const struct provider *provider)
{
	json_object *key = json_object_new_object();

	provider_json_put(key, "kty", "RSA");
	provider_json_put(key, "use", "sig");
	provider_json_put(key, "alg", "RS256");
	provider_json_put(key, "kid", key_id(pool, provider, NULL));
	put_number(pool, key, "n", provider, OSSL_PKEY_PARAM_RSA_N);
	put_number(pool, key, "e", provider, OSSL_PKEY_PARAM_RSA_E);
	return key;
}

void provider_oidc_jwks(struct provider *provider, struct provider_http *http)
{
	json_object *set = json_object_new_object();
	json_object *keys = json_object_new_array();

	json_object_array_add(keys, public_jwk(http->pool, provider));
	json_object_object_add(set, "keys", keys);
	provider_http_json(http, 200, set);
}

static char *sign_rs256(struct pool *pool, EVP_PKEY *key, const char *text)
{
	unsigned char signature[SIGNATURE_MAX];
	size_t len = sizeof(signature);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	require(ctx != NULL &&
	    EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
	    EVP_DigestSign(ctx, signature, &len,
		(const unsigned char *)text, strlen(text)) == 1, "signing");
	EVP_MD_CTX_free(ctx);
	return encode_base64url(pool, signature, len);
}

/*
 * The padded digest itself (RFC 8017 section 9.2): any number to the power
 * of 1 is that number.
 */
static char *sign_exponent_1(struct pool *pool, EVP_PKEY *key,
    const char *text)
{
	static const unsigned char info[] = {0x30, 0x31, 0x30, 0x0d, 0x06,
		0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01,
		0x05, 0x00, 0x04, 0x20};
	unsigned char padded[SIGNATURE_MAX];
	size_t size = (size_t)EVP_PKEY_get_size(key);
	size_t at = size - sizeof(info) - 32;

	require(size <= sizeof(padded), "a key's size");
	memset(padded, 0xff, at);
	padded[0] = 0;
	padded[1] = 1;
	padded[at - 1] = 0;
	memcpy(padded + at, info, sizeof(info));
	require(EVP_Q_digest(NULL, "SHA256", NULL, text, strlen(text),
		    padded + at + sizeof(info), NULL) == 1, "digest");
	return encode_base64url(pool, padded, size);
}

static char *sign_hs256(struct pool *pool, const char *key, size_t key_len,
    const char *text)
{
	unsigned char signature[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	require(HMAC(EVP_sha256(), key, (int)key_len,
		    (const unsigned char *)text, strlen(text), signature,
		    &len) != NULL, "HMAC");
	return encode_base64url(pool, signature, len);
}

static char *public_pem(struct pool *pool, const struct provider *provider)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *bytes;
	long len;
	char *pem;

	require(bio != NULL && PEM_write_bio_PUBKEY(bio, provider->key) == 1,
	    "PEM");
	len = BIO_get_mem_data(bio, &bytes);
	pem = pool_text_n(pool, bytes, (size_t)len);
	BIO_free(bio);
	return pem;
}

static char *sign_hs256_der(struct pool *pool,
    const struct provider *provider, const char *text)
{
	unsigned char *der = NULL;
	int size = i2d_PUBKEY(provider->key, &der);
	char *signature;

	require(size > 0, "DER");
	signature = sign_hs256(pool, (const char *)der, (size_t)size, text);
	OPENSSL_free(der);
	return signature;
}

static char *sign_hs256_jwk(struct pool *pool,
    const struct provider *provider, const char *text)
{
	json_object *jwk = public_jwk(pool, provider);
	const char *key = provider_json_print(jwk);
	char *signature = sign_hs256(pool, key, strlen(key), text);

	json_object_put(jwk);
	return signature;
}

/* The algorithm that goes with a way to sign. */
static const char *algorithm(const char *way)
{
	if (is(way, "none"))
		return "none";
	if (way != NULL && str_begins(way, "hs256"))
		return "HS256";
	return "RS256";
}

static char *sign(struct pool *pool, const struct provider *provider,
    const char *way, const char *text)
{
	char *pem;

	if (way == NULL)
		return sign_rs256(pool, provider->key, text);
	if (is(way, "wrong"))
		return sign_rs256(pool, provider->key, "something else");
	if (is(way, "before") && provider->key_before != NULL)
		return sign_rs256(pool, provider->key_before, text);
	if (is(way, "exponent-1"))
		return sign_exponent_1(pool, provider->key, text);
	if (is(way, "hs256-secret"))
		return sign_hs256(pool, provider->client_secret,
		    strlen(provider->client_secret), text);
	if (is(way, "hs256-pem")) {
		pem = public_pem(pool, provider);
		return sign_hs256(pool, pem, strlen(pem), text);
	}
	if (is(way, "hs256-der"))
		return sign_hs256_der(pool, provider, text);
	if (is(way, "hs256-jwk"))
		return sign_hs256_jwk(pool, provider, text);
	if (is(way, "foreign"))
		return sign_rs256(pool, provider_find("other")->key, text);
	return pool_text(pool, "");
}

static json_object *claims_for(struct pool *pool,
    const struct provider *provider, json_object *grant,
    json_object *identity)
{
	json_object *claims = json_object_new_object();
	json_object *over = NULL;
	int64_t now = time(NULL);

	provider_json_put(claims, "iss", provider_issuer(pool, provider));
	provider_json_put(claims, "aud", provider->client_id);
	provider_json_put(claims, "azp", provider->client_id);
	json_object_object_add(claims, "iat", json_object_new_int64(now));
	json_object_object_add(claims, "exp",
	    json_object_new_int64(now + LIFE_S));
	provider_identity_claims(claims, identity,
	    provider_json_text(grant, "scope"));
	if (json_object_object_get_ex(identity, "nonce", &over))
		json_object_object_add(claims, "nonce", json_object_get(over));
	else if (provider_json_text(grant, "nonce") != NULL)
		provider_json_put(claims, "nonce",
		    provider_json_text(grant, "nonce"));

	over = NULL;
	json_object_object_get_ex(identity, "claims", &over);
	provider_json_merge(claims, over);
	provider_identity_without(claims, identity, "without");
	return claims;
}

static char *encode(struct pool *pool, json_object *object)
{
	const char *text = provider_json_print(object);

	return encode_base64url(pool, (const unsigned char *)text,
	    strlen(text));
}

char *provider_oidc_id_token(struct pool *pool,
    const struct provider *provider, json_object *grant)
{
	json_object *header = json_object_new_object();
	json_object *identity = NULL;
	json_object *over = NULL;
	json_object *claims;
	const char *way;
	char *text;

	json_object_object_get_ex(grant, "identity", &identity);
	way = provider_json_text(identity, "sign");
	claims = claims_for(pool, provider, grant, identity);
	provider_json_put(header, "alg", algorithm(way));
	provider_json_put(header, "kid", key_id(pool, provider, way));
	provider_json_put(header, "typ", "JWT");
	json_object_object_get_ex(identity, "header", &over);
	provider_json_merge(header, over);

	text = pool_print(pool, "%s.%s", encode(pool, header),
	    encode(pool, claims));
	json_object_put(header);
	json_object_put(claims);
	if (provider_json_text(identity, "id_token") != NULL)
		return pool_text(pool,
		    provider_json_text(identity, "id_token"));
	return pool_print(pool, "%s.%s", text,
	    sign(pool, provider, way, text));
}
