/* SPDX-License-Identifier: ISC */
/*
 * What goes through all sessions of a user, with a real Redis: the list, the
 * index that repairs itself, a provider that is unlinked; all of it for more
 * sessions than one script takes.
 */
#include "store/sessions.h"

#include <signal.h>
#include <string.h>

#include <check.h>

#include "base/clock.h"
#include "base/str.h"
#include "client/redis.h"
#include "support/beside.h"
#include "support/servers.h"

#define USER  "01910000-0000-7000-8000-000000000001"
#define INDEX "t:sessions:{" USER "}"
#define HASH  "t:user:{" USER "}"

#define MINUTE INT64_C(60000)		/* in milliseconds */
#define DAY    (24 * 60 * MINUTE)

static struct op *op;

/* A field of a session's record is that number from now on. */
static void rewrite(const char *sid, const char *field, int64_t value)
{
	beside_tell("HSET t:refresh_token:{" USER "}:%s %s %lld", sid, field,
	    (long long)value);
}

static void setup(void)
{
	redis_open(&(struct redis_settings){.socket = servers_redis_socket(),
	    .pool = 1, .timeout_ms = 5000});
	beside_open();
	op = op_new("test", 60000);
	sessions_init(&(struct sessions_rules){.prefix = "t:",
	    .idle_ms = 60 * MINUTE, .absolute_ms = 3 * DAY,
	    .grace_ms = 10000, .limit = 100000});
}

static void teardown(void)
{
	op_free(op);
	beside_close();
	redis_close();
}

/* The outcome of a sign-in that read the user's row at a version. */
static enum rc open_at(const char *sid, const char *provider,
    int64_t version, struct sessions_grant *grant)
{
	op_clear(op);
	return sessions_open(op, &(struct sessions_new){
	    .user_id = USER, .sid = sid, .version = version,
	    .premium_until_ms = 500, .key_id = "k", .provider = provider,
	    .user_agent = "Browser/1.0", .address = "192.0.2.7"}, grant);
}

static struct sessions_grant opened(const char *sid, const char *provider)
{
	struct sessions_grant grant;

	ck_assert_int_eq(open_at(sid, provider, 5, &grant), RC_OK);
	return grant;
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

static struct sessions_list listed(void)
{
	struct sessions_list list;

