/* SPDX-License-Identifier: ISC */
/*
 * What a provider says about an address: only JSON true from one who is
 * trusted makes it verified, and nobody gets into an account by an address.
 */
#include <string.h>

#include <check.h>

#include "support/attempt.h"
#include "support/stack.h"
#include "support/text.h"

static struct browser *alice;
static struct browser *mallory;

static void setup(void)
{
	flow_reset();
	alice = browser_new();
	mallory = browser_new();
}

static void teardown(void)
{
	browser_free(alice);
	browser_free(mallory);
}

/* What some say where they mean "verified", and what only looks like it. */
static const char *const untrue[] = {
	"\"claims\": {\"M\": false}", "\"claims\": {\"M\": \"true\"}",
	"\"claims\": {\"M\": 1}", "\"claims\": {\"M\": null}",
	"\"claims\": {\"M\": \"false\"}", "\"claims\": {\"M\": [true]}",
	"\"without\": [\"M\"]",
};

#define UNTRUE_COUNT (sizeof(untrue) / sizeof(untrue[0]))

/* untrue[i] for the member that the provider calls name. */
static const char *saying(size_t i, const char *name)
{
	const char *at = strchr(untrue[i], 'M');

	return text_print("%.*s%s%s", (int)(at - untrue[i]), untrue[i], name,
	    at + 1);
}

/*
 * Whoever comes so to an address that somebody holds gets an account apart,
 * and the holder's stays as it is.
 */
static void assert_apart(const char *provider, const char *email,
    const char *holder)
{
	struct flow_tokens tokens = attempt_accepted(mallory, provider);

	ck_assert_str_eq(attempt_me(mallory, tokens, "email_verified"),
	    "false");
	ck_assert_str_ne(attempt_me(mallory, tokens, "id"), holder);
	ck_assert_str_eq(attempt_holder(email), holder);
}

START_TEST(em_01_the_holder_of_an_address_is_left_untouched)
{
	struct flow_tokens tokens = flow_sign_in(alice, "google", "em-01");
	const char *row = text_print("select u::text from users u "
	    "where id = '%s'", attempt_me(alice, tokens, "id"));
	const char *before = stack_sql(row);
	struct answer answer;

	flow_next("{\"provider\": \"discord\", \"subject\": \"101\", "
	    "\"email\": \"em-01@gmail.com\", \"email_verified\": false}");
	answer = browser_get(mallory, attempt_callback(mallory, "discord"));
	ck_assert_int_eq(answer.status, 200);
	/* No hint that the address is known. */
	ck_assert_ptr_null(strstr(answer.body, "em-01"));
	ck_assert_ptr_null(strstr(answer.body, "link"));
	ck_assert_str_eq(stack_sql(row), before);
}
END_TEST

START_TEST(em_02_discords_verified_counts_only_as_true)
{
	const char *holder = attempt_me(alice, flow_sign_in(alice, "google",
	    "em-02"), "id");

	for (size_t i = 0; i < UNTRUE_COUNT; i++) {
		flow_next("{\"provider\": \"discord\", \"subject\": "
		    "\"20%zu\", \"email\": \"em-02@gmail.com\", %s}", i,
		    saying(i, "verified"));
		assert_apart("discord", "em-02@gmail.com", holder);
	}
}
END_TEST

START_TEST(em_03_an_account_without_an_address)
{
	static const char *const absent[] = {"\"claims\": {\"email\": null}",
		"\"without\": [\"email\"]", "\"claims\": {\"email\": \"\"}",
		"\"claims\": {\"email\": 7}"};

	for (size_t i = 0; i < 4; i++) {
		struct flow_tokens tokens;

		flow_next("{\"provider\": \"discord\", \"subject\": "
		    "\"30%zu\", \"email_verified\": true, %s}", i, absent[i]);
		tokens = attempt_accepted(alice, "discord");
		ck_assert_ptr_null(attempt_me(alice, tokens, "email"));
		ck_assert_str_eq(attempt_me(alice, tokens, "email_verified"),
		    "false");
	}
	ck_assert_int_eq(stack_count("select count(*) from users "
	    "where email is null"), 4);
}
END_TEST

START_TEST(em_04_googles_email_verified_counts_only_as_true)
{
	const char *holder = attempt_me(alice, flow_sign_in(alice, "discord",
	    "400"), "id");

	for (size_t i = 0; i < UNTRUE_COUNT; i++) {
		flow_next("{\"provider\": \"google\", \"subject\": "
		    "\"em-04-%zu\", \"email\": \"400@gmail.com\", %s}", i,
		    saying(i, "email_verified"));
		assert_apart("google", "400@gmail.com", holder);
	}
}
END_TEST

/* Verified at Google, but neither gmail.com nor a domain that it hosts. */
START_TEST(google_speaks_for_the_addresses_it_hosts)
{
	struct flow_tokens tokens;

	flow_next("{\"provider\": \"google\", \"subject\": \"unhosted\", "
	    "\"email\": \"me@mail.example\", \"email_verified\": true}");
	tokens = attempt_accepted(alice, "google");
	ck_assert_str_eq(attempt_me(alice, tokens, "email_verified"),
	    "false");

	flow_next("{\"provider\": \"google\", \"subject\": \"hosted\", "
	    "\"email\": \"me@mail.example\", \"email_verified\": true, "
	    "\"hd\": \"mail.example\"}");
	tokens = attempt_accepted(alice, "google");
	ck_assert_str_eq(attempt_me(alice, tokens, "email_verified"), "true");
}
END_TEST

