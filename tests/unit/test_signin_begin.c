/* SPDX-License-Identifier: ISC */
/*
 * The beginning of a sign-in transaction: what the provider is asked, what
 * is noted and what the browser gets.  Provider and store are fakes.
 */
#include "auth/signin.h"

#include <string.h>

#include <check.h>

#include "base/crypt.h"
#include "base/str.h"
#include "support/fake_calls.h"
#include "support/fake_clock.h"
#include "support/fake_provider.h"
#include "support/fake_transactions.h"

#define ISSUER	     "https://issuer.example"
#define REDIRECT_URI "https://www.example.org/api/auth/google/callback"

static const struct config config = {
	.base_url = "https://www.example.org", .mount = "/api"};
static struct op *op;

static void setup(void)
{
	op = op_new("test", 10000);
	fake_clock_now_ms = INT64_C(1767323045678);
	fake_calls_clear();
	fake_provider_reset();
	fake_transactions = (struct fake_transactions){.state = NULL};
	signin_init(&config);
}

static void teardown(void)
{
	op_free(op);
}

static const struct session session = {.user_id = "alice", .sid = "here"};
static const struct signin_request to_enter = {
	.purpose = SIGNIN_ENTER, .provider = "google"};
static const struct signin_request to_renew = {
	.purpose = SIGNIN_RENEW, .provider = "google", .session = &session};
static const struct signin_request to_link = {
	.purpose = SIGNIN_LINK, .provider = "google", .session = &session};

static struct signin_start begun(void)
{
	struct signin_start start;

	ck_assert_int_eq(signin_begin(op, &to_enter, &start), RC_OK);
	return start;
}

START_TEST(a_start_asks_the_provider_and_notes_the_transaction)
{
	struct signin_start start = begun();
	const struct transaction *record = &fake_transactions.record;

	ck_assert_str_eq(fake_calls_text(), "provider_admit "
	    "provider_authorize provider_sends_iss transactions_put");
	ck_assert_str_eq(start.url, ISSUER "/consent");
	ck_assert_str_eq(record->provider, "google");
	ck_assert_str_eq(record->issuer, ISSUER);
	ck_assert_str_eq(record->purpose, "sign-in");
	ck_assert_str_eq(record->user_id, "");
	ck_assert_str_eq(record->sid, "");
	ck_assert_str_eq(record->redirect_uri, REDIRECT_URI);
	ck_assert_str_eq(fake_provider.question.redirect_uri, REDIRECT_URI);
	ck_assert_str_eq(fake_provider.question.state,
	    fake_transactions.state);
	ck_assert_str_eq(fake_provider.question.nonce, record->nonce);
}
END_TEST

START_TEST(the_challenge_is_the_verifiers_and_only_it_is_shown)
{
	const struct provider_question *question = &fake_provider.question;
	const struct transaction *record = &fake_transactions.record;

	begun();
	ck_assert_str_eq(question->challenge,
	    crypt_sha256_base64url(op->pool, record->verifier));
	ck_assert_str_ne(question->state, record->verifier);
	ck_assert_str_ne(question->nonce, record->verifier);
	ck_assert_str_ne(question->challenge, record->verifier);
}
END_TEST

START_TEST(the_binding_cookie_is_named_by_the_state_and_kept_as_a_hash)
{
	struct signin_start start = begun();
	const char *state = fake_transactions.state;
	const char *name = pool_print(op->pool, "__Host-lk_tx_%.8s",
	    crypt_sha256_hex(op->pool, state));

	ck_assert_str_eq(start.cookie_name, name);
	ck_assert_str_eq(signin_cookie_name(op, state), name);
	ck_assert(str_begins(start.cookie_value, "1767323045."));
	ck_assert_str_eq(fake_transactions.binding,
	    crypt_sha256_hex(op->pool, start.cookie_value));
}
END_TEST

START_TEST(every_random_value_is_43_characters_and_new)
{
	static const char *values[8];

	for (int i = 0; i < 2; i++) {
		const char *cookie = begun().cookie_value;

		values[4 * i] = fake_provider.question.state;
		values[4 * i + 1] = fake_provider.question.nonce;
		values[4 * i + 2] = fake_transactions.record.verifier;
		values[4 * i + 3] = strchr(cookie, '.') + 1;
	}
	for (int i = 0; i < 8; i++) {
		ck_assert_uint_eq(strlen(values[i]), 43);
		for (int j = 0; j < i; j++)
			ck_assert_str_ne(values[i], values[j]);
	}
}
END_TEST

START_TEST(a_provider_that_takes_no_nonce_gets_none)
{
	fake_provider.takes_nonce = false;
	begun();
	ck_assert_str_eq(fake_provider.question.nonce, "");
	ck_assert_str_eq(fake_transactions.record.nonce, "");
}
END_TEST

START_TEST(who_is_signed_in_is_noted_with_the_purpose)
{
	const struct transaction *record = &fake_transactions.record;
	struct signin_start start;

	ck_assert_int_eq(signin_begin(op, &to_renew, &start), RC_OK);
	ck_assert_str_eq(record->purpose, "renew");
	ck_assert_str_eq(record->user_id, "alice");
	ck_assert_str_eq(record->sid, "here");
	ck_assert_str_eq(record->redirect_uri, REDIRECT_URI);

	ck_assert_int_eq(signin_begin(op, &to_link, &start), RC_OK);
	ck_assert_str_eq(record->purpose, "link");
	ck_assert_str_eq(record->user_id, "alice");
	ck_assert_str_eq(record->sid, "here");
	ck_assert_str_eq(record->redirect_uri,
	    "https://www.example.org/api/auth/link/google/callback");
}
END_TEST

START_TEST(whether_iss_will_come_is_noted_at_the_start)
{
	begun();
	ck_assert_str_eq(fake_transactions.record.needs_iss, "no");
	fake_provider.sends_iss = true;
	begun();
	ck_assert_str_eq(fake_transactions.record.needs_iss, "yes");
}
END_TEST

START_TEST(a_start_that_fails_notes_no_transaction)
{
	static const struct {
		const char *call;
		enum rc rc;
	} cases[] = {
		{"provider_admit", RC_ABSENT}, {"provider_admit", RC_DOWN},
		{"provider_authorize", RC_UPSTREAM},
		{"provider_sends_iss", RC_UPSTREAM},
	};
	struct signin_start start = {.url = "untouched"};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		fake_calls_clear();
		fake_calls_fail(cases[i].call, cases[i].rc, 1);
		ck_assert_int_eq(signin_begin(op, &to_enter, &start),
		    cases[i].rc);
		ck_assert_int_eq(fake_calls_count("transactions_put"), 0);
	}
	fake_calls_fail("transactions_put", RC_LIMITED, 1);
	ck_assert_int_eq(signin_begin(op, &to_enter, &start), RC_LIMITED);
	ck_assert_str_eq(start.url, "untouched");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("signin_begin");
	TCase *t = tcase_create("signin_begin");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_start_asks_the_provider_and_notes_the_transaction);
	tcase_add_test(t, the_challenge_is_the_verifiers_and_only_it_is_shown);
	tcase_add_test(t,
	    the_binding_cookie_is_named_by_the_state_and_kept_as_a_hash);
	tcase_add_test(t, every_random_value_is_43_characters_and_new);
	tcase_add_test(t, a_provider_that_takes_no_nonce_gets_none);
	tcase_add_test(t, who_is_signed_in_is_noted_with_the_purpose);
	tcase_add_test(t, whether_iss_will_come_is_noted_at_the_start);
	tcase_add_test(t, a_start_that_fails_notes_no_transaction);

	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
