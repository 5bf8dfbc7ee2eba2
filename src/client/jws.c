/* SPDX-License-Identifier: ISC */
/*
 * The gate before libjwt 1.10.2, which takes the algorithm from the token,
 * an empty key as "do not verify", duplicate claims and crit in its stride,
 * and writes past its buffers on an empty part.  It sees only tokens whose
 * form, header and payload were read by us first, and nothing of what it
 * read is used: claims come from our own parse of the very same bytes.
 *
 * It verifies what providers sign.  HS256, our own tokens', is one HMAC here:
 * libjwt would parse all of it again and fetch the algorithm for each token.
 */
#include "client/jws.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

#include <jwt.h>
#include <openssl/err.h>

#include "base/encode.h"
#include "base/str.h"
#include "client/jws_key.h"

#define SECRET_LEAST  32
#define KEYS_MOST     64
#define SHOWN_ID_MOST 64

#define ALPHANUMERIC "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" \
	"0123456789"

/* What the algorithms are called, to libjwt, and the size of signatures. */
static const struct {
	const char *name;
	jwt_alg_t number;
	size_t least;
	size_t most;
} algs[] = {
	[JWS_HS256] = {"HS256", JWT_ALG_HS256, 32, 32},
	[JWS_RS256] = {"RS256", JWT_ALG_RS256, 256, 1024},
	/* Also what keeps a P-384 key out: its signatures have 96 bytes. */
	[JWS_ES256] = {"ES256", JWT_ALG_ES256, 64, 64},
};

/* One part of a token. */
struct part {
	const char *text;
	size_t len;
	unsigned char *bytes;
	size_t size;
};

bool jws_alg_from(const char *name, enum jws_alg *alg)
{
	for (size_t i = 0; i < sizeof(algs) / sizeof(algs[0]); i++) {
		if (strcmp(name, algs[i].name) != 0)
			continue;
		*alg = (enum jws_alg)i;
		return true;
	}

	return false;
}

/* libjwt reads an empty key as "accept anything": never pass it a weak one. */
static void require_key(const struct jws_key *key)
{
	assert(key->bytes.bytes != NULL);
	assert(key->bytes.size >= SECRET_LEAST && key->bytes.size <= 65536);
}

static const char *part_of(struct pool *pool, const char *text)
{
	return encode_base64url(pool, (const unsigned char *)text,
	    strlen(text));
}

struct jws_key jws_hs256(struct pool *pool, const char *id,
    struct secret secret)
{
	struct jws_key key = {.alg = JWS_HS256, .id = id, .bytes = secret};

	require_key(&key);
	/* It goes into JSON as it is. */
	assert(id != NULL && str_consists(id, ALPHANUMERIC));
	key.header = part_of(pool, pool_print(pool,
	    "{\"alg\":\"%s\",\"kid\":\"%s\",\"typ\":\"JWT\"}",
	    algs[key.alg].name, id));
	return key;
}

const char *jws_sign(struct op *op, const struct jws_key *key,
    const struct js *claims)
{
	unsigned char mac[CRYPT_HASH_SIZE];
	const char *input;

	assert(key->header != NULL && js_type(claims) == JS_OBJECT);
	input = pool_print(op->pool, "%s.%s", key->header,
	    part_of(op->pool, js_print(op, claims)));

	crypt_hmac(key->bytes, input, strlen(input), mac);
	return pool_print(op->pool, "%s.%s", input,
	    encode_base64url(op->pool, mac, sizeof(mac)));
}

/*
 * Takes a token apart: exactly three parts, none empty, each in the one
 * base64url spelling of its bytes (RFC 7515 sections 2 and 3.1).
 */
static bool split(struct op *op, const char *token, struct part parts[3])
{
	const char *rest = token;

	for (size_t i = 0; i < 3; i++) {
		struct part *part = &parts[i];

		part->text = rest;
		part->len = strcspn(rest, ".");
		if (part->len == 0 || rest[part->len] != (i < 2 ? '.' : '\0'))
			return false;
		if (!encode_from_base64url(op->pool, part->text, part->len,
			&part->bytes, &part->size))
			return false;
		rest += part->len + 1;
	}

	return true;
}

