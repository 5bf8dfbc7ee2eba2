/* SPDX-License-Identifier: ISC */
/*
 * latchkeyctl user link, unlink and move-identity: ways in that the
 * administrator gives and takes.
 */
#include <string.h>
#include <sysexits.h>

#include <check.h>

#include "support/attempt.h"
#include "support/ctl.h"
#include "support/stack.h"
#include "support/text.h"
#include "support/tokens.h"

static struct browser *alice;
static struct browser *bob;

static void setup(void)
{
	flow_reset();
	ctl_use(NULL);
	alice = browser_new();
	bob = browser_new();
}

static void teardown(void)
{
	browser_free(alice);
	browser_free(bob);
}

static const char *sign_in(struct browser *browser, const char *provider,
    const char *subject)
{
	return attempt_me(browser, flow_sign_in(browser, provider, subject),
	    "id");
}

static long events(const char *kind, const char *id)
{
	return stack_count(text_print("select count(*) from events where "
	    "kind = '%s' and user_id = '%s' and actor = 'latchkeyctl'", kind,
	    id));
}

static long identities(const char *id)
{
	return stack_count(text_print("select count(*) from "
	    "oauth_linked_accounts where user_id = '%s'", id));
}

START_TEST(an_identity_linked_by_hand_lets_its_user_in)
{
	const char *id = sign_in(alice, "google", "by-hand");

	ctl_says("user", "link", id, "discord:6001", NULL);
	ck_assert_str_eq(sign_in(bob, "discord", "6001"), id);
	ck_assert_int_eq(events("linked", id), 1);

	/* Nobody vouched for an address of it. */
	ck_assert_int_eq(identities(id), 2);

	/* Once more changes nothing. */
	ck_assert_ptr_nonnull(strstr(ctl_says("user", "link",
	    "google:by-hand", "discord:6001", NULL), "before"));
	ck_assert_int_eq(identities(id), 2);
	ck_assert_int_eq(events("linked", id), 1);
}
END_TEST

START_TEST(an_identity_of_somebody_else_is_not_linked)
{
	const char *first = sign_in(alice, "google", "link-1");
	const char *second = sign_in(bob, "discord", "6002");

	ctl_fails(EX_CANTCREAT, second, "user", "link", first,
	    "discord:6002", NULL);
	ctl_fails(EX_CANTCREAT, "asker_has_provider", "user", "link", first,
	    "google:link-2", NULL);
	ck_assert_int_eq(identities(first), 1);
	ck_assert_int_eq(identities(second), 1);
	ck_assert_int_eq(events("linked", first), 0);
}
END_TEST

START_TEST(only_a_configured_provider_is_linked)
{
	const char *id = sign_in(alice, "google", "unknown-provider");
	static const char *const wrong[] = {"", "discord", "discord:", ":1",
		"Discord:1", "discord:1 2", "discord:\u00e9"};

	ctl_fails(EX_NOUSER, "no provider", "user", "link", id, "nowhere:1",
	    NULL);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ctl_fails(EX_USAGE, "is no identity", "user", "link", id,
		    wrong[i], NULL);
	ctl_fails(EX_USAGE, "is no identity", "user", "link", id,
	    text_print("discord:%0256d", 1), NULL);
	/* Nor does it pin the name, which a first use would. */
	stack_sql("delete from providers where name = 'discord'");
	ctl_fails(EX_USAGE, "nobody's id at discord", "user", "link", id,
	    "discord:@Alice", NULL);
	ck_assert_int_eq(stack_count("select count(*) from providers "
	    "where name = 'discord'"), 0);
	ck_assert_int_eq(identities(id), 1);
}
END_TEST

START_TEST(unlinking_ends_the_way_in_and_its_sessions)
{
	struct flow_tokens kept = flow_sign_in(alice, "google", "unlinks");
	const char *id = attempt_me(alice, kept, "id");
	struct flow_tokens gone;

	ctl_says("user", "link", id, "discord:6003", NULL);
	gone = flow_sign_in(bob, "discord", "6003");
	ck_assert_str_eq(attempt_me(bob, gone, "id"), id);

	ctl_says("user", "unlink", id, "discord", NULL);
	ck_assert(!tokens_open(bob, gone.access));
	tokens_assert_dead(bob, gone.refresh);
	ck_assert(tokens_open(alice, kept.access));
	ck_assert_int_eq(events("unlinked", id), 1);

	ctl_fails(EX_NOUSER, "discord", "user", "unlink", id, "discord",
	    NULL);
	ctl_fails(EX_CANTCREAT, "last way in", "user", "unlink", id,
	    "google", NULL);
	ck_assert_int_eq(identities(id), 1);
}
END_TEST

START_TEST(an_identity_moves_to_another_user)
{
	const char *from = sign_in(alice, "google", "moves-from");
	const char *to = sign_in(alice, "google", "moves-to");
	struct flow_tokens tokens;

	ctl_says("user", "link", from, "discord:6004", NULL);
	tokens = flow_sign_in(bob, "discord", "6004");
	ctl_says("user", "move-identity", "discord:6004",
	    "moves-to@gmail.com", NULL);
	ck_assert(!tokens_open(bob, tokens.access));
	ck_assert_str_eq(sign_in(bob, "discord", "6004"), to);
	ck_assert_int_eq(identities(from), 1);
	ck_assert_int_eq(identities(to), 2);
}
END_TEST

START_TEST(a_move_that_cannot_be_changes_nothing)
{
	const char *from = sign_in(alice, "google", "stays-from");
	const char *to = sign_in(alice, "google", "stays-to");

	ctl_fails(EX_CANTCREAT, "google", "user", "move-identity",
	    "google:stays-from", to, NULL);
	ctl_fails(EX_NOUSER, "", "user", "move-identity", "google:nobody",
	    to, NULL);
	ctl_fails(EX_NOUSER, "nobody", "user", "move-identity",
	    "google:stays-from", "google:nobody", NULL);
	ctl_fails(EX_USAGE, "is no identity", "user", "move-identity", from,
	    to, NULL);
	/* The last way in stays, even for the administrator. */
	stack_sql(text_print("delete from users where id = '%s'", to));
	to = sign_in(bob, "discord", "6005");
	ctl_fails(EX_CANTCREAT, "last way in", "user", "move-identity",
	    "google:stays-from", to, NULL);
	ck_assert_str_eq(sign_in(alice, "google", "stays-from"), from);
}
END_TEST

static TCase *tests(void)
{
	TCase *t = tcase_create("ctl_link");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, an_identity_linked_by_hand_lets_its_user_in);
	tcase_add_test(t, an_identity_of_somebody_else_is_not_linked);
	tcase_add_test(t, only_a_configured_provider_is_linked);
	tcase_add_test(t, unlinking_ends_the_way_in_and_its_sessions);
	tcase_add_test(t, an_identity_moves_to_another_user);
	tcase_add_test(t, a_move_that_cannot_be_changes_nothing);
	return t;
}

int main(void)
{
	Suite *s = suite_create("ctl_link");
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
