/* SPDX-License-Identifier: ISC */
/*
 * The end of a sign-in transaction, and above all the order of its checks.
 * Provider, account, session and store are fakes that write down when they
 * are called.
 */
#include "auth/signin.h"

#include <string.h>

#include <check.h>

#include "auth/refusal.h"
#include "base/crypt.h"
#include "support/fake_account.h"
#include "support/fake_calls.h"
#include "support/fake_provider.h"
#include "support/fake_session.h"
#include "support/fake_transactions.h"

#define ISSUER	     "https://issuer.example"
#define REDIRECT_URI "https://www.example.org/api/auth/google/callback"
#define COOKIE	     "1767323045.random"

/* The calls up to the taking of the record, and up to the end. */
#define TAKEN "provider_admit db_ping transactions_take"
#define DONE  TAKEN " provider_identify account_sign_in session_open"

static const struct config config = {
	.base_url = "https://www.example.org", .mount = "/api"};
static struct signin_answer answer;
static struct op *op;

static void setup(void)
{
	op = op_new("test", 10000);
	fake_calls_clear();
	fake_provider_reset();
	fake_account = (struct fake_account){.user = {.id = "alice"}};
	fake_session = (struct fake_session){.user = NULL};
	fake_transactions = (struct fake_transactions){.record = {
	    .provider = "google", .issuer = ISSUER, .purpose = "sign-in",
	    .verifier = "the-verifier", .nonce = "the-nonce",
	    .redirect_uri = REDIRECT_URI, .needs_iss = "no"}};
	answer = (struct signin_answer){
	    .provider = "google", .state = "the-state", .binding = COOKIE,
	    .code = "the-code",
	    .client = {.user_agent = "Browser/1.0", .address = "192.0.2.7"}};
	signin_init(&config);
}

static void teardown(void)
{
	op_free(op);
}

/* The outcome of answer; the result must stay untouched on failure. */
static enum rc finish(void)
{
	struct signin_result got = {.tokens.access = "untouched"};
	enum rc rc;

	fake_calls_clear();
	op_clear(op);
	rc = signin_finish(op, &answer, &got);
	ck_assert_str_eq(got.tokens.access,
	    rc == RC_OK ? "access" : "untouched");
	ck_assert((rc == RC_OK) == (op_reason(op)[0] == '\0'));
	return rc;
}

/* The callback is one that missed, and these were the calls it cost. */
static void misses(const char *calls)
{
	ck_assert_int_eq(finish(), RC_BAD);
	ck_assert_int_eq(op->refusal, REFUSAL_TRANSACTION);
	ck_assert_int_eq(op->rc, RC_BAD);
	ck_assert_str_eq(fake_calls_text(), calls);
}

START_TEST(a_callback_is_finished_with_what_the_record_holds)
{
	ck_assert_int_eq(finish(), RC_OK);
	ck_assert_str_eq(fake_calls_text(), DONE);
	ck_assert_str_eq(fake_transactions.state, "the-state");
	ck_assert_str_eq(fake_transactions.binding,
	    crypt_sha256_hex(op->pool, COOKIE));
	ck_assert_str_eq(fake_provider.grant.code, "the-code");
	ck_assert_str_eq(fake_provider.grant.verifier, "the-verifier");
	ck_assert_str_eq(fake_provider.grant.nonce, "the-nonce");
	ck_assert_str_eq(fake_provider.grant.redirect_uri, REDIRECT_URI);
	ck_assert_str_eq(fake_account.identity.subject, "alice");
	ck_assert_str_eq(fake_account.address, "192.0.2.7");
	ck_assert_ptr_eq(fake_session.user, &fake_account.user);
	ck_assert_str_eq(fake_session.provider, "google");
	ck_assert_str_eq(fake_session.client.user_agent, "Browser/1.0");
}
END_TEST

START_TEST(a_callback_without_state_or_cookie_takes_nothing)
{
	static const char *const none[] = {NULL, ""};

	for (int i = 0; i < 2; i++) {
		answer.state = none[i];
		misses("provider_admit");
		answer.state = "the-state";
		answer.binding = none[i];
		misses("provider_admit");
		answer.binding = COOKIE;
	}
}
END_TEST

