/* SPDX-License-Identifier: ISC */
/*
 * store/sessions.c and its scripts with a real Redis: how long each key
 * lives, what a newer version in Redis means, what a trim that fails does not
 * spoil.
 */
#include "store/sessions.h"

#include <signal.h>

#include <check.h>

#include "support/beside.h"
#include "support/holder.h"
#include "support/servers.h"

static struct op *op;

/* Sessions that are opened from now on end after that time at last. */
static void end_after(int64_t absolute_ms)
{
	holder_rules.absolute_ms = absolute_ms;
	sessions_init(&holder_rules);
}

static void setup(void)
{
	op = holder_begin();
}

/* Advances a session that was never refreshed. */
static struct sessions_grant rotated(const char *sid)
{
	struct sessions_grant grant;
	enum sessions_rotation rotation;

	ck_assert_int_eq(sessions_rotate(op, &(struct sessions_presented){
	    .user_id = HOLDER, .sid = sid, .generation = 1, .key_id = "k"},
	    &rotation, &grant), RC_OK);
	ck_assert_int_eq(rotation, SESSIONS_ADVANCED);
	return grant;
}

/* When a key goes, in ms since 1970; negative for never, or no key. */
static int64_t end_of(const char *key)
{
	return beside_tell("PEXPIRETIME %s", key);
}

static int64_t end_of_record(const char *sid)
{
	return beside_tell("PEXPIRETIME " HOLDER_RECORD "%s", sid);
}

START_TEST(index_and_user_outlive_a_new_session_by_a_day)
{
	struct sessions_grant grant = holder_opened("a");

	ck_assert_int_eq(grant.absolute_ms, grant.issued_ms + 3 * DAY);
	ck_assert_int_eq(end_of_record("a"), grant.expires_ms);
	ck_assert_int_eq(beside_tell("ZSCORE " HOLDER_INDEX " a"),
	    grant.expires_ms);
	ck_assert_int_eq(end_of(HOLDER_INDEX), grant.absolute_ms + DAY);
	ck_assert_int_eq(end_of(HOLDER_HASH), grant.absolute_ms + DAY);
}
END_TEST

START_TEST(a_shorter_session_takes_nothing_from_a_longer_one)
{
	struct sessions_grant longest = holder_opened("a");

	end_after(HOUR);
	holder_opened("b");
	ck_assert_int_eq(end_of(HOLDER_INDEX), longest.absolute_ms + DAY);
	ck_assert_int_eq(end_of(HOLDER_HASH), longest.absolute_ms + DAY);
	rotated("b");
	ck_assert_int_eq(end_of(HOLDER_INDEX), longest.absolute_ms + DAY);
	ck_assert_int_eq(end_of(HOLDER_HASH), longest.absolute_ms + DAY);

	end_after(9 * DAY);
	longest = holder_opened("c");
	ck_assert_int_eq(end_of(HOLDER_INDEX), longest.absolute_ms + DAY);
	ck_assert_int_eq(end_of(HOLDER_HASH), longest.absolute_ms + DAY);
}
END_TEST

START_TEST(a_rotation_moves_the_end_of_the_record_alone)
{
	struct sessions_grant grant = holder_opened("a");

	beside_tell("PEXPIRE " HOLDER_RECORD "a 60000");
	beside_tell("ZADD " HOLDER_INDEX " 1 a");
	grant = rotated("a");
	ck_assert_int_eq(grant.expires_ms, grant.issued_ms + HOUR);
	ck_assert_int_eq(end_of_record("a"), grant.expires_ms);
	ck_assert_int_eq(beside_tell("ZSCORE " HOLDER_INDEX " a"),
	    grant.expires_ms);
	ck_assert_int_eq(end_of(HOLDER_INDEX), grant.absolute_ms + DAY);
	ck_assert_int_eq(end_of(HOLDER_HASH), grant.absolute_ms + DAY);
}
END_TEST

START_TEST(a_rotation_goes_no_further_than_the_sessions_last_end)
{
	struct sessions_grant grant;

	end_after(2 * HOUR);
	grant = holder_opened("a");
	holder_rules.idle_ms = 9 * HOUR;
	sessions_init(&holder_rules);
	ck_assert_int_eq(rotated("a").expires_ms, grant.absolute_ms);
	ck_assert_int_eq(end_of_record("a"), grant.absolute_ms);
	ck_assert_int_eq(end_of(HOLDER_INDEX), grant.absolute_ms + DAY);
	ck_assert_int_eq(end_of(HOLDER_HASH), grant.absolute_ms + DAY);
}
END_TEST

