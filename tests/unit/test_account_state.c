/* SPDX-License-Identifier: ISC */
/*
 * The order between the stores when an account is disabled, enabled or
 * deleted, or its sessions are ended.  The functions of the stores that it
 * needs are replaced here.
 */
#include <string.h>

#include <check.h>

#include "auth/account.h"
#include "auth/refusal.h"
#include "base/clock.h"
#include "store/sessions.h"
#include "support/fake_calls.h"
#include "support/fake_db.h"
#include "support/fake_events.h"

#define USER "01910000-0000-7000-8000-000000000001"

static struct sessions_standing published;
static int64_t looked_up_until_ms;	/* the deadline of the last look */
static bool is_disabled;		/* as the row says */
static struct op *op;

/* The row's new version and premium are always these. */
static enum rc change(struct op *now, const char *name, const char *id,
    struct users_standing *standing)
{
	enum rc rc = fake_calls_enter(now, name);

	ck_assert_str_eq(id, USER);
	if (rc == RC_OK)
		*standing = (struct users_standing){.disabled = is_disabled,
		    .version = 7, .premium_until_ms = 900};
	return rc;
}

enum rc users_lock(struct op *now, const char *id,
    struct users_standing *standing)
{
	return change(now, "users_lock", id, standing);
}

enum rc users_disable(struct op *now, const char *id,
    struct users_standing *standing)
{
	is_disabled = true;
	return change(now, "users_disable", id, standing);
}

enum rc users_enable(struct op *now, const char *id,
    struct users_standing *standing)
{
	is_disabled = false;
	return change(now, "users_enable", id, standing);
}

enum rc users_by_id(struct op *now, const char *id, const struct user **user)
{
	static const struct user found = {.id = USER};
	enum rc rc = fake_calls_enter(now, "users_by_id");

	ck_assert_str_eq(id, USER);
	looked_up_until_ms = now->deadline_ms;
	if (rc == RC_OK)
		*user = &found;
	return rc;
}

enum rc users_raise_version(struct op *now, const char *id,
    struct users_standing *standing)
{
	return change(now, "users_raise_version", id, standing);
}

enum rc users_delete(struct op *now, const char *id)
{
	ck_assert_str_eq(id, USER);
	return fake_calls_enter(now, "users_delete");
}

enum rc session_revoke_all(struct op *now, const char *user_id,
    const char *actor)
{
	ck_assert_str_eq(user_id, USER);
	ck_assert_str_eq(actor, "admin");
	return fake_calls_enter(now, "session_revoke_all");
}

enum rc sessions_publish(struct op *now,
    const struct sessions_standing *standing)
{
	published = *standing;
	return fake_calls_enter(now, "sessions_publish");
}

static void setup(void)
{
	op = op_new("test", 10000);
	published = (struct sessions_standing){.user_id = ""};
	is_disabled = false;
	fake_events_last = (struct event){.kind = EVENT_NONE};
	fake_calls_clear();
}

static void teardown(void)
{
	ck_assert(!fake_db_is_open);
	op_free(op);
}

START_TEST(disabling_ends_the_sessions_before_the_row_is_kept)
{
	ck_assert_int_eq(account_disable(op, USER, "latchkeyctl"), RC_OK);
	ck_assert_str_eq(fake_calls_text(), "db_begin users_disable "
	    "events_add sessions_publish db_commit");
	ck_assert_str_eq(published.user_id, USER);
	ck_assert_int_eq(published.state, SESSIONS_DISABLED);
	ck_assert(published.takes_away);
	ck_assert_int_eq(published.version, 7);
	ck_assert_int_eq(fake_events_last.kind, EVENT_DISABLED);
	ck_assert_str_eq(fake_events_last.user_id, USER);
	ck_assert_str_eq(fake_events_last.actor, "latchkeyctl");
}
END_TEST

