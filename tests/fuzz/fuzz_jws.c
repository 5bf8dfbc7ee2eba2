/* SPDX-License-Identifier: ISC */
/*
 * Tokens and key sets: the input as a token, as claims that must survive
 * signing and verifying, as the header and payload of a rightly signed
 * token, and as a JWK set.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/encode.h"
#include "client/jws.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const unsigned char SECRET[] = "0123456789abcdef0123456789abcdef";
static struct jws_key key;
static const struct jws_keys keys = {1, &key};

static void as_claims(struct op *op, const struct js *value)
{
	const char *token = jws_sign(op, &key, value);
	const struct js *claims;

	assert(strlen(token) > JWS_OTHER_MOST ||
	    jws_verify(op, &keys, token, JWS_OTHER_MOST, &claims) == RC_OK);
}

static void as_key_set(struct op *op, const struct js *value)
{
	struct jws_keys taken;

	if (jws_import(op, value, JWS_RS256, &taken) == RC_OK)
		assert(taken.count >= 1 && taken.count <= 64);
	if (jws_import(op, value, JWS_ES256, &taken) == RC_OK)
		assert(taken.count >= 1 && taken.count <= 64);
}

/* Header and payload are what stands before and after the first newline. */
static void as_parts(struct op *op, const char *text)
{
	size_t head = strcspn(text, "\n");
	const char *body = text[head] == '\0' ? "{}" : text + head + 1;
	const char *input = pool_print(op->pool, "%s.%s",
	    encode_base64url(op->pool, (const unsigned char *)text, head),
	    encode_base64url(op->pool, (const unsigned char *)body,
		strlen(body)));
	unsigned char mac[EVP_MAX_MD_SIZE];
	unsigned size;
	const struct js *claims;

	assert(HMAC(EVP_sha256(), SECRET, 32, (const unsigned char *)input,
	    strlen(input), mac, &size) != NULL);
	if (jws_verify(op, &keys, pool_print(op->pool, "%s.%s", input,
		encode_base64url(op->pool, mac, size)), JWS_OTHER_MOST,
		&claims) == RC_OK)
		assert(js_type(claims) == JS_OBJECT);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct op *op = op_new("fuzz", 10000);
	const char *text = pool_text_n(op->pool, (const char *)data, size);
	const struct js *value;

	key = jws_hs256(op->pool, "a", (struct secret){SECRET, 32});
	if (jws_verify(op, &keys, text, JWS_TOKEN_MOST, &value) == RC_OK)
		assert(js_type(value) == JS_OBJECT);
	if (js_parse(op, text, size, &value) == RC_OK) {
		as_key_set(op, value);
		if (js_type(value) == JS_OBJECT)
			as_claims(op, value);
	}
	as_parts(op, text);

	op_free(op);
	return 0;
}
