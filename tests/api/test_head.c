/* SPDX-License-Identifier: ISC */
/*
 * Request lines and headers, byte by byte through nginx: whatever the
 * spelling, a path never gets another policy, and nothing of it comes back
 * in a header or breaks a line of the log.
 */
#include <string.h>

#include <check.h>

#include "base/op.h"
#include "base/str.h"
#include "support/flow.h"
#include "support/raw_http.h"
#include "support/stack.h"
#include "support/text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct op *op;
static struct browser *browser;
static struct flow_tokens tokens;

static void setup(void)
{
	op = op_new("test", 60000);
	browser = browser_new();
	tokens = flow_sign_in(browser, "google", "alice");
}

static void teardown(void)
{
	browser_free(browser);
	op_free(op);
}

static int status_of(const char *target, const char *headers)
{
	return raw_http_status(raw_http_ask(op->pool, "GET", target, headers));
}

/* n letters. */
static const char *letters(size_t n)
{
	char *text = pool_alloc(op->pool, n + 1);

	memset(text, 'a', n);
	return text;
}

START_TEST(rq_12_a_path_spelled_otherwise_has_the_same_policy_or_none)
{
	static const struct {
		const char *path;
		int status;
	} cases[] = {
		{"/api/users/me", 401},
		{"//api//users///me", 401},
		{"/api/./users/me", 401},
		{"/api/x/../users/me", 401},
		{"/x/../api/users/me", 401},
		{"/api/%75sers/me", 401},
		{"/%61pi/users/me", 401},
		{"/api/users%2fme", 401},
		{"/api/users/%2e/me", 401},
		{"/api/users/me?", 401},
		{"/api/users/me/", 404},
		{"/api/users/me;x=1", 404},
		{"/api/users/me%20", 404},
		{"/api/users/me%0a", 404},
		{"/api/users/me%3f", 404},
		{"/api/Users/me", 404},
		{"/api/users/ME", 404},
		{"/API/users/me", 404},
		{"/api/users%252fme", 404},
		{"/api/users/me/..", 404},
		{"/api/auth/google", 303},
		{"//api/auth/google", 303},
		{"/api/%61uth/google", 303},
		{"/api/auth/%67oogle", 303},
		{"/api/auth/google/", 404},
		{"/api/auth/GOOGLE", 404},
		{"/api/auth/google;x", 404},
		{"/api/auth/google%00", 400},
		{"/api/users/me%00", 400},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		int status = status_of(cases[i].path, "");

		ck_assert_msg(status == cases[i].status, "%s: %d",
		    cases[i].path, status);
	}
}
END_TEST

/* Every line of the log is one that we began: "time=". */
static void assert_log_is_whole(void)
{
	const char *line = stack_log();

	while (*line != '\0') {
		size_t len = strcspn(line, "\n");

		ck_assert_msg(str_begins(line, "time="), "not ours: %.*s",
		    (int)len, line);
		for (size_t i = 0; i < len; i++)
			ck_assert_msg((unsigned char)line[i] >= 0x20 &&
			    line[i] != 0x7f, "a control character in %.*s",
			    (int)len, line);
		line += len;
		line += strspn(line, "\n");
	}
}

START_TEST(rq_13_odd_bytes_in_a_path_reach_no_header_and_no_log_line)
{
	static const struct {
		const char *path;
		int status;
	} cases[] = {
		{"/api/a%00b", 400},
		{"/api/a%zzb", 400},
		{"/api/a%", 400},
		{"/api/a%0d%0aSet-Cookie:%20x=1", 404},
		{"/api/auth/x%0d%0aLocation:%20https://evil.example", 404},
		{"/api/a%0alevel=error%20event=fake", 404},
		{"/api/a%5cb", 404},
		{"/api/a%22%20event=%22fake", 404},
		{"/api/a%1b[31m", 404},
		{"/api/a%c0%af", 404},
		{"/api/a%e2%80%a8b", 404},
		{"/api/a\xff\xfe", 404},
	};
	const char *answer;

	for (size_t i = 0; i < COUNT(cases); i++) {
		answer = raw_http_ask(op->pool, "GET", cases[i].path, "");
		ck_assert_msg(raw_http_status(answer) == cases[i].status,
		    "%s: %.40s", cases[i].path, answer);
		ck_assert_ptr_null(raw_http_header(op->pool, answer,
		    "Set-Cookie"));
		ck_assert_ptr_null(raw_http_header(op->pool, answer,
		    "Location"));
	}
	ck_assert_int_eq(status_of(pool_print(op->pool, "/api/auth/%s",
	    letters(7000)), ""), 404);
	ck_assert_int_eq(status_of(pool_print(op->pool, "/api/auth/%s",
	    letters(9000)), ""), 414);
	assert_log_is_whole();
}
END_TEST

