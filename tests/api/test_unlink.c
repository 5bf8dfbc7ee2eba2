/* SPDX-License-Identifier: ISC */
/*
 * Taking a way in away: never the last one, at once, and for good; what the
 * account's address becomes then.
 */
#include <string.h>

#include <check.h>

#include "support/admin.h"
#include "support/attempt.h"
#include "support/link.h"
#include "support/outage.h"
#include "support/reconfigure.h"
#include "support/stack.h"
#include "support/text.h"
#include "support/tokens.h"

static struct browser *alice;
static struct browser *elsewhere;
static struct flow_tokens tokens;
static const char *id;

/* A test that failed may have left its configuration, trigger or pin. */
static void undo_all(void)
{
	reconfigure_undo();
	outage_begin();
	stack_sql("set client_min_messages = warning; "
	    "delete from users; "
	    "delete from providers where issuer = 'https://old.example'; "
	    "drop trigger if exists fail on users; "
	    "drop function if exists fail");
}

/* Alice is signed in with Google as 9400. */
static void setup(void)
{
	undo_all();
	flow_reset();
	alice = browser_new();
	elsewhere = browser_new();
	tokens = flow_sign_in(alice, "google", "9400");
	id = text_print("%s", attempt_me(alice, tokens, "id"));
}

static void teardown(void)
{
	browser_free(alice);
	browser_free(elsewhere);
}

static void link(const char *provider, const char *subject)
{
	struct answer answer = link_as(alice, tokens.access, provider,
	    subject);

	ck_assert_msg(answer.status == 200, "%ld %s", answer.status,
	    answer.body);
}

/* Links an identity that says this of an address. */
static void link_with(const char *provider, const char *email,
    const char *verified)
{
	struct answer answer;

	flow_next("{\"provider\": \"%s\", \"subject\": \"9401\", "
	    "\"email\": \"%s\", \"email_verified\": %s}", provider, email,
	    verified);
	answer = link_next(alice, tokens.access, provider);
	ck_assert_msg(answer.status == 200, "%ld %s", answer.status,
	    answer.body);
}

static void undo(const char *provider)
{
	struct answer answer = link_undo(alice, tokens.access, provider);

	ck_assert_msg(answer.status == 204, "%ld %s", answer.status,
	    answer.body);
	ck_assert_uint_eq(answer.size, 0);
}

static void assert_undo_refused(const char *provider, long status,
    const char *code)
{
	struct attempt before = attempt_begin();
	struct answer answer = link_undo(alice, tokens.access, provider);

	attempt_assert_refused(alice, &answer, status, code, &before);
}

/* The account's address in the table, with a star where it is verified. */
static const char *address(void)
{
	return stack_sql(text_print("select coalesce(email, '') || case when "
	    "email_verified then '*' else '' end from users where id = '%s'",
	    id));
}

START_TEST(ul_01_the_only_identity_stays)
{
	assert_undo_refused("google", 409, "last_login_method");
	ck_assert(tokens_open(alice, tokens.access));
	flow_sign_in(alice, "google", "9400");
}
END_TEST

START_TEST(ul_02_an_unlinked_identity_leads_to_another_account)
{
	struct flow_tokens other;

	link("discord", "9402");
	undo("discord");
	ck_assert_str_eq(link_providers(id), "google*");
	ck_assert_int_eq(stack_count(text_print("select count(*) from events "
	    "where user_id = '%s' and kind = 'unlinked' and "
	    "provider = 'discord' and actor = 'user'", id)), 1);

	other = flow_sign_in(elsewhere, "discord", "9402");
	ck_assert_str_ne(attempt_me(elsewhere, other, "id"), id);
	ck_assert_str_eq(link_providers(id), "google*");
}
END_TEST

START_TEST(ul_02_sessions_begun_through_it_end_at_once)
{
	struct flow_tokens through;

	link("discord", "9403");
	through = flow_sign_in(elsewhere, "discord", "9403");
	undo("discord");
	ck_assert(!tokens_open(elsewhere, through.access));
	tokens_assert_dead(elsewhere, through.refresh);
	ck_assert_str_eq(tokens_session_count(tokens.refresh), "1");
	ck_assert(tokens_open(alice, tokens.access));
	tokens = tokens_refresh(alice, tokens.refresh);

	/* Linked once more it opens new ones, and no old one comes back. */
	link("discord", "9403");
	tokens_assert_dead(elsewhere, through.refresh);
	through = flow_sign_in(elsewhere, "discord", "9403");
	ck_assert(tokens_open(elsewhere, through.access));
}
END_TEST

