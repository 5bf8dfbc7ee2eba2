/* SPDX-License-Identifier: ISC */
/*
 * What a callback may not bring: a no, somebody else's provider, a forged
 * nonce, an address that is taken.  Nothing is made, and it is said plainly.
 */
#include <string.h>

#include <check.h>

#include "auth/signin.h"
#include "base/str.h"
#include "support/facts.h"
#include "support/flow.h"
#include "support/stack.h"
#include "support/text.h"

static const char *const as_page[] = {
	"Accept: text/html,application/xhtml+xml,*/*;q=0.8", NULL};

static struct browser *alice;
static struct browser *mallory;
static struct facts before;

static void setup(void)
{
	flow_reset();
	alice = browser_new();
	mallory = browser_new();
	before = facts_now();
}

static void teardown(void)
{
	browser_free(alice);
	browser_free(mallory);
}

/* The callback as the identity queued; not yet opened. */
static const char *callback(const char *provider)
{
	return flow_consent(alice, flow_start(alice, provider));
}

static void assert_refused(struct browser *browser, const char *url,
    long status, const char *code)
{
	struct answer answer = browser_get(browser, url);

	facts_assert_refused(browser, &answer, status, code, &before);
}

START_TEST(cb_01_neither_code_nor_error_is_refused)
{
	const char *url = flow_start(alice, "google");
	const char *bare = text_print("%s?state=%s",
	    stack_url("/api/auth/google/callback"),
	    flow_parameter(alice, url, "state"));

	assert_refused(alice, bare, 400, "state_mismatch");
	/* It is used up. */
	assert_refused(alice, text_print("%s&code=x", bare), 400,
	    "state_mismatch");
}
END_TEST

START_TEST(cb_02_a_no_at_the_provider_is_a_cancelled_sign_in)
{
	const char *url;

	flow_next("{\"provider\": \"google\", \"deny\": true}");
	url = callback("google");
	assert_refused(alice, url, 400, "sign_in_cancelled");
	assert_refused(alice, url, 400, "state_mismatch");
}
END_TEST

START_TEST(cb_02_another_error_is_the_providers_failure)
{
	flow_next("{\"provider\": \"google\", \"error\": \"server_error\"}");
	assert_refused(alice, callback("google"), 502, "provider_error");
}
END_TEST

START_TEST(cb_03_a_no_of_another_browser_is_refused)
{
	const char *url;

	flow_next("{\"provider\": \"google\", \"deny\": true}");
	url = callback("google");
	assert_refused(mallory, url, 400, "state_mismatch");
	assert_refused(mallory, text_print("%s?error=access_denied",
	    stack_url("/api/auth/google/callback")), 400, "state_mismatch");
	assert_refused(mallory, text_print("%s?error=access_denied&state=x",
	    stack_url("/api/auth/google/callback")), 400, "state_mismatch");
	/* He can still cancel it himself. */
	assert_refused(alice, url, 400, "sign_in_cancelled");
}
END_TEST

START_TEST(cb_06_the_providers_words_are_not_repeated)
{
	const char *url;
	struct answer answer;

	flow_next("{\"provider\": \"google\", \"deny\": true}");
	url = text_print("%s&error_description=%%3Cb%%3Ewicked%%0D%%0AX:1",
	    callback("google"));
	answer = browser_send(alice, "GET", url, as_page, NULL);
	ck_assert_int_eq(answer.status, 400);
	ck_assert_ptr_null(strstr(answer.head, "wicked"));
	ck_assert_ptr_null(strstr(answer.body, "wicked"));
	ck_assert_ptr_null(strstr(stack_log(), "wicked"));
	facts_assert_same(&before);
}
END_TEST

