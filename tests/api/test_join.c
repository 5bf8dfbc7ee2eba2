/* SPDX-License-Identifier: ISC */
/*
 * Identities that come to an account by their verified address, by
 * themselves, and those that must not.
 */
#include <string.h>

#include <check.h>

#include "support/admin.h"
#include "support/attempt.h"
#include "support/link.h"
#include "support/reconfigure.h"
#include "support/stack.h"
#include "support/text.h"

/* Where a line of the top level can go. */
static const char TOP[] = "development = true\n";

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

/* Who comes next: an identity that says this of an address. */
static void next_with(const char *provider, const char *subject,
    const char *email, const char *verified)
{
	flow_next("{\"provider\": \"%s\", \"subject\": \"%s\", "
	    "\"email\": \"%s\", \"email_verified\": %s}", provider, subject,
	    email, verified);
}

/* Signs in as subject at provider; any answer. */
static struct answer sign_in(struct browser *browser, const char *provider,
    const char *subject)
{
	return browser_get(browser, flow_consent_as(browser, provider,
	    flow_start(browser, provider), subject));
}

static struct flow_tokens tokens_of(struct browser *browser,
    const struct answer *answer)
{
	ck_assert_msg(answer->status == 200, "%ld %s", answer->status,
	    answer->body);
	return (struct flow_tokens){
	    .access = answer_member(browser, answer, "access_token"),
	    .refresh = answer_member(browser, answer, "refresh_token"),
	};
}

static const char *id_of(struct browser *browser, struct flow_tokens tokens)
{
	return text_print("%s", attempt_me(browser, tokens, "id"));
}

static long events(const char *user, const char *kind)
{
	return stack_count(text_print("select count(*) from events where "
	    "user_id = '%s' and kind = '%s'", user, kind));
}

START_TEST(ln_01_a_verified_address_joins_its_account_and_says_so)
{
	struct answer answer = sign_in(alice, "google", "9101");
	const char *id = id_of(alice, tokens_of(alice, &answer));
	struct flow_tokens tokens;

	ck_assert_ptr_null(answer_member(alice, &answer, "linked"));
	ck_assert_str_eq(link_rule(alice, &answer), "new_user");

	answer = sign_in(mallory, "discord", "9101");
	tokens = tokens_of(mallory, &answer);
	ck_assert_pstr_eq(answer_member(mallory, &answer, "linked"),
	    "discord");
	ck_assert_str_eq(link_rule(mallory, &answer), "verified_address");
	ck_assert_str_eq(id_of(mallory, tokens), id);
	ck_assert_str_eq(link_providers(id), "discord google*");
	ck_assert_int_eq(events(id, "linked"), 1);

	answer = browser_get_as(mallory,
	    stack_url("/api/users/me/linked-accounts"), tokens.access);
	ck_assert_int_eq(answer.status, 200);
	ck_assert_ptr_nonnull(strstr(answer.body, "\"google\""));
	ck_assert_ptr_nonnull(strstr(answer.body, "\"discord\""));

	/* Once: from then on it is an identity like any other. */
	answer = sign_in(mallory, "discord", "9101");
	ck_assert_str_eq(id_of(mallory, tokens_of(mallory, &answer)), id);
	ck_assert_ptr_null(answer_member(mallory, &answer, "linked"));
	ck_assert_str_eq(link_rule(mallory, &answer), "known_identity");
	ck_assert_int_eq(events(id, "linked"), 1);
}
END_TEST

/* The primary identity's address stays the account's. */
START_TEST(ln_01_joining_changes_neither_primary_nor_address)
{
	struct flow_tokens tokens;
	const char *id;

	next_with("discord", "9102", "Anna.9102@Gmail.com", "true");
	tokens = attempt_accepted(alice, "discord");
	id = id_of(alice, tokens);
	next_with("google", "9102", "anna.9102@gmail.com", "true");
	ck_assert_str_eq(id_of(alice, attempt_accepted(alice, "google")), id);
	ck_assert_str_eq(link_providers(id), "discord* google");
	ck_assert_str_eq(attempt_me(alice, tokens, "email"),
	    "Anna.9102@Gmail.com");
	ck_assert_str_eq(attempt_me(alice, tokens, "email_verified"), "true");
}
END_TEST

/*
 * Mallory was there first with an address that is not proved to be theirs:
 * whose it is gets it, and nothing of Mallory's.
 */
