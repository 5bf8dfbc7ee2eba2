/* SPDX-License-Identifier: ISC */
/*
 * What a session lives by and what ends it, with a real Redis: its user's
 * epoch and state, the end of its time, the generations of its tokens.
 */
#include "store/sessions.h"

#include <signal.h>

#include <check.h>

#include "support/beside.h"
#include "support/holder.h"
#include "support/servers.h"

static struct op *op;

static void setup(void)
{
	op = holder_begin();
}

static enum rc rotate(const char *sid, int64_t generation, const char *key,
    enum sessions_rotation *rotation, struct sessions_grant *grant)
{
	op_clear(op);
	return sessions_rotate(op, &(struct sessions_presented){
	    .user_id = HOLDER, .sid = sid, .generation = generation,
	    .key_id = key}, rotation, grant);
}

/* What became of a token that was presented; it must not be RC_ABSENT. */
static enum sessions_rotation rotated(const char *sid, int64_t generation,
    const char *key, struct sessions_grant *grant)
{
	enum sessions_rotation rotation;

	ck_assert_int_eq(rotate(sid, generation, key, &rotation, grant), RC_OK);
	return rotation;
}

/* A field of a session's record that is a number. */
static int64_t field(const char *sid, const char *name)
{
	return beside_tell("HGET " HOLDER_RECORD "%s %s", sid, name);
}

START_TEST(a_session_says_what_it_was_opened_with)
{
	struct sessions_grant grant = holder_opened("a");
	struct sessions_live live;

	ck_assert_int_eq(grant.generation, 1);
	ck_assert_int_eq(grant.expires_ms, grant.issued_ms + HOUR);
	ck_assert_int_eq(sessions_check(op, HOLDER, "a", &live), RC_OK);
	ck_assert_int_eq(live.auth_time_ms, grant.issued_ms);
	ck_assert_int_eq(live.premium_until_ms, 500);
}
END_TEST

START_TEST(no_session_is_opened_for_longer_than_it_may_last)
{
	struct sessions_grant grant;

	holder_rules.absolute_ms = MINUTE;
	sessions_init(&holder_rules);
	grant = holder_opened("a");
	ck_assert_int_eq(grant.absolute_ms, grant.issued_ms + MINUTE);
	ck_assert_int_eq(grant.expires_ms, grant.absolute_ms);
}
END_TEST

START_TEST(the_use_of_a_session_is_noted_once_a_minute)
{
	struct sessions_grant grant = holder_opened("a");

	holder_rewrite("a", "last_used_at", grant.issued_ms - MINUTE / 2);
	ck_assert(holder_has("a"));
	ck_assert_int_eq(field("a", "last_used_at"),
	    grant.issued_ms - MINUTE / 2);
	holder_rewrite("a", "last_used_at", grant.issued_ms - MINUTE);
	ck_assert(holder_has("a"));
	ck_assert_int_ge(field("a", "last_used_at"), grant.issued_ms);
}
END_TEST

static const char *const ends[] = {"HINCRBY " HOLDER_HASH " epoch 1",
	"HSET " HOLDER_HASH " state disabled",
	"HSET " HOLDER_HASH " state deleted", "DEL " HOLDER_HASH,
	"HSET " HOLDER_RECORD "a expires_at 1", "DEL " HOLDER_RECORD "a"};

START_TEST(what_ends_a_session_ends_it_for_every_use)
{
	struct sessions_grant grant = holder_opened("a");
	enum sessions_rotation rotation;
	struct sessions_list list;

	beside_tell(ends[_i]);
	grant.generation = 9;
	ck_assert(!holder_has("a"));
	ck_assert_int_eq(rotate("a", 1, "1", &rotation, &grant), RC_ABSENT);
	ck_assert_int_eq(rotate("a", 7, "1", &rotation, &grant), RC_ABSENT);
	ck_assert_int_eq(sessions_renew(op, HOLDER, "a", &grant), RC_ABSENT);
	ck_assert_int_eq(grant.generation, 9);
	ck_assert_int_eq(sessions_list(op, HOLDER, &list), RC_OK);
	ck_assert_uint_eq(list.count, 0);
}
END_TEST

START_TEST(a_renewal_is_a_use)
{
	struct sessions_grant grant = holder_opened("a");

	holder_rewrite("a", "last_used_at", 1);
	ck_assert_int_eq(sessions_renew(op, HOLDER, "a", &grant), RC_OK);
	ck_assert_int_ge(field("a", "last_used_at"), grant.issued_ms);
}
END_TEST

