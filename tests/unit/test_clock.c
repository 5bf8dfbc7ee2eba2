/* SPDX-License-Identifier: ISC */
/* Times: what the clocks show, and how a time is written. */
#include "base/clock.h"

#include <check.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

START_TEST(now_is_the_time_of_day_in_milliseconds)
{
	int64_t before = (int64_t)time(NULL) * 1000 - 1000;
	int64_t now = clock_now_ms();
	int64_t after = (int64_t)time(NULL) * 1000 + 1000;

	ck_assert_int_ge(now, before);
	ck_assert_int_le(now, after);
}
END_TEST

START_TEST(both_clocks_count_milliseconds)
{
	int64_t now = clock_now_ms();
	int64_t mono = clock_mono_ms();

	usleep(50000);
	ck_assert_int_ge(clock_now_ms() - now, 45);
	ck_assert_int_le(clock_now_ms() - now, 5000);
	ck_assert_int_ge(clock_mono_ms() - mono, 50);
	ck_assert_int_le(clock_mono_ms() - mono, 5000);
}
END_TEST

START_TEST(the_steady_clock_is_not_the_time_of_day)
{
	struct timespec steady;
	int64_t shown;

	clock_gettime(CLOCK_MONOTONIC, &steady);
	shown = (int64_t)steady.tv_sec * 1000;
	ck_assert_int_ge(clock_mono_ms(), shown);
	ck_assert_int_le(clock_mono_ms(), shown + 5000);
}
END_TEST

static const struct {
	int64_t ms;
	const char *text;
} times[] = {
	{0, "1970-01-01T00:00:00.000Z"},
	{1, "1970-01-01T00:00:00.001Z"},
	{-1, "1969-12-31T23:59:59.999Z"},
	{-1000, "1969-12-31T23:59:59.000Z"},
	{1767323045678, "2026-01-02T03:04:05.678Z"},
	{1709164800000, "2024-02-29T00:00:00.000Z"},
	{4102444799999, "2099-12-31T23:59:59.999Z"},
	{253402300799999, "9999-12-31T23:59:59.999Z"},
	{-62167219200000, "0000-01-01T00:00:00.000Z"},
};

START_TEST(a_time_is_written_in_utc_with_milliseconds)
{
	struct pool *pool = pool_new();

	/* Somewhere far from Greenwich, to see that it does not matter. */
	setenv("TZ", "XYZ-9", 1);
	tzset();
	ck_assert_str_eq(clock_rfc3339(pool, times[_i].ms), times[_i].text);
	pool_free(pool);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("clock");
	TCase *t = tcase_create("clock");
	SRunner *r;
	int failed;

	tcase_add_test(t, now_is_the_time_of_day_in_milliseconds);
	tcase_add_test(t, both_clocks_count_milliseconds);
	tcase_add_test(t, the_steady_clock_is_not_the_time_of_day);
	tcase_add_loop_test(t, a_time_is_written_in_utc_with_milliseconds, 0,
	    (int)(sizeof(times) / sizeof(times[0])));
	suite_add_tcase(s, t);

	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
