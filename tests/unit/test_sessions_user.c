/* SPDX-License-Identifier: ISC */
/*
 * What all sessions of a user share, with a real Redis: the epoch that ends
 * them at once, the versions of the user's row, the limit.
 */
#include "store/sessions.h"

#include <signal.h>

#include <check.h>

#include "support/beside.h"
#include "support/holder.h"
#include "support/servers.h"

static struct op *op;

/* From now on a user has no more sessions than that. */
static void limit(int64_t most)
{
	holder_rules.limit = most;
	sessions_init(&holder_rules);
}

static void setup(void)
{
	op = holder_begin();
	beside_tell("ACL SETUSER default +@all");
}

/* A number of the user's hash. */
static int64_t known(const char *name)
{
	return beside_tell("HGET " HOLDER_HASH " %s", name);
}

/* A session opened in an epoch that is a day ahead of the clock. */
static int64_t open_ahead(const char *sid)
{
	int64_t ahead = holder_opened(sid).issued_ms + DAY;

	beside_tell("HSET " HOLDER_HASH " epoch %lld", (long long)ahead);
	holder_rewrite(sid, "epoch", ahead);
	ck_assert(holder_has(sid));
	return ahead;
}

START_TEST(closing_all_reaches_what_the_index_does_not_name)
{
	int64_t began = holder_opened("a").issued_ms;

	holder_opened("unnamed");
	beside_tell("ZREM " HOLDER_INDEX " unnamed");
	ck_assert_int_eq(sessions_close_all(op, HOLDER), RC_OK);
	ck_assert(!holder_has("unnamed"));
	ck_assert(!holder_has_record("a"));
	ck_assert_int_eq(beside_tell("EXISTS " HOLDER_INDEX), 0);
	ck_assert_int_ge(known("epoch"), began);
	holder_opened("b");
	ck_assert(holder_has("b"));
	ck_assert(!holder_has("unnamed"));
}
END_TEST

/* The clock of Redis was ahead, and is no longer; or there is no such user. */
START_TEST(closing_all_begins_a_new_epoch_whatever_the_time)
{
	int64_t ahead = open_ahead("a");

	beside_tell("DEL " HOLDER_INDEX);
	ck_assert_int_eq(sessions_close_all(op, HOLDER), RC_OK);
	ck_assert(!holder_has("a"));
	ck_assert_int_eq(known("epoch"), ahead + 1);

	beside_tell("HSET " HOLDER_HASH " epoch 1");
	ck_assert_int_eq(sessions_close_all(op, HOLDER), RC_OK);
	ck_assert_int_gt(known("epoch"), ahead - DAY - 1);

	beside_tell("FLUSHALL");
	ck_assert_int_eq(sessions_close_all(op, HOLDER), RC_OK);
	ck_assert_int_eq(beside_tell("DBSIZE"), 0);
}
END_TEST

START_TEST(of_a_deleted_user_only_the_mark_remains)
{
	holder_opened("a");
	holder_opened("b");
	ck_assert_int_eq(sessions_close_provider(op, HOLDER, "discord", 6),
	    RC_OK);
	ck_assert_int_eq(holder_publish(7, SESSIONS_DELETED), RC_OK);
	ck_assert_int_eq(beside_tell("DBSIZE"), 1);
	ck_assert_int_eq(beside_tell("HLEN " HOLDER_HASH), 4);
	ck_assert(!holder_has("a"));
}
END_TEST

/* Nothing leaves the index before its record. */
START_TEST(a_deletion_that_fails_forgets_no_session)
{
	holder_opened("a");
	beside_tell("ACL SETUSER default -unlink");
	ck_assert_int_eq(holder_publish(6, SESSIONS_DELETED), RC_DOWN);
	beside_tell("ACL SETUSER default +unlink");
	ck_assert(holder_has_record("a"));
	ck_assert(!holder_has("a"));
	ck_assert_int_eq(beside_tell("ZCARD " HOLDER_INDEX), 1);
	ck_assert_int_eq(holder_publish(6, SESSIONS_DELETED), RC_OK);
	ck_assert_int_eq(beside_tell("DBSIZE"), 1);
}
END_TEST