START_TEST(ln_03_ln_04_an_account_made_beforehand_catches_nobody)
{
	struct flow_tokens tokens;
	struct answer answer;
	const char *theirs, *own;

	next_with("discord", "9103", "9103@gmail.com", "false");
	theirs = id_of(mallory, attempt_accepted(mallory, "discord"));

	answer = sign_in(alice, "google", "9103");
	own = id_of(alice, tokens_of(alice, &answer));
	ck_assert_str_ne(own, theirs);
	ck_assert_ptr_null(answer_member(alice, &answer, "linked"));
	ck_assert_str_eq(link_rule(alice, &answer), "new_user");
	ck_assert_str_eq(link_providers(own), "google*");
	ck_assert_str_eq(attempt_me(alice, tokens_of(alice, &answer),
	    "email_verified"), "true");

	/* Mallory comes back, and later with proof: never into Alice's. */
	for (int i = 0; i < 2; i++) {
		next_with("discord", "9103", "9103@gmail.com",
		    i == 0 ? "false" : "true");
		tokens = attempt_accepted(mallory, "discord");
		ck_assert_str_eq(id_of(mallory, tokens), theirs);
		ck_assert_str_eq(attempt_me(mallory, tokens,
		    "email_verified"), "false");
	}
	ck_assert_str_eq(link_providers(own), "google*");
	ck_assert_str_eq(link_providers(theirs), "discord*");
}
END_TEST

/* The one without proof is older: "the first row found" would be it. */
START_TEST(ln_07_only_the_account_with_the_verified_address_is_joined)
{
	struct answer answer = sign_in(mallory, "other", "9107");
	const char *unproved = id_of(mallory, tokens_of(mallory, &answer));
	const char *id;

	answer = sign_in(alice, "google", "9107");
	id = id_of(alice, tokens_of(alice, &answer));
	ck_assert_str_ne(id, unproved);
	ck_assert_int_eq(stack_count("select count(*) from users "
	    "where email = '9107@gmail.com'"), 2);

	answer = sign_in(alice, "discord", "9107");
	ck_assert_str_eq(id_of(alice, tokens_of(alice, &answer)), id);
	ck_assert_str_eq(link_providers(id), "discord google*");
	ck_assert_str_eq(link_providers(unproved), "other*");
}
END_TEST

/* One rule each time, and the log names it. */
static void assert_refused_by(const char *rule, const char *provider,
    long status, const char *code)
{
	struct attempt before = attempt_begin();
	struct answer answer;

	answer = browser_get(mallory, attempt_callback(mallory, provider));
	before.calls++;
	attempt_assert_refused(mallory, &answer, status, code, &before);
	ck_assert_str_eq(link_rule(mallory, &answer), rule);
}

START_TEST(a_disabled_users_address_lets_nobody_join)
{
	struct answer answer = sign_in(alice, "google", "9108");
	const char *id = id_of(alice, tokens_of(alice, &answer));

	answer = admin_ask(alice, "POST", id, "/disable", NULL);
	ck_assert_int_eq(answer.status, 204);
	next_with("discord", "9108", "9108@gmail.com", "true");
	assert_refused_by("holder_disabled", "discord", 403, "sign_in_refused");
	ck_assert_str_eq(link_providers(id), "google*");
	answer = sign_in(alice, "google", "9108");
	flow_assert_problem(alice, &answer, 403, "account_disabled");
	ck_assert_str_eq(link_rule(alice, &answer), "user_disabled");
}
END_TEST

START_TEST(a_second_identity_of_a_provider_does_not_join)
{
	flow_sign_in(alice, "google", "9109");
	next_with("google", "9110", "9109@gmail.com", "true");
	assert_refused_by("holder_has_provider", "google", 409,
	    "provider_already_linked");
}
END_TEST

/* The account says so; no identity that is linked does. */
START_TEST(an_address_that_no_identity_backs_lets_nobody_join)
{
	flow_sign_in(alice, "google", "9111");
	stack_sql("update oauth_linked_accounts set email_verified = false "
	    "where oauth_id = '9111'");
	next_with("discord", "9111", "9111@gmail.com", "true");
	assert_refused_by("address_not_backed", "discord", 409,
	    "account_link_required");
	stack_sql("update oauth_linked_accounts set email_verified = true, "
	    "email = 'elsewhere@gmail.com' where oauth_id = '9111'");
	next_with("discord", "9111", "9111@gmail.com", "true");
	assert_refused_by("address_not_backed", "discord", 409,
	    "account_link_required");
}
END_TEST

