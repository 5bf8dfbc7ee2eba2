/* SPDX-License-Identifier: ISC */
/*
 * Linking by hand: who is signed in asks for one more identity, and the same
 * browser finishes it while the session lives.
 */
#include <string.h>

#include <check.h>

#include "support/admin.h"
#include "support/attempt.h"
#include "support/ctl.h"
#include "support/facts.h"
#include "support/link.h"
#include "support/race.h"
#include "support/stack.h"
#include "support/text.h"
#include "support/tokens.h"

static struct browser *alice;
static struct browser *mallory;
static struct flow_tokens tokens;
static const char *id;

/* Alice is signed in with Google as 9200. */
static void setup(void)
{
	stack_sql("delete from users");
	flow_reset();
	alice = browser_new();
	mallory = browser_new();
	tokens = flow_sign_in(alice, "google", "9200");
	id = text_print("%s", attempt_me(alice, tokens, "id"));
}

static void teardown(void)
{
	browser_free(alice);
	browser_free(mallory);
}

static const char *url_of(const char *provider)
{
	return stack_url(text_print("/api/auth/link/%s", provider));
}

/* The callback is refused: nothing is linked, nobody is asked. */
static void assert_refused_at(struct browser *browser, const char *callback)
{
	attempt_refused_at(browser, callback, 400, "state_mismatch");
	ck_assert_str_eq(link_providers(id), "google*");
}

/* One that says of all members what LinkedAccount has, and no more. */
static void assert_linked_account(const struct answer *answer,
    const char *provider, const char *primary)
{
	static const char *const members[] = {"email", "display_name",
		"avatar_url", "linked_at"};

	ck_assert_msg(answer->status == 200, "%ld %s", answer->status,
	    answer->body);
	ck_assert_pstr_eq(answer_member(alice, answer, "provider"), provider);
	ck_assert_pstr_eq(answer_member(alice, answer, "is_primary"),
	    primary);
	for (size_t i = 0; i < 4; i++)
		ck_assert_ptr_nonnull(strstr(answer->body, members[i]));
	ck_assert_ptr_nonnull(strchr(answer_member(alice, answer,
	    "linked_at"), 'Z'));
	ck_assert_ptr_null(strstr(answer->body, "oauth_id"));
	ck_assert_ptr_null(strstr(answer->body, "eyJ"));
}

START_TEST(ln_09_linking_by_hand_adds_one_identity)
{
	struct facts before = facts_now();
	struct answer answer;

	flow_next("{\"provider\": \"discord\", \"subject\": \"9209\", "
	    "\"email\": \"elsewhere@gmail.com\", \"email_verified\": true}");
	answer = link_next(alice, tokens.access, "discord");
	assert_linked_account(&answer, "discord", "false");
	ck_assert_pstr_eq(answer_member(alice, &answer, "email"),
	    "elsewhere@gmail.com");
	ck_assert_str_eq(link_rule(alice, &answer), "asked_for");

	before.identities++;
	before.calls++;
	facts_assert_same(&before);
	ck_assert_str_eq(link_providers(id), "discord google*");
	ck_assert_int_eq(stack_count(text_print("select count(*) from events "
	    "where user_id = '%s' and kind = 'linked' and "
	    "provider = 'discord'", id)), 1);
	/* The address stays the primary identity's. */
	ck_assert_str_eq(attempt_me(alice, tokens, "email"),
	    "9200@gmail.com");

	answer = browser_get_as(alice,
	    stack_url("/api/users/me/linked-accounts"), tokens.access);
	ck_assert_uint_eq(ctl_count(answer.body, "\"discord\""), 1);
	ck_assert_uint_eq(ctl_count(answer.body, "\"provider\""), 2);

	flow_next("{\"provider\": \"discord\", \"subject\": \"9209\"}");
	ck_assert_str_eq(attempt_me(mallory, attempt_accepted(mallory,
	    "discord"), "id"), id);
}
END_TEST

START_TEST(ln_09_get_redirects_or_answers_as_it_is_asked_to)
{
	static const char *const begins[] = {"GET", "GET", "POST"};
	const char *headers[] = {text_print("Authorization: Bearer %s",
	    tokens.access), NULL, NULL};

	for (size_t i = 0; i < 3; i++) {
		struct answer answer;
		const char *url;

		headers[1] = i == 1 ? "Accept: application/json" : NULL;
		answer = browser_send(alice, begins[i], url_of("discord"),
		    headers, NULL);
		ck_assert_int_eq(answer.status, i == 0 ? 303 : 200);
		url = i == 0 ? answer_header(alice, &answer, "Location", 0) :
		    answer_member(alice, &answer, "authorization_url");
		ck_assert_ptr_nonnull(url);
		ck_assert_pstr_eq(answer_header(alice, &answer,
		    "Cache-Control", 0), "no-store");
		ck_assert_str_eq(flow_parameter(alice, url, "redirect_uri"),
		    stack_url("/api/auth/link/discord/callback"));
		ck_assert_uint_eq(browser_cookie_count(alice,
		    "__Host-lk_tx_"), 1);

		answer = browser_get(alice, flow_consent_as(alice, "discord",
		    url, "9210"));
		assert_linked_account(&answer, "discord", "false");
		ck_assert_uint_eq(browser_cookie_count(alice,
		    "__Host-lk_tx_"), 0);
	}
}
END_TEST