/* Of others they are dead, and what stays behind goes by itself. */
START_TEST(what_cannot_be_erased_of_who_stays_fails_nothing)
{
	struct sessions_list list;

	holder_opened("a");
	beside_tell("ACL SETUSER default -zrem");
	ck_assert_int_eq(holder_publish(6, SESSIONS_DISABLED), RC_OK);
	ck_assert_str_eq(op_reason(op), "");
	ck_assert_int_eq(beside_tell("ZCARD " HOLDER_INDEX), 1);

	ck_assert_int_eq(holder_publish(7, SESSIONS_ACTIVE), RC_OK);
	holder_opened("b");
	ck_assert_int_eq(sessions_close_all(op, HOLDER), RC_OK);
	ck_assert_str_eq(op_reason(op), "");
	beside_tell("ACL SETUSER default +zrem");
	ck_assert(!holder_has("a") && !holder_has("b"));

	ck_assert_int_eq(sessions_list(op, HOLDER, &list), RC_OK);
	ck_assert_uint_eq(list.count, 0);
	ck_assert_int_eq(beside_tell("EXISTS " HOLDER_INDEX), 0);
}
END_TEST

/* Versions are numbers: 10 is newer than 9. */
START_TEST(redis_keeps_the_newer_version_of_a_user)
{
	struct sessions_grant grant = {.generation = 9};

	ck_assert_int_eq(holder_publish(10, SESSIONS_DISABLED), RC_OK);
	ck_assert_int_eq(holder_open("a", "google", 9, &grant), RC_DENIED);
	ck_assert_int_eq(holder_publish(9, SESSIONS_DISABLED), RC_DOWN);
	ck_assert_int_eq(grant.generation, 9);
	ck_assert_int_eq(known("version"), 10);

	/* A row of the same version is what its user is. */
	ck_assert_int_eq(holder_open("a", "google", 10, &grant), RC_OK);
	ck_assert(holder_has("a"));
	ck_assert_int_eq(holder_publish(11, SESSIONS_ACTIVE), RC_OK);
	ck_assert_int_eq(holder_open("b", "google", 10, &grant), RC_OK);
	ck_assert_int_eq(known("version"), 11);
	ck_assert_int_eq(known("premium_until"), 900);
}
END_TEST

START_TEST(publishing_an_active_user_keeps_the_epoch)
{
	int64_t epoch;

	holder_opened("a");
	beside_tell("HINCRBY " HOLDER_HASH " epoch -7");
	epoch = known("epoch");
	ck_assert_int_eq(holder_publish(6, SESSIONS_ACTIVE), RC_OK);
	ck_assert_int_eq(known("epoch"), epoch);

	/* One that is lost never comes again. */
	beside_tell("DEL " HOLDER_HASH);
	ck_assert_int_eq(holder_publish(7, SESSIONS_ACTIVE), RC_OK);
	ck_assert_int_gt(known("epoch"), epoch);
}
END_TEST

START_TEST(disabling_begins_a_new_epoch_whatever_the_time)
{
	int64_t ahead = open_ahead("a");

	ck_assert_int_eq(holder_publish(6, SESSIONS_DISABLED), RC_OK);
	ck_assert_int_eq(known("epoch"), ahead + 1);
	ck_assert_int_eq(beside_tell("DBSIZE"), 1);
}
END_TEST

/* Redis has lost that they were disabled, and is told of premium alone. */
START_TEST(no_session_comes_back_with_whoever_was_not_active)
{
	holder_opened("a");
	beside_tell("DEL " HOLDER_INDEX);
	ck_assert_int_eq(sessions_publish(op, &(struct sessions_standing){
	    .user_id = HOLDER, .version = 6, .state = SESSIONS_DISABLED}),
	    RC_OK);
	ck_assert_int_eq(holder_publish(7, SESSIONS_ACTIVE), RC_OK);
	ck_assert(holder_has_record("a"));
	ck_assert(!holder_has("a"));
}
END_TEST

