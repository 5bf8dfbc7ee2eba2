/* SPDX-License-Identifier: ISC */
/*
 * Request bodies: their type, their size however it is announced, and JSON
 * that is none.
 */
#include <string.h>

#include <check.h>

#include "base/op.h"
#include "base/str.h"
#include "support/flow.h"
#include "support/raw_http.h"
#include "support/stack.h"
#include "support/text.h"

#define BODY_MOST 16384

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct op *op;
static struct browser *browser;

static void setup(void)
{
	op = op_new("test", 60000);
	browser = browser_new();
}

static void teardown(void)
{
	browser_free(browser);
	op_free(op);
}

/* POST /auth/refresh with this JSON. */
static struct answer post(const char *json)
{
	return browser_post(browser, stack_url("/api/auth/refresh"), json);
}

START_TEST(rq_02_a_body_is_json_in_utf_8_and_says_so)
{
	static const struct {
		const char *type;
		bool good;
	} cases[] = {
		{"application/json", true},
		{"Application/JSON", true},
		{"application/json; charset=utf-8", true},
		{"application/json;charset=\"UTF-8\"", true},
		{"application/json; charset=utf-16", false},
		{"application/json; charset=iso-8859-1", false},
		{"application/json5", false},
		{"application/jsonp", false},
		{"application/problem+json", false},
		{"application/json, text/plain", false},
		{"text/json", false},
		{"text/plain", false},
		{"multipart/form-data; boundary=x", false},
		{"application/x-www-form-urlencoded", false},
		{"*/*", false},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *const headers[] = {
			text_print("Content-Type: %s", cases[i].type), NULL};
		struct answer answer = browser_send(browser, "POST",
		    stack_url("/api/auth/refresh"), headers,
		    "{\"refresh_token\":\"x\"}");

		if (cases[i].good)
			flow_assert_problem(browser, &answer, 401,
			    "invalid_refresh_token");
		else
			flow_assert_problem(browser, &answer, 415,
			    "unsupported_media_type");
	}
}
END_TEST

/* A refresh whose body has size bytes. */
static const char *body_of(size_t size)
{
	static const char head[] = "{\"refresh_token\":\"";
	char *body = pool_alloc(op->pool, size + 1);

	memset(body, 'a', size);
	memcpy(body, head, strlen(head));
	memcpy(body + size - 2, "\"}", 2);
	return body;
}

START_TEST(rq_03_a_body_has_its_limit)
{
	static const size_t large[] = {BODY_MOST + 1, 100000, 100000000};
	struct answer answer = post(body_of(BODY_MOST));

	flow_assert_problem(browser, &answer, 401, "invalid_refresh_token");
	for (size_t i = 0; i < COUNT(large); i++) {
		answer = post(body_of(large[i]));
		flow_assert_problem(browser, &answer, 413, "too_large");
	}
}
END_TEST

START_TEST(rq_03_a_chunked_body_is_a_body)
{
	static const char *const headers[] = {"Content-Type: application/json",
		"Transfer-Encoding: chunked", NULL};
	const char *url = stack_url("/api/auth/refresh");
	struct flow_tokens tokens = flow_sign_in(browser, "google", "alice");
	struct answer answer;

	answer = browser_send(browser, "POST", url, headers,
	    text_print("{\"refresh_token\":\"%s\"}", tokens.refresh));
	ck_assert_int_eq(answer.status, 200);
	answer = browser_send(browser, "POST", url, headers,
	    body_of(BODY_MOST * 2));
	flow_assert_problem(browser, &answer, 413, "too_large");
}
END_TEST

/* POST /auth/refresh with this Content-Length; the status. */
static int with_length(const char *length, const char *body)
{
	return raw_http_status(raw_http_send(op->pool, pool_print(op->pool,
	    "POST /api/auth/refresh HTTP/1.1\r\nHost: localhost\r\n"
	    "Content-Type: application/json\r\nConnection: close\r\n"
	    "Content-Length: %s\r\n\r\n%s", length, body)));
}

START_TEST(rq_03_a_length_that_lies_is_refused_and_holds_nobody)
{
	static const char body[] = "{\"refresh_token\":\"x\"}";

	ck_assert_int_eq(with_length("21", body), 401);
	/* Shorter: what is left over is no JSON any more. */
	ck_assert_int_eq(with_length("20", body), 400);
	ck_assert_int_eq(with_length("0", body), 400);
	ck_assert_int_eq(with_length("-1", body), 400);
	ck_assert_int_eq(with_length("+21", body), 400);
	ck_assert_int_eq(with_length("0x15", body), 400);
	ck_assert_int_eq(with_length("21, 21", body), 400);
	ck_assert_int_eq(with_length("", body), 400);
	ck_assert_int_eq(with_length("99999999999999999999", body), 400);
	ck_assert_int_eq(with_length("9999999999", body), 413);
}
END_TEST

