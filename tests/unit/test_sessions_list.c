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
#include "support/beside.h"
#include "support/holder.h"
#include "support/servers.h"

static struct op *op;

static void setup(void)
{
	op = holder_begin();
	holder_rules.limit = 100000;
	sessions_init(&holder_rules);
}

static struct sessions_list listed(void)
{
	struct sessions_list list;

	ck_assert_int_eq(sessions_list(op, HOLDER, &list), RC_OK);
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
		struct sessions_grant grant;
		char sid[16];

		snprintf(sid, sizeof(sid), "s%05d", i);
		ck_assert_int_eq(holder_open(sid,
		    i % 3 == 0 ? "discord" : "google", 5, &grant), RC_OK);
	}
}

START_TEST(sessions_are_listed_the_newest_first)
{
	ck_assert_str_eq(named(), "");
	holder_opened("b");
	holder_opened("a");
	holder_opened("c");
	holder_rewrite("a", "created_at", 3000);
	holder_rewrite("b", "created_at", 1000);
	holder_rewrite("c", "created_at", 2000);
	ck_assert_str_eq(named(), "a c b");

	/* What began at once is told apart by its name, which has a time. */
	holder_rewrite("b", "created_at", 3000);
	holder_rewrite("c", "created_at", 3000);
	ck_assert_str_eq(named(), "c b a");
}
END_TEST

START_TEST(a_session_is_listed_as_it_was_noted)
{
	const struct sessions_entry *entry;
	struct sessions_grant grant;

	ck_assert_int_eq(holder_open("a", "discord", 5, &grant), RC_OK);
	holder_rewrite("a", "last_used_at", grant.issued_ms + 7);
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
	holder_opened("gone");
	holder_opened("ended");
	holder_opened("over");
	holder_opened("a");
	beside_tell("DEL " HOLDER_RECORD "gone");
	holder_rewrite("ended", "epoch", 1);
	holder_rewrite("over", "expires_at", 1);
	beside_tell("ZADD " HOLDER_INDEX " 9999999999999 never");
	ck_assert_int_eq(beside_tell("ZCARD " HOLDER_INDEX), 5);

	ck_assert_str_eq(named(), "a");
	ck_assert_int_eq(beside_tell("ZCARD " HOLDER_INDEX), 1);
	ck_assert_str_eq(named(), "a");
	ck_assert(holder_has("a"));
}
END_TEST

START_TEST(who_may_not_come_in_has_no_sessions)
{
	holder_opened("a");
	beside_tell("HSET " HOLDER_HASH " state disabled");
	ck_assert_str_eq(named(), "");

	/* Redis may have lost the user alone. */
	beside_tell("DEL " HOLDER_HASH);
	holder_opened("b");
	beside_tell("DEL " HOLDER_HASH);
	ck_assert_str_eq(named(), "");
}
END_TEST

/* Lists ten thousand and ends them; whether each took a second at most. */
static bool ten_thousand_take_a_second(void)
{
	struct sessions_list list;
	int64_t began;
	bool quick;

	op->deadline_ms = clock_mono_ms() + 60000;
	open_many(10000);
	began = clock_mono_ms();
	list = listed();
	quick = clock_mono_ms() - began <= 1000;
	ck_assert_uint_eq(list.count, 10000);
	for (size_t i = 1; i < list.count; i++) {
		const struct sessions_entry *newer = &list.items[i - 1];
		const struct sessions_entry *older = &list.items[i];

		ck_assert_int_ge(newer->created_ms, older->created_ms);
		ck_assert_str_ne(newer->sid, older->sid);
	}
	ck_assert_int_eq(beside_tell("ZCARD " HOLDER_INDEX), 10000);

	began = clock_mono_ms();
	ck_assert_int_eq(sessions_close_all(op, HOLDER), RC_OK);
	quick = quick && clock_mono_ms() - began <= 1000;
	ck_assert_uint_eq(listed().count, 0);
	ck_assert(!holder_has("s00000"));
	ck_assert(!holder_has("s09999"));
	/* Of all that only the user is left. */
	ck_assert_int_eq(beside_tell("DBSIZE"), 1);
	return quick;
}

