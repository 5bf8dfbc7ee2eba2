/* SPDX-License-Identifier: ISC */
/*
 * What answers of any provider come to: which are believed, and what the
 * others are to the one who waits.
 */
#include "auth/provider_call.h"

#include <string.h>

#include <check.h>

#include "auth/refusal.h"
#include "support/fake_fetch.h"

#define URL "https://provider.example/token"

static const struct provider provider = {
	.client_id = "our-client", .client_secret = "secret"};
static const struct provider_grant grant = {
	.code = "c", .redirect_uri = "r", .verifier = "v", .nonce = ""};
static struct op *op;

static void setup(void)
{
	op = op_new("test", 10000);
	fake_fetch_begin();
}

static void teardown(void)
{
	fake_fetch_end();
	op_free(op);
}

/* The outcome of the call that is scripted. */
static enum rc outcome(void)
{
	const struct js *untouched = (const struct js *)&provider;
	const struct js *answer = untouched;
	enum rc rc;

	op_clear(op);
	rc = provider_call(op, &provider, &(struct fetch_request){.url = URL},
	    &answer, NULL);
	ck_assert((rc == RC_OK) == (answer != untouched));
	ck_assert((rc == RC_OK) == (op_reason(op)[0] == '\0'));
	return rc;
}

static enum rc answered(long status, const char *type, const char *body)
{
	fake_fetch_answers(URL, (struct fetch_answer){.status = status,
	    .content_type = type, .body = body});
	return outcome();
}

static enum rc redeemed(const char *json)
{
	const struct js *answer;

	fake_fetch_says(URL, json);
	return provider_redeem(op, &provider, URL, &grant, &answer);
}

START_TEST(a_json_object_is_taken_and_its_text_kept)
{
	const struct js *answer;
	const char *text;

	fake_fetch_answers(URL, (struct fetch_answer){.status = 200,
	    .content_type = "application/json; charset=utf-8",
	    .body = " {\"a\":\"b\"}"});
	ck_assert_int_eq(provider_call(op, &provider,
	    &(struct fetch_request){.url = URL}, &answer, &text), RC_OK);
	ck_assert_str_eq(js_text(answer, "a"), "b");
	ck_assert_str_eq(text, " {\"a\":\"b\"}");
}
END_TEST

START_TEST(any_other_status_than_200_is_the_providers_failure)
{
	static const long bad[] = {100, 201, 204, 301, 302, 307, 400, 401, 404,
	    500, 502, 503};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ck_assert_int_eq(answered(bad[i], "application/json", "{}"),
		    RC_UPSTREAM);
		ck_assert_int_eq(op->refusal, REFUSAL_NONE);
	}
}
END_TEST

