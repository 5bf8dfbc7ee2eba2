/* SPDX-License-Identifier: ISC */
/*
 * Written from the description of our tokens, not from src/auth: it signs by
 * OpenSSL itself, so that it can also make what client/jws.c never would.
 */
#include "support/forge.h"

#include <stdio.h>
#include <string.h>

#include <check.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/clock.h"
#include "base/encode.h"
#include "support/stack.h"

#define KEY_ID_LEN 8

/* The bytes of D/secrets/<name>, without the newline at the end. */
static struct secret secret_of(struct op *op, const char *name)
{
	char text[4096];
	size_t size;
	FILE *file = fopen(pool_print(op->pool, "%s/secrets/%s", stack_dir(),
	    name), "r");

	ck_assert_ptr_nonnull(file);
	size = fread(text, 1, sizeof(text), file);
	fclose(file);
	if (size > 0 && text[size - 1] == '\n')
		size--;
	ck_assert_uint_ge(size, 32);
	return (struct secret){pool_copy(op->pool, text, size), size};
}

static struct jws_key key_of(struct op *op, struct secret secret)
{
	struct secret id = crypt_derive(op->pool, secret, "latchkey key id");
	char *hex = encode_hex(op->pool, id.bytes, id.size);

	hex[KEY_ID_LEN] = '\0';
	return jws_hs256(op->pool, hex, secret);
}

struct jws_key forge_access_key(struct op *op)
{
	return key_of(op, secret_of(op, "jwt"));
}

struct jws_key forge_refresh_key(struct op *op)
{
	return key_of(op, crypt_derive(op->pool, secret_of(op, "secret"),
	    "latchkey refresh token"));
}

struct jws_key forge_refresh_key_of_jwt(struct op *op)
{
	return key_of(op, crypt_derive(op->pool, secret_of(op, "jwt"),
	    "latchkey refresh token"));
}

static const struct js *part_of(struct op *op, const char *text)
{
	size_t len = strcspn(text, ".");
	const struct js *value = NULL;
	unsigned char *bytes;
	size_t size;

	ck_assert(encode_from_base64url(op->pool, text, len, &bytes, &size));
	ck_assert_int_eq(js_parse(op, (const char *)bytes, size, &value),
	    RC_OK);
	return value;
}

const struct js *forge_header_of(struct op *op, const char *token)
{
	return part_of(op, token);
}

const struct js *forge_claims_of(struct op *op, const char *token)
{
	ck_assert_ptr_nonnull(strchr(token, '.'));
	return part_of(op, strchr(token, '.') + 1);
}

const char *forge_claim(struct op *op, const char *token, const char *name)
{
	const char *text = js_text(forge_claims_of(op, token), name);

	ck_assert_msg(text != NULL, "no claim %s", name);
	return text;
}

static const char *printed(struct op *op, const struct js *claims,
    const char *name)
{
	return js_has(claims, name) ? js_print(op, js_get(claims, name)) : NULL;
}

struct forge_claims forge_like(struct op *op, const char *token)
{
	const struct js *claims = forge_claims_of(op, token);

	return (struct forge_claims){
		.iss = printed(op, claims, "iss"),
		.aud = printed(op, claims, "aud"),
		.sub = printed(op, claims, "sub"),
		.sid = printed(op, claims, "sid"),
		.jti = printed(op, claims, "jti"),
		.iat = printed(op, claims, "iat"),
		.exp = printed(op, claims, "exp"),
		.type = printed(op, claims, "type"),
	};
}

const char *forge_time(struct op *op, int64_t seconds)
{
	return pool_print(op->pool, "%lld",
	    (long long)(clock_now_ms() / 1000 + seconds));
}

static void add_claim(struct str *text, const char *name, const char *value)
{
	if (value != NULL)
		str_print(text, "%s\"%s\":%s", text->len > 1 ? "," : "", name,
		    value);
}

const char *forge_payload(struct op *op, const struct forge_claims *claims)
{
	struct str text;

	str_init(&text, op->pool);
	str_add(&text, "{");
	add_claim(&text, "iss", claims->iss);
	add_claim(&text, "aud", claims->aud);
	add_claim(&text, "sub", claims->sub);
	add_claim(&text, "sid", claims->sid);
	add_claim(&text, "jti", claims->jti);
	add_claim(&text, "iat", claims->iat);
	add_claim(&text, "exp", claims->exp);
	add_claim(&text, "type", claims->type);
	str_add(&text, "}");
	return text.text;
}

static const EVP_MD *hash_of(int bits)
{
	if (bits == 512)
		return EVP_sha512();
	return bits == 384 ? EVP_sha384() : EVP_sha256();
}

const char *forge_signed(struct op *op, struct secret secret, int bits,
    const char *header, const char *payload)
{
	const char *text = pool_print(op->pool, "%s.%s",
	    encode_base64url(op->pool, (const unsigned char *)header,
		strlen(header)),
	    encode_base64url(op->pool, (const unsigned char *)payload,
		strlen(payload)));
	unsigned char mac[EVP_MAX_MD_SIZE];
	unsigned size = 0;

	if (bits != 0)
		ck_assert_ptr_nonnull(HMAC(hash_of(bits), secret.bytes,
		    (int)secret.size, (const unsigned char *)text,
		    strlen(text), mac, &size));
	return pool_print(op->pool, "%s.%s", text,
	    encode_base64url(op->pool, mac, size));
}

const char *forge_token(struct op *op, const struct jws_key *key,
    const struct forge_claims *claims)
{
	return forge_signed(op, key->bytes, 256,
	    pool_print(op->pool,
		"{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"%s\"}", key->id),
	    forge_payload(op, claims));
}

const char *forge_record_key(struct op *op, const char *token)
{
	return pool_print(op->pool, "latchkey:refresh_token:{%s}:%s",
	    forge_claim(op, token, "sub"), forge_claim(op, token, "sid"));
}
