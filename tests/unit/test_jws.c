/* SPDX-License-Identifier: ISC */
/*
 * HS256: what jws.c signs and what its gate keeps from libjwt.  Tokens are
 * forged here with OpenSSL alone, so that any header can be signed rightly.
 */
#include "client/jws.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <check.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/encode.h"

static const unsigned char SECRET[] = "0123456789abcdef0123456789abcdef";
static const unsigned char OTHER[] = "fedcba9876543210fedcba9876543210";

static struct jws_key pair[2];
static const struct jws_keys both = {2, pair};
static const struct jws_keys only = {1, pair};

static struct op *op;

static void setup(void)
{
	op = op_new("test", 10000);
	pair[0] = jws_hs256(op->pool, "a", (struct secret){SECRET, 32});
	pair[1] = jws_hs256(op->pool, "b", (struct secret){OTHER, 32});
}

static void teardown(void)
{
	op_free(op);
}

static const char *part(const char *text)
{
	return encode_base64url(op->pool, (const unsigned char *)text,
	    strlen(text));
}

/* A token of these two encoded parts, with a right signature by SECRET. */
static const char *sealed(const char *head, const char *body, const EVP_MD *md)
{
	const char *input = pool_print(op->pool, "%s.%s", head, body);
	unsigned char mac[EVP_MAX_MD_SIZE];
	unsigned size;

	ck_assert_ptr_nonnull(HMAC(md, SECRET, 32,
	    (const unsigned char *)input, strlen(input), mac, &size));
	return pool_print(op->pool, "%s.%s", input,
	    encode_base64url(op->pool, mac, size));
}

static const char *forged(const char *header, const char *payload)
{
	return sealed(part(header), part(payload), EVP_sha256());
}

/* The outcome of verifying with keys; claims must stay untouched on failure. */
static enum rc outcome(const struct jws_keys *keys, const char *token)
{
	static const char untouched;
	const struct js *claims = (const struct js *)&untouched;
	enum rc rc;

	op_clear(op);
	rc = jws_verify(op, keys, token, JWS_TOKEN_MOST, &claims);
	if (rc == RC_OK)
		ck_assert_int_eq(js_type(claims), JS_OBJECT);
	else
		ck_assert_ptr_eq(claims, &untouched);
	return rc;
}

/* What is denied for its header never gets as far as libjwt. */
static void header_gives(enum rc expected, const char *header)
{
	enum rc rc = outcome(&only, forged(header, "{\"sub\":\"me\"}"));

	ck_assert_msg(rc == expected, "%s: %d, %s", header, rc, op_reason(op));
	ck_assert_str_ne(op_reason(op), "a token's signature is wrong");
}

static const char *signed_by(const struct jws_key *key, const char *payload)
{
	const struct js *claims;

	ck_assert_int_eq(js_parse(op, payload, strlen(payload), &claims),
	    RC_OK);
	return jws_sign(op, key, claims);
}

START_TEST(a_signed_token_is_byte_for_byte_what_openssl_makes)
{
	ck_assert_str_eq(signed_by(&pair[0], "{\"sub\":\"\xc3\xa4/\",\"a\":1}"),
	    forged("{\"alg\":\"HS256\",\"kid\":\"a\",\"typ\":\"JWT\"}",
		"{\"sub\":\"\xc3\xa4/\",\"a\":1}"));
}
END_TEST

START_TEST(the_same_claims_give_the_same_token)
{
	const char *one = signed_by(&pair[0], "{\"iat\":1,\"exp\":2,\"a\":[1]}");
	const char *two = signed_by(&pair[0], "{\"iat\":1,\"exp\":2,\"a\":[1]}");

	ck_assert_str_eq(one, two);
	ck_assert_str_ne(one, signed_by(&pair[1],
	    "{\"iat\":1,\"exp\":2,\"a\":[1]}"));
}
END_TEST

START_TEST(claims_come_back_as_they_were_signed)
{
	const char *token = signed_by(&pair[1],
	    "{\"exp\":9223372036854775807,\"sub\":\"\\ud83d\\ude00\"}");
	const struct js *claims;
	int64_t number;

	ck_assert_int_eq(jws_verify(op, &both, token, strlen(token), &claims),
	    RC_OK);
	ck_assert(js_int(claims, "exp", &number) && number == INT64_MAX);
	ck_assert_str_eq(js_text(claims, "sub"), "\xf0\x9f\x98\x80");
}
END_TEST