	ck_assert_int_eq(sessions_list(op, USER, &list), RC_OK);
	return list;
}

/* The sids listed, in order, a space between each two. */
static const char *named(void)
{
	struct sessions_list list = listed();
	struct str names;

	str_init(&names, op->pool);
	for (size_t i = 0; i < list.count; i++)
		str_print(&names, "%s%s", i > 0 ? " " : "",
		    list.items[i].sid);
	return names.text;
}

/* Sids s00000 to before count, every third one's provider is discord. */
static void open_many(int count)
{
	for (int i = 0; i < count; i++) {
		char sid[16];

		snprintf(sid, sizeof(sid), "s%05d", i);
		opened(sid, i % 3 == 0 ? "discord" : "google");
	}
}

START_TEST(sessions_are_listed_the_newest_first)
{
	ck_assert_str_eq(named(), "");
	opened("b", "google");
	opened("a", "google");
	opened("c", "google");
	rewrite("a", "created_at", 3000);
	rewrite("b", "created_at", 1000);
	rewrite("c", "created_at", 2000);
	ck_assert_str_eq(named(), "a c b");

	/* What began at once is told apart by its name, which has a time. */
	rewrite("b", "created_at", 3000);
	rewrite("c", "created_at", 3000);
	ck_assert_str_eq(named(), "c b a");
}
END_TEST

START_TEST(a_session_is_listed_as_it_was_noted)
{
	struct sessions_grant grant = opened("a", "discord");
	const struct sessions_entry *entry;

	rewrite("a", "last_used_at", grant.issued_ms + 7);
	entry = &listed().items[0];
	ck_assert_str_eq(entry->sid, "a");
	ck_assert_str_eq(entry->provider, "discord");
	ck_assert_str_eq(entry->user_agent, "Browser/1.0");
	ck_assert_str_eq(entry->address, "192.0.2.7");
	ck_assert_int_eq(entry->created_ms, grant.issued_ms);
	ck_assert_int_eq(entry->last_used_ms, grant.issued_ms + 7);
	ck_assert_int_eq(entry->expires_ms, grant.expires_ms);
}
END_TEST

START_TEST(what_does_not_live_leaves_the_list_and_the_index)
{
	opened("gone", "google");
	opened("ended", "google");
	opened("over", "google");
	opened("a", "google");
	beside_tell("DEL t:refresh_token:{" USER "}:gone");
	rewrite("ended", "epoch", 1);
	rewrite("over", "expires_at", 1);
	beside_tell("ZADD %s 9999999999999 never", INDEX);
	ck_assert_int_eq(beside_tell("ZCARD %s", INDEX), 5);

	ck_assert_str_eq(named(), "a");
	ck_assert_int_eq(beside_tell("ZCARD %s", INDEX), 1);
	ck_assert_str_eq(named(), "a");
	ck_assert(lives("a"));
}
END_TEST

START_TEST(who_may_not_come_in_has_no_sessions)
{
	opened("a", "google");
	beside_tell("HSET %s state disabled", HASH);
	ck_assert_str_eq(named(), "");

	/* Redis may have lost the user alone. */
	beside_tell("DEL %s", HASH);
	opened("b", "google");
	beside_tell("DEL %s", HASH);
	ck_assert_str_eq(named(), "");
}
END_TEST

START_TEST(se_08_ten_thousand_sessions_are_listed_within_a_second)
{
	struct sessions_list list;
	int64_t began;

	open_many(10000);
	began = clock_mono_ms();
	list = listed();
	ck_assert_int_le(clock_mono_ms() - began, 1000);
	ck_assert_uint_eq(list.count, 10000);
	for (size_t i = 1; i < list.count; i++) {
		const struct sessions_entry *newer = &list.items[i - 1];
		const struct sessions_entry *older = &list.items[i];

		ck_assert_int_ge(newer->created_ms, older->created_ms);
		ck_assert_str_ne(newer->sid, older->sid);
	}
	ck_assert_int_eq(beside_tell("ZCARD %s", INDEX), 10000);

	began = clock_mono_ms();
	ck_assert_int_eq(sessions_close_all(op, USER), RC_OK);
	ck_assert_int_le(clock_mono_ms() - began, 1000);
	ck_assert_uint_eq(listed().count, 0);
	ck_assert(!lives("s00000"));
	ck_assert(!lives("s09999"));
}
END_TEST

START_TEST(a_provider_that_is_unlinked_takes_its_sessions_along)
{
	struct sessions_list list;

	open_many(1200);
	ck_assert_int_eq(sessions_close_provider(op, USER, "discord", 6),
	    RC_OK);
	ck_assert_int_eq(beside_tell("ZCARD %s", INDEX), 800);
	list = listed();
	ck_assert_uint_eq(list.count, 800);
	for (size_t i = 0; i < list.count; i++)
		ck_assert_str_eq(list.items[i].provider, "google");
	ck_assert(!lives("s00000"));
	ck_assert(!lives("s01197"));
	ck_assert(lives("s01199"));
	ck_assert_int_eq(beside_tell("EXISTS t:refresh_token:{" USER
	    "}:s00600"), 0);
}
END_TEST

START_TEST(a_sign_in_under_way_opens_nothing_through_it)
{
	struct sessions_grant grant = {.generation = 9};

	ck_assert_int_eq(sessions_close_provider(op, USER, "discord", 6),
	    RC_OK);
	ck_assert_int_eq(open_at("late", "discord", 5, &grant), RC_ABSENT);
	ck_assert_ptr_nonnull(strstr(op_reason(op), "discord was unlinked"));
	ck_assert_int_eq(grant.generation, 9);
	ck_assert(!lives("late"));
	ck_assert_int_eq(beside_tell("EXISTS %s", INDEX), 0);

	/* Other ways in, and this one linked once more. */
	ck_assert_int_eq(open_at("other", "google", 5, &grant), RC_OK);
	ck_assert(lives("other"));
	ck_assert_int_eq(open_at("late", "discord", 5, &grant), RC_ABSENT);
	ck_assert_int_eq(open_at("again", "discord", 6, &grant), RC_OK);
	ck_assert(lives("again"));
	ck_assert(lives("other"));
}
END_TEST

START_TEST(an_older_unlinking_does_not_take_a_newer_one_back)
{
	struct sessions_grant grant;

	ck_assert_int_eq(sessions_close_provider(op, USER, "discord", 10),
	    RC_OK);
	ck_assert_int_eq(sessions_close_provider(op, USER, "discord", 9),
	    RC_OK);
	ck_assert_int_eq(open_at("a", "discord", 9, &grant), RC_ABSENT);
	ck_assert_int_eq(open_at("a", "discord", 10, &grant), RC_OK);
	ck_assert_int_eq(sessions_close_provider(op, USER, "discord", 11),
	    RC_OK);
	ck_assert(!lives("a"));
	ck_assert_int_eq(open_at("a", "discord", 10, &grant), RC_ABSENT);
}
END_TEST

START_TEST(an_unlinking_is_known_as_long_as_a_sign_in_may_take)
{
	struct sessions_grant grant;

	ck_assert_int_eq(sessions_close_provider(op, USER, "discord", 6),
	    RC_OK);
	ck_assert_int_le(beside_tell("PTTL %s", HASH), 4 * DAY);
	ck_assert_int_gt(beside_tell("PTTL %s", HASH), 4 * DAY - MINUTE);
	beside_tell("PEXPIRE %s 60000", HASH);
	ck_assert_int_eq(sessions_close_provider(op, USER, "discord", 6),
	    RC_OK);
	ck_assert_int_gt(beside_tell("PTTL %s", HASH), 4 * DAY - MINUTE);

	/* Sessions that were opened for longer keep their user. */
	grant = opened("a", "google");
	beside_tell("PEXPIREAT %s %lld", HASH,
	    (long long)grant.absolute_ms + 9 * DAY);
	ck_assert_int_eq(sessions_close_provider(op, USER, "discord", 7),
	    RC_OK);
	ck_assert_int_eq(beside_tell("PEXPIRETIME %s", HASH),
	    grant.absolute_ms + 9 * DAY);
}
END_TEST

START_TEST(a_session_that_is_over_is_neither_renewed_nor_ended)
{
	struct sessions_grant grant = opened("a", "google");

	grant.generation = 9;
	opened("b", "google");
	rewrite("b", "expires_at", 1);
	ck_assert_int_eq(sessions_renew(op, USER, "b", &grant), RC_ABSENT);
	beside_tell("HINCRBY %s epoch 1", HASH);
	ck_assert_int_eq(sessions_renew(op, USER, "a", &grant), RC_ABSENT);
	ck_assert_int_eq(sessions_close(op, USER, "a"), RC_ABSENT);
	ck_assert_int_eq(sessions_close(op, USER, "never"), RC_ABSENT);
	ck_assert_int_eq(grant.generation, 9);
}
END_TEST

START_TEST(what_redis_cannot_say_is_down)
{
	struct sessions_list list = {.count = 77};

	beside_tell("SET t:refresh_token:{" USER "}:odd x");
	beside_tell("ZADD %s 9999999999999 odd", INDEX);
	ck_assert_int_eq(sessions_list(op, USER, &list), RC_DOWN);
	ck_assert_int_eq(sessions_close_provider(op, USER, "google", 6),
	    RC_DOWN);

	beside_tell("SET %s x", INDEX);
	ck_assert_int_eq(sessions_list(op, USER, &list), RC_DOWN);
	ck_assert_int_eq(sessions_close_provider(op, USER, "google", 6),
	    RC_DOWN);
	ck_assert_uint_eq(list.count, 77);
}
END_TEST

static TCase *cases(void)
{
	TCase *t = tcase_create("sessions_list");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, sessions_are_listed_the_newest_first);
	tcase_add_test(t, a_session_is_listed_as_it_was_noted);
	tcase_add_test(t, what_does_not_live_leaves_the_list_and_the_index);
	tcase_add_test(t, who_may_not_come_in_has_no_sessions);
	tcase_add_test(t,
	    se_08_ten_thousand_sessions_are_listed_within_a_second);
	tcase_add_test(t,
	    a_provider_that_is_unlinked_takes_its_sessions_along);
	tcase_add_test(t, a_sign_in_under_way_opens_nothing_through_it);
	tcase_add_test(t, an_older_unlinking_does_not_take_a_newer_one_back);
	tcase_add_test(t,
	    an_unlinking_is_known_as_long_as_a_sign_in_may_take);
	tcase_add_test(t,
	    a_session_that_is_over_is_neither_renewed_nor_ended);
	tcase_add_test(t, what_redis_cannot_say_is_down);
	return t;
}

int main(void)
{
	Suite *s = suite_create("sessions_list");
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
