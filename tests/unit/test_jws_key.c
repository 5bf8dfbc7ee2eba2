/* SPDX-License-Identifier: ISC */
/*
 * Providers' keys: which ones of a JWK set are taken, and RS256 and ES256
 * tokens verified with them.  The keys and signatures are OpenSSL's own.
 */
#include "client/jws.h"

#include <string.h>

#include <check.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "base/encode.h"
#include "base/str.h"

static EVP_PKEY *rsa, *ec;
static struct op *op;

static void setup_keys(void)
{
	rsa = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
	ec = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	ck_assert(rsa != NULL && ec != NULL);
}

static void teardown_keys(void)
{
	EVP_PKEY_free(rsa);
	EVP_PKEY_free(ec);
}

static void setup(void)
{
	op = op_new("test", 20000);
}

static void teardown(void)
{
	ck_assert_uint_eq(ERR_peek_error(), 0);	/* libcurl stumbles on one */
	op_free(op);
}

/* A number of a key, padded to size bytes (0: as long as it is). */
static const char *number(EVP_PKEY *key, const char *name, int size)
{
	unsigned char bytes[1100];
	BIGNUM *value = NULL;

	ck_assert_int_eq(EVP_PKEY_get_bn_param(key, name, &value), 1);
	if (size == 0)
		size = BN_num_bytes(value);
	ck_assert_int_eq(BN_bn2binpad(value, bytes, size), size);
	BN_free(value);
	return encode_base64url(op->pool, bytes, (size_t)size);
}

/* JWKs of the two keys with more members ("" or ",…") at the end. */
static const char *rsa_jwk(const char *more)
{
	return pool_print(op->pool,
	    "{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"AQAB\"%s}",
	    number(rsa, OSSL_PKEY_PARAM_RSA_N, 0), more);
}

static const char *ec_jwk(const char *more)
{
	return pool_print(op->pool,
	    "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"%s\",\"y\":\"%s\"%s}",
	    number(ec, OSSL_PKEY_PARAM_EC_PUB_X, 32),
	    number(ec, OSSL_PKEY_PARAM_EC_PUB_Y, 32), more);
}

/* Imports a whole set; what fails leaves keys alone. */
static enum rc import_set(const char *set, enum jws_alg alg,
    struct jws_keys *keys)
{
	const struct js *value;
	enum rc rc;

	op_clear(op);
	rc = js_parse(op, set, strlen(set), &value);
	ck_assert_msg(rc == RC_OK, "%s: %s", set, op_reason(op));
	*keys = (struct jws_keys){77, NULL};
	rc = jws_import(op, value, alg, keys);
	if (rc != RC_OK)
		ck_assert(rc == RC_UPSTREAM && keys->count == 77);
	return rc;
}

/* How many keys of a list of JWKs are taken. */
static size_t taken(const char *list, enum jws_alg alg)
{
	const char *set = pool_print(op->pool, "{\"keys\":[%s]}", list);
	struct jws_keys keys;

	return import_set(set, alg, &keys) == RC_OK ? keys.count : 0;
}

/* An ECDSA signature as JWS wants it: r and s, padded to width each. */
static size_t raw_ecdsa(unsigned char *bytes, size_t size, int width)
{
	const unsigned char *at = bytes;
	ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &at, (long)size);

	ck_assert_ptr_nonnull(pair);
	BN_bn2binpad(ECDSA_SIG_get0_r(pair), bytes, width);
	BN_bn2binpad(ECDSA_SIG_get0_s(pair), bytes + width, width);
	ECDSA_SIG_free(pair);
	return 2 * (size_t)width;
}

static const char *signed_with(EVP_PKEY *key, const char *header)
{
	const char *input = pool_print(op->pool, "%s.eyJhIjoxfQ",
	    encode_base64url(op->pool, (const unsigned char *)header,
		strlen(header)));
	unsigned char bytes[600];
	size_t size = sizeof(bytes);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	ck_assert_int_eq(EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL,
	    key), 1);
	ck_assert_int_eq(EVP_DigestSign(ctx, bytes, &size,
	    (const unsigned char *)input, strlen(input)), 1);
	EVP_MD_CTX_free(ctx);
	if (key != rsa)
		size = raw_ecdsa(bytes, size,
		    (EVP_PKEY_get_bits(key) + 7) / 8);
	return pool_print(op->pool, "%s.%s", input,
	    encode_base64url(op->pool, bytes, size));
}