/* The signal that ends a process of its own which acts on what. */
static int signal_of(void (*act)(const void *what), const void *what)
{
	int status;
	pid_t child = fork();

	ck_assert_int_ge(child, 0);
	if (child == 0) {
		close(STDERR_FILENO);
		act(what);
		_exit(0);
	}

	ck_assert_int_eq(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void verify(const void *secret)
{
	const struct jws_key key = {
	    .alg = JWS_HS256, .id = "a", .bytes = *(const struct secret *)secret};
	const struct jws_keys keys = {1, &key};

	ck_assert(outcome(&keys, signed_by(&pair[0], "{}")) != RC_BAD);
}

static int signal_with(struct secret secret)
{
	return signal_of(verify, &secret);
}

static void make_key(const void *id)
{
	struct jws_key key = jws_hs256(op->pool, id,
	    (struct secret){SECRET, 32});

	ck_assert_ptr_nonnull(key.header);
}

START_TEST(a_missing_empty_or_short_key_is_a_programmers_mistake)
{
	ck_assert_int_eq(signal_with((struct secret){SECRET, 32}), 0);
	ck_assert_int_eq(signal_with((struct secret){SECRET, 31}), SIGABRT);
	ck_assert_int_eq(signal_with((struct secret){SECRET, 0}), SIGABRT);
	ck_assert_int_eq(signal_with((struct secret){NULL, 0}), SIGABRT);
}
END_TEST

START_TEST(an_id_that_json_could_read_otherwise_is_a_programmers_mistake)
{
	ck_assert_int_eq(signal_of(make_key, "aZ09"), 0);
	ck_assert_int_eq(signal_of(make_key, "a\"b"), SIGABRT);
	ck_assert_int_eq(signal_of(make_key, "a\\"), SIGABRT);
	ck_assert_int_eq(signal_of(make_key, NULL), SIGABRT);
}
END_TEST

START_TEST(the_kid_chooses_the_key)
{
	ck_assert_int_eq(outcome(&both, signed_by(&pair[0], "{}")), RC_OK);
	ck_assert_int_eq(outcome(&both, signed_by(&pair[1], "{}")), RC_OK);
	ck_assert_int_eq(outcome(&only, signed_by(&pair[1], "{}")), RC_ABSENT);
	ck_assert_int_eq(outcome(&both, forged(
	    "{\"alg\":\"HS256\",\"kid\":\"b\"}", "{}")), RC_DENIED);
	header_gives(RC_OK, "{\"alg\":\"HS256\",\"kid\":\"a\"}");
	header_gives(RC_ABSENT, "{\"alg\":\"HS256\",\"kid\":\"\"}");
	header_gives(RC_ABSENT, "{\"alg\":\"HS256\",\"kid\":\"A\"}");
	header_gives(RC_ABSENT, "{\"alg\":\"HS256\",\"kid\":\"../a\"}");
	header_gives(RC_BAD, "{\"alg\":\"HS256\",\"kid\":1}");
	header_gives(RC_BAD, "{\"alg\":\"HS256\",\"kid\":null}");
}
END_TEST

START_TEST(without_a_kid_there_must_be_exactly_one_key)
{
	static const struct jws_key nameless = {
	    .alg = JWS_HS256, .bytes = {SECRET, 32}};
	static const struct jws_keys one = {1, &nameless};
	static const struct jws_keys none = {0, &nameless};
	const char *token = forged("{\"alg\":\"HS256\"}", "{}");

	ck_assert_int_eq(outcome(&only, token), RC_OK);
	ck_assert_int_eq(outcome(&one, token), RC_OK);
	ck_assert_int_eq(outcome(&both, token), RC_DENIED);
	ck_assert_int_eq(outcome(&none, token), RC_DENIED);
	ck_assert_int_eq(outcome(&one, signed_by(&pair[0], "{}")), RC_ABSENT);
}
END_TEST

START_TEST(the_algorithm_is_the_keys_and_exactly_so)
{
	static const char *const names[] = {"\"none\"", "\"None\"",
		"\"NONE\"", "\"nOnE\"", "\"\"", "null", "1", "true",
		"[\"HS256\"]", "\"HS384\"", "\"HS512\"", "\"hs256\"",
		"\"Hs256\"", "\"HS256 \"", "\" HS256\"", "\"RS256\"",
		"\"ES256\"", "\"PS256\"", "\"HS2561\"", "\"HS25\""};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		header_gives(RC_DENIED, pool_print(op->pool,
		    "{\"alg\":%s,\"typ\":\"JWT\"}", names[i]));
	header_gives(RC_DENIED, "{\"typ\":\"JWT\"}");
	header_gives(RC_DENIED, "{}");
	header_gives(RC_OK, "{\"alg\":\"HS\\u003256\"}");
}
END_TEST

START_TEST(a_right_signature_of_another_algorithm_is_refused)
{
	const char *body = part("{}");

	ck_assert_int_eq(outcome(&only, sealed(part("{\"alg\":\"HS512\"}"),
	    body, EVP_sha512())), RC_DENIED);
	ck_assert_int_eq(outcome(&only, sealed(part("{\"alg\":\"HS384\"}"),
	    body, EVP_sha384())), RC_DENIED);
	ck_assert_int_eq(outcome(&only, sealed(part("{\"alg\":\"HS256\"}"),
	    body, EVP_sha512())), RC_DENIED);
}
END_TEST

START_TEST(critical_extensions_and_other_types_are_refused)
{
	header_gives(RC_DENIED, "{\"alg\":\"HS256\",\"crit\":[\"exp\"]}");
	header_gives(RC_DENIED, "{\"alg\":\"HS256\",\"crit\":null}");
	header_gives(RC_DENIED,
	    "{\"alg\":\"HS256\",\"crit\":[\"b64\"],\"b64\":false}");
	header_gives(RC_DENIED, "{\"alg\":\"HS256\",\"typ\":\"at+jwt\"}");
	header_gives(RC_DENIED, "{\"alg\":\"HS256\",\"typ\":1}");
	header_gives(RC_OK, "{\"alg\":\"HS256\",\"typ\":\"jwt\",\"x\":{}}");
}
END_TEST

START_TEST(a_header_that_is_no_strict_json_object_is_refused)
{
	header_gives(RC_BAD, "{\"alg\":\"HS256\",\"alg\":\"none\"}");
	header_gives(RC_BAD, "{\"alg\":\"none\",\"\\u0061lg\":\"HS256\"}");
	header_gives(RC_BAD, "{\"alg\\u0000\":1,\"alg\":\"HS256\"}");
	header_gives(RC_BAD, "{\"alg\":\"HS256\",\"x\":NaN}");
	header_gives(RC_BAD, "{\"alg\":\"HS256\"} ,");
	header_gives(RC_BAD, "[\"HS256\"]");
	header_gives(RC_BAD, "\"HS256\"");
	header_gives(RC_BAD, "null");
	header_gives(RC_BAD, "HS256");
}
END_TEST

START_TEST(a_payload_that_is_no_strict_json_object_is_refused)
{
	static const char *const payloads[] = {"{\"exp\":1,\"exp\":2}",
		"{\"exp\":1,\"\\u0065xp\":2}", "{\"exp\":NaN}",
		"{\"exp\":Infinity}", "{\"exp\":1,}", "{\"exp\":01}",
		"{\"exp\\u0000\":1}", "{\"sub\":\"\\ud800\"}",
		"{\"sub\":\"\xff\"}", "{\"sub\":\"\n\"}", "\xef\xbb\xbf{}",
		"{}{}", "[]", "null", "1", "\"x\"", "x", " "};

	for (size_t i = 0; i < sizeof(payloads) / sizeof(payloads[0]); i++)
		ck_assert_msg(outcome(&only, forged("{\"alg\":\"HS256\"}",
		    payloads[i])) == RC_BAD, "%s", payloads[i]);
}
END_TEST

START_TEST(a_claim_of_the_wrong_type_reads_as_none)
{
	static const char *const values[] = {"\"99999999999\"", "1e400",
		"9223372036854775808", "99999999999.5", "true", "null"};

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		const char *token = forged("{\"alg\":\"HS256\"}",
		    pool_print(op->pool, "{\"exp\":%s}", values[i]));
		const struct js *claims;
		int64_t number;
		enum rc rc = jws_verify(op, &only, token, JWS_TOKEN_MOST,
		    &claims);

		/* libjwt's own JSON library refuses numbers out of range. */
		ck_assert(rc == RC_OK || rc == RC_DENIED);
		if (rc == RC_OK)
			ck_assert(!js_int(claims, "exp", &number));
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("jws");
	TCase *t = tcase_create("jws");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_signed_token_is_byte_for_byte_what_openssl_makes);
	tcase_add_test(t, the_same_claims_give_the_same_token);
	tcase_add_test(t, claims_come_back_as_they_were_signed);
	tcase_add_test(t, a_missing_empty_or_short_key_is_a_programmers_mistake);
	tcase_add_test(t,
	    an_id_that_json_could_read_otherwise_is_a_programmers_mistake);
	tcase_add_test(t, the_kid_chooses_the_key);
	tcase_add_test(t, without_a_kid_there_must_be_exactly_one_key);
	tcase_add_test(t, the_algorithm_is_the_keys_and_exactly_so);
	tcase_add_test(t, a_right_signature_of_another_algorithm_is_refused);
	tcase_add_test(t, critical_extensions_and_other_types_are_refused);
	tcase_add_test(t, a_header_that_is_no_strict_json_object_is_refused);
	tcase_add_test(t, a_payload_that_is_no_strict_json_object_is_refused);
	tcase_add_test(t, a_claim_of_the_wrong_type_reads_as_none);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