START_TEST(il_05_what_a_client_sends_stays_inside_its_value)
{
	const char *answer = raw_http_ask(op->pool, "GET",
	    "/api/mark%0a%22%5c%1b[1mtime=x%0d%0a",
	    "User-Agent: a\"b\\c\x1b[31m event=fake\r\n"
	    "Authorization: Bearer a\"\\b event=fake\r\n"
	    "Cookie: __Host-lk_tx_\"event=fake\r\n");
	const char *id = raw_http_header(op->pool, answer, "X-Request-Id");
	const char *line;
	size_t len;

	ck_assert_int_eq(raw_http_status(answer), 404);
	ck_assert_ptr_nonnull(id);
	line = strstr(stack_log(), id);
	ck_assert_ptr_nonnull(line);
	len = strcspn(line, "\n");
	line = text_print("%.*s", (int)len, line);
	ck_assert_ptr_nonnull(strstr(line, " path=\"/mark\\u000a\\\"\\\\"
	    "\\u001b[1mtime=x\\u000d\\u000a\" "));
	ck_assert_ptr_nonnull(strstr(line, " status=404 "));
	ck_assert_ptr_null(strstr(line, "event=fake"));
	assert_log_is_whole();
}
END_TEST

START_TEST(rq_14_a_broken_query_is_refused)
{
	static const char *const queries[] = {"x=%00", "x=%", "x=%2", "x=%zz",
		"%00=x", "%=x", "a=1&a=2", "a=1&%61=2", "a&a"};

	ck_assert_int_eq(status_of("/api/auth/google?x=%41&&y=&z", ""), 303);
	for (size_t i = 0; i < COUNT(queries); i++) {
		struct answer answer = browser_get(browser, stack_url(
		    text_print("/api/auth/google?%s", queries[i])));

		ck_assert_msg(answer.status == 400, "%s: %ld", queries[i],
		    answer.status);
		flow_assert_problem(browser, &answer, 400, "invalid_request");
	}
}
END_TEST

/* GET /users/me as alice with this Cookie line: the status. */
static int with_cookie(const char *cookie)
{
	return status_of("/api/users/me", pool_print(op->pool,
	    "Authorization: Bearer %s\r\nCookie: %s\r\n", tokens.access,
	    cookie));
}

START_TEST(rq_15_foreign_cookies_are_ignored_and_our_own_come_once)
{
	static const char *const good[] = {"a", "=", "=x", "a=", "a=b; a=c",
		";;; ;", "a=\"b; c=d\"", " a = b ", "\xc3\xa4=\xff",
		"__Host-lk_tx_=x", "__Host-lk_tx_00000000=x; a=b",
		"__Host-lk_tx_00000000", "a=__Host-lk_tx_0=1",
		"__Host-lk_tx_1=x; __Host-lk_tx_2=x"};
	static const char *const bad[] = {
		"__Host-lk_tx_00000000=x; __Host-lk_tx_00000000=x",
		"__Host-lk_tx_00000000=x;a=b;__Host-lk_tx_00000000=y",
		("__Host-lk_tx_00000000=x\r\nCookie: "
		"__Host-lk_tx_00000000=y")};
	struct str many;

	for (size_t i = 0; i < COUNT(good); i++)
		ck_assert_msg(with_cookie(good[i]) == 200, "%s", good[i]);
	for (size_t i = 0; i < COUNT(bad); i++)
		ck_assert_msg(with_cookie(bad[i]) == 400, "%s", bad[i]);

	ck_assert_int_eq(with_cookie(pool_print(op->pool, "a=%s",
	    letters(7000))), 200);
	str_init(&many, op->pool);
	for (int i = 0; i < 400; i++)
		str_print(&many, "c%d=x; ", i);
	ck_assert_int_eq(with_cookie(many.text), 200);
	str_init(&many, op->pool);
	for (int i = 0; i < 201; i++)
		str_print(&many, "__Host-lk_tx_%08d=x; ", i);
	ck_assert_int_eq(with_cookie(many.text), 400);
}
END_TEST