static enum rc outcome(const char *jwk, enum jws_alg alg, const char *token)
{
	const char *set = pool_print(op->pool, "{\"keys\":[%s]}", jwk);
	struct jws_keys keys;
	const struct js *claims;

	ck_assert_int_eq(import_set(set, alg, &keys), RC_OK);
	return jws_verify(op, &keys, token, JWS_OTHER_MOST, &claims);
}

START_TEST(rs256_and_es256_are_verified_with_imported_keys)
{
	const char *kid = ",\"kid\":\"k\",\"use\":\"sig\"";

	ck_assert_int_eq(outcome(rsa_jwk(kid), JWS_RS256, signed_with(rsa,
	    "{\"alg\":\"RS256\",\"kid\":\"k\"}")), RC_OK);
	ck_assert_int_eq(outcome(ec_jwk(kid), JWS_ES256, signed_with(ec,
	    "{\"alg\":\"ES256\",\"kid\":\"k\"}")), RC_OK);
	ck_assert_int_eq(outcome(rsa_jwk(kid), JWS_RS256, signed_with(rsa,
	    "{\"alg\":\"RS256\",\"kid\":\"other\"}")), RC_ABSENT);
	ck_assert_int_eq(outcome(ec_jwk(""), JWS_ES256, signed_with(ec,
	    "{\"alg\":\"ES256\"}")), RC_OK);
}
END_TEST

START_TEST(another_keys_signature_is_refused)
{
	EVP_PKEY *other = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	char *changed = pool_text(op->pool,
	    signed_with(rsa, "{\"alg\":\"RS256\"}"));
	char *last = changed + strlen(changed) - 9;

	ck_assert_int_eq(outcome(ec_jwk(""), JWS_ES256, signed_with(other,
	    "{\"alg\":\"ES256\"}")), RC_DENIED);
	ck_assert_int_eq(outcome(rsa_jwk(""), JWS_RS256,
	    signed_with(ec, "{\"alg\":\"ES256\"}")), RC_DENIED);
	*last = *last == 'A' ? 'B' : 'A';
	ck_assert_int_eq(outcome(rsa_jwk(""), JWS_RS256, changed), RC_DENIED);
	EVP_PKEY_free(other);
}
END_TEST

START_TEST(an_hmac_made_with_the_public_pem_is_refused)
{
	const char *set = pool_print(op->pool,
	    "{\"keys\":[%s]}", rsa_jwk(",\"kid\":\"k\""));
	struct jws_keys keys;
	struct jws_key forger;
	const struct js *claims;
	const char *token;

	ck_assert_int_eq(import_set(set, JWS_RS256, &keys), RC_OK);
	forger = jws_hs256(op->pool, "k", keys.items[0].bytes);
	token = jws_sign(op, &forger, js_object(op));
	ck_assert_int_eq(jws_verify(op, &(struct jws_keys){1, &forger}, token,
	    JWS_OTHER_MOST, &claims), RC_OK);
	ck_assert_int_eq(jws_verify(op, &keys, token, JWS_OTHER_MOST, &claims),
	    RC_DENIED);
}
END_TEST

/* libjwt would take it: it only looks at the hash that ES256 names. */
START_TEST(a_key_on_another_curve_is_refused)
{
	EVP_PKEY *p384 = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-384");
	const char *members = pool_print(op->pool, "\"x\":\"%s\",\"y\":\"%s\"",
	    number(p384, OSSL_PKEY_PARAM_EC_PUB_X, 48),
	    number(p384, OSSL_PKEY_PARAM_EC_PUB_Y, 48));
	BIO *bio = BIO_new(BIO_s_mem());
	struct jws_key key = {.alg = JWS_ES256};
	const struct js *claims;
	char *pem;

	ck_assert_uint_eq(taken(pool_print(op->pool, "{\"kty\":\"EC\","
	    "\"crv\":\"P-384\",%s}", members), JWS_ES256), 0);
	ck_assert_uint_eq(taken(pool_print(op->pool, "{\"kty\":\"EC\","
	    "\"crv\":\"P-256\",%s}", members), JWS_ES256), 0);

	ck_assert_int_eq(PEM_write_bio_PUBKEY(bio, p384), 1);
	key.bytes.size = (size_t)BIO_get_mem_data(bio, &pem);
	key.bytes.bytes = (unsigned char *)pem;
	ck_assert_int_eq(jws_verify(op, &(struct jws_keys){1, &key},
	    signed_with(p384, "{\"alg\":\"ES256\"}"), JWS_OTHER_MOST,
	    &claims), RC_DENIED);
	BIO_free(bio);
	EVP_PKEY_free(p384);
}
END_TEST