START_TEST(cb_09_broken_encoding_is_refused)
{
	static const char *const broken[] = {"%", "%25g1&x=%g1", "%2"};
	const char *url;

	flow_next("{\"provider\": \"google\", \"subject\": \"cb-09\"}");
	url = callback("google");
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
		assert_refused(alice, text_print("%s&extra=%s", url,
		    broken[i]), 400, "invalid_request");
	ck_assert_int_eq(browser_get(alice, url).status, 200);
}
END_TEST

START_TEST(cb_10_unknown_parameters_are_ignored)
{
	flow_next("{\"provider\": \"google\", \"subject\": \"cb-10\"}");
	ck_assert_int_eq(browser_get(alice, text_print("%s&scope=openid"
	    "&authuser=0&hd=example.org&prompt=none&session_state=x",
	    callback("google"))).status, 200);
}
END_TEST

START_TEST(st_12_the_oldest_cookie_is_the_one_that_goes)
{
	/* Of two that began at once it is the one the browser names first. */
	static const char *const headers[] = {"Cookie: " SIGNIN_COOKIE
		"00000001=7.x; " SIGNIN_COOKIE "00000002=9.x; " SIGNIN_COOKIE
		"00000003=10.x; " SIGNIN_COOKIE "00000004=5.x; " SIGNIN_COOKIE
		"00000005=5.x", NULL};
	struct answer answer = browser_send(alice, "GET",
	    stack_url("/api/auth/google"), headers, NULL);

	ck_assert_int_eq(answer.status, 303);
	ck_assert_ptr_nonnull(strstr(answer.head, SIGNIN_COOKIE "00000004=;"));
	for (int i = 1; i < 6; i++)
		if (i != 4)
			ck_assert_ptr_null(strstr(answer.head, text_print(
			    SIGNIN_COOKIE "0000000%d", i)));
}
END_TEST

START_TEST(cb_12_an_unknown_provider_is_404)
{
	const char *name = text_print("%0300d", 7);

	assert_refused(alice, stack_url("/api/auth/wicked"), 404,
	    "provider_not_configured");
	assert_refused(alice, stack_url("/api/auth/wicked/callback"), 404,
	    "provider_not_configured");
	assert_refused(alice, stack_url(text_print("/api/auth/%s", name)),
	    404, "provider_not_configured");
	assert_refused(alice, stack_url(
	    "/api/auth/%3Cb%3Ewicked/callback?code=x&state=y"), 404,
	    "provider_not_configured");
	ck_assert_ptr_null(strstr(browser_get(alice,
	    stack_url("/api/auth/wicked")).body, "wicked"));
}
END_TEST

START_TEST(mx_01_an_answer_for_another_provider_is_refused)
{
	const char *answer;
	const char *query;

	flow_next("{\"provider\": \"other\", \"subject\": \"mx-01\"}");
	answer = callback("other");
	query = strchr(answer, '?');
	assert_refused(alice, text_print("%s%s",
	    stack_url("/api/auth/google/callback"), query), 400,
	    "state_mismatch");
}
END_TEST

START_TEST(mx_04_an_answer_of_another_issuer_is_refused)
{
	flow_next("{\"provider\": \"google\", \"subject\": \"mx-04\", "
	    "\"iss\": \"https://wicked.example\"}");
	assert_refused(alice, callback("google"), 400, "state_mismatch");
}
END_TEST

START_TEST(a_foreign_nonce_lets_nobody_in)
{
	flow_next("{\"provider\": \"google\", \"subject\": \"nonce\", "
	    "\"nonce\": \"of-another-sign-in\"}");
	before.calls++;
	assert_refused(alice, callback("google"), 502, "provider_error");

	flow_next("{\"provider\": \"google\", \"subject\": \"nonce\", "
	    "\"without\": [\"nonce\"]}");
	before.calls++;
	assert_refused(alice, callback("google"), 502, "provider_error");
	ck_assert_int_eq(stack_count("select count(*) from "
	    "oauth_linked_accounts where oauth_id = 'nonce'"), 0);
}
END_TEST

