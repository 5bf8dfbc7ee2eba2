/* SPDX-License-Identifier: ISC */
/*
 * The form of tokens, bent in every way that hurts libjwt, and many threads
 * verifying at once.
 */
#include "client/jws.h"

#include <pthread.h>
#include <string.h>

#include <check.h>

#include "base/str.h"

#define THREADS	     8
#define VERIFY_COUNT 200
#define SMALL_STACK  (256 * 1024)

static const unsigned char SECRET[] = "0123456789abcdef0123456789abcdef";
static struct jws_key key;
static const struct jws_keys keys = {1, &key};

static struct op *op;

static void setup(void)
{
	op = op_new("test", 10000);
	key = jws_hs256(op->pool, "a", (struct secret){SECRET, 32});
}

static void teardown(void)
{
	op_free(op);
}

static enum rc outcome(const char *token, size_t most)
{
	static const char untouched;
	const struct js *claims = (const struct js *)&untouched;
	enum rc rc;

	op_clear(op);
	rc = jws_verify(op, &keys, token, most, &claims);
	if (rc != RC_OK)
		ck_assert_ptr_eq(claims, &untouched);
	return rc;
}

/* A good token whose only claim is a text of this many letters. */
static const char *token_of(size_t letters)
{
	struct js *claims = js_object(op);
	struct str text;

	str_init(&text, op->pool);
	for (size_t i = 0; i < letters; i++)
		str_add_char(&text, 'x');
	js_put_text(claims, "a", text.text);
	return jws_sign(op, &key, claims);
}

START_TEST(what_is_not_three_parts_of_base64url_is_refused)
{
	const char *token = token_of(1);
	const char *dot = strchr(token, '.');
	const char *last = strrchr(token, '.');
	int head = (int)(dot - token);
	int two = (int)(last - token);
	const char *texts[] = {
		"", ".", "..", "...", "a", "a.b", "a.b.c", "....", "e30.e30.",
		pool_print(op->pool, "%s.", token),
		pool_print(op->pool, ".%s", token),
		pool_print(op->pool, "%s%s", token, last),
		pool_print(op->pool, "%.*s", two, token),
		pool_print(op->pool, "%.*s.", two, token),
		pool_print(op->pool, "%.*s.%s", head, token, last),
		pool_print(op->pool, "%.*s%s", head, token, last),
		dot,
		pool_print(op->pool, ".%s", last),
		pool_print(op->pool, "%s=", token),
		pool_print(op->pool, "%s\n", token),
		pool_print(op->pool, " %s", token),
		pool_print(op->pool, "Bearer %s", token),
		pool_print(op->pool, "%.*s==%s", head, token, dot),
		pool_print(op->pool, "%.*s+/%s", head, token, dot),
		pool_print(op->pool, "%.*s%%2e%s", head, token, dot + 1),
		pool_print(op->pool, "%.*s\xc3\xa4%s", head, token, dot),
	};

	ck_assert_int_eq(outcome(token, JWS_TOKEN_MOST), RC_OK);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		ck_assert_msg(outcome(texts[i], JWS_TOKEN_MOST) == RC_BAD,
		    "%s", texts[i]);
}
END_TEST

START_TEST(a_signature_of_another_length_is_refused)
{
	const char *token = token_of(1);
	int two = (int)(strrchr(token, '.') - token);

	ck_assert_int_eq(outcome(pool_print(op->pool, "%sAAAA", token),
	    JWS_TOKEN_MOST), RC_DENIED);
	ck_assert_int_eq(outcome(pool_print(op->pool, "%.*s.AAAA", two, token),
	    JWS_TOKEN_MOST), RC_DENIED);
	ck_assert_int_eq(outcome(pool_print(op->pool, "%.*s", two + 41, token),
	    JWS_TOKEN_MOST), RC_DENIED);
	ck_assert_str_eq(op_reason(op), "a token's signature has 30 bytes");
	/* No bytes have 41 letters. */
	ck_assert_int_eq(outcome(pool_print(op->pool, "%.*s", two + 42, token),
	    JWS_TOKEN_MOST), RC_BAD);
}
END_TEST