START_TEST(a_point_off_the_curve_is_refused)
{
	char *bad = pool_text(op->pool, ec_jwk(""));
	char *x = strstr(bad, "\"x\":\"") + 10;

	*x = *x == 'A' ? 'B' : 'A';
	ck_assert_uint_eq(taken(ec_jwk(""), JWS_ES256), 1);
	ck_assert_uint_eq(taken(bad, JWS_ES256), 0);
	ck_assert_uint_eq(taken("{\"kty\":\"EC\",\"crv\":\"P-256\","
	    "\"x\":\"AA\",\"y\":\"AA\"}", JWS_ES256), 0);
}
END_TEST

static size_t rsa_taken(const char *n, const char *e)
{
	return taken(pool_print(op->pool, "{\"kty\":\"RSA\",\"n\":\"%s\","
	    "\"e\":\"%s\"}", n, e), JWS_RS256);
}

/* A modulus of this many bits, all set but perhaps the last. */
static const char *modulus(size_t bits, bool is_odd)
{
	unsigned char bytes[2048];

	memset(bytes, 0xff, sizeof(bytes));
	bytes[0] = (unsigned char)(0xff >> (7 - (bits - 1) % 8));
	if (!is_odd)
		bytes[(bits + 7) / 8 - 1] = 0xfe;
	return encode_base64url(op->pool, bytes, (bits + 7) / 8);
}

START_TEST(weak_and_oversized_rsa_keys_are_refused)
{
	ck_assert_uint_eq(rsa_taken(modulus(2048, true), "AQAB"), 1);
	ck_assert_uint_eq(rsa_taken(modulus(8192, true), "AQAB"), 1);
	ck_assert_uint_eq(rsa_taken(modulus(2047, true), "AQAB"), 0);
	ck_assert_uint_eq(rsa_taken(modulus(512, true), "AQAB"), 0);
	ck_assert_uint_eq(rsa_taken(modulus(8193, true), "AQAB"), 0);
	ck_assert_uint_eq(rsa_taken(modulus(2048, false), "AQAB"), 0);
	ck_assert_uint_eq(rsa_taken(pool_print(op->pool, "%s%s",
	    encode_base64url(op->pool, pool_alloc(op->pool, 1200), 1200),
	    modulus(2048, true)), "AQAB"), 0);
}
END_TEST

START_TEST(even_small_and_huge_exponents_are_refused)
{
	const char *n = modulus(2048, true);

	ck_assert_uint_eq(rsa_taken(n, "Aw"), 1);
	ck_assert_uint_eq(rsa_taken(n, "_____w"), 1);
	ck_assert_uint_eq(rsa_taken(n, "AQ"), 0);
	ck_assert_uint_eq(rsa_taken(n, "Ag"), 0);
	ck_assert_uint_eq(rsa_taken(n, "AQAAAAE"), 0);
	ck_assert_uint_eq(rsa_taken(n, modulus(2040, true)), 0);
	ck_assert_uint_eq(rsa_taken(n, ""), 0);
	ck_assert_uint_eq(rsa_taken(n, "A+AB"), 0);
}
END_TEST

START_TEST(keys_for_other_ends_are_left_out)
{
	static const char *const out[] = {",\"use\":\"enc\"", ",\"use\":1",
		",\"use\":null", ",\"key_ops\":[]", ",\"key_ops\":[\"sign\"]",
		",\"key_ops\":\"verify\"", ",\"key_ops\":null",
		",\"alg\":\"RS512\"", ",\"alg\":\"none\"", ",\"alg\":null",
		",\"d\":\"AQAB\"", ",\"p\":\"AQAB\"", ",\"q\":\"AQAB\"",
		",\"dp\":\"AQAB\"", ",\"dq\":\"AQAB\"", ",\"qi\":\"AQAB\"",
		",\"oth\":[]", ",\"k\":\"AQAB\"", ",\"kid\":1",
		",\"kid\":null", ",\"priv\":\"AQAB\""};
	static const char *const in[] = {"", ",\"use\":\"sig\"",
		",\"key_ops\":[1,\"sign\",\"verify\"]", ",\"x5c\":[]",
		",\"kid\":\"\",\"alg\":\"RS256\""};

	for (size_t i = 0; i < sizeof(out) / sizeof(out[0]); i++)
		ck_assert_msg(taken(rsa_jwk(out[i]), JWS_RS256) == 0, "%s",
		    out[i]);
	for (size_t i = 0; i < sizeof(in) / sizeof(in[0]); i++)
		ck_assert_msg(taken(rsa_jwk(in[i]), JWS_RS256) == 1, "%s",
		    in[i]);
}
END_TEST