START_TEST(em_01_an_unverified_address_makes_a_separate_account)
{
	struct answer answer;

	flow_sign_in(alice, "google", "holder");
	flow_next("{\"provider\": \"discord\", \"subject\": \"5501\", "
	    "\"email\": \"holder@gmail.com\", \"email_verified\": false}");
	answer = browser_get(mallory, flow_consent(mallory,
	    flow_start(mallory, "discord")));
	ck_assert_int_eq(answer.status, 200);
	answer = browser_get_as(mallory, stack_url("/api/users/me"),
	    answer_member(mallory, &answer, "access_token"));
	ck_assert_int_eq(answer.status, 200);
	ck_assert_str_eq(answer_member(mallory, &answer, "email_verified"),
	    "false");
	ck_assert_str_eq(answer_member(mallory, &answer, "id"),
	    stack_sql("select user_id from oauth_linked_accounts "
		"where oauth_id = '5501'"));
	ck_assert_str_ne(answer_member(mallory, &answer, "id"),
	    stack_sql("select user_id from oauth_linked_accounts "
		"where oauth_id = 'holder'"));
	ck_assert_int_eq(stack_count("select count(*) from users where "
	    "email = 'holder@gmail.com' and email_verified"), 1);
}
END_TEST

START_TEST(people_get_a_page_programs_a_problem)
{
	const char *url = stack_url("/api/auth/google/callback?state=wicked");
	struct answer answer = browser_send(alice, "GET", url, as_page, NULL);
	const char *policy = answer_header(alice, &answer,
	    "Content-Security-Policy", 0);

	ck_assert_int_eq(answer.status, 400);
	ck_assert_str_eq(answer_header(alice, &answer, "Content-Type", 0),
	    "text/html; charset=utf-8");
	ck_assert(str_begins(answer.body, "<!DOCTYPE html>"));
	ck_assert_ptr_nonnull(strstr(answer.body, "Please start again."));
	ck_assert_ptr_nonnull(strstr(answer.body, "state_mismatch"));
	ck_assert_ptr_nonnull(strstr(answer.body, "<a href="));
	ck_assert_ptr_null(strstr(answer.body, "wicked"));
	ck_assert_ptr_null(strstr(answer.body, "http:"));
	ck_assert_ptr_null(strstr(answer.body, "https:"));
	ck_assert_ptr_nonnull(policy);
	ck_assert(str_begins(policy, "default-src 'none'"));
	ck_assert_str_eq(answer_header(alice, &answer, "Referrer-Policy", 0),
	    "no-referrer");
	ck_assert_str_eq(answer_header(alice, &answer, "Cache-Control", 0),
	    "no-store");

	assert_refused(alice, url, 400, "state_mismatch");
}
END_TEST

/* The page that a refused navigation to path shows. */
static const char *page(const char *path)
{
	struct answer answer = browser_send(alice, "GET", stack_url(path),
	    as_page, NULL);

	ck_assert_int_ge(answer.status, 400);
	ck_assert(str_begins(answer.body, "<!DOCTYPE html>"));
	return answer.body;
}

START_TEST(the_page_leads_back_to_where_the_flow_began)
{
	static const char *const providers[] = {"google", "discord", "other"};

	for (size_t i = 0; i < 3; i++) {
		const char *path = text_print("/api/auth/%s", providers[i]);
		const char *html = page(text_print("%s/callback?state=x",
		    path));
		const char *link = strstr(html, "<a href=\"");
		struct answer answer;

		ck_assert_ptr_nonnull(link);
		link += strlen("<a href=\"");
		ck_assert(str_begins(link, text_print("%s\">Start again</a>",
		    path)));
		answer = browser_get(alice, stack_url(text_copy(link,
		    strcspn(link, "\""))));
		ck_assert_int_eq(answer.status, 303);
		flow_next("{\"provider\": \"%s\", \"subject\": \"77%zu\"}",
		    providers[i], i);
		ck_assert_int_eq(browser_get(alice, flow_consent(alice,
		    answer_header(alice, &answer, "Location", 0))).status, 200);
	}
}
END_TEST