START_TEST(a_change_anywhere_is_refused)
{
	const char *token = token_of(1);

	for (size_t i = 0; token[i] != '\0'; i++) {
		char *changed = pool_text(op->pool, token);

		changed[i] = (char)(token[i] ^ 1);
		ck_assert_int_ne(outcome(changed, JWS_TOKEN_MOST), RC_OK);
		changed[i] = (char)(token[i] ^ 2);
		ck_assert_int_ne(outcome(changed, JWS_TOKEN_MOST), RC_OK);
		changed[i] = '\0';
		ck_assert_int_ne(outcome(changed, JWS_TOKEN_MOST), RC_OK);
	}
}
END_TEST

START_TEST(one_byte_over_the_limit_is_refused)
{
	const char *token = token_of(100);
	size_t len = strlen(token);

	ck_assert_int_eq(outcome(token, len), RC_OK);
	ck_assert_int_eq(outcome(token, len - 1), RC_BAD);
	ck_assert_int_eq(outcome(token, 0), RC_BAD);
}
END_TEST

START_TEST(a_reason_never_shows_the_token)
{
	const char *token = token_of(100);
	char *changed = pool_text(op->pool, token);

	changed[strlen(token) - 5] ^= 1;
	ck_assert_int_ne(outcome(changed, JWS_TOKEN_MOST), RC_OK);
	ck_assert_ptr_null(strstr(op_reason(op), "xxx"));
	ck_assert_ptr_null(strstr(op_reason(op), strrchr(changed, '.')));
}
END_TEST

/* Each outcome, in an operation of the thread's own. */
static void *verify_many(void *token)
{
	long wrong = 0;

	for (int i = 0; i < VERIFY_COUNT; i++) {
		struct op *mine = op_new("thread", 10000);
		char *other = pool_text(mine->pool, token);
		const struct js *claims;

		other[strlen(other) - 5] ^= 1;
		if (jws_verify(mine, &keys, token, JWS_OTHER_MOST, &claims) !=
			RC_OK || js_text(claims, "a")[0] != 'x')
			wrong++;
		if (jws_verify(mine, &keys, other, JWS_OTHER_MOST, &claims) !=
		    RC_DENIED)
			wrong++;
		op_free(mine);
	}

	return (void *)wrong;
}

START_TEST(many_threads_verify_at_once)
{
	pthread_t threads[THREADS];
	char *token = pool_text(op->pool, token_of(100));

	for (size_t i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, verify_many,
		    token), 0);
	for (size_t i = 0; i < THREADS; i++) {
		void *wrong;

		ck_assert_int_eq(pthread_join(threads[i], &wrong), 0);
		ck_assert_ptr_null(wrong);
	}
}
END_TEST

static void *verify_once(void *token)
{
	struct op *mine = op_new("thread", 10000);
	const struct js *claims;
	enum rc rc = jws_verify(mine, &keys, token, JWS_OTHER_MOST, &claims);

	op_free(mine);
	return (void *)(uintptr_t)rc;
}

/* libjwt's copies on the stack: 300 kB would end a thread of this size. */
START_TEST(large_tokens_do_not_exhaust_a_small_stack)
{
	static const struct {
		size_t letters;
		enum rc expected;
	} cases[] = {{12000, RC_OK}, {225000, RC_BAD}, {3000000, RC_BAD}};
	pthread_attr_t attr;

	pthread_attr_init(&attr);
	ck_assert_int_eq(pthread_attr_setstacksize(&attr, SMALL_STACK), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *token = pool_text(op->pool, token_of(cases[i].letters));
		pthread_t thread;
		void *rc;

		ck_assert_int_eq(pthread_create(&thread, &attr, verify_once,
		    token), 0);
		ck_assert_int_eq(pthread_join(thread, &rc), 0);
		ck_assert_uint_eq((uintptr_t)rc, cases[i].expected);
	}
	pthread_attr_destroy(&attr);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("jws_form");
	TCase *t = tcase_create("jws_form");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, what_is_not_three_parts_of_base64url_is_refused);
	tcase_add_test(t, a_signature_of_another_length_is_refused);
	tcase_add_test(t, a_change_anywhere_is_refused);
	tcase_add_test(t, one_byte_over_the_limit_is_refused);
	tcase_add_test(t, a_reason_never_shows_the_token);
	tcase_add_test(t, many_threads_verify_at_once);
	tcase_add_test(t, large_tokens_do_not_exhaust_a_small_stack);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
