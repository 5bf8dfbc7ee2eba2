/* SPDX-License-Identifier: ISC */
/*
 * The pool: zeroed, aligned, apart from each other, released in order, wiped.
 * explicit_bzero is replaced by one that remembers when it was called on
 * what.
 */
#include "base/pool.h"

#include <check.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define STEPS_MOST 64

/* What happened while a pool was freed, in order: a letter per step. */
static char steps[STEPS_MOST];
static size_t step_count;
static const char *watched;
static bool watched_was_wiped;

static void note(char step)
{
	if (step_count < STEPS_MOST - 1)
		steps[step_count++] = step;
	steps[step_count] = '\0';
}

static void wipe(void *bytes, size_t size)
{
	volatile unsigned char *at = bytes;
	uintptr_t from = (uintptr_t)bytes;
	uintptr_t place = (uintptr_t)watched;

	for (size_t i = 0; i < size; i++)
		at[i] = 0;
	if (place >= from && place < from + size) {
		watched_was_wiped = true;
		note('w');
	}
}

/* The second is what the first becomes with _FORTIFY_SOURCE. */
void __explicit_bzero_chk(void *bytes, size_t size, size_t room);

void explicit_bzero(void *bytes, size_t size)
{
	wipe(bytes, size);
}

void __explicit_bzero_chk(void *bytes, size_t size, size_t room)
{
	(void)room;
	wipe(bytes, size);
}

static void release(void *object)
{
	note(*(const char *)object);
}

static void release_and_read(void *object)
{
	note(strcmp(object, "still here") == 0 ? 'r' : '!');
}

static void forget(void)
{
	step_count = 0;
	steps[0] = '\0';
	watched = NULL;
	watched_was_wiped = false;
}

START_TEST(memory_is_zeroed_and_writable)
{
	struct pool *pool = pool_new();

	for (size_t size = 1; size < 9000; size = size * 3 + 1) {
		unsigned char *bytes = pool_alloc(pool, size);

		for (size_t i = 0; i < size; i++)
			ck_assert_uint_eq(bytes[i], 0);
		memset(bytes, 0xaa, size);
	}
	pool_free(pool);
}
END_TEST

START_TEST(memory_is_aligned_for_any_type)
{
	struct pool *pool = pool_new();

	for (size_t size = 0; size < 40; size++) {
		uintptr_t place = (uintptr_t)pool_alloc(pool, size);

		ck_assert_uint_eq(place % _Alignof(max_align_t), 0);
	}
	pool_free(pool);
}
END_TEST

START_TEST(allocations_do_not_overlap)
{
	struct pool *pool = pool_new();
	unsigned char *all[200];

	for (size_t i = 0; i < 200; i++) {
		all[i] = pool_alloc(pool, i * 7 % 90 + 1);
		memset(all[i], (int)i, i * 7 % 90 + 1);
	}
	for (size_t i = 0; i < 200; i++)
		for (size_t k = 0; k < i * 7 % 90 + 1; k++)
			ck_assert_uint_eq(all[i][k], i);
	pool_free(pool);
}
END_TEST

START_TEST(an_allocation_may_be_larger_than_a_block)
{
	struct pool *pool = pool_new();
	char *small = pool_text(pool, "small");
	char *large = pool_alloc(pool, 1000000);
	char *after = pool_text(pool, "after");

	memset(large, 'x', 1000000);
	ck_assert_str_eq(small, "small");
	ck_assert_str_eq(after, "after");
	pool_free(pool);
}
END_TEST

START_TEST(copies_are_equal_and_their_own)
{
	struct pool *pool = pool_new();
	char original[] = "original";
	char *copy = pool_copy(pool, original, sizeof(original));
	char *text = pool_text(pool, original);

	original[0] = 'O';
	ck_assert_str_eq(copy, "original");
	ck_assert_str_eq(text, "original");
	ck_assert_ptr_nonnull(pool_copy(pool, NULL, 0));
	pool_free(pool);
}
END_TEST

START_TEST(a_counted_text_ends_after_its_count)
{
	struct pool *pool = pool_new();

	ck_assert_str_eq(pool_text_n(pool, "abcdef", 3), "abc");
	ck_assert_str_eq(pool_text_n(pool, "abcdef", 0), "");
	pool_free(pool);
}
END_TEST

START_TEST(printing_fits_any_length)
{
	struct pool *pool = pool_new();
	char *text = pool_print(pool, "%s-%d-%08d", "a", 7, 42);
	char *wide = pool_print(pool, "%20000s|", "x");

	ck_assert_str_eq(text, "a-7-00000042");
	ck_assert_uint_eq(strlen(wide), 20001);
	ck_assert_str_eq(wide + 19999, "x|");
	ck_assert_str_eq(pool_print(pool, "%s", ""), "");
	pool_free(pool);
}
END_TEST

START_TEST(what_was_deferred_runs_latest_first)
{
	struct pool *pool = pool_new();

	forget();
	pool_defer(pool, release, pool_text(pool, "a"));
	pool_defer(pool, release, pool_text(pool, "b"));
	pool_defer(pool, release, pool_text(pool, "c"));
	ck_assert_str_eq(steps, "");
	pool_free(pool);
	ck_assert_str_eq(steps, "cba");
}
END_TEST

START_TEST(memory_is_wiped_after_what_was_deferred)
{
	struct pool *pool = pool_new();
	char *secret = pool_text(pool, "still here");

	forget();
	watched = secret;
	pool_defer(pool, release_and_read, secret);
	pool_free(pool);
	ck_assert_str_eq(steps, "rw");
}
END_TEST

START_TEST(every_block_is_wiped_to_its_last_byte)
{
	for (size_t before = 0; before < 20; before++) {
		struct pool *pool = pool_new();
		char *secret;

		forget();
		for (size_t i = 0; i < before; i++)
			pool_alloc(pool, 1000);
		secret = pool_alloc(pool, 100);
		for (size_t i = before; i < 20; i++)
			pool_alloc(pool, 1000);

		watched = secret + 99;
		pool_free(pool);
		ck_assert(watched_was_wiped);
	}
}
END_TEST

START_TEST(freeing_no_pool_is_accepted)
{
	forget();
	pool_free(NULL);
	ck_assert_str_eq(steps, "");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("pool");
	TCase *t = tcase_create("pool");
	SRunner *r;
	int failed;

	tcase_add_test(t, memory_is_zeroed_and_writable);
	tcase_add_test(t, memory_is_aligned_for_any_type);
	tcase_add_test(t, allocations_do_not_overlap);
	tcase_add_test(t, an_allocation_may_be_larger_than_a_block);
	tcase_add_test(t, copies_are_equal_and_their_own);
	tcase_add_test(t, a_counted_text_ends_after_its_count);
	tcase_add_test(t, printing_fits_any_length);
	tcase_add_test(t, what_was_deferred_runs_latest_first);
	tcase_add_test(t, memory_is_wiped_after_what_was_deferred);
	tcase_add_test(t, every_block_is_wiped_to_its_last_byte);
	tcase_add_test(t, freeing_no_pool_is_accepted);
	suite_add_tcase(s, t);

	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
