/* SPDX-License-Identifier: ISC */
/*
 * What a callback was begun for: signing in, confirming who one is, or adding
 * a way in. The last two belong to a session, which must live to the end.
 */
#include "auth/signin.h"

#include <string.h>

#include <check.h>

#include "auth/refusal.h"
#include "support/fake_account.h"
#include "support/fake_calls.h"
#include "support/fake_provider.h"
#include "support/fake_session.h"
#include "support/fake_transactions.h"

#define COOKIE "1767323045.random"

static const struct config config = {
	.base_url = "https://www.example.org", .mount = "/api"};
static struct signin_answer answer;
static struct signin_result result;
static struct op *op;

static void setup(void)
{
	op = op_new("test", 10000);
	fake_calls_clear();
	fake_provider_reset();
	fake_account = (struct fake_account){.user = {.id = "alice"}};
	fake_session = (struct fake_session){.user = NULL};
	fake_transactions = (struct fake_transactions){.record = {
	    .provider = "google", .issuer = "https://issuer.example",
	    .user_id = "alice", .sid = "the-session", .verifier = "v",
	    .nonce = "n", .redirect_uri = "https://www.example.org/callback",
	    .needs_iss = "no"}};
	answer = (struct signin_answer){
	    .provider = "google", .state = "the-state", .binding = COOKIE,
	    .code = "the-code"};
	signin_init(&config);
}

static void teardown(void)
{
	op_free(op);
}

/* A callback of a transaction of that purpose, on the path of links or not. */
static enum rc finish(const char *purpose, bool is_link)
{
	fake_transactions.record.purpose = purpose;
	answer.is_link = is_link;
	op_clear(op);
	return signin_finish(op, &answer, &result);
}

START_TEST(each_purpose_has_its_own_path)
{
	static const struct {
		const char *purpose;
		bool is_link;
		enum rc rc;
	} cases[] = {
		{"sign-in", false, RC_OK}, {"sign-in", true, RC_BAD},
		{"renew", false, RC_OK}, {"renew", true, RC_BAD},
		{"link", false, RC_BAD}, {"link", true, RC_OK},
		{"", false, RC_BAD}, {"", true, RC_BAD},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		fake_calls_clear();
		ck_assert_int_eq(finish(cases[i].purpose, cases[i].is_link),
		    cases[i].rc);
		ck_assert_int_eq(fake_calls_count("provider_identify"),
		    cases[i].rc == RC_OK);
		if (cases[i].rc != RC_OK)
			ck_assert_int_eq(op->refusal, REFUSAL_TRANSACTION);
	}
}
END_TEST

START_TEST(a_sign_in_asks_for_no_session)
{
	ck_assert_int_eq(finish("sign-in", false), RC_OK);
	ck_assert_int_eq(fake_calls_count("session_check_alive"), 0);
	ck_assert_int_eq(fake_calls_count("session_open"), 1);
}
END_TEST

/* No code is redeemed for it, and no error of the provider's counts. */
START_TEST(without_its_session_nothing_is_confirmed_or_linked)
{
	static const enum rc ends[] = {RC_DENIED, RC_DOWN};
	const char *purpose = _i == 0 ? "renew" : "link";

	answer.error = "access_denied";
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		fake_calls_fail("session_check_alive", ends[i], 1);
		ck_assert_int_eq(finish(purpose, _i == 1), ends[i]);
		ck_assert_str_eq(fake_session.user_id, "alice");
		ck_assert_str_eq(fake_session.sid, "the-session");
		ck_assert_int_eq(fake_calls_count("provider_identify"), 0);
		fake_calls_clear();
	}
}
END_TEST

START_TEST(a_renewal_confirms_the_user_and_then_renews)
{
	ck_assert_int_eq(finish("renew", false), RC_OK);
	ck_assert_ptr_nonnull(strstr(fake_calls_text(), "session_check_alive "
	    "provider_identify account_confirm session_renew"));
	ck_assert_str_eq(fake_account.user_id, "alice");
	ck_assert_str_eq(fake_session.sid, "the-session");
	ck_assert_str_eq(result.tokens.access, "access");

	fake_calls_clear();
	fake_calls_fail("account_confirm", RC_TAKEN, 1);
	ck_assert_int_eq(finish("renew", false), RC_TAKEN);
	ck_assert_int_eq(fake_calls_count("session_renew"), 0);
}
END_TEST

/* The provider's answer may take longer than the session lives. */
START_TEST(a_link_looks_at_its_session_again_before_it_links)
{
	ck_assert_int_eq(finish("link", true), RC_OK);
	ck_assert_ptr_nonnull(strstr(fake_calls_text(), "session_check_alive "
	    "provider_identify session_check_alive account_link"));
	ck_assert_str_eq(fake_account.user_id, "alice");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("signin_purpose");
	TCase *t = tcase_create("signin_purpose");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, each_purpose_has_its_own_path);
	tcase_add_test(t, a_sign_in_asks_for_no_session);
	tcase_add_loop_test(t,
	    without_its_session_nothing_is_confirmed_or_linked, 0, 2);
	tcase_add_test(t, a_renewal_confirms_the_user_and_then_renews);
	tcase_add_test(t,
	    a_link_looks_at_its_session_again_before_it_links);

	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
