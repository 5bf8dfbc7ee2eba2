/* SPDX-License-Identifier: ISC */
/* While a server is silent one asks and the others are refused. */
#include "client/db_breaker.h"

#include <check.h>

static struct db_breaker breaker;

static void setup(void)
{
	db_breaker_init(&breaker);
}

/* Slot 7 was used and the server did not answer. */
static void open_it(void)
{
	ck_assert(db_breaker_may_ask(&breaker, 7));
	db_breaker_note(&breaker, 7, true, false);
}

START_TEST(only_a_fair_wait_in_vain_is_silence)
{
	ck_assert(!db_breaker_is_silence(5, 2000));
	ck_assert(!db_breaker_is_silence(499, 0));
	ck_assert(db_breaker_is_silence(500, 0));
	ck_assert(db_breaker_is_silence(500, 2000));
	ck_assert(!db_breaker_is_silence(99, 100));
	ck_assert(db_breaker_is_silence(100, 100));
}
END_TEST

START_TEST(everyone_may_ask_a_server_that_answers)
{
	for (size_t slot = 0; slot < 4; slot++) {
		ck_assert(db_breaker_may_wait(&breaker));
		ck_assert(db_breaker_may_ask(&breaker, slot));
	}
}
END_TEST

START_TEST(one_at_a_time_may_ask_a_silent_server)
{
	open_it();
	ck_assert(db_breaker_may_wait(&breaker));
	ck_assert(db_breaker_may_ask(&breaker, 1));
	ck_assert(!db_breaker_may_wait(&breaker));
	ck_assert(!db_breaker_may_ask(&breaker, 2));

	/* It is silent still: the next one may find out. */
	db_breaker_note(&breaker, 1, true, false);
	ck_assert(db_breaker_may_ask(&breaker, 2));
	ck_assert(!db_breaker_may_ask(&breaker, 3));
}
END_TEST

START_TEST(an_answer_lets_everyone_in_again)
{
	open_it();
	ck_assert(db_breaker_may_ask(&breaker, 1));
	db_breaker_note(&breaker, 1, false, true);
	ck_assert(db_breaker_may_ask(&breaker, 2));
	ck_assert(db_breaker_may_ask(&breaker, 3));
}
END_TEST

START_TEST(an_answer_lets_everyone_in_while_one_still_asks)
{
	open_it();
	ck_assert(db_breaker_may_ask(&breaker, 1));
	db_breaker_note(&breaker, 2, false, true);
	ck_assert(db_breaker_may_wait(&breaker));
	ck_assert(db_breaker_may_ask(&breaker, 3));
}
END_TEST

START_TEST(who_still_asks_is_the_one_when_the_silence_returns)
{
	open_it();
	ck_assert(db_breaker_may_ask(&breaker, 1));
	db_breaker_note(&breaker, 2, false, true);
	db_breaker_note(&breaker, 3, true, false);
	ck_assert(!db_breaker_may_wait(&breaker));
	ck_assert(!db_breaker_may_ask(&breaker, 4));

	db_breaker_note(&breaker, 1, true, false);
	ck_assert(db_breaker_may_ask(&breaker, 4));
}
END_TEST

/* A connection may outlive the patience with its server. */
START_TEST(an_open_connection_does_not_outweigh_silence)
{
	db_breaker_note(&breaker, 0, true, true);
	ck_assert(db_breaker_may_ask(&breaker, 1));
	ck_assert(!db_breaker_may_ask(&breaker, 2));
}
END_TEST

/* Whoever hangs since before it was known is not the one who finds out. */
START_TEST(one_may_ask_although_others_began_before_the_silence)
{
	ck_assert(db_breaker_may_ask(&breaker, 0));
	ck_assert(db_breaker_may_ask(&breaker, 1));
	db_breaker_note(&breaker, 0, true, false);
	ck_assert(db_breaker_may_wait(&breaker));
	ck_assert(db_breaker_may_ask(&breaker, 2));

	db_breaker_note(&breaker, 1, true, false);
	ck_assert(!db_breaker_may_wait(&breaker));
	ck_assert(!db_breaker_may_ask(&breaker, 3));
}
END_TEST

START_TEST(a_straggler_does_not_end_the_asking_of_another)
{
	open_it();
	ck_assert(db_breaker_may_ask(&breaker, 1));
	db_breaker_note(&breaker, 2, true, false);
	ck_assert(!db_breaker_may_ask(&breaker, 3));
}
END_TEST

START_TEST(a_connection_that_was_lost_says_nothing_about_the_server)
{
	db_breaker_note(&breaker, 0, false, false);
	ck_assert(db_breaker_may_ask(&breaker, 1));
	ck_assert(db_breaker_may_ask(&breaker, 2));

	open_it();
	ck_assert(db_breaker_may_ask(&breaker, 1));
	db_breaker_note(&breaker, 1, false, false);
	ck_assert(db_breaker_may_ask(&breaker, 2));
	ck_assert(!db_breaker_may_ask(&breaker, 3));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("db_breaker");
	TCase *t = tcase_create("db_breaker");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(t, setup, NULL);
	tcase_add_test(t, only_a_fair_wait_in_vain_is_silence);
	tcase_add_test(t, everyone_may_ask_a_server_that_answers);
	tcase_add_test(t, one_at_a_time_may_ask_a_silent_server);
	tcase_add_test(t, an_answer_lets_everyone_in_again);
	tcase_add_test(t, an_answer_lets_everyone_in_while_one_still_asks);
	tcase_add_test(t,
	    who_still_asks_is_the_one_when_the_silence_returns);
	tcase_add_test(t, an_open_connection_does_not_outweigh_silence);
	tcase_add_test(t,
	    one_may_ask_although_others_began_before_the_silence);
	tcase_add_test(t, a_straggler_does_not_end_the_asking_of_another);
	tcase_add_test(t,
	    a_connection_that_was_lost_says_nothing_about_the_server);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
