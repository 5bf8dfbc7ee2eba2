/* SPDX-License-Identifier: ISC */
/*
 * Rotation of refresh tokens: one successor however many ask, the same one
 * within the grace, nothing for what is no token of ours.
 */
#include <string.h>
#include <time.h>

#include <check.h>

#include "support/flow.h"
#include "support/forge.h"
#include "support/stack.h"
#include "support/text.h"
#include "support/tokens.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct op *op;
static struct browser *browser;
static struct flow_tokens tokens;

/* A test that failed may have left a worker stopped. */
static void setup(void)
{
	stack_release();
	op = op_new("test", 60000);
	browser = browser_new();
	tokens = flow_sign_in(browser, "google", "alice");
}

static void teardown(void)
{
	browser_free(browser);
	op_free(op);
}

START_TEST(rt_01_a_refresh_answers_new_tokens_that_nobody_stores)
{
	struct answer answer = flow_refresh(browser, tokens.refresh);
	const char *access = answer_member(browser, &answer, "access_token");
	const char *next = answer_member(browser, &answer, "refresh_token");

	ck_assert_int_eq(answer.status, 200);
	ck_assert_str_eq(answer_header(browser, &answer, "Cache-Control", 0),
	    "no-store");
	ck_assert_str_eq(answer_header(browser, &answer, "Content-Type", 0),
	    "application/json");
	ck_assert_ptr_null(answer_header(browser, &answer, "Set-Cookie", 0));
	ck_assert_str_eq(answer_member(browser, &answer, "token_type"),
	    "Bearer");
	ck_assert_str_eq(answer_member(browser, &answer, "expires_in"),
	    "1800");
	ck_assert_str_ne(access, tokens.access);
	ck_assert_str_ne(next, tokens.refresh);
	ck_assert(tokens_open(browser, access));
	ck_assert_str_eq(forge_claim(op, next, "sid"),
	    forge_claim(op, tokens.refresh, "sid"));
	ck_assert_str_eq(forge_claim(op, next, "jti"),
	    text_print("%s.2", forge_claim(op, next, "sid")));
}
END_TEST

/* Times in tokens are whole seconds: a token made anew then differs. */
static void let_a_second_pass(void)
{
	nanosleep(&(struct timespec){.tv_sec = 1, .tv_nsec = 100000000}, NULL);
}

START_TEST(rt_03_the_token_before_yields_the_same_successor_within_the_grace)
{
	struct flow_tokens first = tokens_refresh(browser, tokens.refresh);
	struct flow_tokens again;

	let_a_second_pass();
	again = tokens_refresh(browser, tokens.refresh);
	ck_assert_str_eq(first.refresh, again.refresh);
	ck_assert(tokens_open(browser, first.access));
	ck_assert(tokens_open(browser, again.access));

	/* Also when the successor was used: then that one's is next. */
	again = tokens_refresh(browser, first.refresh);
	ck_assert_str_ne(again.refresh, first.refresh);
	let_a_second_pass();
	ck_assert_str_eq(tokens_refresh(browser, first.refresh).refresh, again.refresh);
	ck_assert_str_eq(tokens_recorded(tokens.refresh, "generation"), "3");
}
END_TEST

START_TEST(rt_07_what_is_no_refresh_token_is_refused)
{
	static const struct {
		const char *body;
		long status;
		const char *code;
	} cases[] = {
		{"{\"refresh_token\":\"x\"}", 401, "invalid_refresh_token"},
		{"{\"refresh_token\":\"a.b.c\"}", 401,
		    "invalid_refresh_token"},
		{"{\"refresh_token\":\"\"}", 401, "invalid_refresh_token"},
		{"{\"refresh_token\":\"\\u00e4\\n\"}", 401,
		    "invalid_refresh_token"},
		{"{\"refresh_token\":7}", 400, "invalid_request"},
		{"{\"refresh_token\":true}", 400, "invalid_request"},
		{"{\"refresh_token\":null}", 400, "invalid_request"},
		{"{\"refresh_token\":{}}", 400, "invalid_request"},
		{"{\"refresh_token\":[\"x\"]}", 400, "invalid_request"},
		{"{\"Refresh_Token\":\"x\"}", 400, "invalid_request"},
		{"{}", 400, "invalid_request"},
		{"[]", 400, "invalid_request"},
		{"\"x\"", 400, "invalid_request"},
		{"null", 400, "invalid_request"},
		{"", 400, "invalid_json"},
		{" ", 400, "invalid_json"},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct answer answer = browser_post(browser,
		    stack_url("/api/auth/refresh"), cases[i].body);

		flow_assert_problem(browser, &answer, cases[i].status,
		    cases[i].code);
	}
	tokens_refresh(browser, tokens.refresh);
}
END_TEST

