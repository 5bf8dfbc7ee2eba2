/* SPDX-License-Identifier: ISC */
/*
 * Identities that come by hand, go, and move.  Which rule decides is
 * test_linking.c's; here it is who is locked, what is changed, and in which
 * order.  Stores and transactions are fakes.
 */
#include "auth/account.h"

#include <string.h>

#include <check.h>

#include "auth/refusal.h"
#include "support/fake_accounts.h"
#include "support/fake_calls.h"
#include "support/fake_db.h"
#include "support/fake_events.h"
#include "support/fake_provider.h"
#include "support/fake_sessions.h"
#include "support/fake_users.h"

#define MINE   "01910000-0000-7000-8000-000000000001"
#define THEIRS "01910000-0000-7000-8000-000000000002"

#define TAKEN_AWAY(how, then)                                                 \
	how " users_settle_email users_raise_version events_add" then         \
	    " sessions_close_provider db_commit"

static const struct account_actor me = {.address = "192.0.2.7"};
static const struct account_actor admin = {.name = "latchkeyctl"};
static struct account mine[3];
static struct identity identity;
static struct op *op;

static void setup(void)
{
	op = op_new("test", 10000);
	identity = (struct identity){.provider = "google", .subject = "g-1",
	    .email = "a@example.org", .email_verified = true};
	mine[0] = (struct account){.provider = "google", .oauth_id = "g-1",
	    .is_primary = true};
	mine[1] = (struct account){.provider = "discord", .oauth_id = "d-1"};
	mine[2] = (struct account){.provider = "other", .oauth_id = "o-1"};
	fake_users = (struct fake_users){.id = MINE};
	fake_accounts = (struct fake_accounts){.list = {2, mine}};
	fake_provider_reset();
	fake_provider.also = "discord";
	fake_calls_clear();
}

static void teardown(void)
{
	ck_assert(!fake_db_is_open);
	op_free(op);
}

static enum rc linked(void)
{
	const struct account *row = NULL;
	enum rc rc = account_link(op, MINE, &identity, "192.0.2.7", &row);

	ck_assert((rc == RC_OK) == (row != NULL));
	if (rc == RC_OK)
		ck_assert_str_eq(row->provider, "google");
	return rc;
}

START_TEST(an_identity_that_is_nobodys_is_linked_under_the_users_lock)
{
	ck_assert_int_eq(linked(), RC_OK);
	ck_assert_str_eq(fake_calls_text(), "db_begin users_lock "
	    "accounts_look accounts_insert users_settle_email events_add "
	    "accounts_of_user db_commit");
	ck_assert_str_eq(fake_users.locked[0], MINE);
	ck_assert_str_eq(fake_accounts.asker_id, MINE);
	ck_assert_str_eq(fake_accounts.last_user_id, MINE);
	ck_assert_str_eq(fake_accounts.last.oauth_id, "g-1");
	ck_assert_int_eq(fake_events_last.kind, EVENT_LINKED);
	ck_assert_str_eq(fake_events_last.address, "192.0.2.7");
	ck_assert_str_eq(op->rule, "asked_for");
}
END_TEST

START_TEST(an_identity_of_ones_own_is_not_linked_twice)
{
	fake_accounts.standing.owner_id = MINE;
	fake_accounts.standing.asker_has_provider = true;
	ck_assert_int_eq(linked(), RC_OK);
	ck_assert_int_eq(fake_calls_count("accounts_insert"), 0);
	ck_assert_int_eq(fake_calls_count("events_add"), 0);
}
END_TEST

START_TEST(somebody_elses_identity_stays_theirs)
{
	fake_accounts.standing.owner_id = THEIRS;
	ck_assert_int_eq(linked(), RC_TAKEN);
	ck_assert_int_eq(op->refusal, REFUSAL_IDENTITY_IN_USE);
	ck_assert_ptr_nonnull(strstr(op_reason(op), "owner " THEIRS));
	ck_assert_int_eq(fake_calls_count("accounts_insert"), 0);
	ck_assert_int_eq(fake_calls_count("db_rollback"), 1);
}
END_TEST

START_TEST(a_second_identity_of_a_provider_is_refused)
{
	fake_accounts.standing.asker_has_provider = true;
	ck_assert_int_eq(linked(), RC_TAKEN);
	ck_assert_int_eq(op->refusal, REFUSAL_PROVIDER_LINKED);
	ck_assert_int_eq(fake_calls_count("accounts_insert"), 0);
}
END_TEST