/* Whoever took a way in away has not asked for it to come back. */
START_TEST(ul_02_an_identity_that_was_unlinked_does_not_join_again)
{
	struct flow_tokens tokens = flow_sign_in(alice, "google", "9112");
	const char *id = id_of(alice, tokens);
	struct answer answer;

	flow_sign_in(mallory, "discord", "9112");
	ck_assert_str_eq(link_providers(id), "discord google*");
	answer = link_undo(alice, tokens.access, "discord");
	ck_assert_int_eq(answer.status, 204);
	next_with("discord", "9112", "9112@gmail.com", "true");
	assert_refused_by("unlinked_before", "discord", 409,
	    "account_link_required");
	ck_assert_str_eq(link_providers(id), "google*");

	/* By hand it does. */
	answer = link_as(alice, tokens.access, "discord", "9112");
	ck_assert_int_eq(answer.status, 200);
	ck_assert_str_eq(link_providers(id), "discord google*");
	answer = sign_in(mallory, "discord", "9112");
	ck_assert_str_eq(id_of(mallory, tokens_of(mallory, &answer)), id);
}
END_TEST

static void link_explicitly(void)
{
	reconfigure(TOP, text_print("%saccount_linking = \"explicit\"\n",
	    TOP));
}

START_TEST(ln_02_explicit_linking_says_in_plain_words_what_to_do)
{
	struct flow_tokens tokens = flow_sign_in(alice, "google", "9120");
	struct answer answer;

	next_with("discord", "9120", "9120@GMAIL.com", "true");
	assert_refused_by("linking_is_explicit", "discord", 409,
	    "account_link_required");
	next_with("discord", "9120", "9120@gmail.com", "true");
	answer = browser_get(mallory, attempt_callback(mallory, "discord"));
	ck_assert_str_eq(answer_member(mallory, &answer, "detail"),
	    "There is already an account with your e-mail address. Sign in "
	    "the way you did before, then link this provider in your account "
	    "settings.");

	/* Which helps. */
	answer = link_as(alice, tokens.access, "discord", "9120");
	ck_assert_int_eq(answer.status, 200);
	answer = sign_in(mallory, "discord", "9120");
	ck_assert_str_eq(id_of(mallory, tokens_of(mallory, &answer)),
	    id_of(alice, tokens));
}
END_TEST

START_TEST(ln_02_explicit_linking_gives_no_hint_without_proof)
{
	struct answer answer;

	flow_sign_in(alice, "google", "9121");
	next_with("discord", "9121", "9121@gmail.com", "false");
	answer = browser_get(mallory, attempt_callback(mallory, "discord"));
	ck_assert_int_eq(answer.status, 200);
	ck_assert_str_eq(link_rule(mallory, &answer), "new_user");
	ck_assert_ptr_null(strstr(answer.body, "9121"));
}
END_TEST

static void add_tests(Suite *s)
{
	TCase *t = tcase_create("verified");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t,
	    ln_01_a_verified_address_joins_its_account_and_says_so);
	tcase_add_test(t, ln_01_joining_changes_neither_primary_nor_address);
	tcase_add_test(t,
	    ln_03_ln_04_an_account_made_beforehand_catches_nobody);
	tcase_add_test(t,
	    ln_07_only_the_account_with_the_verified_address_is_joined);
	tcase_add_test(t, a_disabled_users_address_lets_nobody_join);
	tcase_add_test(t, a_second_identity_of_a_provider_does_not_join);
	tcase_add_test(t, an_address_that_no_identity_backs_lets_nobody_join);
	tcase_add_test(t,
	    ul_02_an_identity_that_was_unlinked_does_not_join_again);
	suite_add_tcase(s, t);

	t = tcase_create("explicit");
	tcase_add_unchecked_fixture(t, link_explicitly, reconfigure_back);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t,
	    ln_02_explicit_linking_says_in_plain_words_what_to_do);
	tcase_add_test(t, ln_02_explicit_linking_gives_no_hint_without_proof);
	suite_add_tcase(s, t);
}

int main(void)
{
	Suite *s = suite_create("join");
	SRunner *r;
	int n;

	if (!stack_begin(NULL))
		return 0;

	add_tests(s);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	n = srunner_ntests_failed(r);
	srunner_free(r);
	stack_end();
	return n == 0 ? 0 : 1;
}
