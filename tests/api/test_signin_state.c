/* SPDX-License-Identifier: ISC */
/*
 * State, its binding to one browser, and replay: a sign-in is finished once,
 * by the browser that began it, and whoever only saw its state changes
 * nothing.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "auth/signin.h"
#include "base/crypt.h"
#include "base/str.h"
#include "support/facts.h"
#include "support/flow.h"
#include "support/stack.h"
#include "support/text.h"

#define STARTS 1000

static struct browser *alice;
static struct browser *mallory;

static void setup(void)
{
	flow_reset();
	alice = browser_new();
	mallory = browser_new();
}

static void teardown(void)
{
	browser_free(alice);
	browser_free(mallory);
}

/* Goes to the consent screen and says yes; the callback, not yet opened. */
static const char *callback_of(struct browser *browser, const char *subject)
{
	return flow_consent_as(browser, "google",
	    flow_start(browser, "google"), subject);
}

static void assert_refused(struct browser *browser, const char *url,
    const char *code)
{
	struct facts before = facts_now();
	struct answer answer = browser_get(browser, url);

	facts_assert_refused(browser, &answer, 400, code, &before);
}

static void assert_signs_in(struct browser *browser, const char *url)
{
	struct answer answer = browser_get(browser, url);

	ck_assert_msg(answer.status == 200 &&
	    answer_member(browser, &answer, "access_token") != NULL, "%ld %s",
	    answer.status, answer.body);
}

/* The callback with its state replaced. */
static const char *with_state(const char *callback, const char *state)
{
	const char *at = strstr(callback, "state=");

	ck_assert_ptr_nonnull(at);
	at += strlen("state=");
	return text_print("%.*s%s%s", (int)(at - callback), callback, state,
	    at + strcspn(at, "&"));
}

START_TEST(st_01_another_browser_cannot_finish)
{
	const char *callback = callback_of(alice, "st-01");

	assert_refused(mallory, callback, "state_mismatch");
	/* Nor has she burned it. */
	assert_signs_in(alice, callback);
}
END_TEST

START_TEST(st_02_a_cookie_of_another_transaction_does_not_do)
{
	const char *callback = callback_of(alice, "st-02");
	const char *own = flow_start(mallory, "google");
	struct pool *pool = pool_new();
	const char *name = crypt_sha256_hex(pool, flow_parameter(mallory, own,
	    "state"));
	const char *value;

	assert_refused(mallory, callback, "state_mismatch");

	/* Her own cookie's value under the name of his. */
	value = browser_cookie(mallory,
	    text_print(SIGNIN_COOKIE "%.8s", name));
	ck_assert_ptr_nonnull(value);
	name = crypt_sha256_hex(pool, flow_parameter(alice, callback,
	    "state"));
	browser_set_cookie(mallory, text_print(SIGNIN_COOKIE "%.8s", name),
	    value);
	assert_refused(mallory, callback, "state_mismatch");
	assert_signs_in(alice, callback);
	pool_free(pool);
}
END_TEST

START_TEST(st_03_a_callback_without_state_is_refused)
{
	const char *callback = callback_of(alice, "st-03");
	const char *bare = text_print("%s?code=%s",
	    stack_url("/api/auth/google/callback"),
	    flow_parameter(alice, callback, "code"));

	assert_refused(alice, bare, "state_mismatch");
	assert_refused(mallory, bare, "state_mismatch");
	assert_refused(alice, text_print("%s&state=", bare),
	    "state_mismatch");
	assert_signs_in(alice, callback);
}
END_TEST

START_TEST(a_missing_cookie_is_refused)
{
	const char *callback = callback_of(alice, "no-cookie");

	browser_drop_cookies(alice);
	assert_refused(alice, callback, "state_mismatch");
}
END_TEST

START_TEST(st_05_rp_04_the_same_callback_works_once)
{
	const char *callback = callback_of(alice, "st-05");
	struct pool *pool = pool_new();
	const char *name = text_print(SIGNIN_COOKIE "%.8s",
	    crypt_sha256_hex(pool, flow_parameter(alice, callback, "state")));
	const char *value = browser_cookie(alice, name);

	ck_assert_ptr_nonnull(value);
	assert_signs_in(alice, callback);
	ck_assert_uint_eq(flow_recorded("google", "token"), 1);
	assert_refused(alice, callback, "state_mismatch");

	/* Nor with the cookie that the first answer cleared. */
	browser_set_cookie(alice, name, value);
	assert_refused(alice, callback, "state_mismatch");
	pool_free(pool);
}
END_TEST

