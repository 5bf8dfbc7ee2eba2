/* SPDX-License-Identifier: ISC */
/* Places that are borrowed, waited for and given back; no server is needed. */
#include "client/slots.h"

#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <check.h>

#include "base/clock.h"

#define COUNT 3

static struct pool *pool;
static struct slots *slots;

static void setup(void)
{
	pool = pool_new();
	slots = slots_new(pool, COUNT);
}

/* All places must have been given back. */
static void teardown(void)
{
	pool_free(pool);
}

/* Whether a place is free within ms. */
static bool borrowed(int64_t ms, size_t *slot)
{
	return slots_borrow(slots, clock_mono_ms() + ms, slot);
}

static void borrow_all(void)
{
	for (size_t i = 0; i < COUNT; i++) {
		size_t slot;

		ck_assert(borrowed(1000, &slot));
		ck_assert_uint_eq(slot, i);
	}
}

static void give_back_all(void)
{
	for (size_t i = 0; i < COUNT; i++)
		slots_give_back(slots, i);
}

START_TEST(there_are_as_many_places_as_were_asked_for)
{
	size_t slot;
	int64_t since;

	borrow_all();
	since = clock_mono_ms();
	ck_assert(!borrowed(250, &slot));
	ck_assert_int_ge(clock_mono_ms() - since, 250);
	ck_assert_int_lt(clock_mono_ms() - since, 5000);
	give_back_all();
}
END_TEST

START_TEST(the_place_given_back_last_is_lent_first)
{
	size_t slot;

	borrow_all();
	slots_give_back(slots, 2);
	slots_give_back(slots, 0);
	ck_assert(borrowed(1000, &slot));
	ck_assert_uint_eq(slot, 0);
	ck_assert(borrowed(1000, &slot));
	ck_assert_uint_eq(slot, 2);
	ck_assert(!borrowed(10, &slot));
	give_back_all();
}
END_TEST

START_TEST(whoever_is_late_gets_none_although_one_is_free)
{
	size_t slot = 77;

	ck_assert(!borrowed(0, &slot));
	ck_assert(!borrowed(-1000, &slot));
	ck_assert_uint_eq(slot, 77);
}
END_TEST

static void *give_one_back(void *none)
{
	usleep(100000);
	slots_give_back(slots, 1);
	return none;
}

START_TEST(whoever_waits_is_woken_by_a_place_given_back)
{
	int64_t since = clock_mono_ms();
	pthread_t thread;
	size_t slot;

	borrow_all();
	pthread_create(&thread, NULL, give_one_back, NULL);
	ck_assert(borrowed(10000, &slot));
	ck_assert_uint_eq(slot, 1);
	ck_assert_int_lt(clock_mono_ms() - since, 5000);
	pthread_join(thread, NULL);
	give_back_all();
}
END_TEST

/* Both ends of a connection. */
static void connect_ends(int ends[2])
{
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
}

/* What is said of a socket that has not answered for that long. */
static bool is_idle(int fd, int64_t ms)
{
	return slots_socket_is_idle(fd, clock_mono_ms() - ms);
}

START_TEST(a_silent_socket_is_idle_however_often_it_is_looked_at)
{
	int ends[2];

	connect_ends(ends);
	ck_assert(is_idle(ends[0], 1000));
	ck_assert(is_idle(ends[0], 1000));
	close(ends[0]);
	close(ends[1]);
}
END_TEST

START_TEST(a_last_word_nobody_asked_for_is_seen_and_stays_there)
{
	char word[4];
	int ends[2];

	connect_ends(ends);
	ck_assert_int_eq(write(ends[1], "bye", 3), 3);
	ck_assert(!is_idle(ends[0], 1000));
	ck_assert_int_eq(read(ends[0], word, sizeof(word)), 3);
	ck_assert(is_idle(ends[0], 1000));
	close(ends[0]);
	close(ends[1]);
}
END_TEST

START_TEST(a_socket_that_was_closed_is_not_idle)
{
	int ends[2];

	connect_ends(ends);
	close(ends[1]);
	ck_assert(!is_idle(ends[0], 1000));
	close(ends[0]);
	/* No socket at all is an error, and no silence. */
	ck_assert(!is_idle(ends[0], 1000));
}
END_TEST

START_TEST(a_socket_that_has_just_answered_is_trusted_unseen)
{
	int64_t since;
	int ends[2];

	connect_ends(ends);
	close(ends[1]);
	since = clock_mono_ms();
	/* Unless the test was held up that long. */
	ck_assert(slots_socket_is_idle(ends[0], since) ||
	    clock_mono_ms() - since >= SLOTS_TRUSTED_MS);
	ck_assert(!is_idle(ends[0], SLOTS_TRUSTED_MS));
	close(ends[0]);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("slots");
	TCase *t = tcase_create("slots");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, there_are_as_many_places_as_were_asked_for);
	tcase_add_test(t, the_place_given_back_last_is_lent_first);
	tcase_add_test(t, whoever_is_late_gets_none_although_one_is_free);
	tcase_add_test(t, whoever_waits_is_woken_by_a_place_given_back);
	tcase_add_test(t,
	    a_silent_socket_is_idle_however_often_it_is_looked_at);
	tcase_add_test(t,
	    a_last_word_nobody_asked_for_is_seen_and_stays_there);
	tcase_add_test(t, a_socket_that_was_closed_is_not_idle);
	tcase_add_test(t, a_socket_that_has_just_answered_is_trusted_unseen);

	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