START_TEST(keys_of_another_kind_are_left_out)
{
	char *rsa_named = pool_text(op->pool, rsa_jwk(""));
	char *curve_named = pool_text(op->pool, ec_jwk(""));

	ck_assert_uint_eq(taken(ec_jwk(""), JWS_RS256), 0);
	ck_assert_uint_eq(taken(rsa_jwk(""), JWS_ES256), 0);
	memcpy(strstr(rsa_named, "RSA"), "EC ", 3);
	ck_assert_uint_eq(taken(rsa_named, JWS_RS256), 0);
	memcpy(strstr(curve_named, "P-256"), "P-384", 5);
	ck_assert_uint_eq(taken(curve_named, JWS_ES256), 0);
	*strstr(curve_named, "crv") = 'C';
	ck_assert_uint_eq(taken(curve_named, JWS_ES256), 0);
	ck_assert_uint_eq(taken("null,1,\"x\",[],{},{\"kty\":1}", JWS_RS256), 0);
	ck_assert_uint_eq(taken(pool_print(op->pool, "%s,null,%s,{%s",
	    ec_jwk(""), rsa_jwk(""), strstr(rsa_jwk(""), "\"n\":")),
	    JWS_RS256), 1);
}
END_TEST

START_TEST(a_repeated_kid_takes_both_keys_out)
{
	const char *a = rsa_jwk(",\"kid\":\"a\"");
	const char *b = rsa_jwk(",\"kid\":\"b\"");

	ck_assert_uint_eq(taken(pool_print(op->pool, "%s,%s", a, b),
	    JWS_RS256), 2);
	ck_assert_uint_eq(taken(pool_print(op->pool, "%s,%s,%s", a, b, a),
	    JWS_RS256), 1);
	ck_assert_uint_eq(taken(pool_print(op->pool, "%s,%s", a, a),
	    JWS_RS256), 0);
	ck_assert_uint_eq(taken(pool_print(op->pool,
	    "%s,{\"kty\":\"oct\",\"kid\":\"a\"}", a), JWS_RS256), 0);
}
END_TEST

START_TEST(what_is_no_set_is_refused)
{
	static const char *const sets[] = {"null", "[]", "{}", "1", "\"keys\"",
		"{\"keys\":null}", "{\"keys\":[]}", "{\"keys\":{}}"};
	struct jws_keys keys;

	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		ck_assert_int_eq(import_set(sets[i], JWS_RS256, &keys),
		    RC_UPSTREAM);
	ck_assert_str_eq(op_reason(op), "not a JWK set");
}
END_TEST

START_TEST(of_ten_thousand_keys_the_first_64_are_looked_at)
{
	struct str list;

	str_init(&list, op->pool);
	for (int i = 0; i < 10000; i++)
		str_print(&list, "%s%s", i > 0 ? "," : "", rsa_jwk(
		    pool_print(op->pool, ",\"kid\":\"%d\"", i)));
	ck_assert_uint_eq(taken(list.text, JWS_RS256), 64);
	ck_assert_int_gt(op_left_ms(op), 10000);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("jws_key");
	TCase *t = tcase_create("jws_key");
	SRunner *r;
	int failed;

	tcase_add_unchecked_fixture(t, setup_keys, teardown_keys);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, rs256_and_es256_are_verified_with_imported_keys);
	tcase_add_test(t, another_keys_signature_is_refused);
	tcase_add_test(t, an_hmac_made_with_the_public_pem_is_refused);
	tcase_add_test(t, a_key_on_another_curve_is_refused);
	tcase_add_test(t, a_point_off_the_curve_is_refused);
	tcase_add_test(t, weak_and_oversized_rsa_keys_are_refused);
	tcase_add_test(t, even_small_and_huge_exponents_are_refused);
	tcase_add_test(t, keys_for_other_ends_are_left_out);
	tcase_add_test(t, keys_of_another_kind_are_left_out);
	tcase_add_test(t, a_repeated_kid_takes_both_keys_out);
	tcase_add_test(t, what_is_no_set_is_refused);
	tcase_add_test(t, of_ten_thousand_keys_the_first_64_are_looked_at);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