/* Parses a part that must be a JSON object; what names it in the reason. */
static enum rc parse_part(struct op *op, const struct part *part,
    const char *what, const struct js **value)
{
	const struct js *parsed;
	enum rc rc = js_parse(op, (const char *)part->bytes, part->size,
	    &parsed);

	if (rc != RC_OK)
		return op_while(op, rc, "reading a token's %s", what);
	if (js_type(parsed) != JS_OBJECT)
		return op_fail(op, RC_BAD, "a token's %s is no object", what);

	*value = parsed;
	return RC_OK;
}

/* Finds the key the header asks for; see jws.h. */
static enum rc choose_key(struct op *op, const struct jws_keys *keys,
    const struct js *header, const struct jws_key **key)
{
	const char *id = js_text(header, "kid");

	if (!js_has(header, "kid")) {
		if (keys->count != 1)
			return op_fail(op, RC_DENIED, "a token names none of "
			    "%zu keys", keys->count);
		*key = &keys->items[0];
		return RC_OK;
	}
	if (id == NULL)
		return op_fail(op, RC_BAD, "a token's kid is no text");

	for (size_t i = 0; i < keys->count; i++) {
		const struct jws_key *item = &keys->items[i];

		if (item->id == NULL || strcmp(item->id, id) != 0)
			continue;
		*key = item;
		return RC_OK;
	}

	return op_fail(op, RC_ABSENT, "no key is called %s",
	    encode_printable(op->pool, id, SHOWN_ID_MOST));
}

/*
 * What the header must be for a key (RFC 8725 sections 3.1 and 3.11; RFC 7515
 * section 4.1.11: no extension is understood, so none may be critical).
 */
static enum rc check_header(struct op *op, const struct js *header,
    const struct jws_key *key)
{
	const char *alg = js_text(header, "alg");
	const char *type = js_text(header, "typ");

	if (js_has(header, "crit"))
		return op_fail(op, RC_DENIED, "a token's header has crit");
	if (js_has(header, "typ") &&
	    (type == NULL || strcasecmp(type, "JWT") != 0))
		return op_fail(op, RC_DENIED, "a token's typ is not JWT");
	if (alg == NULL || strcmp(alg, algs[key->alg].name) != 0)
		return op_fail(op, RC_DENIED, "a token's alg is not %s",
		    algs[key->alg].name);
	return RC_OK;
}

/* The key with whose own header a token begins, or NULL. */
static const struct jws_key *key_by_header(const struct jws_keys *keys,
    const struct part *part)
{
	for (size_t i = 0; i < keys->count; i++) {
		const struct jws_key *key = &keys->items[i];

		if (key->header != NULL && strlen(key->header) == part->len &&
		    memcmp(key->header, part->text, part->len) == 0)
			return key;
	}

	return NULL;
}

/*
 * Finds the key for a token's header.  What jws_sign wrote needs no reading:
 * that would take as long as the signature.
 */
static enum rc find_key(struct op *op, const struct jws_keys *keys,
    const struct part *part, const struct jws_key **key)
{
	const struct js *header;
	enum rc rc;

	*key = key_by_header(keys, part);
	if (*key != NULL)
		return RC_OK;

	rc = parse_part(op, part, "header", &header);
	if (rc == RC_OK)
		rc = choose_key(op, keys, header, key);
	if (rc == RC_OK)
		rc = check_header(op, header, *key);
	return rc;
}

/* Whether the third part is the HMAC of the first two. */
static bool hmac_is_right(const struct jws_key *key, const struct part *parts)
{
	const struct part *last = &parts[2];
	size_t signed_len = (size_t)(last->text - parts[0].text) - 1;
	unsigned char mac[CRYPT_HASH_SIZE];
	bool equal;

	crypt_hmac(key->bytes, parts[0].text, signed_len, mac);
	equal = last->size == sizeof(mac) &&
	    crypt_equal_bytes(last->bytes, mac, sizeof(mac));
	/* For a forged token it is what the forger would like to know. */
	crypt_wipe(mac, sizeof(mac));
	return equal;
}