/* Her own session goes, too, where it was begun through what she unlinks. */
START_TEST(ul_02_unlinking_the_primary_promotes_the_oldest_other)
{
	link("other", "9404");
	link("discord", "9405");
	undo("google");
	ck_assert_str_eq(link_providers(id), "discord other*");
	ck_assert(!tokens_open(alice, tokens.access));
	tokens_assert_dead(alice, tokens.refresh);

	tokens = flow_sign_in(alice, "discord", "9405");
	ck_assert_str_eq(attempt_me(alice, tokens, "id"), id);
	undo("other");
	ck_assert_str_eq(link_providers(id), "discord*");
	assert_undo_refused("discord", 409, "last_login_method");
}
END_TEST

START_TEST(ul_05_what_is_not_linked_cannot_be_unlinked)
{
	static const char *const names[] = {"discord", "unheard-of", "a%00b",
		"%2e%2e", "%ff", "Google"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct attempt before = attempt_begin();
		struct answer answer = link_undo(alice, tokens.access,
		    names[i]);

		ck_assert_msg(answer.status == 404 || (i > 1 &&
		    answer.status == 400), "%s: %ld %s", names[i],
		    answer.status, answer.body);
		ck_assert_str_eq(attempt_begin().rows, before.rows);
	}
	assert_undo_refused("discord", 404, "not_linked");
}
END_TEST

START_TEST(ul_05_nobody_unlinks_without_a_token)
{
	struct answer answer = link_undo(alice, NULL, "google");

	flow_assert_problem(alice, &answer, 401, "authentication_required");
}
END_TEST

/* Of a provider that is not configured there is no way in. */
START_TEST(ul_01_an_identity_that_lets_nobody_in_is_no_other_way)
{
	link("other", "9406");
	reconfigure("other = {", "another = {");
	assert_undo_refused("google", 409, "last_login_method");
	ck_assert_str_eq(link_providers(id), "google* other");

	/* It can go itself, and never becomes the primary one. */
	link("discord", "9407");
	undo("google");
	ck_assert_str_eq(link_providers(id), "discord* other");
	tokens = flow_sign_in(alice, "discord", "9407");
	undo("other");
	reconfigure_back();
}
END_TEST

static void pin_other(const char *issuer)
{
	stack_sql(text_print("update providers set issuer = '%s' "
	    "where name = 'other'", issuer));
}

/* Nor at a provider whose name stands for another issuer. */
START_TEST(ul_01_an_identity_of_another_issuer_is_no_other_way)
{
	const char *pinned;

	link("other", "9412");
	pinned = stack_sql("select issuer from providers "
	    "where name = 'other'");
	pin_other("https://old.example");
	assert_undo_refused("google", 409, "last_login_method");
	ck_assert_str_eq(link_providers(id), "google* other");

	/* No worker remembers it once the name is bound again. */
	pin_other(pinned);
	undo("google");
	ck_assert_str_eq(link_providers(id), "other*");
	flow_sign_in(alice, "other", "9412");
}
END_TEST

START_TEST(the_address_follows_the_promoted_identity)
{
	link_with("discord", "New.9401@gmail.com", "true");
	ck_assert_str_eq(address(), "9400@gmail.com*");
	undo("google");
	ck_assert_str_eq(address(), "New.9401@gmail.com*");

	/* The old one is free, for whoever holds it. */
	tokens = flow_sign_in(elsewhere, "google", "9400");
	ck_assert_str_ne(attempt_me(elsewhere, tokens, "id"), id);
	ck_assert_str_eq(attempt_me(elsewhere, tokens, "email_verified"),
	    "true");
}
END_TEST

START_TEST(an_unverified_address_is_only_shown_after_a_promotion)
{
	link_with("discord", "claimed@gmail.com", "false");
	undo("google");
	ck_assert_str_eq(address(), "claimed@gmail.com");
}
END_TEST

START_TEST(a_promoted_identity_without_an_address_leaves_none)
{
	struct answer answer;

	flow_next("{\"provider\": \"discord\", \"subject\": \"9408\", "
	    "\"without\": [\"email\"]}");
	answer = link_next(alice, tokens.access, "discord");
	ck_assert_int_eq(answer.status, 200);
	undo("google");
	ck_assert_str_eq(address(), "");
}
END_TEST