START_TEST(another_content_type_than_json_is_refused)
{
	static const char *const bad[] = {"", "text/html", "text/json",
	    "application/x-www-form-urlencoded"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(answered(200, bad[i], "{}") == RC_UPSTREAM,
		    "%s", bad[i]);
}
END_TEST

START_TEST(what_is_no_json_object_is_refused)
{
	static const char *const bad[] = {"", "{", "{}x", "{\"a\":1,\"a\":2}",
	    "[]", "\"text\"", "null", "1", "{\"a\":NaN}"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(answered(200, "application/json", bad[i]) ==
		    RC_UPSTREAM, "%s", bad[i]);
}
END_TEST

START_TEST(an_error_member_is_an_error_whatever_the_status)
{
	ck_assert_int_eq(answered(200, "application/json",
	    "{\"error\":\"bad\",\"access_token\":\"a\"}"), RC_UPSTREAM);
}
END_TEST

START_TEST(what_a_provider_said_stands_in_no_reason)
{
	static const char *const bad[] = {"{\"error\":\"PRIVATE\"}",
	    "PRIVATE", "{\"PRIVATE\":1,\"PRIVATE\":2}"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ck_assert_int_eq(answered(200, "application/json", bad[i]),
		    RC_UPSTREAM);
		ck_assert_ptr_null(strstr(op_reason(op), "PRIVATE"));
	}
}
END_TEST

START_TEST(a_provider_that_is_busy_says_when_to_come_again)
{
	fake_fetch_answers(URL, (struct fetch_answer){.status = 429,
	    .content_type = "text/html", .body = "", .retry_after_s = 17});
	ck_assert_int_eq(outcome(), RC_LIMITED);
	ck_assert_int_eq(op->refusal, REFUSAL_PROVIDER_BUSY);
	ck_assert_int_eq(op->retry_after_s, 17);
}
END_TEST

START_TEST(a_busy_provider_that_names_no_time_gets_30_seconds)
{
	ck_assert_int_eq(answered(429, "application/json", "{}"), RC_LIMITED);
	ck_assert_int_eq(op->retry_after_s, 30);
	ck_assert_uint_eq(fake_fetch_count(), 1);
}
END_TEST

START_TEST(a_call_that_takes_too_long_is_the_providers_timeout)
{
	fake_fetch_fails(URL, RC_EXPIRED);
	ck_assert_int_eq(outcome(), RC_UPSTREAM);
	ck_assert_int_eq(op->refusal, REFUSAL_PROVIDER_TIMEOUT);
}
END_TEST

START_TEST(a_call_that_fails_is_the_providers_failure)
{
	fake_fetch_fails(URL, RC_UPSTREAM);
	ck_assert_int_eq(outcome(), RC_UPSTREAM);
	ck_assert_int_eq(op->refusal, REFUSAL_NONE);
	fake_fetch_fails(URL, RC_DENIED);
	ck_assert_int_eq(outcome(), RC_UPSTREAM);
}
END_TEST

START_TEST(a_usable_access_token_is_demanded)
{
	static const char *const bad[] = {"{}", "{\"access_token\":\"\"}",
	    "{\"access_token\":null}", "{\"access_token\":7}",
	    "{\"access_token\":\"a b\"}", "{\"access_token\":\"a\\r\\nb\"}",
	    "{\"access_token\":\"\\u00e4\"}", "{\"access_token\":\"\\u007f\"}"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(redeemed(bad[i]) == RC_UPSTREAM, "%s", bad[i]);
	ck_assert_int_eq(redeemed("{\"access_token\":\"!~\"}"), RC_OK);
}
END_TEST

START_TEST(an_access_token_has_at_most_4096_bytes)
{
	char token[4098];

	memset(token, 'x', sizeof(token));
	token[4097] = '\0';
	ck_assert_int_eq(redeemed(pool_print(op->pool,
	    "{\"access_token\":\"%s\"}", token)), RC_UPSTREAM);
	ck_assert_int_eq(redeemed(pool_print(op->pool,
	    "{\"access_token\":\"%s\"}", token + 1)), RC_OK);
}
END_TEST

START_TEST(a_question_goes_after_what_the_url_asks_already)
{
	const struct provider_ops ops = {.scope = "a b"};
	const struct provider asker = {.ops = &ops, .client_id = "c"};
	const struct provider_question question = {.redirect_uri = "r",
	    .state = "s&t", .challenge = "ch", .nonce = "n"};

	ck_assert_str_eq(provider_question_url(op, &asker,
	    "https://x.example/a?tenant=1", &question),
	    "https://x.example/a?tenant=1&response_type=code&client_id=c"
	    "&redirect_uri=r&scope=a%20b&state=s%26t&code_challenge=ch"
	    "&code_challenge_method=S256&nonce=n");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("provider_call");
	TCase *t = tcase_create("provider_call");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_json_object_is_taken_and_its_text_kept);
	tcase_add_test(t, any_other_status_than_200_is_the_providers_failure);
	tcase_add_test(t, another_content_type_than_json_is_refused);
	tcase_add_test(t, what_is_no_json_object_is_refused);
	tcase_add_test(t, an_error_member_is_an_error_whatever_the_status);
	tcase_add_test(t, what_a_provider_said_stands_in_no_reason);
	tcase_add_test(t, a_provider_that_is_busy_says_when_to_come_again);
	tcase_add_test(t, a_busy_provider_that_names_no_time_gets_30_seconds);
	tcase_add_test(t, a_call_that_takes_too_long_is_the_providers_timeout);
	tcase_add_test(t, a_call_that_fails_is_the_providers_failure);
	tcase_add_test(t, a_usable_access_token_is_demanded);
	tcase_add_test(t, an_access_token_has_at_most_4096_bytes);
	tcase_add_test(t, a_question_goes_after_what_the_url_asks_already);

	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