/* Redis may have lost it, with the last write before a crash. */
START_TEST(a_rotation_that_finds_no_index_makes_one_that_lives_as_long)
{
	struct sessions_grant grant = holder_opened("a");

	beside_tell("DEL " HOLDER_INDEX);
	rotated("a");
	ck_assert_int_eq(end_of(HOLDER_INDEX), grant.absolute_ms + DAY);
}
END_TEST

START_TEST(an_index_made_anew_lives_as_long_as_its_longest_session)
{
	struct sessions_grant longest;

	end_after(2 * HOUR);
	holder_opened("short");
	end_after(9 * DAY);
	holder_opened("long");
	beside_tell("DEL " HOLDER_INDEX);

	rotated("short");
	longest = rotated("long");
	ck_assert_int_ge(end_of(HOLDER_INDEX), longest.absolute_ms);
}
END_TEST

START_TEST(what_is_published_outlives_every_session)
{
	struct sessions_grant grant;

	/* Of a user without sessions: the next may begin at once. */
	ck_assert_int_eq(holder_publish(5, SESSIONS_ACTIVE), RC_OK);
	ck_assert_int_le(beside_tell("PTTL " HOLDER_HASH), 4 * DAY);
	ck_assert_int_gt(beside_tell("PTTL " HOLDER_HASH), 4 * DAY - MINUTE);

	beside_tell("PEXPIRE " HOLDER_HASH " 60000");
	ck_assert_int_eq(holder_publish(6, SESSIONS_ACTIVE), RC_OK);
	ck_assert_int_gt(beside_tell("PTTL " HOLDER_HASH), 4 * DAY - MINUTE);
	beside_tell("PERSIST " HOLDER_HASH);
	ck_assert_int_eq(holder_publish(7, SESSIONS_ACTIVE), RC_OK);
	ck_assert_int_gt(beside_tell("PTTL " HOLDER_HASH), 4 * DAY - MINUTE);

	/* Sessions that were opened for longer than they are now. */
	end_after(9 * DAY);
	grant = holder_opened("a");
	end_after(HOUR);
	ck_assert_int_eq(holder_publish(8, SESSIONS_ACTIVE), RC_OK);
	ck_assert_int_eq(end_of(HOLDER_HASH), grant.absolute_ms + DAY);
	ck_assert_int_eq(end_of(HOLDER_INDEX), grant.absolute_ms + DAY);
	ck_assert(holder_has("a"));
}
END_TEST

START_TEST(who_is_disabled_stays_so_as_long_as_a_sign_in_may_take)
{
	holder_opened("a");
	holder_opened("forgotten");
	/* Its record stays, and what it says of the user is past. */
	beside_tell("ZREM " HOLDER_INDEX " forgotten");
	ck_assert_int_eq(holder_publish(6, SESSIONS_DISABLED), RC_OK);
	ck_assert(!holder_has("a"));
	ck_assert_int_eq(end_of(HOLDER_INDEX), -2);
	ck_assert_int_gt(beside_tell("PTTL " HOLDER_HASH), 4 * DAY - MINUTE);

	/* Nor does a session come back with the user. */
	ck_assert_int_eq(holder_publish(7, SESSIONS_ACTIVE), RC_OK);
	ck_assert(!holder_has("a"));
	ck_assert_int_gt(end_of_record("forgotten"), 0);
	ck_assert(!holder_has("forgotten"));
}
END_TEST

START_TEST(what_a_newer_version_stands_against_is_not_taken_away)
{
	holder_opened("a");
	ck_assert_int_eq(holder_publish(4, SESSIONS_DISABLED), RC_DOWN);
	ck_assert(op_reason(op)[0] != '\0');
	ck_assert(holder_has("a"));
	ck_assert_int_eq(sessions_publish(op, &(struct sessions_standing){
	    .user_id = HOLDER, .version = 4, .takes_away = true}), RC_DOWN);
	ck_assert_int_eq(beside_tell("HGET " HOLDER_HASH " version"), 5);
	ck_assert_int_eq(beside_tell("EXISTS " HOLDER_INDEX), 1);

	/* The same version again is what a second attempt brings. */
	ck_assert_int_eq(holder_publish(5, SESSIONS_DISABLED), RC_OK);
	ck_assert(!holder_has("a"));
	ck_assert_int_eq(holder_publish(5, SESSIONS_DISABLED), RC_OK);
}
END_TEST