/* Redis is not there, or knows a newer version: then nothing was ended. */
START_TEST(sessions_that_were_not_ended_leave_the_row_as_it_was)
{
	fake_calls_fail("sessions_publish", RC_DOWN, 1);
	ck_assert_int_eq(account_disable(op, USER, "latchkeyctl"), RC_DOWN);
	ck_assert_str_eq(fake_calls_text(), "db_begin users_disable "
	    "events_add sessions_publish db_rollback");
	ck_assert_ptr_nonnull(strstr(op_reason(op), "disabling user " USER));
}
END_TEST

START_TEST(what_postgresql_refuses_is_not_published)
{
	fake_calls_fail("users_disable", RC_ABSENT, 1);
	ck_assert_int_eq(account_disable(op, USER, "latchkeyctl"), RC_ABSENT);
	ck_assert_str_eq(fake_calls_text(),
	    "db_begin users_disable db_rollback");

	fake_calls_clear();
	fake_calls_fail("events_add", RC_DOWN, 1);
	ck_assert_int_eq(account_disable(op, USER, "latchkeyctl"), RC_DOWN);
	ck_assert_str_eq(fake_calls_text(),
	    "db_begin users_disable events_add db_rollback");

	fake_calls_clear();
	fake_calls_fail("db_begin", RC_DOWN, 1);
	ck_assert_int_eq(account_disable(op, USER, "latchkeyctl"), RC_DOWN);
	ck_assert_str_eq(fake_calls_text(), "db_begin");
}
END_TEST

START_TEST(a_commit_that_fails_is_no_success)
{
	fake_calls_fail("db_commit", RC_DOWN, 2);
	ck_assert_int_eq(account_disable(op, USER, "latchkeyctl"), RC_DOWN);
	ck_assert_int_eq(account_enable(op, USER, "latchkeyctl"), RC_DOWN);
	/* What both take away before, and nothing that grants. */
	ck_assert_int_eq(fake_calls_count("sessions_publish"), 2);
	ck_assert_int_eq(published.state, SESSIONS_DISABLED);
}
END_TEST

START_TEST(enabling_is_published_once_the_row_is_kept)
{
	ck_assert_int_eq(account_enable(op, USER, "latchkeyctl"), RC_OK);
	ck_assert_str_eq(fake_calls_text(), "db_begin users_lock "
	    "users_enable events_add db_commit sessions_publish");
	ck_assert_str_eq(published.user_id, USER);
	ck_assert_int_eq(published.state, SESSIONS_ACTIVE);
	ck_assert(!published.takes_away);
	ck_assert_int_eq(published.version, 7);
	ck_assert_int_eq(published.premium_until_ms, 900);
	ck_assert_int_eq(fake_events_last.kind, EVENT_ENABLED);
	ck_assert_str_eq(fake_events_last.user_id, USER);
	ck_assert_str_eq(fake_events_last.actor, "latchkeyctl");

	fake_calls_clear();
	fake_calls_fail("sessions_publish", RC_DOWN, 1);
	ck_assert_int_eq(account_enable(op, USER, "latchkeyctl"), RC_DOWN);
	ck_assert_int_eq(fake_calls_count("db_commit"), 1);
}
END_TEST

START_TEST(enabling_fails_with_its_row_or_its_event)
{
	fake_calls_fail("users_lock", RC_ABSENT, 1);
	ck_assert_int_eq(account_enable(op, USER, "latchkeyctl"), RC_ABSENT);
	ck_assert_str_eq(fake_calls_text(),
	    "db_begin users_lock db_rollback");

	fake_calls_clear();
	fake_calls_fail("users_enable", RC_DOWN, 1);
	ck_assert_int_eq(account_enable(op, USER, "latchkeyctl"), RC_DOWN);
	ck_assert_str_eq(fake_calls_text(),
	    "db_begin users_lock users_enable db_rollback");

	fake_calls_clear();
	fake_calls_fail("events_add", RC_DOWN, 1);
	ck_assert_int_eq(account_enable(op, USER, "latchkeyctl"), RC_DOWN);
	ck_assert_str_eq(fake_calls_text(),
	    "db_begin users_lock users_enable events_add db_rollback");
}
END_TEST