START_TEST(rq_15_cookies_almost_ours_reach_no_answer)
{
	static const char *const names[] = {"\x01", "\x7f", "\t", "\xff",
		"0000000", "000000000", "0000000g", "0000000A", "a b"};
	const char *log = stack_log();

	for (size_t i = 0; i < COUNT(names); i++)
		ck_assert_msg(status_of("/api/auth/google",
		    pool_print(op->pool, "Cookie: __Host-lk_tx_%s=1; "
			"__Host-lk_tx_b=2; __Host-lk_tx_c=2; "
			"__Host-lk_tx_d=2; __Host-lk_tx_e=2\r\n",
			names[i])) == 303, "%zu", i);
	ck_assert_ptr_null(strstr(stack_log() + strlen(log), "started"));
}
END_TEST

/* A header line with a byte of its value replaced by byte; the answer. */
static const char *with_byte(const char *name, char byte)
{
	char *text = pool_print(op->pool, "GET /api/auth/google HTTP/1.1\r\n"
	    "Host: localhost\r\nConnection: close\r\n"
	    "%s: wicked@Set-Cookie: wicked=1\r\n\r\n", name);
	size_t len = strlen(text);

	*strchr(text, '@') = byte;
	return raw_http_send_n(op->pool, text, len);
}

START_TEST(rq_16_odd_bytes_in_a_header_reach_no_answer)
{
	static const char *const names[] = {"User-Agent", "Cookie", "Origin",
		"Authorization", "Accept", "X-Request-Id", "Sec-Fetch-Site"};
	static const char bytes[] = {'\0', '\n', '\r', '\x80', '\xff'};

	for (size_t i = 0; i < COUNT(names) * COUNT(bytes); i++) {
		char byte = bytes[i % COUNT(bytes)];
		const char *answer = with_byte(names[i / COUNT(bytes)], byte);
		int status = raw_http_status(answer);

		ck_assert_msg(status == 303 || status == 400, "%s %x: %s",
		    names[i / COUNT(bytes)], (unsigned char)byte, answer);
		if (byte == '\0')
			ck_assert_int_eq(status, 400);
		ck_assert_ptr_null(strstr(answer, "wicked"));
	}
	assert_log_is_whole();
}
END_TEST

START_TEST(rq_17_a_message_of_two_lengths_is_refused)
{
	static const char *const headers[] = {
		"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
		"Content-Length: 0\r\nContent-Length: 5\r\n",
		"Content-Length: 5\r\nContent-Length: 5\r\n",
		"Transfer-Encoding: gzip, chunked\r\n",
		"Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n",
		"X-Folded: a\r\n b\r\n",
		"Bad Name: a\r\nContent-Length : 5\r\n\x01: x\r\n"};

	for (size_t i = 0; i < COUNT(headers); i++) {
		const char *answer = raw_http_ask(op->pool, "POST",
		    "/api/auth/refresh", headers[i]);
		int status = raw_http_status(answer);

		ck_assert_msg(status >= 400 && status <= 501 && status != 401,
		    "%s: %s", headers[i], answer);
		/* One answer: what follows was not taken for a request. */
		ck_assert_ptr_null(strstr(answer + 1, "HTTP/1.1 "));
	}
}
END_TEST