/* A busy machine may be slow, but not each time. */
START_TEST(se_08_ten_thousand_sessions_are_listed_within_a_second)
{
	bool quick = false;

	for (int i = 0; i < 3 && !quick; i++)
		quick = ten_thousand_take_a_second();
	ck_assert(quick);
}
END_TEST

/* How many scripts Redis has run since it was last asked. */
static int64_t scripts_run(void)
{
	int64_t count = beside_tell("EVAL %s 0", "return tonumber(string.match("
	    "redis.call('INFO', 'commandstats'), 'evalsha:calls=(%d+)'))");

	beside_tell("CONFIG RESETSTAT");
	return count;
}

START_TEST(redis_may_serve_others_after_each_500_sessions)
{
	open_many(1001);
	listed();
	scripts_run();
	ck_assert_uint_eq(listed().count, 1001);
	/* The index, 500, 500 and 1. */
	ck_assert_int_eq(scripts_run(), 4);
}
END_TEST

START_TEST(a_provider_that_is_unlinked_takes_its_sessions_along)
{
	struct sessions_list list;

	open_many(1200);
	ck_assert_int_eq(sessions_close_provider(op, HOLDER, "discord", 6),
	    RC_OK);
	ck_assert_int_eq(beside_tell("ZCARD " HOLDER_INDEX), 800);
	list = listed();
	ck_assert_uint_eq(list.count, 800);
	for (size_t i = 0; i < list.count; i++)
		ck_assert_str_eq(list.items[i].provider, "google");
	ck_assert(!holder_has("s00000"));
	ck_assert(!holder_has("s01197"));
	ck_assert(holder_has("s01199"));
	ck_assert(!holder_has_record("s00600"));
}
END_TEST

/* Redis had lost the index alone. */
START_TEST(it_ends_what_the_index_does_not_name)
{
	enum sessions_rotation rotation;
	struct sessions_grant grant;

	ck_assert_int_eq(holder_open("a", "discord", 5, &grant), RC_OK);
	holder_opened("b");
	beside_tell("DEL " HOLDER_INDEX);
	ck_assert_int_eq(sessions_close_provider(op, HOLDER, "discord", 6),
	    RC_OK);

	ck_assert(!holder_has("a"));
	ck_assert_int_eq(sessions_rotate(op, &(struct sessions_presented){
	    .user_id = HOLDER, .sid = "a", .generation = 1, .key_id = "k"},
	    &rotation, &grant), RC_ABSENT);
	ck_assert_int_eq(sessions_renew(op, HOLDER, "a", &grant), RC_ABSENT);
	beside_tell("ZADD " HOLDER_INDEX " %lld a",
	    (long long)grant.expires_ms);
	ck_assert_uint_eq(listed().count, 0);
	ck_assert_int_eq(sessions_close(op, HOLDER, "a"), RC_ABSENT);
	ck_assert(holder_has("b"));
}
END_TEST

START_TEST(a_sign_in_under_way_opens_nothing_through_it)
{
	struct sessions_grant grant = {.generation = 9};

	ck_assert_int_eq(sessions_close_provider(op, HOLDER, "discord", 6),
	    RC_OK);
	ck_assert_int_eq(holder_open("late", "discord", 5, &grant), RC_ABSENT);
	ck_assert_ptr_nonnull(strstr(op_reason(op), "discord was unlinked"));
	ck_assert_int_eq(grant.generation, 9);
	ck_assert(!holder_has("late"));
	ck_assert_int_eq(beside_tell("EXISTS " HOLDER_INDEX), 0);

	/* Other ways in, and this one linked once more. */
	ck_assert_int_eq(holder_open("other", "google", 5, &grant), RC_OK);
	ck_assert(holder_has("other"));
	ck_assert_int_eq(holder_open("late", "discord", 5, &grant), RC_ABSENT);
	ck_assert_int_eq(holder_open("again", "discord", 6, &grant), RC_OK);
	ck_assert(holder_has("again"));
	ck_assert(holder_has("other"));
}
END_TEST

