/* SPDX-License-Identifier: ISC */
/*
 * What all sessions of a user share, with a real Redis: the epoch that ends
 * them at once, the versions of the user's row, the limit.
 */
#include "store/sessions.h"

#include <signal.h>

#include <check.h>

#include "client/redis.h"
#include "support/beside.h"
#include "support/servers.h"

#define USER   "01910000-0000-7000-8000-000000000001"
#define INDEX  "t:sessions:{" USER "}"
#define HASH   "t:user:{" USER "}"
#define RECORD "t:refresh_token:{" USER "}:"

#define HOUR INT64_C(3600000)		/* in milliseconds */
#define DAY  (24 * HOUR)

static struct op *op;

/* From now on a user has no more sessions than that. */
static void limit(int64_t most)
{
	sessions_init(&(struct sessions_rules){.prefix = "t:",
	    .idle_ms = HOUR, .absolute_ms = 3 * DAY, .grace_ms = 10000,
	    .limit = most});
}

static void setup(void)
{
	redis_open(&(struct redis_settings){.socket = servers_redis_socket(),
	    .pool = 1, .timeout_ms = 5000});
	beside_open();
	beside_tell("ACL SETUSER default +@all");
	op = op_new("test", 20000);
	limit(10);
}

static void teardown(void)
{
	op_free(op);
	beside_close();
	redis_close();
}

/* The outcome of a sign-in that read the user's row at a version. */
static enum rc open_at(const char *sid, int64_t version,
    struct sessions_grant *grant)
{
	op_clear(op);
	return sessions_open(op, &(struct sessions_new){
	    .user_id = USER, .sid = sid, .version = version,
	    .premium_until_ms = 500, .key_id = "k", .provider = "google",
	    .user_agent = "", .address = "192.0.2.7"}, grant);
}

static struct sessions_grant opened(const char *sid)
{
	struct sessions_grant grant;

	ck_assert_int_eq(open_at(sid, 5, &grant), RC_OK);
	return grant;
}

static enum rc publish(int64_t version, enum sessions_state state)
{
	op_clear(op);
	return sessions_publish(op, &(struct sessions_standing){
	    .user_id = USER, .version = version, .state = state,
	    .premium_until_ms = 900,
	    .ends_sessions = state != SESSIONS_ACTIVE});
}

static bool lives(const char *sid)
{
	struct sessions_live live;
	enum rc rc;

	op_clear(op);
	rc = sessions_check(op, USER, sid, &live);
	ck_assert(rc == RC_OK || rc == RC_ABSENT);
	return rc == RC_OK;
}

/* A number of the user's hash. */
static int64_t known(const char *name)
{
	return beside_tell("HGET " HASH " %s", name);
}

static void rewrite(const char *sid, const char *name, int64_t value)
{
	beside_tell("HSET " RECORD "%s %s %lld", sid, name, (long long)value);
}

static bool has_record(const char *sid)
{
	return beside_tell("EXISTS " RECORD "%s", sid) == 1;
}

/* A session opened in an epoch that is a day ahead of the clock. */
static int64_t open_ahead(const char *sid)
{
	int64_t ahead = opened(sid).issued_ms + DAY;

	beside_tell("HSET " HASH " epoch %lld", (long long)ahead);
	rewrite(sid, "epoch", ahead);
	ck_assert(lives(sid));
	return ahead;
}

START_TEST(closing_all_reaches_what_the_index_does_not_name)
{
	int64_t began = opened("a").issued_ms;

	opened("unnamed");
	beside_tell("ZREM " INDEX " unnamed");
	ck_assert_int_eq(sessions_close_all(op, USER), RC_OK);
	ck_assert(!lives("unnamed"));
	ck_assert(!has_record("a"));
	ck_assert_int_eq(beside_tell("EXISTS " INDEX), 0);
	ck_assert_int_ge(known("epoch"), began);
	opened("b");
	ck_assert(lives("b"));
	ck_assert(!lives("unnamed"));
}
END_TEST