/* Hands the token to libjwt for the signature, and only for that. */
static bool libjwt_agrees(const struct jws_key *key, const char *token)
{
	jwt_t *jwt = NULL;
	bool agrees = jwt_decode(&jwt, token, key->bytes.bytes,
		(int)key->bytes.size) == 0 &&
	    jwt_get_alg(jwt) == algs[key->alg].number;

	jwt_free(jwt);
	/* A wrong signature leaves errors that libcurl would stumble on. */
	ERR_clear_error();
	return agrees;
}

static enum rc check_signature(struct op *op, const struct jws_key *key,
    const struct part *parts)
{
	size_t size = parts[2].size;
	bool right;

	require_key(key);
	if (size < algs[key->alg].least || size > algs[key->alg].most)
		return op_fail(op, RC_DENIED, "a token's signature has %zu "
		    "bytes", size);

	right = key->alg == JWS_HS256 ? hmac_is_right(key, parts) :
	    libjwt_agrees(key, parts[0].text);
	if (!right)
		return op_fail(op, RC_DENIED, "a token's signature is wrong");
	return RC_OK;
}

enum rc jws_verify(struct op *op, const struct jws_keys *keys,
    const char *token, size_t most, const struct js **claims)
{
	struct part parts[3];
	const struct js *payload;
	const struct jws_key *key;
	enum rc rc;

	/* libjwt copies the token to the stack. */
	assert(most <= JWS_OTHER_MOST);
	if (strnlen(token, most + 1) > most)
		return op_fail(op, RC_BAD, "a token over %zu bytes", most);
	if (!split(op, token, parts))
		return op_fail(op, RC_BAD, "not a token in compact form");

	rc = parse_part(op, &parts[1], "payload", &payload);
	if (rc == RC_OK)
		rc = find_key(op, keys, &parts[0], &key);
	if (rc == RC_OK)
		rc = check_signature(op, key, parts);
	if (rc != RC_OK)
		return rc;

	*claims = payload;
	return RC_OK;
}

/* Whether another of the first count keys has the same kid as key i. */
static bool is_ambiguous(const struct js *list, size_t count, size_t i)
{
	const char *id = js_text(js_at(list, i), "kid");

	for (size_t k = 0; id != NULL && k < count; k++) {
		const char *other = js_text(js_at(list, k), "kid");

		if (k != i && other != NULL && strcmp(other, id) == 0)
			return true;
	}

	return false;
}

enum rc jws_import(struct op *op, const struct js *set, enum jws_alg alg,
    struct jws_keys *keys)
{
	const struct js *list = js_get(set, "keys");
	size_t given = js_count(list) < KEYS_MOST ? js_count(list) : KEYS_MOST;
	struct jws_key *items;
	size_t count = 0;

	assert(alg == JWS_RS256 || alg == JWS_ES256);
	if (js_type(list) != JS_ARRAY)
		return op_fail(op, RC_UPSTREAM, "not a JWK set");

	items = pool_alloc(op->pool, KEYS_MOST * sizeof(items[0]));
	for (size_t i = 0; i < given; i++) {
		const struct js *jwk = js_at(list, i);
		const char *id = js_text(jwk, "kid");
		const char *pem;

		if ((js_has(jwk, "kid") && id == NULL) ||
		    is_ambiguous(list, given, i))
			continue;
		pem = jws_key_pem(op, jwk, algs[alg].name);
		if (pem == NULL)
			continue;
		items[count++] = (struct jws_key){
			.alg = alg,
			.id = id == NULL ? NULL : pool_text(op->pool, id),
			.bytes = {(const unsigned char *)pem, strlen(pem)},
		};
	}
	if (count == 0)
		return op_fail(op, RC_UPSTREAM, "no %s key of use among the "
		    "first %zu of %zu", algs[alg].name, given, js_count(list));

	*keys = (struct jws_keys){.count = count, .items = items};
	return RC_OK;
}