START_TEST(who_is_disabled_or_gone_by_now_links_nothing)
{
	fake_users.user.disabled = true;
	ck_assert_int_eq(linked(), RC_DENIED);
	ck_assert_int_eq(op->refusal, REFUSAL_TOKEN);

	fake_calls_fail("users_lock", RC_ABSENT, 1);
	ck_assert_int_eq(linked(), RC_DENIED);
	ck_assert_int_eq(op->refusal, REFUSAL_TOKEN);
	ck_assert_int_eq(fake_calls_count("accounts_insert"), 0);
}
END_TEST

START_TEST(a_lost_race_for_an_identity_is_looked_at_again)
{
	fake_calls_fail("accounts_insert", RC_TAKEN, 1);
	fake_accounts.changes_after = 1;
	fake_accounts.later.owner_id = THEIRS;
	ck_assert_int_eq(linked(), RC_TAKEN);
	ck_assert_int_eq(op->refusal, REFUSAL_IDENTITY_IN_USE);
	ck_assert_int_eq(fake_calls_count("db_begin"), 2);
}
END_TEST

/* The administrator gives the identity. */
static enum rc given(bool *was_linked)
{
	static const struct identity bare = {.provider = "google",
		.subject = "g-1"};

	fake_calls_clear();
	return account_give(op, MINE, &bare, "latchkeyctl", was_linked);
}

START_TEST(an_identity_is_given_by_the_rules_of_linking)
{
	bool was_linked = true;

	fake_users.user.disabled = true;
	ck_assert_int_eq(given(&was_linked), RC_OK);
	ck_assert(!was_linked);
	ck_assert_str_eq(fake_calls_text(), "provider_admit db_begin "
	    "users_lock accounts_look accounts_insert users_settle_email "
	    "events_add accounts_of_user db_commit");
	ck_assert_str_eq(fake_accounts.asker_id, MINE);
	ck_assert_str_eq(fake_accounts.last.oauth_id, "g-1");
	ck_assert_ptr_null(fake_accounts.last.email);
	ck_assert_int_eq(fake_events_last.kind, EVENT_LINKED);
	ck_assert_str_eq(fake_events_last.actor, "latchkeyctl");
	ck_assert_str_eq(op->rule, "asked_for");

	fake_accounts.standing.owner_id = MINE;
	ck_assert_int_eq(given(&was_linked), RC_OK);
	ck_assert(was_linked);
	ck_assert_int_eq(fake_calls_count("accounts_insert"), 0);
}
END_TEST

START_TEST(what_cannot_be_linked_cannot_be_given_either)
{
	bool was_linked;

	fake_accounts.standing.asker_has_provider = true;
	ck_assert_int_eq(given(&was_linked), RC_TAKEN);
	ck_assert_int_eq(op->refusal, REFUSAL_PROVIDER_LINKED);
	fake_accounts.standing.owner_id = THEIRS;
	ck_assert_int_eq(given(&was_linked), RC_TAKEN);
	ck_assert_int_eq(op->refusal, REFUSAL_IDENTITY_IN_USE);
	ck_assert_ptr_nonnull(strstr(op_reason(op), "owner " THEIRS));
	ck_assert_int_eq(fake_calls_count("accounts_insert"), 0);
}
END_TEST

START_TEST(nothing_is_given_to_nobody_or_of_a_provider_not_admitted)
{
	bool was_linked;

	fake_calls_fail("users_lock", RC_ABSENT, 1);
	ck_assert_int_eq(account_give(op, MINE, &identity, "a", &was_linked),
	    RC_ABSENT);
	ck_assert_int_eq(op->refusal, REFUSAL_NONE);

	fake_calls_clear();
	fake_calls_fail("provider_admit", RC_ABSENT, 1);
	ck_assert_int_eq(account_give(op, MINE, &identity, "a", &was_linked),
	    RC_ABSENT);
	ck_assert_str_eq(fake_calls_text(), "provider_admit");
}
END_TEST

