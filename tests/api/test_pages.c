/* SPDX-License-Identifier: ISC */
/*
 * People on their way to a provider and back see a page where something is
 * refused, by latchkey or by nginx before it; programs get a problem document.
 */
#include <string.h>

#include <check.h>

#include "support/flow.h"
#include "support/promise.h"
#include "support/raw_http.h"
#include "support/stack.h"
#include "support/text.h"

#define BROWSER "text/html,application/xhtml+xml,*/*;q=0.8"

static struct browser *browser;

/* Tests leave no worker behind. */
static void setup(void)
{
	stack_service("start", "latchkey");
	ck_assert(stack_is_ready_within(10000));
	browser = browser_new();
}

static void teardown(void)
{
	browser_free(browser);
}

/* A request as a browser that navigates makes it. */
static struct answer navigate(const char *method, const char *path,
    const char *body)
{
	static const char *const headers[] = {
		"Accept: " BROWSER,
		"Content-Type: application/x-www-form-urlencoded", NULL};

	return browser_send(browser, method, stack_url(path), headers, body);
}

static void assert_type(const struct answer *answer, const char *path,
    const char *type)
{
	const char *said = answer_header(browser, answer, "Content-Type", 0);

	ck_assert_msg(said != NULL && strcmp(said, type) == 0, "%s: %s", path,
	    said);
}

static void assert_document(const struct answer *answer, long status,
    const char *path)
{
	ck_assert_msg(answer->status == status, "%s: %ld %s", path,
	    answer->status, answer->body);
	assert_type(answer, path, "application/problem+json");
}

static void assert_page(const struct answer *answer, long status,
    const char *path, const char *code)
{
	ck_assert_msg(answer->status == status, "%s: %ld %s", path,
	    answer->status, answer->body);
	assert_type(answer, path, "text/html; charset=utf-8");
	ck_assert_ptr_nonnull(strstr(answer->body, "<!DOCTYPE html>"));
	ck_assert_msg(strstr(answer->body, code) != NULL, "%s", answer->body);
	ck_assert_ptr_nonnull(strstr(answer->body, answer_header(browser,
	    answer, "X-Request-Id", 0)));
	ck_assert_ptr_nonnull(strstr(answer_header(browser, answer,
	    "Content-Security-Policy", 0), "default-src 'none'"));
	ck_assert_str_eq(answer_header(browser, answer, "Cache-Control", 0),
	    "no-store");
}

/* As the table of routes says, of which nginx knows a little by itself. */
START_TEST(without_a_worker_people_get_a_page_and_programs_a_document)
{
	stack_service("stop", "latchkey");
	for (size_t i = 0; i < route_count; i++) {
		const struct route *route = &route_table[i];
		struct answer answer;

		if (route->listener == ROUTE_LOCAL)
			continue;
		answer = promise_send(browser, route,
		    &(struct promise_try){.segment = "google",
			.token = "", .accept = BROWSER});
		if (route->is_flow) {
			assert_page(&answer, 502, route->pattern,
			    "unavailable");
			ck_assert_str_eq(answer_header(browser, &answer,
			    "Retry-After", 0), "5");
		} else {
			assert_document(&answer, 502, route->pattern);
		}
		answer = promise_send(browser, route,
		    &(struct promise_try){.segment = "google",
			.token = ""});
		assert_document(&answer, 502, route->pattern);
	}
}
END_TEST

/* What a path ends in makes no other type of it. */
START_TEST(a_name_is_no_type)
{
	struct answer answer;

	stack_service("stop", "latchkey");
	answer = navigate("GET", "/api/users/me.html", NULL);
	assert_document(&answer, 502, "me.html");
	answer = navigate("GET", "/api/auth/a.css", NULL);
	assert_page(&answer, 502, "a.css", "unavailable");
}
END_TEST

/* The look of a page, as its style says. */
static const char *style_of(const struct answer *answer)
{
	const char *style = strstr(answer->body, "<style>");

	ck_assert_ptr_nonnull(style);
	return text_copy(style, (size_t)(strstr(style, "</style>") - style));
}

START_TEST(pages_of_nginx_and_of_latchkey_look_the_same)
{
	static const char path[] = "/api/auth/link/google";
	struct answer answer = navigate("GET", path, NULL);
	const char *style = style_of(&answer);

	assert_page(&answer, 401, path, "authentication_required");
	stack_service("stop", "latchkey");
	answer = navigate("GET", path, NULL);
	assert_page(&answer, 502, path, "unavailable");
	ck_assert_str_eq(style_of(&answer), style);
}
END_TEST

START_TEST(a_form_that_is_too_large_is_refused_by_a_page)
{
	static const char path[] = "/api/auth/google/callback";
	struct answer answer = navigate("POST", path, text_print("%017000d",
	    1));

	assert_page(&answer, 413, path, "too_large");
	ck_assert_ptr_null(answer_header(browser, &answer, "Retry-After", 0));
}
END_TEST

/* Its GET has pages, but a script asks by POST. */
START_TEST(who_asks_to_link_by_post_gets_no_page)
{
	static const char path[] = "/api/auth/link/google";
	struct answer answer = navigate("POST", path, "");

	flow_assert_problem(browser, &answer, 401, "authentication_required");
	assert_type(&answer, path, "application/problem+json");
	answer = navigate("GET", path, NULL);
	assert_page(&answer, 401, path, "authentication_required");
	answer = navigate("PUT", path, "");
	assert_page(&answer, 405, path, "method_not_allowed");
}
END_TEST

/* RFC 9112 section 4: a blank stands behind the number in any case. */
START_TEST(a_status_line_says_the_status_in_words)
{
	static const char *const said[][2] = {
		{"/api/auth/providers", "HTTP/1.1 200 OK\r\n"},
		{"/api/auth/google", "HTTP/1.1 303 See Other\r\n"},
		{"/api/users/me", "HTTP/1.1 401 Unauthorized\r\n"}};
	struct pool *pool = pool_new();

	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		const char *answer = raw_http_ask(pool, "GET", said[i][0], "");

		ck_assert_msg(strncmp(answer, said[i][1],
		    strlen(said[i][1])) == 0, "%.80s", answer);
	}
	pool_free(pool);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("pages");
	TCase *t = tcase_create("pages");
	SRunner *r;
	int n;

	if (!stack_begin(NULL))
		return 0;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t,
	    without_a_worker_people_get_a_page_and_programs_a_document);
	tcase_add_test(t, a_name_is_no_type);
	tcase_add_test(t, pages_of_nginx_and_of_latchkey_look_the_same);
	tcase_add_test(t, a_form_that_is_too_large_is_refused_by_a_page);
	tcase_add_test(t, who_asks_to_link_by_post_gets_no_page);
	tcase_add_test(t, a_status_line_says_the_status_in_words);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	n = srunner_ntests_failed(r);
	srunner_free(r);
	stack_end();
	return n == 0 ? 0 : 1;
}