START_TEST(an_older_unlinking_does_not_take_a_newer_one_back)
{
	struct sessions_grant grant;

	ck_assert_int_eq(sessions_close_provider(op, HOLDER, "discord", 10),
	    RC_OK);
	ck_assert_int_eq(sessions_close_provider(op, HOLDER, "discord", 9),
	    RC_OK);
	ck_assert_int_eq(holder_open("a", "discord", 9, &grant), RC_ABSENT);
	ck_assert_int_eq(holder_open("a", "discord", 10, &grant), RC_OK);
	ck_assert_int_eq(sessions_close_provider(op, HOLDER, "discord", 11),
	    RC_OK);
	ck_assert(!holder_has("a"));
	ck_assert_int_eq(holder_open("a", "discord", 10, &grant), RC_ABSENT);
}
END_TEST

START_TEST(an_unlinking_is_known_as_long_as_a_sign_in_may_take)
{
	struct sessions_grant grant;

	ck_assert_int_eq(sessions_close_provider(op, HOLDER, "discord", 6),
	    RC_OK);
	ck_assert_int_le(beside_tell("PTTL " HOLDER_HASH), 4 * DAY);
	ck_assert_int_gt(beside_tell("PTTL " HOLDER_HASH), 4 * DAY - MINUTE);
	beside_tell("PEXPIRE " HOLDER_HASH " 60000");
	ck_assert_int_eq(sessions_close_provider(op, HOLDER, "discord", 6),
	    RC_OK);
	ck_assert_int_gt(beside_tell("PTTL " HOLDER_HASH), 4 * DAY - MINUTE);

	/* Sessions that were opened for longer keep their user. */
	grant = holder_opened("a");
	beside_tell("PEXPIREAT " HOLDER_HASH " %lld",
	    (long long)grant.absolute_ms + 9 * DAY);
	ck_assert_int_eq(sessions_close_provider(op, HOLDER, "discord", 7),
	    RC_OK);
	ck_assert_int_eq(beside_tell("PEXPIRETIME " HOLDER_HASH),
	    grant.absolute_ms + 9 * DAY);
}
END_TEST

START_TEST(a_session_that_is_over_is_neither_renewed_nor_ended)
{
	struct sessions_grant grant = holder_opened("a");

	grant.generation = 9;
	holder_opened("b");
	holder_rewrite("b", "expires_at", 1);
	ck_assert_int_eq(sessions_renew(op, HOLDER, "b", &grant), RC_ABSENT);
	beside_tell("HINCRBY " HOLDER_HASH " epoch 1");
	ck_assert_int_eq(sessions_renew(op, HOLDER, "a", &grant), RC_ABSENT);
	ck_assert_int_eq(sessions_close(op, HOLDER, "a"), RC_ABSENT);
	ck_assert_int_eq(sessions_close(op, HOLDER, "never"), RC_ABSENT);
	ck_assert_int_eq(grant.generation, 9);
}
END_TEST

START_TEST(what_redis_cannot_say_is_down)
{
	struct sessions_list list = {.count = 77};

	beside_tell("SET " HOLDER_RECORD "odd x");
	beside_tell("ZADD " HOLDER_INDEX " 9999999999999 odd");
	ck_assert_int_eq(sessions_list(op, HOLDER, &list), RC_DOWN);
	ck_assert_int_eq(sessions_close_provider(op, HOLDER, "google", 6),
	    RC_DOWN);

	beside_tell("SET " HOLDER_INDEX " x");
	ck_assert_int_eq(sessions_list(op, HOLDER, &list), RC_DOWN);
	ck_assert_int_eq(sessions_close_provider(op, HOLDER, "google", 6),
	    RC_DOWN);
	ck_assert_uint_eq(list.count, 77);
}
END_TEST

static TCase *cases(void)
{
	TCase *t = tcase_create("sessions_list");

	tcase_add_checked_fixture(t, setup, holder_end);
	tcase_add_test(t, sessions_are_listed_the_newest_first);
	tcase_add_test(t, a_session_is_listed_as_it_was_noted);
	tcase_add_test(t, what_does_not_live_leaves_the_list_and_the_index);
	tcase_add_test(t, who_may_not_come_in_has_no_sessions);
	tcase_add_test(t,
	    se_08_ten_thousand_sessions_are_listed_within_a_second);
	tcase_add_test(t, redis_may_serve_others_after_each_500_sessions);
	tcase_add_test(t,
	    a_provider_that_is_unlinked_takes_its_sessions_along);
	tcase_add_test(t, it_ends_what_the_index_does_not_name);
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
