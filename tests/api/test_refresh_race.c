/* SPDX-License-Identifier: ISC */
/*
 * One refresh token in many hands at the very same time, at one worker and
 * at two: there is one successor, and one session that goes on.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <check.h>

#include "support/flow.h"
#include "support/forge.h"
#include "support/race.h"
#include "support/reconfigure.h"
#include "support/stack.h"
#include "support/text.h"
#include "support/tokens.h"

#define RACERS	    100
#define REPETITIONS 50

/* Long enough that all who come meet it. */
#define PAUSE_MS "40"

static struct op *op;
static struct browser *browser;

static struct raced {
	long status;
	char refresh[2048];
	char access[2048];
} raced[RACERS];

static void setup(void)
{
	op = op_new("test", 60000);
	browser = browser_new();
}

static void teardown(void)
{
	browser_free(browser);
	op_free(op);
}

static void keep(char *into, size_t size, const char *text)
{
	snprintf(into, size, "%s", text != NULL ? text : "");
}

static void race(struct browser *own, size_t i, void *token)
{
	struct answer answer = flow_refresh(own, token);

	raced[i].status = answer.status;
	keep(raced[i].refresh, sizeof(raced[i].refresh),
	    answer_member(own, &answer, "refresh_token"));
	keep(raced[i].access, sizeof(raced[i].access),
	    answer_member(own, &answer, "access_token"));
}

/* All of count got the one successor of token, which is its generation. */
static void assert_one_successor(const char *token, size_t count,
    int generation)
{
	for (size_t i = 0; i < count; i++) {
		ck_assert_int_eq(raced[i].status, 200);
		ck_assert_str_eq(raced[i].refresh, raced[0].refresh);
	}
	ck_assert_str_eq(forge_claim(op, raced[0].refresh, "jti"),
	    text_print("%s.%d", forge_claim(op, token, "sid"), generation));
	ck_assert_str_eq(tokens_recorded(token, "generation"),
	    text_print("%d", generation));
	ck_assert(tokens_open(browser, raced[0].access));
	ck_assert(tokens_open(browser, raced[count - 1].access));
}

/* The user has this session and no other, and none was said to be reused. */
static void assert_one_leaf(const char *token)
{
	ck_assert_str_eq(tokens_session_count(token), "1");
	ck_assert_str_eq(stack_redis("EVAL", "return #redis.call('KEYS', "
	    "ARGV[1])", "0", text_print("latchkey:refresh_token:{%s}:*",
		forge_claim(op, token, "sub")), NULL), "1");
	ck_assert_int_eq(tokens_events("refresh_token_reused", token), 0);
	ck_assert_int_eq(tokens_events("store_rolled_back", token), 0);
}

START_TEST(rt_05_a_hundred_racing_refreshes_have_one_successor)
{
	const char *first = flow_sign_in(browser, "google", "rt-05").refresh;
	const char *token = first;
	struct flow_tokens next;

	for (int i = 0; i < REPETITIONS; i++) {
		race_run(RACERS, race, pool_text(op->pool, token));
		assert_one_successor(token, RACERS, i + 2);
		token = text_print("%s", raced[0].refresh);
	}
	assert_one_leaf(first);

	/* It works, and whoever kept an older one ends it. */
	next = tokens_refresh(browser, token);
	tokens_assert_dead(browser, first);
	tokens_assert_dead(browser, next.refresh);
	ck_assert_int_eq(tokens_events("refresh_token_reused", first), 1);
}
END_TEST

/* Times in tokens are whole seconds: a token made anew then differs. */
START_TEST(rt_05_who_comes_a_second_later_gets_it_too)
{
	const char *token = flow_sign_in(browser, "google", "later").refresh;

	race_run(RACERS, race, pool_text(op->pool, token));
	nanosleep(&(struct timespec){.tv_sec = 1, .tv_nsec = 100000000}, NULL);
	ck_assert_str_eq(tokens_refresh(browser, token).refresh,
	    raced[0].refresh);
	assert_one_successor(token, RACERS, 2);
}
END_TEST

/* A worker with one thread has one request at a time. */
static void one_thread_each(void)
{
	reconfigure("development = true\n",
	    "development = true\nthreads = 1\n");
}

/*
 * Redis keeps the first until the second has come: to the other worker,
 * since this one's only thread waits.
 */
START_TEST(cc_06_one_token_at_two_workers_at_once_has_one_successor)
{
	pid_t workers[4];
	const char *first = flow_sign_in(browser, "google", "cc-06").refresh;
	const char *token = first;

	ck_assert_uint_eq(stack_all_workers(workers, 4), 2);
	for (int i = 0; i < REPETITIONS; i++) {
		stack_redis("CLIENT", "PAUSE", PAUSE_MS, "ALL", NULL);
		race_run(2, race, pool_text(op->pool, token));
		assert_one_successor(token, 2, i + 2);
		token = text_print("%s", raced[0].refresh);
	}
	assert_one_leaf(first);
	tokens_refresh(browser, token);
}
END_TEST

static Suite *tests(void)
{
	Suite *s = suite_create("refresh_race");
	TCase *t = tcase_create("refresh_race");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, rt_05_a_hundred_racing_refreshes_have_one_successor);
	tcase_add_test(t, rt_05_who_comes_a_second_later_gets_it_too);
	suite_add_tcase(s, t);

	t = tcase_create("two_workers");
	tcase_add_unchecked_fixture(t, one_thread_each, NULL);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t,
	    cc_06_one_token_at_two_workers_at_once_has_one_successor);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	SRunner *r;
	int n;

	if (!stack_begin(NULL))
		return 0;
	r = srunner_create(tests());
	srunner_run_all(r, CK_ENV);
	n = srunner_ntests_failed(r);
	srunner_free(r);
	stack_end();
	return n == 0 ? 0 : 1;
}