/* The clock of Redis was ahead, and is no longer; or there is no such user. */
START_TEST(closing_all_begins_a_new_epoch_whatever_the_time)
{
	int64_t ahead = open_ahead("a");

	beside_tell("DEL " INDEX);
	ck_assert_int_eq(sessions_close_all(op, USER), RC_OK);
	ck_assert(!lives("a"));
	ck_assert_int_eq(known("epoch"), ahead + 1);

	beside_tell("HSET " HASH " epoch 1");
	ck_assert_int_eq(sessions_close_all(op, USER), RC_OK);
	ck_assert_int_gt(known("epoch"), ahead - DAY - 1);

	beside_tell("FLUSHALL");
	ck_assert_int_eq(sessions_close_all(op, USER), RC_OK);
	ck_assert_int_eq(beside_tell("DBSIZE"), 0);
}
END_TEST

START_TEST(of_a_deleted_user_only_the_mark_remains)
{
	opened("a");
	opened("b");
	ck_assert_int_eq(sessions_close_provider(op, USER, "discord", 6),
	    RC_OK);
	ck_assert_int_eq(publish(7, SESSIONS_DELETED), RC_OK);
	ck_assert_int_eq(beside_tell("DBSIZE"), 1);
	ck_assert_int_eq(beside_tell("HLEN " HASH), 4);
	ck_assert(!lives("a"));
}
END_TEST

/* The one of which the index does not go before its last record. */
START_TEST(a_deletion_that_fails_forgets_no_session)
{
	opened("a");
	beside_tell("ACL SETUSER default -unlink");
	ck_assert_int_eq(publish(6, SESSIONS_DELETED), RC_DOWN);
	beside_tell("ACL SETUSER default +unlink");
	ck_assert(has_record("a"));
	ck_assert(!lives("a"));
	ck_assert_int_eq(beside_tell("ZCARD " INDEX), 1);
	ck_assert_int_eq(publish(6, SESSIONS_DELETED), RC_OK);
	ck_assert_int_eq(beside_tell("DBSIZE"), 1);
}
END_TEST

/* Of others they are dead, and what stays behind goes by itself. */
START_TEST(what_cannot_be_erased_of_who_stays_fails_nothing)
{
	opened("a");
	beside_tell("ACL SETUSER default -zrem");
	ck_assert_int_eq(publish(6, SESSIONS_DISABLED), RC_OK);
	ck_assert_str_eq(op_reason(op), "");
	ck_assert_int_eq(beside_tell("EXISTS " INDEX), 0);

	ck_assert_int_eq(publish(7, SESSIONS_ACTIVE), RC_OK);
	opened("b");
	ck_assert_int_eq(sessions_close_all(op, USER), RC_OK);
	ck_assert_str_eq(op_reason(op), "");
	ck_assert_int_eq(beside_tell("EXISTS " INDEX), 0);
	beside_tell("ACL SETUSER default +zrem");
	ck_assert(!lives("a") && !lives("b"));
}
END_TEST

/* Versions are numbers: 10 is newer than 9. */
START_TEST(redis_keeps_the_newer_version_of_a_user)
{
	struct sessions_grant grant = {.generation = 9};

	ck_assert_int_eq(publish(10, SESSIONS_DISABLED), RC_OK);
	ck_assert_int_eq(open_at("a", 9, &grant), RC_DENIED);
	ck_assert_int_eq(publish(9, SESSIONS_DISABLED), RC_DOWN);
	ck_assert_int_eq(grant.generation, 9);
	ck_assert_int_eq(known("version"), 10);

	/* A row of the same version is what its user is. */
	ck_assert_int_eq(open_at("a", 10, &grant), RC_OK);
	ck_assert(lives("a"));
	ck_assert_int_eq(publish(11, SESSIONS_ACTIVE), RC_OK);
	ck_assert_int_eq(open_at("b", 10, &grant), RC_OK);
	ck_assert_int_eq(known("version"), 11);
	ck_assert_int_eq(known("premium_until"), 900);
}
END_TEST

