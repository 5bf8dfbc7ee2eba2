/* SPDX-License-Identifier: ISC */
/*
 * Users who come in while they are disabled: whichever is first, no session
 * lives afterwards, and none comes back with the user.  And users who want to
 * leave then: they stay.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include <check.h>

#include "support/admin.h"
#include "support/link.h"
#include "support/program.h"
#include "support/race.h"
#include "support/stack.h"
#include "support/text.h"
#include "support/tokens.h"

#define REPETITIONS  50
#define WORKERS_MOST 8

/* Held, it keeps a sign-in in its COMMIT. */
#define LINGER_LOCK "1501"

static struct browser *alice;

/* A test that failed may have left its lock, its trigger, workers held. */
static void setup(void)
{
	stack_release();
	stack_sql("select pg_advisory_unlock_all(); "
	    "set client_min_messages = warning; "
	    "drop trigger if exists linger on users; "
	    "drop function if exists linger");
	flow_reset();
	alice = browser_new();
}

static void teardown(void)
{
	browser_free(alice);
}

/* latchkeyctl user VERB. */
static struct program_end ctl(const char *verb, const char *id)
{
	return program_run(&(struct program_plan){
	    .name = "latchkeyctl",
	    .arguments = {"-c", stack_setting("CONF"), "user", verb, id}});
}

/* A user who comes in while being disabled. */
static struct duel {
	const char *id;
	const char *callback;
	int64_t wait_ms;	/* before the callback is opened */
	bool after;		/* open it when the other waits for the row */
	struct program_end end;	/* of the disabling */
	struct answer answer;	/* of the callback */
	const char *code;	/* of a problem, "" for none */
	char access[2048];
	char refresh[2048];
} duel;

static void keep(char *into, size_t size, const char *text)
{
	snprintf(into, size, "%s", text != NULL ? text : "");
}

static void come_in(void)
{
	const char *code;

	if (duel.after)
		stack_counts_within("select count(*) from pg_locks where not "
		    "granted", 1000);
	nanosleep(&(struct timespec){.tv_nsec = duel.wait_ms * 1000000},
	    NULL);
	duel.answer = browser_get(alice, duel.callback);
	code = answer_member(alice, &duel.answer, "code");
	duel.code = code != NULL ? text_print("%s", code) : "";
	keep(duel.access, sizeof(duel.access),
	    answer_member(alice, &duel.answer, "access_token"));
	keep(duel.refresh, sizeof(duel.refresh),
	    answer_member(alice, &duel.answer, "refresh_token"));
}

static void fight(struct browser *own, size_t i, void *argument)
{
	(void)own;
	(void)argument;
	if (i == 0)
		duel.end = ctl("disable", duel.id);
	else
		come_in();
}

/* Both wait for the user's row. */
static void fight_behind_lock(void)
{
	race_run_behind(text_print("perform 1 from users where id = '%s' "
	    "for update", duel.id), 2, 2, fight, NULL);
}

static void assert_nobody_is_in(void)
{
	ck_assert_int_eq(duel.end.code, EX_OK);
	if (duel.answer.status != 200) {
		ck_assert_msg(duel.answer.status == 403 &&
		    strcmp(duel.code, "account_disabled") == 0, "%ld %s",
		    duel.answer.status, duel.code);
		return;
	}
	ck_assert(!tokens_open(alice, duel.access));
	tokens_assert_dead(alice, duel.refresh);
}

/* Somebody new, who is at the provider once more: that callback. */
static const char *prepare(int i)
{
	const char *subject = text_print("duel-%d", i);
	const char *token = text_print("%s", flow_sign_in(alice, "google",
	    subject).refresh);

	duel.id = stack_sql(text_print("select user_id from "
	    "oauth_linked_accounts where oauth_id = '%s'", subject));
	duel.callback = flow_consent_as(alice, "google",
	    flow_start(alice, "google"), subject);
	return token;
}

/*
 * The row's lock lets one of them go first, and the other right after it; a
 * pause that grows to how long disabling takes meets the moments between.
 */