START_TEST(where_no_sign_in_begins_the_page_leads_to_the_site_alone)
{
	static const char *const paths[] = {"/api/auth/google?reauth=1",
		"/api/auth/link/google",
		"/api/auth/link/google/callback?code=x&state=y",
		"/api/auth/wicked",
		"/api/auth/wicked/callback?code=x&state=y",
		"/api/auth/Google/callback?code=x&state=y",
		"/api/auth/google%22/callback?code=x&state=y",
		"/api/auth/%3Cb%3Ewicked/callback"};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		const char *html = page(paths[i]);

		ck_assert_ptr_null(strstr(html, "Start again"));
		ck_assert_ptr_null(strstr(html, "/auth/"));
		ck_assert_ptr_null(strstr(html, "wicked"));
		ck_assert_ptr_nonnull(strstr(html, "<p><a href=\"/\">"));
	}
}
END_TEST

START_TEST(a_method_that_is_not_answered_is_a_page_to_people_too)
{
	static const char *const paths[] = {"/api/auth/google",
		"/api/auth/google/callback?code=x&state=y"};
	struct answer answer;

	for (size_t i = 0; i < 2; i++) {
		const char *url = stack_url(paths[i]);

		answer = browser_send(alice, "PUT", url, as_page, "code=x");
		ck_assert_int_eq(answer.status, 405);
		ck_assert_str_eq(answer_header(alice, &answer, "Allow", 0),
		    i == 0 ? "GET" : "GET, POST");
		ck_assert_str_eq(answer_header(alice, &answer, "Content-Type",
		    0), "text/html; charset=utf-8");
		ck_assert_ptr_nonnull(strstr(answer.body,
		    "<a href=\"/api/auth/google\">Start again</a>"));
		answer = browser_send(alice, "PUT", url, NULL, "code=x");
		flow_assert_problem(alice, &answer, 405, "method_not_allowed");
	}
	/* Elsewhere nobody navigates. */
	answer = browser_send(alice, "POST", stack_url("/api/users/me"),
	    as_page, "");
	flow_assert_problem(alice, &answer, 405, "method_not_allowed");
}
END_TEST

static TCase *tests(void)
{
	TCase *t = tcase_create("signin_refused");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, cb_01_neither_code_nor_error_is_refused);
	tcase_add_test(t, cb_02_a_no_at_the_provider_is_a_cancelled_sign_in);
	tcase_add_test(t, cb_02_another_error_is_the_providers_failure);
	tcase_add_test(t, cb_03_a_no_of_another_browser_is_refused);
	tcase_add_test(t, cb_06_the_providers_words_are_not_repeated);
	tcase_add_test(t, cb_09_broken_encoding_is_refused);
	tcase_add_test(t, cb_10_unknown_parameters_are_ignored);
	tcase_add_test(t, st_12_the_oldest_cookie_is_the_one_that_goes);
	tcase_add_test(t, cb_12_an_unknown_provider_is_404);
	tcase_add_test(t, mx_01_an_answer_for_another_provider_is_refused);
	tcase_add_test(t, mx_04_an_answer_of_another_issuer_is_refused);
	tcase_add_test(t, a_foreign_nonce_lets_nobody_in);
	tcase_add_test(t, em_01_an_unverified_address_makes_a_separate_account);
	tcase_add_test(t, people_get_a_page_programs_a_problem);
	tcase_add_test(t, the_page_leads_back_to_where_the_flow_began);
	tcase_add_test(t, a_method_that_is_not_answered_is_a_page_to_people_too);
	tcase_add_test(t,
	    where_no_sign_in_begins_the_page_leads_to_the_site_alone);
	return t;
}

int main(void)
{
	Suite *s = suite_create("signin_refused");
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