START_TEST(enabling_ends_first_what_redis_may_have_let_live)
{
	is_disabled = true;
	ck_assert_int_eq(account_enable(op, USER, "latchkeyctl"), RC_OK);
	ck_assert_str_eq(fake_calls_text(), "db_begin users_lock "
	    "users_enable events_add sessions_publish db_commit "
	    "sessions_publish");
	ck_assert_int_eq(published.state, SESSIONS_ACTIVE);

	fake_calls_clear();
	is_disabled = true;
	fake_calls_fail("sessions_publish", RC_DOWN, 1);
	ck_assert_int_eq(account_enable(op, USER, "latchkeyctl"), RC_DOWN);
	ck_assert_int_eq(published.state, SESSIONS_DISABLED);
	ck_assert_int_eq(published.version, 7);
	ck_assert(published.takes_away);
	ck_assert_int_eq(fake_calls_count("db_commit"), 0);
}
END_TEST

START_TEST(deleting_ends_the_sessions_before_the_row_goes)
{
	ck_assert_int_eq(account_delete(op, USER, "latchkeyctl"), RC_OK);
	ck_assert_str_eq(fake_calls_text(), "db_begin users_raise_version "
	    "users_delete events_add sessions_publish db_commit");
	ck_assert_str_eq(published.user_id, USER);
	ck_assert_int_eq(published.state, SESSIONS_DELETED);
	ck_assert(published.takes_away);
}
END_TEST

/* Above the row's version: a sign-in that has read it opens no session. */
START_TEST(what_is_published_of_a_deleted_user_is_newer_and_tells_nothing)
{
	ck_assert_int_eq(account_delete(op, USER, NULL), RC_OK);
	ck_assert_int_eq(published.version, 7);
	ck_assert_int_eq(published.premium_until_ms, 0);
}
END_TEST

START_TEST(the_event_of_a_deletion_names_nobody)
{
	ck_assert_int_eq(account_delete(op, USER, NULL), RC_OK);
	ck_assert_int_eq(fake_events_last.kind, EVENT_DELETED);
	ck_assert_ptr_null(fake_events_last.user_id);
	ck_assert_ptr_null(fake_events_last.address);
	ck_assert_ptr_null(fake_events_last.session_id);
	ck_assert_ptr_null(fake_events_last.provider);
	ck_assert_ptr_null(fake_events_last.actor);

	ck_assert_int_eq(account_delete(op, USER, "latchkeyctl"), RC_OK);
	ck_assert_str_eq(fake_events_last.actor, "latchkeyctl");
}
END_TEST

START_TEST(a_deletion_that_fails_anywhere_keeps_the_user)
{
	static const char *const steps[] = {"users_raise_version",
		"users_delete", "events_add", "sessions_publish"};

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		fake_calls_clear();
		fake_calls_fail(steps[i], RC_DOWN, 1);
		ck_assert_int_eq(account_delete(op, USER, NULL), RC_DOWN);
		ck_assert_int_eq(fake_calls_count("db_rollback"), 1);
		ck_assert_int_eq(fake_calls_count("db_commit"), 0);
	}

	fake_calls_clear();
	fake_calls_fail("users_raise_version", RC_ABSENT, 1);
	ck_assert_int_eq(account_delete(op, USER, "latchkeyctl"), RC_ABSENT);
	ck_assert_int_eq(op->refusal, REFUSAL_NONE);
	ck_assert_int_eq(fake_calls_count("sessions_publish"), 0);
	fake_calls_clear();
	fake_calls_fail("db_commit", RC_DOWN, 1);
	ck_assert_int_eq(account_delete(op, USER, NULL), RC_DOWN);
}
END_TEST

START_TEST(only_the_administrator_deletes_a_user_who_is_disabled)
{
	is_disabled = true;
	ck_assert_int_eq(account_delete(op, USER, NULL), RC_DENIED);
	ck_assert_int_eq(op->refusal, REFUSAL_TOKEN);
	ck_assert_str_eq(fake_calls_text(), "db_begin users_raise_version "
	    "db_rollback");
	ck_assert_int_eq(account_delete(op, USER, "latchkeyctl"), RC_OK);
}
END_TEST