START_TEST(a_state_that_is_not_of_this_browser_is_a_miss)
{
	struct signin_result result;

	fake_calls_fail("transactions_take", RC_ABSENT, 1);
	ck_assert_int_eq(signin_finish(op, &answer, &result), RC_BAD);
	ck_assert_int_eq(op->refusal, REFUSAL_TRANSACTION);
	ck_assert_str_eq(fake_calls_text(), TAKEN);
}
END_TEST

START_TEST(a_state_of_another_provider_is_a_miss)
{
	fake_transactions.record.provider = "discord";
	misses(TAKEN);
}
END_TEST

START_TEST(a_state_of_another_purpose_is_a_miss)
{
	fake_transactions.record.purpose = "link";
	misses(TAKEN);
	fake_transactions.record.purpose = "";
	misses(TAKEN);
}
END_TEST

START_TEST(a_provider_whose_issuer_changed_meanwhile_is_a_miss)
{
	fake_transactions.record.issuer = "https://issuer.example/";
	misses(TAKEN);
}
END_TEST

START_TEST(iss_must_be_the_issuer_to_the_letter)
{
	static const char *const bad[] = {"", ISSUER "/",
	    "https://ISSUER.example", "http://issuer.example",
	    "https://attacker.example"};

	for (int sends = 0; sends < 2; sends++) {
		fake_transactions.record.needs_iss = sends == 1 ? "yes" : "no";
		for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
			answer.iss = bad[i];
			misses(TAKEN);
		}
		answer.iss = ISSUER;
		ck_assert_int_eq(finish(), RC_OK);
	}
}
END_TEST

START_TEST(iss_may_be_missing_only_where_the_start_said_so)
{
	static const char *const others[] = {"yes", ""};

	ck_assert_int_eq(finish(), RC_OK);
	for (int i = 0; i < 2; i++) {
		fake_transactions.record.needs_iss = others[i];
		misses(TAKEN);
	}
}
END_TEST

START_TEST(a_person_who_said_no_is_told_so)
{
	answer.error = "access_denied";
	ck_assert_int_eq(finish(), RC_BAD);
	ck_assert_int_eq(op->refusal, REFUSAL_CANCELLED);
	ck_assert_str_eq(fake_calls_text(), TAKEN);
}
END_TEST

START_TEST(any_other_error_is_the_providers_and_outweighs_a_code)
{
	static const char *const errors[] = {"", "server_error",
	    "ACCESS_DENIED", "<script>"};

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		answer.error = errors[i];
		ck_assert_int_eq(finish(), RC_UPSTREAM);
		ck_assert_ptr_null(strstr(op_reason(op), "script"));
		ck_assert_str_eq(fake_calls_text(), TAKEN);
	}
}
END_TEST

START_TEST(an_error_counts_only_in_a_transaction_of_this_browser)
{
	answer.error = "access_denied";
	answer.state = NULL;
	misses("provider_admit");
	answer.state = "the-state";
	answer.iss = "https://attacker.example";
	misses(TAKEN);
	answer.iss = NULL;
	fake_transactions.record.provider = "discord";
	misses(TAKEN);
}
END_TEST

START_TEST(a_code_that_is_none_is_a_miss)
{
	static const char *const bad[] = {NULL, "", "a\x01", "\r\n", "a\x7f",
	    "a\tb"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		answer.code = bad[i];
		misses(TAKEN);
	}
}
END_TEST

START_TEST(a_code_has_1_to_2048_bytes)
{
	char code[2050];

	memset(code, 'x', sizeof(code));
	code[2049] = '\0';
	answer.code = code;
	misses(TAKEN);
	answer.code = code + 1;
	ck_assert_int_eq(finish(), RC_OK);
	answer.code = "/";
	ck_assert_int_eq(finish(), RC_OK);
}
END_TEST

START_TEST(a_session_refused_is_tried_again_under_a_newer_version)
{
	struct signin_result result;

	fake_calls_fail("session_open", RC_DENIED, 1);
	ck_assert_int_eq(signin_finish(op, &answer, &result), RC_OK);
	ck_assert_str_eq(fake_calls_text(),
	    DONE " account_overrule session_open");
	ck_assert_ptr_eq(fake_session.user, &fake_account.overruled);
}
END_TEST