START_TEST(a_refresh_moves_on_by_one_generation)
{
	struct sessions_grant grant = holder_opened("a");

	holder_rewrite("a", "issued_at", 1);
	holder_rewrite("a", "last_used_at", 1);
	ck_assert_int_eq(rotated("a", 1, "2", &grant), SESSIONS_ADVANCED);
	ck_assert_int_eq(grant.generation, 2);
	ck_assert_str_eq(grant.key_id, "2");
	ck_assert_str_eq(grant.provider, "google");
	ck_assert_int_eq(field("a", "generation"), 2);
	ck_assert_int_eq(field("a", "key_id"), 2);
	ck_assert_int_eq(field("a", "issued_at"), grant.issued_ms);
	ck_assert_int_eq(field("a", "last_used_at"), grant.issued_ms);
	ck_assert_int_eq(field("a", "expires_at"), grant.expires_ms);
}
END_TEST

START_TEST(the_token_before_yields_the_same_successor_in_the_grace)
{
	struct sessions_grant first;
	struct sessions_grant again;
	int64_t then;

	holder_opened("a");
	ck_assert_int_eq(rotated("a", 1, "2", &first), SESSIONS_ADVANCED);
	/* As if it were a while ago. */
	then = first.issued_ms - holder_rules.grace_ms + MINUTE;
	holder_rewrite("a", "issued_at", then);
	ck_assert_int_eq(rotated("a", 1, "3", &again), SESSIONS_REPEATED);
	ck_assert_int_eq(again.generation, 2);
	ck_assert_int_eq(again.issued_ms, then);
	ck_assert_int_eq(again.expires_ms, first.expires_ms);
	ck_assert_int_eq(again.absolute_ms, first.absolute_ms);
	ck_assert_str_eq(again.key_id, "2");
	ck_assert_str_eq(again.provider, "google");
	ck_assert_int_eq(field("a", "generation"), 2);
}
END_TEST

/* The session is over for it, and no other one. */
static void assert_reused(int64_t generation)
{
	struct sessions_grant grant;

	ck_assert_int_eq(rotated("a", generation, "1", &grant),
	    SESSIONS_REUSED);
	ck_assert_str_eq(grant.provider, "google");
	ck_assert(!holder_has("a"));
	ck_assert(!holder_has_record("a"));
	ck_assert_int_eq(beside_tell("ZCARD " HOLDER_INDEX), 1);
	ck_assert(holder_has("other"));
}

START_TEST(a_token_from_before_the_grace_ends_its_session)
{
	struct sessions_grant grant;

	holder_opened("other");
	holder_opened("a");
	ck_assert_int_eq(rotated("a", 1, "1", &grant), SESSIONS_ADVANCED);
	holder_rewrite("a", "issued_at", grant.issued_ms - holder_rules.grace_ms);
	assert_reused(1);
}
END_TEST

START_TEST(a_token_older_than_the_one_before_ends_its_session)
{
	struct sessions_grant grant;

	holder_opened("other");
	holder_opened("a");
	ck_assert_int_eq(rotated("a", 1, "1", &grant), SESSIONS_ADVANCED);
	ck_assert_int_eq(rotated("a", 2, "1", &grant), SESSIONS_ADVANCED);
	assert_reused(1);
}
END_TEST

START_TEST(a_token_one_ahead_of_its_record_is_taken_and_told_apart)
{
	struct sessions_grant grant;

	holder_opened("other");
	holder_opened("a");
	ck_assert_int_eq(rotated("a", 2, "1", &grant), SESSIONS_ROLLED_BACK);
	ck_assert_int_eq(grant.generation, 3);
	ck_assert_int_eq(field("a", "generation"), 3);
	assert_reused(5);
}
END_TEST

START_TEST(a_session_that_is_closed_leaves_nothing)
{
	holder_opened("a");
	holder_opened("b");
	ck_assert_int_eq(sessions_close(op, HOLDER, "a"), RC_OK);
	ck_assert(!holder_has_record("a"));
	ck_assert_int_eq(beside_tell("ZCARD " HOLDER_INDEX), 1);
	ck_assert(holder_has("b"));
}
END_TEST

static TCase *cases(void)
{
	TCase *t = tcase_create("sessions_life");

	tcase_add_checked_fixture(t, setup, holder_end);
	tcase_add_test(t, a_session_says_what_it_was_opened_with);
	tcase_add_test(t, no_session_is_opened_for_longer_than_it_may_last);
	tcase_add_test(t, the_use_of_a_session_is_noted_once_a_minute);
	tcase_add_loop_test(t, what_ends_a_session_ends_it_for_every_use, 0,
	    sizeof(ends) / sizeof(ends[0]));
	tcase_add_test(t, a_renewal_is_a_use);
	tcase_add_test(t, a_refresh_moves_on_by_one_generation);
	tcase_add_test(t,
	    the_token_before_yields_the_same_successor_in_the_grace);
	tcase_add_test(t, a_token_from_before_the_grace_ends_its_session);
	tcase_add_test(t,
	    a_token_older_than_the_one_before_ends_its_session);
	tcase_add_test(t,
	    a_token_one_ahead_of_its_record_is_taken_and_told_apart);
	tcase_add_test(t, a_session_that_is_closed_leaves_nothing);
	return t;
}

int main(void)
{
	Suite *s = suite_create("sessions_life");
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