START_TEST(a_provider_that_is_not_trusted_verifies_nothing)
{
	const char *holder = attempt_me(alice, flow_sign_in(alice, "google",
	    "untrusted"), "id");

	flow_next("{\"provider\": \"other\", \"subject\": \"untrusted\", "
	    "\"email\": \"untrusted@gmail.com\", \"email_verified\": true}");
	assert_apart("other", "untrusted@gmail.com", holder);
}
END_TEST

START_TEST(em_07_letter_case_makes_no_second_address)
{
	struct flow_tokens tokens;
	const char *id;

	flow_next("{\"provider\": \"discord\", \"subject\": \"700\", "
	    "\"email\": \"Alice.07@Example.COM\", \"email_verified\": true}");
	tokens = attempt_accepted(alice, "discord");
	id = attempt_me(alice, tokens, "id");
	/* Shown as given. */
	ck_assert_str_eq(attempt_me(alice, tokens, "email"),
	    "Alice.07@Example.COM");

	flow_next("{\"provider\": \"google\", \"subject\": \"em-07\", "
	    "\"email\": \"alice.07@example.com\", \"email_verified\": true, "
	    "\"hd\": \"example.com\"}");
	ck_assert_str_eq(attempt_me(mallory, attempt_accepted(mallory,
	    "google"), "id"), id);
	ck_assert_str_eq(attempt_holder("ALICE.07@EXAMPLE.com"), id);
	ck_assert_str_eq(attempt_me(alice, tokens, "email"),
	    "Alice.07@Example.COM");
}
END_TEST

START_TEST(another_identity_of_the_holders_provider_is_409)
{
	static const char *const providers[] = {"google", "discord"};

	for (size_t i = 0; i < 2; i++) {
		const char *holder = attempt_me(alice, flow_sign_in(alice,
		    providers[i], text_print("80%zu", i)), "id");

		flow_next("{\"provider\": \"%s\", \"subject\": \"81%zu\", "
		    "\"email\": \"80%zu@Gmail.com\", \"email_verified\": "
		    "true}", providers[i], i, i);
		attempt_refused(mallory, providers[i], 409,
		    "provider_already_linked");
		ck_assert_str_eq(attempt_holder(text_print("80%zu@gmail.com", i)),
		    holder);

		/* The other provider's joins. */
		flow_next("{\"provider\": \"%s\", \"subject\": \"82%zu\", "
		    "\"email\": \"80%zu@gmail.com\", \"email_verified\": "
		    "true}", providers[1 - i], i, i);
		ck_assert_str_eq(attempt_me(mallory, attempt_accepted(
		    mallory, providers[1 - i]), "id"), holder);
		ck_assert_str_eq(attempt_me(alice, flow_sign_in(alice,
		    providers[i], text_print("80%zu", i)), "id"), holder);
	}
}
END_TEST

START_TEST(em_10_dots_and_tags_are_other_addresses)
{
	static const char *const emails[] = {"alice10@gmail.com",
		"alice10+x@gmail.com", "a.lice10@gmail.com",
		"alice10@googlemail.com"};

	for (size_t i = 0; i < 4; i++) {
		struct flow_tokens tokens;

		flow_next("{\"provider\": \"discord\", \"subject\": "
		    "\"100%zu\", \"email\": \"%s\", \"email_verified\": "
		    "true}", i, emails[i]);
		tokens = attempt_accepted(alice, "discord");
		ck_assert_str_eq(attempt_me(alice, tokens, "email"),
		    emails[i]);
		ck_assert_str_eq(attempt_me(alice, tokens, "id"),
		    attempt_holder(emails[i]));
	}
}
END_TEST

/* An update of the system's locales must not disorder the unique index. */
START_TEST(no_locale_orders_addresses)
{
	ck_assert_str_eq(stack_sql("select string_agg(k.relname || ' ' || "
	    "c.collname, ', ' order by k.relname) from pg_index i "
	    "join pg_class k on k.oid = i.indexrelid "
	    "join pg_collation c on c.oid = i.indcollation[0] "
	    "where k.relname like '%verified_email'"),
	    "oauth_linked_accounts_verified_email C, "
	    "users_verified_email C");
}
END_TEST

static TCase *tests(void)
{
	TCase *t = tcase_create("email");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, em_01_the_holder_of_an_address_is_left_untouched);
	tcase_add_test(t, em_02_discords_verified_counts_only_as_true);
	tcase_add_test(t, em_03_an_account_without_an_address);
	tcase_add_test(t, em_04_googles_email_verified_counts_only_as_true);
	tcase_add_test(t, google_speaks_for_the_addresses_it_hosts);
	tcase_add_test(t, a_provider_that_is_not_trusted_verifies_nothing);
	tcase_add_test(t, em_07_letter_case_makes_no_second_address);
	tcase_add_test(t, another_identity_of_the_holders_provider_is_409);
	tcase_add_test(t, em_10_dots_and_tags_are_other_addresses);
	tcase_add_test(t, no_locale_orders_addresses);
	return t;
}

int main(void)
{
	Suite *s = suite_create("email");
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