/* What an identity says of its address does not matter here. */
START_TEST(an_identity_without_a_verified_address_can_be_linked)
{
	struct answer answer;

	flow_next("{\"provider\": \"discord\", \"subject\": \"9211\", "
	    "\"without\": [\"email\"]}");
	answer = link_next(alice, tokens.access, "discord");
	assert_linked_account(&answer, "discord", "false");
	answer = link_as(alice, tokens.access, "other", "9212");
	assert_linked_account(&answer, "other", "false");
	ck_assert_str_eq(link_providers(id), "discord google* other");
	ck_assert_str_eq(attempt_me(alice, tokens, "email"),
	    "9200@gmail.com");
}
END_TEST

START_TEST(ln_10_the_callback_counts_in_the_browser_that_began_it)
{
	struct flow_tokens theirs = flow_sign_in(mallory, "google", "9213");
	const char *callback = flow_consent_as(alice, "discord",
	    link_begin(alice, tokens.access, "discord"), "9214");

	/* Mallory's browser, which has begun one of its own. */
	link_begin(mallory, theirs.access, "discord");
	assert_refused_at(mallory, callback);
	ck_assert_str_eq(link_providers(attempt_me(mallory, theirs, "id")),
	    "google*");
	ck_assert_str_eq(link_owner("discord", "9214"), "");
}
END_TEST

START_TEST(ln_14_linking_what_is_linked_already_changes_nothing)
{
	struct answer answer = link_as(alice, tokens.access, "discord",
	    "9215");
	struct facts before = facts_now();

	assert_linked_account(&answer, "discord", "false");
	answer = link_as(alice, tokens.access, "discord", "9215");
	assert_linked_account(&answer, "discord", "false");
	ck_assert_str_eq(link_rule(alice, &answer), "own_identity");
	answer = link_as(alice, tokens.access, "google", "9200");
	assert_linked_account(&answer, "google", "true");
	before.calls += 2;
	facts_assert_same(&before);
	ck_assert_int_eq(stack_count(text_print("select count(*) from events "
	    "where user_id = '%s' and kind = 'linked'", id)), 1);
}
END_TEST

START_TEST(ln_15_an_identity_of_another_account_is_not_transferred)
{
	const char *theirs;
	struct attempt before;
	struct answer answer;

	flow_next("{\"provider\": \"discord\", \"subject\": \"9216\", "
	    "\"email\": \"mallory@gmail.com\", \"email_verified\": true}");
	theirs = text_print("%s", attempt_me(mallory,
	    attempt_accepted(mallory, "discord"), "id"));

	before = attempt_begin();
	answer = link_as(alice, tokens.access, "discord", "9216");
	before.calls++;
	attempt_assert_refused(alice, &answer, 409, "identity_in_use",
	    &before);
	ck_assert_str_eq(link_rule(alice, &answer), "identity_in_use");
	ck_assert_ptr_null(strstr(answer.body, "mallory"));
	ck_assert_ptr_null(strstr(answer.body, theirs));
	ck_assert_str_eq(link_owner("discord", "9216"), theirs);
}
END_TEST

START_TEST(ln_16_a_second_identity_of_a_provider_is_refused)
{
	struct answer answer = link_as(alice, tokens.access, "discord",
	    "9217");
	struct attempt before = attempt_begin();

	ck_assert_int_eq(answer.status, 200);
	answer = link_as(alice, tokens.access, "discord", "9218");
	before.calls++;
	attempt_assert_refused(alice, &answer, 409,
	    "provider_already_linked", &before);
	ck_assert_str_eq(link_rule(alice, &answer), "asker_has_provider");
}
END_TEST

START_TEST(ln_18_nobody_links_without_a_token)
{
	static const char *const begins[] = {"GET", "POST"};
	static const char *const page[] = {"Accept: text/html",
		"Sec-Fetch-Mode: navigate", "Sec-Fetch-Site: cross-site",
		NULL};
	struct attempt before = attempt_begin();
	struct answer answer;

	for (size_t i = 0; i < 2; i++) {
		answer = browser_send(alice, begins[i], url_of("discord"),
		    NULL, NULL);
		attempt_assert_refused(alice, &answer, 401,
		    "authentication_required", &before);
		answer = browser_send(alice, begins[i], url_of("discord"),
		    (const char *[]){"Authorization: Bearer x", NULL}, NULL);
		flow_assert_problem(alice, &answer, 401, "invalid_token");
	}
	answer = browser_send(alice, "GET", url_of("discord"), page, NULL);
	ck_assert_int_eq(answer.status, 401);
	facts_assert_gives_nothing(alice, &answer);
	answer = admin_send(alice, "POST", url_of("unheard-of"),
	    tokens.access, NULL);
	attempt_assert_refused(alice, &answer, 404, "provider_not_configured",
	    &before);
}
END_TEST