START_TEST(the_least_recently_used_session_gives_way)
{
	struct sessions_grant grant;

	limit(2);
	grant = holder_opened("a");
	holder_opened("b");
	ck_assert(holder_has("a") && holder_has("b"));
	holder_rewrite("a", "last_used_at", grant.issued_ms - 1);
	holder_rewrite("b", "last_used_at", grant.issued_ms - 2);
	holder_opened("c");
	ck_assert(holder_has("a") && holder_has("c"));
	ck_assert(!holder_has_record("b"));
	ck_assert_int_eq(beside_tell("ZCARD " HOLDER_INDEX), 2);

	/* Of two that are alike the older, which its name begins with. */
	holder_rewrite("c", "last_used_at", grant.issued_ms - 1);
	holder_opened("d");
	ck_assert(holder_has("c") && holder_has("d"));
	ck_assert(!holder_has_record("a"));
}
END_TEST

START_TEST(more_sessions_than_one_trim_takes_go_with_the_next)
{
	limit(300);
	for (int i = 0; i < 300; i++)
		holder_opened(pool_print(op->pool, "s%03d", i));
	limit(1);
	holder_opened("t");
	ck_assert_int_eq(beside_tell("ZCARD " HOLDER_INDEX), 101);
	ck_assert(holder_has("t"));
	holder_opened("u");
	ck_assert_int_eq(beside_tell("ZCARD " HOLDER_INDEX), 1);
	ck_assert(holder_has("u"));
}
END_TEST

START_TEST(opening_takes_what_is_over_out_of_the_index)
{
	struct sessions_grant grant = holder_opened("a");

	beside_tell("ZADD " HOLDER_INDEX " %lld a", (long long)grant.issued_ms);
	holder_opened("b");
	ck_assert_int_eq(beside_tell("ZCARD " HOLDER_INDEX), 1);
}
END_TEST

/* Nobody but a foreign hand leaves a hash so: it harms nobody else. */
START_TEST(a_hash_that_lacks_a_field_is_no_disaster)
{
	enum sessions_rotation rotation;
	struct sessions_grant grant;

	holder_opened("a");
	beside_tell("HDEL " HOLDER_RECORD "a last_used_at");
	ck_assert(holder_has("a"));
	beside_tell("HDEL " HOLDER_RECORD "a key_id");
	ck_assert_int_eq(sessions_rotate(op, &(struct sessions_presented){
	    .user_id = HOLDER, .sid = "a", .generation = 0, .key_id = "k"},
	    &rotation, &grant), RC_DOWN);
	op_clear(op);
	ck_assert_int_eq(sessions_renew(op, HOLDER, "a", &grant), RC_DOWN);
	op_clear(op);
	beside_tell("HDEL " HOLDER_RECORD "a expires_at");
	ck_assert(!holder_has("a"));

	holder_opened("b");
	beside_tell("HDEL " HOLDER_HASH " version");
	holder_opened("c");
	ck_assert_int_eq(holder_publish(6, SESSIONS_DISABLED), RC_OK);
	ck_assert(!holder_has("c"));
}
END_TEST

static TCase *cases(void)
{
	TCase *t = tcase_create("sessions_user");

	tcase_add_checked_fixture(t, setup, holder_end);
	tcase_add_test(t, closing_all_reaches_what_the_index_does_not_name);
	tcase_add_test(t, closing_all_begins_a_new_epoch_whatever_the_time);
	tcase_add_test(t, of_a_deleted_user_only_the_mark_remains);
	tcase_add_test(t, a_deletion_that_fails_forgets_no_session);
	tcase_add_test(t,
	    what_cannot_be_erased_of_who_stays_fails_nothing);
	tcase_add_test(t, redis_keeps_the_newer_version_of_a_user);
	tcase_add_test(t, publishing_an_active_user_keeps_the_epoch);
	tcase_add_test(t, disabling_begins_a_new_epoch_whatever_the_time);
	tcase_add_test(t, no_session_comes_back_with_whoever_was_not_active);
	tcase_add_test(t, the_least_recently_used_session_gives_way);
	tcase_add_test(t,
	    more_sessions_than_one_trim_takes_go_with_the_next);
	tcase_add_test(t, opening_takes_what_is_over_out_of_the_index);
	tcase_add_test(t, a_hash_that_lacks_a_field_is_no_disaster);
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