START_TEST(publishing_an_active_user_keeps_the_epoch)
{
	int64_t epoch;

	opened("a");
	beside_tell("HINCRBY " HASH " epoch -7");
	epoch = known("epoch");
	ck_assert_int_eq(publish(6, SESSIONS_ACTIVE), RC_OK);
	ck_assert_int_eq(known("epoch"), epoch);

	/* One that is lost never comes again. */
	beside_tell("DEL " HASH);
	ck_assert_int_eq(publish(7, SESSIONS_ACTIVE), RC_OK);
	ck_assert_int_gt(known("epoch"), epoch);
}
END_TEST

START_TEST(disabling_begins_a_new_epoch_whatever_the_time)
{
	int64_t ahead = open_ahead("a");

	ck_assert_int_eq(publish(6, SESSIONS_DISABLED), RC_OK);
	ck_assert_int_eq(known("epoch"), ahead + 1);
	ck_assert_int_eq(beside_tell("DBSIZE"), 1);
}
END_TEST

START_TEST(the_least_recently_used_session_gives_way)
{
	struct sessions_grant grant;

	limit(2);
	grant = opened("a");
	opened("b");
	ck_assert(lives("a") && lives("b"));
	rewrite("a", "last_used_at", grant.issued_ms - 1);
	rewrite("b", "last_used_at", grant.issued_ms - 2);
	opened("c");
	ck_assert(lives("a") && lives("c"));
	ck_assert(!has_record("b"));
	ck_assert_int_eq(beside_tell("ZCARD " INDEX), 2);

	/* Of two that are alike the older, which its name begins with. */
	rewrite("c", "last_used_at", grant.issued_ms - 1);
	opened("d");
	ck_assert(lives("c") && lives("d"));
	ck_assert(!has_record("a"));
}
END_TEST

START_TEST(more_sessions_than_one_trim_takes_go_with_the_next)
{
	limit(300);
	for (int i = 0; i < 300; i++)
		opened(pool_print(op->pool, "s%03d", i));
	limit(1);
	opened("t");
	ck_assert_int_eq(beside_tell("ZCARD " INDEX), 101);
	ck_assert(lives("t"));
	opened("u");
	ck_assert_int_eq(beside_tell("ZCARD " INDEX), 1);
	ck_assert(lives("u"));
}
END_TEST

START_TEST(opening_takes_what_is_over_out_of_the_index)
{
	struct sessions_grant grant = opened("a");

	beside_tell("ZADD " INDEX " %lld a", (long long)grant.issued_ms);
	opened("b");
	ck_assert_int_eq(beside_tell("ZCARD " INDEX), 1);
}
END_TEST

static TCase *cases(void)
{
	TCase *t = tcase_create("sessions_user");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, closing_all_reaches_what_the_index_does_not_name);
	tcase_add_test(t, closing_all_begins_a_new_epoch_whatever_the_time);
	tcase_add_test(t, of_a_deleted_user_only_the_mark_remains);
	tcase_add_test(t, a_deletion_that_fails_forgets_no_session);
	tcase_add_test(t,
	    what_cannot_be_erased_of_who_stays_fails_nothing);
	tcase_add_test(t, redis_keeps_the_newer_version_of_a_user);
	tcase_add_test(t, publishing_an_active_user_keeps_the_epoch);
	tcase_add_test(t, disabling_begins_a_new_epoch_whatever_the_time);
	tcase_add_test(t, the_least_recently_used_session_gives_way);
	tcase_add_test(t,
	    more_sessions_than_one_trim_takes_go_with_the_next);
	tcase_add_test(t, opening_takes_what_is_over_out_of_the_index);
	return t;
}

int main(void)
{
	Suite *s = suite_create("sessions_user");
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