START_TEST(who_has_signed_out_meanwhile_links_nothing)
{
	const char *callback = flow_consent_as(alice, "discord",
	    link_begin(alice, tokens.access, "discord"), "9219");

	/* Another session of the same user is not this one. */
	flow_sign_in(alice, "google", "9200");
	ck_assert_int_eq(tokens_logout(alice, tokens.refresh), 204);
	assert_refused_at(alice, callback);
}
END_TEST

/* Signs out while the provider takes its time with the other's answer. */
static void link_or_leave(struct browser *own, size_t i, void *argument)
{
	const struct ready *ready = argument;

	if (i == 0) {
		ready_finish(own, ready);
		return;
	}
	if (flow_is_asked_within("discord", "token", 1, 10000))
		tokens_logout(own, tokens.refresh);
}

START_TEST(who_signs_out_while_the_provider_is_asked_links_nothing)
{
	struct ready ready = link_ready(alice, tokens.access, "discord",
	    "9220");

	flow_fault("{\"provider\": \"discord\", \"endpoint\": \"token\", "
	    "\"kind\": \"delay\", \"value\": 3000}");
	race_run(2, link_or_leave, &ready);
	ck_assert_uint_eq(flow_recorded("discord", "token"), 1);
	ck_assert_str_eq(link_providers(id), "google*");
}
END_TEST

START_TEST(who_is_disabled_meanwhile_links_nothing)
{
	const char *callback = flow_consent_as(alice, "discord",
	    link_begin(alice, tokens.access, "discord"), "9221");
	struct answer answer = admin_ask(alice, "POST", id, "/disable", NULL);

	ck_assert_int_eq(answer.status, 204);
	assert_refused_at(alice, callback);
}
END_TEST

/* A callback's URL with one part of its path another. */
static const char *elsewhere(const char *callback, const char *old,
    const char *new)
{
	const char *at = strstr(callback, old);

	ck_assert_ptr_nonnull(at);
	return text_print("%.*s%s%s", (int)(at - callback), callback, new,
	    at + strlen(old));
}

/* One way round it would sign in as who is linked, the other way round it
 * would link who signs in. */
START_TEST(a_state_is_good_for_what_it_was_begun_for)
{
	const char *callback = flow_consent_as(alice, "discord",
	    link_begin(alice, tokens.access, "discord"), "9222");

	assert_refused_at(alice, elsewhere(callback, "/auth/link/discord/",
	    "/auth/discord/"));
	/* Nor is it any more where it belongs. */
	assert_refused_at(alice, callback);

	callback = flow_consent_as(alice, "discord", flow_start(alice,
	    "discord"), "9222");
	assert_refused_at(alice, elsewhere(callback, "/auth/discord/",
	    "/auth/link/discord/"));
	callback = flow_consent_as(alice, "discord",
	    link_begin(alice, tokens.access, "discord"), "9222");
	assert_refused_at(alice, elsewhere(callback, "/auth/link/discord/",
	    "/auth/link/other/"));
}
END_TEST

static TCase *tests(void)
{
	TCase *t = tcase_create("link");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, ln_09_linking_by_hand_adds_one_identity);
	tcase_add_test(t, ln_09_get_redirects_or_answers_as_it_is_asked_to);
	tcase_add_test(t,
	    an_identity_without_a_verified_address_can_be_linked);
	tcase_add_test(t,
	    ln_10_the_callback_counts_in_the_browser_that_began_it);
	tcase_add_test(t, ln_14_linking_what_is_linked_already_changes_nothing);
	tcase_add_test(t,
	    ln_15_an_identity_of_another_account_is_not_transferred);
	tcase_add_test(t, ln_16_a_second_identity_of_a_provider_is_refused);
	tcase_add_test(t, ln_18_nobody_links_without_a_token);
	tcase_add_test(t, who_has_signed_out_meanwhile_links_nothing);
	tcase_add_test(t,
	    who_signs_out_while_the_provider_is_asked_links_nothing);
	tcase_add_test(t, who_is_disabled_meanwhile_links_nothing);
	tcase_add_test(t, a_state_is_good_for_what_it_was_begun_for);
	return t;
}

int main(void)
{
	Suite *s = suite_create("link");
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