START_TEST(an_identity_goes_with_its_sessions_before_the_commit)
{
	ck_assert_int_eq(account_unlink(op, MINE, "discord", &me), RC_OK);
	ck_assert_str_eq(fake_calls_text(), "db_begin users_lock "
	    "accounts_of_user provider_look_at_pin "
	    TAKEN_AWAY("accounts_delete", ""));
	ck_assert_str_eq(fake_users.locked[0], MINE);
	ck_assert_str_eq(fake_accounts.deleted_provider, "discord");
	ck_assert(!fake_users.settled_following);
	ck_assert_str_eq(fake_sessions.unlinked, "discord");
	ck_assert_int_eq(fake_sessions.unlinked_version, FAKE_USERS_VERSION);
	ck_assert_int_eq(fake_events_last.kind, EVENT_UNLINKED);
	ck_assert_ptr_null(fake_events_last.actor);
	ck_assert_str_eq(fake_events_last.address, "192.0.2.7");
}
END_TEST

START_TEST(the_oldest_other_way_in_becomes_the_primary)
{
	ck_assert_int_eq(account_unlink(op, MINE, "google", &me), RC_OK);
	ck_assert_str_eq(fake_users.primary_provider, "discord");
	ck_assert_str_eq(fake_users.primary_oauth_id, "d-1");
	ck_assert(fake_users.settled_following);

	/* An identity nobody can sign in with is no primary. */
	mine[1].provider = "other";
	mine[2].provider = "discord";
	mine[2].oauth_id = "d-2";
	fake_accounts.list.count = 3;
	ck_assert_int_eq(account_unlink(op, MINE, "google", &me), RC_OK);
	ck_assert_str_eq(fake_users.primary_oauth_id, "d-2");
}
END_TEST

/* Unlinking google is refused, and nothing of it was begun. */
static void keeps_google(enum rc rc, enum refusal refusal)
{
	fake_calls_clear();
	ck_assert_int_eq(account_unlink(op, MINE, "google", &me), rc);
	ck_assert_int_eq(op->refusal, (int)refusal);
	ck_assert_int_eq(fake_calls_count("accounts_delete"), 0);
	ck_assert_int_eq(fake_calls_count("users_set_primary"), 0);
	ck_assert_int_eq(fake_calls_count("db_rollback"), 1);
}

START_TEST(the_last_way_in_stays)
{
	fake_accounts.list.count = 1;
	keeps_google(RC_TAKEN, REFUSAL_LAST_METHOD);

	/* What is left must be of a provider that is configured. */
	fake_accounts.list.count = 2;
	fake_provider.also = NULL;
	keeps_google(RC_TAKEN, REFUSAL_LAST_METHOD);

	/* A name that stands for another issuer lets nobody in, either. */
	fake_provider.also = "discord";
	fake_provider.barred = true;
	keeps_google(RC_TAKEN, REFUSAL_LAST_METHOD);
}
END_TEST

START_TEST(an_identity_of_a_provider_no_longer_configured_may_go)
{
	mine[1].provider = "other";
	ck_assert_int_eq(account_unlink(op, MINE, "other", &me), RC_OK);
}
END_TEST

START_TEST(what_is_not_linked_cannot_be_unlinked)
{
	fake_accounts.list = (struct accounts_list){1, &mine[1]};
	keeps_google(RC_ABSENT, REFUSAL_NOT_LINKED);
}
END_TEST

START_TEST(who_is_disabled_or_gone_by_now_unlinks_nothing)
{
	fake_users.user.disabled = true;
	keeps_google(RC_DENIED, REFUSAL_TOKEN);
	ck_assert_int_eq(account_unlink(op, MINE, "google", &admin), RC_OK);

	fake_calls_fail("users_lock", RC_ABSENT, 2);
	ck_assert_int_eq(account_unlink(op, MINE, "google", &me), RC_DENIED);
	ck_assert_int_eq(op->refusal, REFUSAL_TOKEN);
	ck_assert_int_eq(account_unlink(op, MINE, "google", &admin),
	    RC_ABSENT);
	ck_assert_int_eq(op->refusal, REFUSAL_NONE);
}
END_TEST

START_TEST(sessions_that_cannot_be_ended_keep_the_identity)
{
	fake_calls_fail("sessions_close_provider", RC_DOWN, 1);
	ck_assert_int_eq(account_unlink(op, MINE, "discord", &me), RC_DOWN);
	ck_assert_int_eq(fake_calls_count("db_commit"), 0);
	ck_assert_int_eq(fake_calls_count("db_rollback"), 1);
}
END_TEST