START_TEST(an_older_version_grants_nothing_and_is_no_failure)
{
	static const enum sessions_state gone[] = {SESSIONS_DISABLED,
		SESSIONS_DELETED};

	ck_assert_int_eq(holder_publish(6, gone[_i]), RC_OK);
	ck_assert_int_eq(holder_publish(5, SESSIONS_ACTIVE), RC_OK);
	ck_assert_int_eq(beside_tell("HGET " HOLDER_HASH " version"), 6);
	ck_assert_int_eq(holder_open("a", "google", 5,
	    &(struct sessions_grant){0}), RC_DENIED);

	ck_assert_int_eq(holder_publish(7, SESSIONS_ACTIVE), RC_OK);
	holder_opened("a");
	ck_assert(holder_has("a"));
}
END_TEST

/* A record that is no hash makes the script fail, after the opening. */
START_TEST(a_trim_that_fails_does_not_fail_the_sign_in)
{
	struct sessions_grant grant;

	holder_rules.limit = 1;
	sessions_init(&holder_rules);
	holder_opened("a");
	beside_tell("SET " HOLDER_RECORD "odd x");
	beside_tell("ZADD " HOLDER_INDEX " 9999999999999 odd");

	grant = holder_opened("b");
	ck_assert_int_eq(grant.generation, 1);
	ck_assert_str_eq(op_reason(op), "");
	ck_assert_int_eq(op->rc, RC_OK);
	ck_assert(holder_has("b"));
	ck_assert(holder_has("a"));

	/* What was left over goes with the next. */
	beside_tell("DEL " HOLDER_RECORD "odd");
	holder_opened("c");
	ck_assert(holder_has("c"));
	ck_assert(!holder_has("b"));
	ck_assert(!holder_has("a"));
	ck_assert_int_eq(beside_tell("ZCARD " HOLDER_INDEX), 1);
}
END_TEST

START_TEST(a_renewal_moves_the_sign_in_and_nothing_else)
{
	struct sessions_grant opening = holder_opened("a");
	struct sessions_grant newest = rotated("a");
	struct sessions_grant grant;
	struct sessions_live live;

	holder_rewrite("a", "auth_time", 1);
	ck_assert_int_eq(sessions_renew(op, HOLDER, "a", &grant), RC_OK);
	ck_assert_int_eq(grant.generation, 2);
	ck_assert_int_eq(grant.issued_ms, newest.issued_ms);
	ck_assert_int_eq(grant.expires_ms, newest.expires_ms);
	ck_assert_int_eq(grant.absolute_ms, opening.absolute_ms);
	ck_assert_str_eq(grant.key_id, "k");
	ck_assert_str_eq(grant.provider, "google");
	ck_assert_int_eq(end_of_record("a"), newest.expires_ms);
	ck_assert_int_eq(sessions_check(op, HOLDER, "a", &live), RC_OK);
	ck_assert_int_ge(live.auth_time_ms, newest.issued_ms);
}
END_TEST

static TCase *cases(void)
{
	TCase *t = tcase_create("sessions");

	tcase_add_checked_fixture(t, setup, holder_end);
	tcase_add_test(t, index_and_user_outlive_a_new_session_by_a_day);
	tcase_add_test(t, a_shorter_session_takes_nothing_from_a_longer_one);
	tcase_add_test(t, a_rotation_moves_the_end_of_the_record_alone);
	tcase_add_test(t,
	    a_rotation_goes_no_further_than_the_sessions_last_end);
	tcase_add_test(t,
	    a_rotation_that_finds_no_index_makes_one_that_lives_as_long);
	tcase_add_test(t,
	    an_index_made_anew_lives_as_long_as_its_longest_session);
	tcase_add_test(t, what_is_published_outlives_every_session);
	tcase_add_test(t,
	    who_is_disabled_stays_so_as_long_as_a_sign_in_may_take);
	tcase_add_test(t, what_a_newer_version_stands_against_is_not_taken_away);
	tcase_add_loop_test(t,
	    an_older_version_grants_nothing_and_is_no_failure, 0, 2);
	tcase_add_test(t, a_trim_that_fails_does_not_fail_the_sign_in);
	tcase_add_test(t, a_renewal_moves_the_sign_in_and_nothing_else);
	return t;
}

int main(void)
{
	Suite *s = suite_create("sessions");
	SRunner *r;
	int failed;

	signal(SIGPIPE, SIG_IGN);
	if (!servers_begin(SERVERS_REDIS))
		return 0;

	suite_add_tcase(s, cases());
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	servers_end();
	return failed == 0 ? 0 : 1;
}