START_TEST(disabling_leaves_no_session_of_a_sign_in_in_flight)
{
	int64_t takes_ms = 50;
	size_t refused = 0;

	for (int i = 0; i < REPETITIONS; i++) {
		const char *token = prepare(i);

		duel.wait_ms = i % 2 == 0 ? 0 : takes_ms * i / REPETITIONS;
		duel.after = i % 4 == 0;
		if (i % 2 == 0)
			fight_behind_lock();
		else
			race_run(2, fight, NULL);
		takes_ms = duel.end.ms;
		refused += duel.answer.status != 200;

		assert_nobody_is_in();
		ck_assert_str_eq(tokens_current_count(token), "0");
		if (i % 10 != 0)
			continue;
		/* Nor does one come back with the user. */
		ck_assert_int_eq(ctl("enable", duel.id).code, EX_OK);
		assert_nobody_is_in();
		ck_assert_str_eq(tokens_current_count(token), "0");
	}
	/* Where disabling went first at least. */
	ck_assert_uint_ge(refused, REPETITIONS / 4);
	ck_assert_int_eq(stack_count("select count(*) from users where "
	    "disabled_at is not null and email like 'duel-%'"),
	    REPETITIONS - REPETITIONS / 10);
}
END_TEST

static void *open_callback(void *argument)
{
	come_in();
	return argument;
}

/* Keeps the workers from going on once the sign-in's COMMIT is sent. */
static void disable_amid_commit(void)
{
	pid_t workers[WORKERS_MOST];
	size_t count = stack_workers(workers, WORKERS_MOST);
	pthread_t thread;

	stack_sql("select pg_advisory_lock(" LINGER_LOCK ")");
	ck_assert_int_eq(pthread_create(&thread, NULL, open_callback, NULL),
	    0);
	ck_assert(stack_counts_within("select count(*) from pg_locks where "
	    "locktype = 'advisory' and not granted", 10000));
	for (size_t k = 0; k < count; k++)
		stack_hold(workers[k]);
	stack_sql("select pg_advisory_unlock(" LINGER_LOCK ")");
	duel.end = ctl("disable", duel.id);
	stack_release();
	pthread_join(thread, NULL);
}

START_TEST(a_sign_in_stored_before_it_is_disabled_opens_no_session_after)
{
	const char *token = prepare(REPETITIONS);

	stack_sql("create function linger() returns trigger language plpgsql "
	    "as 'begin perform pg_advisory_xact_lock_shared(" LINGER_LOCK "); "
	    "return null; end'; "
	    "create constraint trigger linger after update on users "
	    "deferrable initially deferred for each row "
	    "when (new.disabled_at is null) execute function linger()");
	duel.wait_ms = 0;
	duel.after = false;
	disable_amid_commit();

	/* It was stored, and is not told: there was no session. */
	ck_assert_int_eq(stack_count(text_print("select count(*) from users "
	    "where id = '%s' and last_login_at > created_at", duel.id)), 1);
	ck_assert_int_eq(stack_count(text_print("select count(*) from events "
	    "where user_id = '%s' and kind = 'signed_in'", duel.id)), 1);
	ck_assert_int_eq(duel.answer.status, 403);
	ck_assert_str_eq(link_rule(alice, &duel.answer), "user_disabled");
	assert_nobody_is_in();
	ck_assert_str_eq(tokens_current_count(token), "0");
}
END_TEST

/* A user who leaves, by two requests that the guard has let through. */
struct leaving {
	const char *access;
	long status[2];
};

static void leave(struct browser *own, size_t i, void *argument)
{
	struct leaving *leaving = argument;
	struct answer answer = i == 0
	    ? admin_send(own, "DELETE", stack_url("/api/users/me"),
		leaving->access, NULL)
	    : link_undo(own, leaving->access, "discord");

	leaving->status[i] = answer.status;
}

/* Deleted, or rid of an identity, they could sign up anew. */
START_TEST(who_is_disabled_while_they_wait_to_leave_stays)
{
	struct leaving leaving = {
	    .access = flow_sign_in(alice, "google", "leaver").access};
	const char *id = link_owner("google", "leaver");

	ck_assert_int_eq(link_as(alice, leaving.access, "discord",
	    "9500").status, 200);
	race_run_behind(text_print("update users set disabled_at = now() "
	    "where id = '%s'", id), 2, 2, leave, &leaving);

	ck_assert_int_eq(leaving.status[0], 401);
	ck_assert_int_eq(leaving.status[1], 401);
	ck_assert_str_eq(link_providers(id), "discord google*");
}
END_TEST

static TCase *tests(void)
{
	TCase *t = tcase_create("disable_race");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, disabling_leaves_no_session_of_a_sign_in_in_flight);
	tcase_add_test(t,
	    a_sign_in_stored_before_it_is_disabled_opens_no_session_after);
	tcase_add_test(t, who_is_disabled_while_they_wait_to_leave_stays);
	return t;
}

int main(void)
{
	Suite *s = suite_create("disable_race");
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