/* The other user has one identity. */
static enum rc moved(void)
{
	fake_accounts.other_id = THEIRS;
	fake_accounts.other_list = (struct accounts_list){1, &mine[2]};
	return account_move(op, "discord", "d-1", THEIRS, "latchkeyctl");
}

START_TEST(an_identity_moves_under_both_locks_always_in_one_order)
{
	ck_assert_int_eq(moved(), RC_OK);
	ck_assert_str_eq(fake_calls_text(), "users_id_by_identity db_begin "
	    "users_lock users_lock accounts_of_user accounts_of_user "
	    "provider_look_at_pin " TAKEN_AWAY("accounts_move",
	    " users_settle_email events_add"));
	ck_assert_str_eq(fake_users.locked[0], MINE);
	ck_assert_str_eq(fake_users.locked[1], THEIRS);
	ck_assert_str_eq(fake_accounts.moved_to, THEIRS);
	ck_assert_str_eq(fake_sessions.user_id, MINE);
	ck_assert_int_eq(fake_events_last.kind, EVENT_LINKED);
	ck_assert_str_eq(fake_events_last.user_id, THEIRS);
	ck_assert_str_eq(fake_events_last.actor, "latchkeyctl");

	fake_users.id = THEIRS;
	fake_users.locked_count = 0;
	fake_accounts.other_id = MINE;
	ck_assert_int_eq(account_move(op, "discord", "d-1", MINE, "a"),
	    RC_OK);
	ck_assert_str_eq(fake_users.locked[0], MINE);
}
END_TEST

START_TEST(an_identity_does_not_move_to_who_has_one_of_its_provider)
{
	mine[2].provider = "discord";
	ck_assert_int_eq(moved(), RC_TAKEN);
	ck_assert_int_eq(op->refusal, REFUSAL_PROVIDER_LINKED);
	ck_assert_int_eq(fake_calls_count("accounts_move"), 0);
}
END_TEST

START_TEST(the_last_way_in_does_not_move)
{
	fake_accounts.list = (struct accounts_list){1, &mine[1]};
	ck_assert_int_eq(moved(), RC_TAKEN);
	ck_assert_int_eq(op->refusal, REFUSAL_LAST_METHOD);
}
END_TEST

START_TEST(an_identity_exchanged_meanwhile_does_not_move)
{
	mine[1].oauth_id = "d-another";
	ck_assert_int_eq(moved(), RC_ABSENT);
	ck_assert_int_eq(fake_calls_count("accounts_move"), 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("account_link");
	TCase *t = tcase_create("account_link");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t,
	    an_identity_that_is_nobodys_is_linked_under_the_users_lock);
	tcase_add_test(t, an_identity_of_ones_own_is_not_linked_twice);
	tcase_add_test(t, somebody_elses_identity_stays_theirs);
	tcase_add_test(t, a_second_identity_of_a_provider_is_refused);
	tcase_add_test(t, who_is_disabled_or_gone_by_now_links_nothing);
	tcase_add_test(t, a_lost_race_for_an_identity_is_looked_at_again);
	tcase_add_test(t, an_identity_is_given_by_the_rules_of_linking);
	tcase_add_test(t, what_cannot_be_linked_cannot_be_given_either);
	tcase_add_test(t,
	    nothing_is_given_to_nobody_or_of_a_provider_not_admitted);
	tcase_add_test(t, an_identity_goes_with_its_sessions_before_the_commit);
	tcase_add_test(t, the_oldest_other_way_in_becomes_the_primary);
	tcase_add_test(t, the_last_way_in_stays);
	tcase_add_test(t,
	    an_identity_of_a_provider_no_longer_configured_may_go);
	tcase_add_test(t, what_is_not_linked_cannot_be_unlinked);
	tcase_add_test(t, who_is_disabled_or_gone_by_now_unlinks_nothing);
	tcase_add_test(t, sessions_that_cannot_be_ended_keep_the_identity);
	tcase_add_test(t,
	    an_identity_moves_under_both_locks_always_in_one_order);
	tcase_add_test(t,
	    an_identity_does_not_move_to_who_has_one_of_its_provider);
	tcase_add_test(t, the_last_way_in_does_not_move);
	tcase_add_test(t, an_identity_exchanged_meanwhile_does_not_move);

	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