START_TEST(rq_05_what_is_not_strict_json_is_refused)
{
	static const char *const bodies[] = {"", "{", "{\"refresh_token\":",
		"{\"refresh_token\":\"x\"", "{\"refresh_token\":\"x\",}",
		"{\"refresh_token\":\"x\"}x", "{\"refresh_token\":\"x\"} {}",
		"{\"refresh_token\":\"x\"/**/}", "// x\n{}", "{'a':1}",
		"{refresh_token:\"x\"}", "{\"a\":NaN}", "{\"a\":Infinity}",
		"{\"a\":-Infinity}", "{\"a\":+1}", "{\"a\":007}", "{\"a\":.5}",
		"{\"a\":1.}", "{\"a\":TRUE}", "{\"a\":nul}",
		"\xef\xbb\xbf{\"refresh_token\":\"x\"}",
		"{\"refresh_token\":\"\xc0\xaf\"}",
		"{\"refresh_token\":\"\xed\xa0\x80\"}",
		"{\"refresh_token\":\"\xff\"}",
		"{\"refresh_token\":\"a\nb\"}",
		"{\"refresh_token\":\"\\u0000\"}",
		"{\"refresh_token\":\"\\ud800\"}",
		"{\"refresh_token\":\"\\x41\"}",
		"{\"refresh_token\":\"x\",\"refresh_token\":\"y\"}",
		"{\"refresh_token\":\"x\",\"refresh_toke\\u006e\":\"y\"}",
		"refresh_token=x"};

	for (size_t i = 0; i < COUNT(bodies); i++) {
		struct answer answer = post(bodies[i]);

		ck_assert_msg(answer.status == 400, "%ld for %s",
		    answer.status, bodies[i]);
		flow_assert_problem(browser, &answer, 400, "invalid_json");
	}
}
END_TEST

START_TEST(rq_05_json_that_is_no_object_changes_nothing)
{
	static const char *const bodies[] = {"[]", "[{}]", "null", "1", "\"\""};
	const char *access = flow_sign_in(browser, "google", "rq-05").access;
	const char *const headers[] = {"Content-Type: application/json",
		text_print("Authorization: Bearer %s", access), NULL};

	for (size_t i = 0; i < COUNT(bodies); i++) {
		struct answer answer = browser_send(browser, "PATCH",
		    stack_url("/api/users/me"), headers, bodies[i]);

		flow_assert_problem(browser, &answer, 400, "invalid_request");
	}
}
END_TEST

/* {"refresh_token":"x","a":[[[…]]]} with levels in all. */
static const char *nested(size_t levels)
{
	struct str body;

	str_init(&body, op->pool);
	str_add(&body, "{\"refresh_token\":\"x\",\"a\":");
	for (size_t i = 1; i < levels; i++)
		str_add_char(&body, '[');
	for (size_t i = 1; i < levels; i++)
		str_add_char(&body, ']');
	str_add_char(&body, '}');
	return body.text;
}

START_TEST(rq_08_depth_has_its_limit_and_breadth_costs_nothing)
{
	static const size_t levels[] = {17, 33, 8000};
	struct answer answer = post(nested(16));
	struct str flat;

	flow_assert_problem(browser, &answer, 401, "invalid_refresh_token");
	for (size_t i = 0; i < COUNT(levels); i++) {
		answer = post(nested(levels[i]));
		flow_assert_problem(browser, &answer, 400, "invalid_json");
	}
	answer = post(nested(100000));
	flow_assert_problem(browser, &answer, 413, "too_large");

	str_init(&flat, op->pool);
	str_add(&flat, "{\"refresh_token\":\"x\",\"a\":[0");
	while (flat.len < BODY_MOST - 4)
		str_add(&flat, ",0");
	str_add(&flat, "]}");
	answer = post(flat.text);
	flow_assert_problem(browser, &answer, 401, "invalid_refresh_token");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("body");
	TCase *t = tcase_create("body");
	SRunner *r;
	int n;

	if (!stack_begin(NULL))
		return 0;
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, rq_02_a_body_is_json_in_utf_8_and_says_so);
	tcase_add_test(t, rq_03_a_body_has_its_limit);
	tcase_add_test(t, rq_03_a_chunked_body_is_a_body);
	tcase_add_test(t, rq_03_a_length_that_lies_is_refused_and_holds_nobody);
	tcase_add_test(t, rq_05_what_is_not_strict_json_is_refused);
	tcase_add_test(t,
	    rq_05_json_that_is_no_object_changes_nothing);
	tcase_add_test(t, rq_08_depth_has_its_limit_and_breadth_costs_nothing);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	n = srunner_ntests_failed(r);
	srunner_free(r);
	stack_end();
	return n == 0 ? 0 : 1;
}