START_TEST(a_session_refused_stays_so_where_the_row_refuses_too)
{
	struct signin_result result;

	fake_calls_fail("session_open", RC_DENIED, 2);
	fake_calls_fail("account_overrule", RC_DENIED, 1);
	ck_assert_int_eq(signin_finish(op, &answer, &result), RC_DENIED);
	ck_assert_str_eq(fake_calls_text(), DONE " account_overrule");

	fake_calls_clear();
	fake_calls_fail("session_open", RC_DENIED, 2);
	ck_assert_int_eq(signin_finish(op, &answer, &result), RC_DENIED);
	ck_assert_int_eq(fake_calls_count("session_open"), 2);
}
END_TEST

START_TEST(an_account_that_was_joined_is_named_in_the_tokens)
{
	struct signin_result result;

	ck_assert_int_eq(signin_finish(op, &answer, &result), RC_OK);
	ck_assert_ptr_null(result.tokens.linked);
	fake_account.has_joined = true;
	ck_assert_int_eq(signin_finish(op, &answer, &result), RC_OK);
	ck_assert_str_eq(result.tokens.linked, "google");
}
END_TEST

START_TEST(an_unknown_or_barred_provider_takes_nothing)
{
	answer.provider = "nope";
	ck_assert_int_eq(finish(), RC_ABSENT);
	ck_assert_str_eq(fake_calls_text(), "provider_admit");
}
END_TEST

START_TEST(what_fails_on_the_way_ends_it_there)
{
	static const struct {
		const char *call;
		enum rc rc;
		const char *calls;
	} cases[] = {
		{"provider_admit", RC_ABSENT, "provider_admit"},
		{"provider_admit", RC_DOWN, "provider_admit"},
		{"transactions_take", RC_DOWN, TAKEN},
		{"transactions_take", RC_EXPIRED, TAKEN},
		{"provider_identify", RC_LIMITED,
		    TAKEN " provider_identify"},
		{"account_sign_in", RC_TAKEN,
		    TAKEN " provider_identify account_sign_in"},
		{"session_open", RC_DOWN, DONE},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct signin_result result = {.tokens.access = "untouched"};

		fake_calls_clear();
		fake_calls_fail(cases[i].call, cases[i].rc, 1);
		ck_assert_int_eq(signin_finish(op, &answer, &result),
		    cases[i].rc);
		ck_assert_str_eq(fake_calls_text(), cases[i].calls);
		ck_assert_str_eq(result.tokens.access, "untouched");
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("signin");
	TCase *t = tcase_create("signin");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_callback_is_finished_with_what_the_record_holds);
	tcase_add_test(t, a_callback_without_state_or_cookie_takes_nothing);
	tcase_add_test(t, a_state_that_is_not_of_this_browser_is_a_miss);
	tcase_add_test(t, a_state_of_another_provider_is_a_miss);
	tcase_add_test(t, a_state_of_another_purpose_is_a_miss);
	tcase_add_test(t, a_provider_whose_issuer_changed_meanwhile_is_a_miss);
	tcase_add_test(t, iss_must_be_the_issuer_to_the_letter);
	tcase_add_test(t, iss_may_be_missing_only_where_the_start_said_so);
	tcase_add_test(t, a_person_who_said_no_is_told_so);
	tcase_add_test(t,
	    any_other_error_is_the_providers_and_outweighs_a_code);
	tcase_add_test(t,
	    an_error_counts_only_in_a_transaction_of_this_browser);
	tcase_add_test(t, a_code_that_is_none_is_a_miss);
	tcase_add_test(t, a_code_has_1_to_2048_bytes);
	tcase_add_test(t,
	    a_session_refused_is_tried_again_under_a_newer_version);
	tcase_add_test(t,
	    a_session_refused_stays_so_where_the_row_refuses_too);
	tcase_add_test(t, an_account_that_was_joined_is_named_in_the_tokens);
	tcase_add_test(t, an_unknown_or_barred_provider_takes_nothing);
	tcase_add_test(t, what_fails_on_the_way_ends_it_there);

	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