START_TEST(whoever_deletes_themselves_twice_has_no_good_token_any_more)
{
	fake_calls_fail("users_raise_version", RC_ABSENT, 1);
	ck_assert_int_eq(account_delete(op, USER, NULL), RC_DENIED);
	ck_assert_int_eq(op->refusal, REFUSAL_TOKEN);
	ck_assert_int_eq(fake_calls_count("db_rollback"), 1);
}
END_TEST

START_TEST(sessions_of_a_user_who_is_there_are_ended)
{
	ck_assert_int_eq(account_end_sessions(op, USER, "admin"), RC_OK);
	ck_assert_str_eq(fake_calls_text(), "users_by_id session_revoke_all");

	fake_calls_clear();
	fake_calls_fail("users_by_id", RC_ABSENT, 1);
	ck_assert_int_eq(account_end_sessions(op, USER, "admin"), RC_ABSENT);
	ck_assert_str_eq(fake_calls_text(), "users_by_id");
}
END_TEST

START_TEST(sessions_end_without_postgresql_and_not_without_redis)
{
	static const enum rc failures[] = {RC_DOWN, RC_EXPIRED};

	for (size_t i = 0; i < 2; i++) {
		fake_calls_fail("users_by_id", failures[i], 1);
		ck_assert_int_eq(account_end_sessions(op, USER, "admin"),
		    RC_OK);
		ck_assert_str_eq(op_reason(op), "");
	}
	fake_calls_fail("session_revoke_all", RC_DOWN, 1);
	ck_assert_int_eq(account_end_sessions(op, USER, "admin"), RC_DOWN);
}
END_TEST

/* A PostgreSQL that hangs may cost a second, Redis has all the rest. */
START_TEST(who_it_is_may_be_asked_for_a_second_at_most)
{
	int64_t deadline = op->deadline_ms;

	ck_assert_int_eq(account_end_sessions(op, USER, "admin"), RC_OK);
	ck_assert_int_le(looked_up_until_ms, clock_mono_ms() + 1000);
	ck_assert_int_eq(op->deadline_ms, deadline);

	deadline = clock_mono_ms() + 500;
	op->deadline_ms = deadline;
	fake_calls_fail("users_by_id", RC_EXPIRED, 1);
	ck_assert_int_eq(account_end_sessions(op, USER, "admin"), RC_OK);
	ck_assert_int_eq(looked_up_until_ms, deadline);
	ck_assert_int_eq(op->deadline_ms, deadline);
}
END_TEST

static void add_deletion(TCase *t)
{
	tcase_add_test(t, deleting_ends_the_sessions_before_the_row_goes);
	tcase_add_test(t,
	    what_is_published_of_a_deleted_user_is_newer_and_tells_nothing);
	tcase_add_test(t, the_event_of_a_deletion_names_nobody);
	tcase_add_test(t, a_deletion_that_fails_anywhere_keeps_the_user);
	tcase_add_test(t,
	    only_the_administrator_deletes_a_user_who_is_disabled);
	tcase_add_test(t,
	    whoever_deletes_themselves_twice_has_no_good_token_any_more);
	tcase_add_test(t, sessions_of_a_user_who_is_there_are_ended);
	tcase_add_test(t,
	    sessions_end_without_postgresql_and_not_without_redis);
	tcase_add_test(t, who_it_is_may_be_asked_for_a_second_at_most);
}

int main(void)
{
	Suite *s = suite_create("account_state");
	TCase *t = tcase_create("account_state");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t,
	    disabling_ends_the_sessions_before_the_row_is_kept);
	tcase_add_test(t,
	    sessions_that_were_not_ended_leave_the_row_as_it_was);
	tcase_add_test(t, what_postgresql_refuses_is_not_published);
	tcase_add_test(t, a_commit_that_fails_is_no_success);
	tcase_add_test(t, enabling_is_published_once_the_row_is_kept);
	tcase_add_test(t, enabling_fails_with_its_row_or_its_event);
	tcase_add_test(t, enabling_ends_first_what_redis_may_have_let_live);
	add_deletion(t);

	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