static void collect(const char **values, const char *url,
    const struct answer *answer)
{
	const char *cookie = answer_header(alice, answer, "Set-Cookie", 0);
	const char *value = cookie != NULL ? strchr(cookie, '.') : NULL;

	ck_assert_ptr_nonnull(value);
	values[0] = flow_parameter(alice, url, "state");
	values[1] = flow_parameter(alice, url, "nonce");
	values[2] = flow_parameter(alice, url, "code_challenge");
	values[3] = text_copy(value + 1, strcspn(value + 1, ";"));
}

/* 32 bytes each, and none is a plain hash of another. */
static void assert_strong(struct pool *pool, const char *const *values)
{
	for (int i = 0; i < 4; i++) {
		ck_assert_ptr_nonnull(values[i]);
		ck_assert_uint_eq(strlen(values[i]), 43);
		for (int j = 0; j < 4; j++) {
			ck_assert_str_ne(values[i],
			    crypt_sha256_base64url(pool, values[j]));
			ck_assert_str_ne(values[i],
			    text_print("%.43s", crypt_sha256_hex(pool,
				values[j])));
		}
	}
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

START_TEST(st_07_every_start_draws_its_own_values)
{
	static const char *values[STARTS * 4];
	struct pool *pool = pool_new();

	for (size_t i = 0; i < STARTS; i++) {
		struct answer answer = browser_get(alice,
		    stack_url("/api/auth/google"));

		ck_assert_int_eq(answer.status, 303);
		collect(values + i * 4, answer_header(alice, &answer,
		    "Location", 0), &answer);
		assert_strong(pool, values + i * 4);
		browser_drop_cookies(alice);
	}
	qsort(values, STARTS * 4, sizeof(values[0]), compare);
	for (size_t i = 1; i < STARTS * 4; i++)
		ck_assert_str_ne(values[i - 1], values[i]);
	pool_free(pool);
}
END_TEST

/* state with its first letter in the other case. */
static const char *case_changed(const char *state)
{
	char *changed = strdup(state);
	char *at = changed;
	const char *copy;

	ck_assert_ptr_nonnull(changed);
	while (*at != '\0' && !isalpha((unsigned char)*at))
		at++;
	*at = (char)(*at ^ 0x20);
	copy = text_print("%s", changed);
	free(changed);
	return copy;
}

START_TEST(st_08_only_the_exact_state_counts)
{
	const char *callback = callback_of(alice, "st-08");
	const char *state = flow_parameter(alice, callback, "state");
	const char *flipped = text_print("%c%s", state[0] == 'A' ? 'B' : 'A',
	    state + 1);

	assert_refused(alice, with_state(callback, flipped),
	    "state_mismatch");
	assert_refused(alice, with_state(callback, case_changed(state)),
	    "state_mismatch");
	assert_refused(alice, with_state(callback, text_print("%s%%00",
	    state)), "invalid_request");
	assert_refused(alice, with_state(callback, text_print("%s%%20",
	    state)), "state_mismatch");
	assert_refused(alice, with_state(callback, text_print("%%25%02X%s",
	    (unsigned char)state[0], state + 1)), "state_mismatch");
	assert_refused(alice, with_state(callback, text_print("%.42s",
	    state)), "state_mismatch");
	assert_refused(alice, text_print("%s&state=%s", callback, state),
	    "invalid_request");
	assert_signs_in(alice, callback);
}
END_TEST

START_TEST(st_11_two_tabs_both_finish)
{
	const char *first = callback_of(alice, "st-11");
	const char *second = callback_of(alice, "st-11");

	assert_signs_in(alice, first);
	assert_signs_in(alice, second);
	assert_refused(alice, first, "state_mismatch");
	assert_refused(alice, second, "state_mismatch");
	ck_assert_uint_eq(flow_recorded("google", "token"), 2);
}
END_TEST

START_TEST(st_12_many_starts_do_not_pile_up_cookies)
{
	const char *last = "";
	struct answer answer;

	for (int i = 0; i < 50; i++) {
		answer = browser_get(alice, stack_url("/api/auth/google"));
		ck_assert_int_eq(answer.status, 303);
		last = answer_header(alice, &answer, "Location", 0);
		/* Five of them make no Cookie line of 4 KiB. */
		ck_assert_uint_lt(5 * strcspn(answer_header(alice, &answer,
		    "Set-Cookie", 0), ";"), 4000);
	}
	ck_assert_uint_le(browser_cookie_count(alice, SIGNIN_COOKIE), 5);
	assert_signs_in(alice, flow_consent_as(alice, "google", last,
	    "st-12"));
}
END_TEST

/* What a sub-domain may set has no such prefix; only that name is read. */
START_TEST(st_13_a_cookie_without_the_prefix_is_not_ours)
{
	static const char *const tossed[] = {"lk_tx_", "__Secure-lk_tx_",
		"__host-lk_tx_", "__HOST-LK_TX_", "x__Host-lk_tx_"};
	const char *callback = callback_of(alice, "st-13");
	struct pool *pool = pool_new();
	const char *id = text_print("%.8s", crypt_sha256_hex(pool,
	    flow_parameter(alice, callback, "state")));
	const char *value = browser_cookie(alice, text_print(SIGNIN_COOKIE
	    "%s", id));

	ck_assert(str_begins(SIGNIN_COOKIE, "__Host-"));
	ck_assert_ptr_nonnull(value);
	for (size_t i = 0; i < 5; i++) {
		const char *const headers[] = {text_print("Cookie: %s%s=%s",
		    tossed[i], id, value), NULL};
		struct facts before = facts_now();
		struct answer answer = browser_send(mallory, "GET", callback,
		    headers, NULL);

		facts_assert_refused(mallory, &answer, 400, "state_mismatch",
		    &before);
	}
	assert_signs_in(alice, callback);
	pool_free(pool);
}
END_TEST

/* Clearing all of them would be more than nginx takes of an answer's head. */
START_TEST(st_12_of_very_many_cookies_the_oldest_go)
{
	struct pool *pool = pool_new();
	struct str cookies;
	struct answer answer;

	str_init(&cookies, pool);
	for (int i = 0; i < 200; i++)
		str_print(&cookies, "%s" SIGNIN_COOKIE "%08x=%d.x",
		    i == 0 ? "Cookie: " : "; ", i, i + 1);
	answer = browser_send(alice, "GET", stack_url("/api/auth/google"),
	    (const char *const[]){cookies.text, NULL}, NULL);
	ck_assert_int_eq(answer.status, 303);
	for (int i = 0; i < 20; i++)
		ck_assert_ptr_nonnull(strstr(answer.head, text_print(
		    SIGNIN_COOKIE "%08x=;", i)));
	pool_free(pool);
}
END_TEST

START_TEST(st_16_head_and_prefetch_finish_nothing)
{
	static const char *const ahead[] = {"Sec-Purpose: prefetch", NULL};
	static const char *const render[] = {
		"Sec-Purpose: prefetch;prerender", NULL};
	const char *callback = callback_of(alice, "st-16");
	struct facts before = facts_now();
	struct answer answer;

	answer = browser_send(alice, "HEAD", callback, NULL, NULL);
	ck_assert_int_eq(answer.status, 405);
	answer = browser_send(alice, "GET", callback, ahead, NULL);
	facts_assert_refused(alice, &answer, 400, "invalid_request",
	    &before);
	answer = browser_send(alice, "GET", callback, render, NULL);
	facts_assert_refused(alice, &answer, 400, "invalid_request",
	    &before);
	answer = browser_send(mallory, "GET", stack_url("/api/auth/google"),
	    ahead, NULL);
	facts_assert_refused(mallory, &answer, 400, "invalid_request",
	    &before);
	answer = browser_send(mallory, "HEAD", stack_url("/api/auth/google"),
	    NULL, NULL);
	ck_assert_int_eq(answer.status, 405);
	ck_assert_uint_eq(browser_cookie_count(mallory, SIGNIN_COOKIE), 0);
	facts_assert_same(&before);
	assert_signs_in(alice, callback);
}
END_TEST

static TCase *tests(void)
{
	TCase *t = tcase_create("signin_state");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, st_01_another_browser_cannot_finish);
	tcase_add_test(t, st_02_a_cookie_of_another_transaction_does_not_do);
	tcase_add_test(t, st_03_a_callback_without_state_is_refused);
	tcase_add_test(t, a_missing_cookie_is_refused);
	tcase_add_test(t, st_05_rp_04_the_same_callback_works_once);
	tcase_add_test(t, st_07_every_start_draws_its_own_values);
	tcase_add_test(t, st_08_only_the_exact_state_counts);
	tcase_add_test(t, st_11_two_tabs_both_finish);
	tcase_add_test(t, st_12_many_starts_do_not_pile_up_cookies);
	tcase_add_test(t, st_13_a_cookie_without_the_prefix_is_not_ours);
	tcase_add_test(t, st_12_of_very_many_cookies_the_oldest_go);
	tcase_add_test(t, st_16_head_and_prefetch_finish_nothing);
	return t;
}

int main(void)
{
	Suite *s = suite_create("signin_state");
	SRunner *r;
	int n;

	if (!stack_begin(NULL))
		return 0;

	suite_add_tcase(s, tests());
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	n = srunner_ntests_failed(r);
	srunner_free(r);
	stack_end();
	return n == 0 ? 0 : 1;
}