START_TEST(rt_07_a_token_of_ours_with_other_claims_is_refused)
{
	struct jws_key key = forge_refresh_key(op);
	struct forge_claims good = forge_like(op, tokens.refresh);
	const char *sid = forge_claim(op, tokens.refresh, "sid");
	const char *const jtis[] = {NULL, "7", "\"\"",
		text_print("\"%s\"", sid), text_print("\"%s.\"", sid),
		text_print("\"%s.0\"", sid), text_print("\"%s.-1\"", sid),
		text_print("\"%s.01\"", sid), text_print("\"%s.1 \"", sid),
		text_print("\"%s.1e1\"", sid),
		text_print("\"%s.99999999999999999999\"", sid), "\"x.1\""};
	struct forge_claims claims;

	for (size_t i = 0; i < COUNT(jtis); i++) {
		claims = good;
		claims.jti = jtis[i];
		tokens_assert_dead(browser, forge_token(op, &key, &claims));
	}
	claims = good;
	claims.type = "\"access\"";
	tokens_assert_dead(browser, forge_token(op, &key, &claims));
	claims = good;
	claims.iss = "\"https://evil.example\"";
	tokens_assert_dead(browser, forge_token(op, &key, &claims));
	claims = good;
	claims.sid = "\"01890a5d-ac96-774b-bcce-b302099a8057\"";
	tokens_assert_dead(browser, forge_token(op, &key, &claims));
	claims = good;
	claims.exp = forge_time(op, -1);
	tokens_assert_dead(browser, forge_token(op, &key, &claims));
	ck_assert_int_eq(flow_refresh(browser,
	    forge_token(op, &key, &good)).status, 200);
}
END_TEST

START_TEST(rt_08_a_token_too_large_is_refused)
{
	static const size_t sizes[] = {5000, 17000, 16000000};

	for (size_t i = 0; i < COUNT(sizes); i++) {
		char *text = pool_alloc(op->pool, sizes[i] + 1);
		struct answer answer;

		memset(text, 'a', sizes[i]);
		answer = flow_refresh(browser, text);
		if (i == 0)
			flow_assert_problem(browser, &answer, 401,
			    "invalid_refresh_token");
		else
			flow_assert_problem(browser, &answer, 413,
			    "too_large");
	}
	tokens_refresh(browser, tokens.refresh);
}
END_TEST

START_TEST(rt_19_only_a_post_of_json_refreshes)
{
	static const char *const types[] = {"text/plain",
		"application/x-www-form-urlencoded", "multipart/form-data"};
	const char *url = stack_url("/api/auth/refresh");
	const char *body = text_print("{\"refresh_token\":\"%s\"}",
	    tokens.refresh);
	struct answer answer;

	answer = browser_get(browser, url);
	flow_assert_problem(browser, &answer, 405, "method_not_allowed");
	answer = browser_get(browser, text_print("%s?refresh_token=%s", url,
	    tokens.refresh));
	flow_assert_problem(browser, &answer, 405, "method_not_allowed");
	for (size_t i = 0; i < COUNT(types); i++) {
		const char *const headers[] = {
			text_print("Content-Type: %s", types[i]), NULL};

		answer = browser_send(browser, "POST", url, headers, body);
		flow_assert_problem(browser, &answer, 415,
		    "unsupported_media_type");
	}
	answer = browser_send(browser, "POST", url, NULL, body);
	flow_assert_problem(browser, &answer, 415, "unsupported_media_type");
	ck_assert_str_eq(tokens_recorded(tokens.refresh, "generation"), "1");
}
END_TEST

START_TEST(a_refresh_works_at_whatever_worker_it_comes_to)
{
	pid_t workers[2];
	const char *token = tokens.refresh;

	ck_assert_uint_eq(stack_all_workers(workers, COUNT(workers)), 2);
	for (size_t i = 0; i < 6; i++) {
		struct flow_tokens next;

		stack_hold(workers[i % 2]);
		next = tokens_refresh(browser, token);
		stack_release();
		stack_hold(workers[(i + 1) % 2]);
		ck_assert_str_eq(tokens_refresh(browser, token).refresh,
		    next.refresh);
		ck_assert(tokens_open(browser, next.access));
		stack_release();
		token = next.refresh;
	}
	ck_assert_str_eq(tokens_recorded(token, "generation"), "7");
}
END_TEST

START_TEST(cc_06_a_flow_may_change_workers_at_every_step)
{
	pid_t workers[2];
	struct browser *own = browser_new();
	const char *token = NULL;

	ck_assert_uint_eq(stack_all_workers(workers, COUNT(workers)), 2);
	for (size_t i = 0; i < 4; i++) {
		const char *url;
		struct answer answer;

		stack_hold(workers[i % 2]);
		url = flow_consent_as(own, "google", flow_start(own, "google"),
		    "cc-06");
		stack_release();
		stack_hold(workers[(i + 1) % 2]);
		answer = browser_get(own, url);
		ck_assert_int_eq(answer.status, 200);
		if (token != NULL)
			ck_assert_int_eq(tokens_logout(own, token), 204);
		stack_release();
		stack_hold(workers[i % 2]);
		ck_assert(tokens_open(own, answer_member(own, &answer,
		    "access_token")));
		if (token != NULL)
			tokens_assert_dead(own, token);
		stack_release();
		token = answer_member(own, &answer, "refresh_token");
	}
	browser_free(own);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("refresh");
	TCase *t = tcase_create("refresh");
	SRunner *r;
	int n;

	if (!stack_begin(NULL))
		return 0;
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t,
	    rt_01_a_refresh_answers_new_tokens_that_nobody_stores);
	tcase_add_test(t,
	    rt_03_the_token_before_yields_the_same_successor_within_the_grace);
	tcase_add_test(t, rt_07_what_is_no_refresh_token_is_refused);
	tcase_add_test(t, rt_07_a_token_of_ours_with_other_claims_is_refused);
	tcase_add_test(t, rt_08_a_token_too_large_is_refused);
	tcase_add_test(t, rt_19_only_a_post_of_json_refreshes);
	tcase_add_test(t, a_refresh_works_at_whatever_worker_it_comes_to);
	tcase_add_test(t, cc_06_a_flow_may_change_workers_at_every_step);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	n = srunner_ntests_failed(r);
	srunner_free(r);
	stack_end();
	return n == 0 ? 0 : 1;
}