START_TEST(rq_18_two_authorizations_are_none)
{
	const char *own = pool_print(op->pool, "Authorization: Bearer %s\r\n",
	    tokens.access);

	ck_assert_int_eq(status_of("/api/users/me", own), 200);
	ck_assert_int_eq(status_of("/api/users/me", pool_print(op->pool,
	    "%s%s", own, own)), 400);
	ck_assert_int_eq(status_of("/api/users/me", pool_print(op->pool,
	    "%sAuthorization: Bearer x\r\n", own)), 400);
	ck_assert_int_eq(status_of("/api/users/me", pool_print(op->pool,
	    "Authorization: Basic eA==\r\n%s", own)), 400);
}
END_TEST

START_TEST(rq_19_headers_of_other_purposes_change_nothing)
{
	static const char *const headers[] = {"Expect: 100-continue",
		"Upgrade: h2c", "Connection: Upgrade, HTTP2-Settings",
		"Range: bytes=0-3", "If-None-Match: *", "If-None-Match: \"x\"",
		"If-Modified-Since: Sun, 06 Nov 2044 08:49:37 GMT",
		"Accept: text/html", "Accept: image/*", "Accept:",
		"Accept-Encoding: gzip", "X-HTTP-Method-Override: DELETE",
		"X-Forwarded-Host: evil.example", "Host: evil.example",
		"Proxy: http://evil.example", "X-Original-URL: /health/live",
		"Latchkey-Listener: local", "Latchkey_Listener: local"};

	for (size_t i = 0; i < COUNT(headers); i++) {
		const char *const with[] = {headers[i], text_print(
		    "Authorization: Bearer %s", tokens.access), NULL};
		struct answer answer = browser_send(browser, "GET",
		    stack_url("/api/users/me"), with, NULL);

		ck_assert_msg(answer.status == 200, "%s: %ld", headers[i],
		    answer.status);
		ck_assert_str_eq(answer_header(browser, &answer,
		    "Content-Type", 0), "application/json");
		ck_assert_str_eq(answer_member(browser, &answer, "email"),
		    "alice@gmail.com");
		ck_assert_ptr_null(strstr(answer.head, "evil.example"));
	}
}
END_TEST

START_TEST(rq_19_a_flow_never_follows_the_host_that_was_asked)
{
	const char *answer = raw_http_send(op->pool,
	    "GET /api/auth/google HTTP/1.1\r\nHost: evil.example\r\n"
	    "X-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: https\r\n"
	    "Forwarded: host=evil.example\r\nConnection: close\r\n\r\n");
	const char *location = raw_http_header(op->pool, answer, "Location");

	ck_assert_int_eq(raw_http_status(answer), 303);
	ck_assert_ptr_nonnull(location);
	ck_assert_ptr_null(strstr(answer, "evil.example"));
	ck_assert_str_eq(flow_parameter(browser, location, "redirect_uri"),
	    stack_url("/api/auth/google/callback"));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("head");
	TCase *t = tcase_create("head");
	SRunner *r;
	int n;

	if (!stack_begin(NULL))
		return 0;
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t,
	    rq_12_a_path_spelled_otherwise_has_the_same_policy_or_none);
	tcase_add_test(t,
	    rq_13_odd_bytes_in_a_path_reach_no_header_and_no_log_line);
	tcase_add_test(t, il_05_what_a_client_sends_stays_inside_its_value);
	tcase_add_test(t, rq_14_a_broken_query_is_refused);
	tcase_add_test(t,
	    rq_15_foreign_cookies_are_ignored_and_our_own_come_once);
	tcase_add_test(t, rq_15_cookies_almost_ours_reach_no_answer);
	tcase_add_test(t, rq_16_odd_bytes_in_a_header_reach_no_answer);
	tcase_add_test(t, rq_17_a_message_of_two_lengths_is_refused);
	tcase_add_test(t, rq_18_two_authorizations_are_none);
	tcase_add_test(t, rq_19_headers_of_other_purposes_change_nothing);
	tcase_add_test(t, rq_19_a_flow_never_follows_the_host_that_was_asked);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	n = srunner_ntests_failed(r);
	srunner_free(r);
	stack_end();
	return n == 0 ? 0 : 1;
}
