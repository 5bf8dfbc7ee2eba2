/* SPDX-License-Identifier: ISC */
/*
 * A provider whose page posts its answer: the browser is sent to the callback
 * by GET, where it shows its cookie, and nothing happens before that.
 */
#include <string.h>

#include <check.h>

#include "support/facts.h"
#include "support/flow.h"
#include "support/link.h"
#include "support/raw_http.h"
#include "support/stack.h"
#include "support/text.h"

#define FORM "application/x-www-form-urlencoded"

static struct browser *alice;

static void setup(void)
{
	flow_reset();
	alice = browser_new();
}

static void teardown(void)
{
	browser_free(alice);
}

/* What a page of another site has alice's browser send: no cookie with it. */
static struct answer post(const char *url, const char *type, const char *form)
{
	const char *const headers[] = {
		text_print("Content-Type: %s", type), NULL};
	struct browser *other = browser_new();
	struct answer answer = browser_send(other, "POST", url, headers, form);

	answer = answer_keep(&answer);
	browser_free(other);
	return answer;
}

static const char *location(const struct answer *answer)
{
	const char *found = answer_header(alice, answer, "Location", 0);

	ck_assert_msg(answer->status == 303 && found != NULL, "%ld %s",
	    answer->status, answer->body);
	return text_print("%s", found);
}

/* A callback with what stands behind its question mark; not yet opened. */
static const char *callback_of(const char *subject, const char **form)
{
	const char *url = text_print("%s", flow_consent_as(alice, "google",
	    flow_start(alice, "google"), subject));

	*form = strchr(url, '?') + 1;
	return text_copy(url, (size_t)(*form - url) - 1);
}

START_TEST(st_15_a_posted_callback_goes_on_by_get)
{
	const char *form;
	const char *callback = callback_of("st-15", &form);
	struct facts before = facts_now();
	struct answer answer = post(callback, FORM, form);
	const char *url = location(&answer);

	facts_assert_same(&before);
	ck_assert_ptr_null(answer_header(alice, &answer, "Set-Cookie", 0));
	ck_assert_str_eq(text_copy(url, strlen(callback) + 1),
	    text_print("%s?", callback));
	ck_assert_str_eq(flow_parameter(alice, url, "state"),
	    flow_parameter(alice, text_print("?%s", form), "state"));

	/* The state is not used up, and another browser cannot use it. */
	answer = post(callback, FORM "; charset=UTF-8", form);
	ck_assert_str_eq(location(&answer), url);
	answer = browser_get(alice, url);
	ck_assert_msg(answer.status == 200 && answer_member(alice, &answer,
	    "access_token") != NULL, "%ld %s", answer.status, answer.body);
}
END_TEST

START_TEST(only_what_a_callback_reads_goes_on)
{
	const char *callback = stack_url("/api/auth/google/callback");
	struct answer answer = post(callback, FORM, "id_token=eyJ&user=%7B%7D&"
	    "iss=https%3A%2F%2Fi.example&code=a%26state%3Dx+%0D%0ASet-Cookie:"
	    "%20b&&error=no&access_token=t&state=s");

	ck_assert_str_eq(location(&answer), text_print("%s?state=s&code="
	    "a%%26state%%3Dx%%20%%0D%%0ASet-Cookie%%3A%%20b&error=no&iss="
	    "https%%3A%%2F%%2Fi.example", callback));
	ck_assert_ptr_null(answer_header(alice, &answer, "Set-Cookie", 0));
	ck_assert_ptr_null(strstr(stack_log(), "id_token"));

	answer = post(callback, FORM, "");
	ck_assert_str_eq(location(&answer), text_print("%s?", callback));
}
END_TEST

START_TEST(a_posted_link_goes_on_to_its_own_callback)
{
	struct flow_tokens tokens = flow_sign_in(alice, "google", "linker");
	struct ready ready = link_ready(alice, tokens.access, "discord",
	    "8101");
	const char *form = strchr(ready.callback, '?') + 1;
	struct answer answer = post(
	    stack_url("/api/auth/link/discord/callback"), FORM, form);
	const char *url = location(&answer);

	ck_assert(strncmp(url, ready.callback,
	    (size_t)(form - ready.callback)) == 0);
	ready.callback = url;
	ck_assert_int_eq(ready_finish(alice, &ready).status, 200);
}
END_TEST

START_TEST(what_is_no_form_is_refused)
{
	static const struct {
		const char *type;
		const char *form;
		long status;
		const char *code;
	} wrong[] = {
		{"application/json", "{\"state\":\"s\"}", 415,
		    "unsupported_media_type"},
		{"text/plain", "state=s", 415, "unsupported_media_type"},
		{FORM "; charset=utf-16", "state=s", 415,
		    "unsupported_media_type"},
		{FORM, "state=s&state=t", 400, "invalid_request"},
		{FORM, "state=%g1", 400, "invalid_request"},
		{FORM, "state=s%00", 400, "invalid_request"},
	};
	struct answer answer;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		answer = post(stack_url("/api/auth/google/callback"),
		    wrong[i].type, wrong[i].form);
		flow_assert_problem(alice, &answer, wrong[i].status,
		    wrong[i].code);
	}
	answer = post(stack_url("/api/auth/nobody/callback"), FORM, "state=s");
	flow_assert_problem(alice, &answer, 404, "provider_not_configured");
}
END_TEST

/* What stands behind it would not be read. */
START_TEST(a_form_with_a_nul_is_refused)
{
	struct pool *pool = pool_new();
	const char *head = pool_print(pool, "POST /api/auth/google/callback "
	    "HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
	    "Content-Type: " FORM "\r\nContent-Length: 15\r\n\r\n");
	const char *bytes = pool_print(pool, "%sstate=s%c&code=c", head, '\0');

	ck_assert_int_eq(raw_http_status(raw_http_send_n(pool, bytes,
	    strlen(head) + 15)), 400);
	pool_free(pool);
}
END_TEST

/* A blank takes three bytes of a URL. */
START_TEST(what_no_url_can_hold_is_refused)
{
	const char *callback = stack_url("/api/auth/google/callback");
	struct answer answer = post(callback, FORM, text_print("code=%2600s",
	    ""));

	ck_assert_uint_gt(strlen(location(&answer)), 7800);
	answer = post(callback, FORM, text_print("code=%2700s", ""));
	flow_assert_problem(alice, &answer, 413, "too_large");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("callback_posted");
	TCase *t = tcase_create("callback_posted");
	SRunner *r;
	int n;

	if (!stack_begin(NULL))
		return 0;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, st_15_a_posted_callback_goes_on_by_get);
	tcase_add_test(t, only_what_a_callback_reads_goes_on);
	tcase_add_test(t, a_posted_link_goes_on_to_its_own_callback);
	tcase_add_test(t, what_is_no_form_is_refused);
	tcase_add_test(t, a_form_with_a_nul_is_refused);
	tcase_add_test(t, what_no_url_can_hold_is_refused);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	n = srunner_ntests_failed(r);
	srunner_free(r);
	stack_end();
	return n == 0 ? 0 : 1;
}