/* A third identity vouches for it still. */
START_TEST(an_address_stays_while_an_identity_backs_it)
{
	link_with("other", "unproved@gmail.com", "true");
	link_with("discord", "9400@gmail.com", "true");
	undo("google");
	ck_assert_str_eq(link_providers(id), "discord other*");
	ck_assert_str_eq(address(), "9400@gmail.com*");

	/* Until that goes, too. */
	tokens = flow_sign_in(alice, "other", "9401");
	undo("discord");
	ck_assert_str_eq(link_providers(id), "other*");
	ck_assert_str_eq(stack_sql(text_print("select email_verified from "
	    "users where id = '%s'", id)), "f");
}
END_TEST

START_TEST(an_address_that_is_taken_fails_nothing)
{
	flow_sign_in(elsewhere, "google", "9409");
	link_with("discord", "9409@gmail.com", "true");
	ck_assert_str_eq(address(), "9400@gmail.com*");
	undo("google");
	ck_assert_str_eq(address(), "9409@gmail.com");
	ck_assert_int_eq(stack_count("select count(*) from users where "
	    "email_verified and email = '9409@gmail.com'"), 1);
}
END_TEST

START_TEST(nothing_is_unlinked_while_a_store_is_down)
{
	static const char *const stores[] = {"redis", "postgres"};

	link("discord", "9410");
	for (size_t i = 0; i < 2; i++) {
		struct answer answer;

		stack_service("stop", stores[i]);
		answer = link_undo(alice, tokens.access, "discord");
		outage_must_be_unavailable(alice, &answer);
		stack_service("start", stores[i]);
		outage_is_over();
		ck_assert_str_eq(link_providers(id), "discord google*");
		flow_sign_in(elsewhere, "discord", "9410");
	}
	undo("discord");
}
END_TEST

/* Redis was told, and then PostgreSQL kept the row: the way in stays one. */
START_TEST(an_unlinking_that_fails_at_the_end_locks_nobody_out)
{
	struct flow_tokens through;
	struct answer answer;

	link("discord", "9411");
	stack_sql("create function fail() returns trigger language plpgsql "
	    "as 'begin raise exception ''no''; end'; "
	    "create constraint trigger fail after update on users "
	    "deferrable initially deferred for each row "
	    "when (new.version > old.version) execute function fail()");
	answer = link_undo(alice, tokens.access, "discord");
	flow_assert_problem(alice, &answer, 503, "unavailable");
	stack_sql("drop trigger fail on users; drop function fail");
	ck_assert_str_eq(link_providers(id), "discord google*");

	through = flow_sign_in(elsewhere, "discord", "9411");
	ck_assert_str_eq(attempt_me(elsewhere, through, "id"), id);
	undo("discord");
	ck_assert(!tokens_open(elsewhere, through.access));
}
END_TEST

static TCase *tests(void)
{
	TCase *t = tcase_create("unlink");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, ul_01_the_only_identity_stays);
	tcase_add_test(t, ul_02_an_unlinked_identity_leads_to_another_account);
	tcase_add_test(t, ul_02_sessions_begun_through_it_end_at_once);
	tcase_add_test(t,
	    ul_02_unlinking_the_primary_promotes_the_oldest_other);
	tcase_add_test(t, ul_05_what_is_not_linked_cannot_be_unlinked);
	tcase_add_test(t, ul_05_nobody_unlinks_without_a_token);
	tcase_add_test(t,
	    ul_01_an_identity_that_lets_nobody_in_is_no_other_way);
	tcase_add_test(t,
	    ul_01_an_identity_of_another_issuer_is_no_other_way);
	tcase_add_test(t, the_address_follows_the_promoted_identity);
	tcase_add_test(t,
	    an_unverified_address_is_only_shown_after_a_promotion);
	tcase_add_test(t, a_promoted_identity_without_an_address_leaves_none);
	tcase_add_test(t, an_address_stays_while_an_identity_backs_it);
	tcase_add_test(t, an_address_that_is_taken_fails_nothing);
	tcase_add_test(t, nothing_is_unlinked_while_a_store_is_down);
	tcase_add_test(t,
	    an_unlinking_that_fails_at_the_end_locks_nobody_out);
	return t;
}

int main(void)
{
	Suite *s = suite_create("unlink");
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
