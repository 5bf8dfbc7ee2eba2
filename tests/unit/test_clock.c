/* SPDX-License-Identifier: ISC */
/* Times: what the clocks show, and how a time is written. */
#include "base/clock.h"

#include <check.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* In whole seconds, and not by time(), which is behind by up to a tick. */
static int64_t second_of_day(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec;
}

START_TEST(now_is_the_time_of_day_in_milliseconds)
{
	int64_t before = second_of_day() * 1000;
	int64_t now = clock_now_ms();
	int64_t after = second_of_day() * 1000 + 999;

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

/* Texts are read back to the millisecond, in whatever zone they are. */
static const struct {
	const char *text;
	int64_t ms;
} read_times[] = {
	{"1970-01-01T00:00:00Z", 0},
	{"1970-01-01t00:00:00z", 0},
	{"2026-01-02T03:04:05.678Z", 1767323045678},
	{"2026-01-02T03:04:05.6789999999999999999999Z", 1767323045678},
	{"2026-01-02T03:04:05.6Z", 1767323045600},
	{"2026-01-02T05:04:05.678+02:00", 1767323045678},
	{"2026-01-01T18:34:05.678-08:30", 1767323045678},
	{"2026-01-02T03:04:05-00:00", 1767323045000},
	{"2026-01-03T03:03:05+23:59", 1767323045000},
	{"2024-02-29T00:00:00Z", 1709164800000},
	{"2000-02-29T00:00:00Z", 951782400000},
	{"1969-12-31T23:59:59.999Z", -1},
	{"9999-12-31T23:59:59.999Z", 253402300799999},
	{"9999-12-31T23:59:59-00:00", 253402300799000},
	{"0000-01-01T00:00:00Z", -62167219200000},
	{"0000-02-29T00:00:00Z", -62162121600000},

	/* Leap seconds read as the second that follows. */
	{"2016-12-31T23:59:60Z", 1483228800000},
	{"2016-12-31T15:59:60.5-08:00", 1483228800500},
	{"2015-07-01T08:59:60+09:00", 1435708800000},
};

START_TEST(a_time_is_read_in_any_zone)
{
	int64_t ms = 42;

	setenv("TZ", "XYZ-9", 1);
	tzset();
	ck_assert_msg(clock_from_rfc3339(read_times[_i].text, &ms), "%s",
	    read_times[_i].text);
	ck_assert_int_eq(ms, read_times[_i].ms);
}
END_TEST

static const char *const no_times[] = {
	"", "Z", "now", "0", "1767323045", "2026", "2026-01", "2026-01-02",
	"2026-01-02T03:04:05", "2026-01-02T03:04Z", "2026-01-02 03:04:05Z",
	" 2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z ",
	"2026-01-02T03:04:05Z\n", "2026-01-02T03:04:05ZZ",
	"2026-1-02T03:04:05Z", "2026-01-2T03:04:05Z", "26-01-02T03:04:05Z",
	"12026-01-02T03:04:05Z", "-2026-01-02T03:04:05Z",
	"+2026-01-02T03:04:05Z", "10000-01-01T00:00:00Z",
	"2026/01/02T03:04:05Z", "20260102T030405Z", "2026-W01-5T03:04:05Z",
	"2026-00-02T03:04:05Z", "2026-13-02T03:04:05Z",
	"2026-01-00T03:04:05Z", "2026-01-32T03:04:05Z",
	"2026-04-31T03:04:05Z", "2026-02-29T03:04:05Z",
	"1900-02-29T03:04:05Z", "2026-01-02T24:00:00Z",
	"2026-01-02T03:60:05Z", "2026-01-02T03:04:61Z",
	"2026-01-02T03:04:5Z", "2026-01-02T03:04:05.Z",
	"2026-01-02T03:04:05.+02:00", "2026-01-02T03:04:05,6Z",
	"2026-01-02T03:04:05.6.7Z", "2026-01-02T03:04:05.-6Z",
	"2026-01-02T03:04:05+", "2026-01-02T03:04:05+02",
	"2026-01-02T03:04:05+0200", "2026-01-02T03:04:05+2:00",
	"2026-01-02T03:04:05+24:00", "2026-01-02T03:04:05+02:60",
	"2026-01-02T03:04:05+02:00Z", "2026-01-02T03:04:05 +02:00",
	"2026-01-02T03:04:05UTC", ("2026-01-02T03:04:05\xe2\x88\x92" "02:00"),

	/* The year is counted in UTC. */
	"9999-12-31T23:59:59-00:01", "9999-12-31T23:59:60Z",
	"0000-01-01T00:00:00+00:01",

	/* No leap second was ever there. */
	"2016-12-31T23:58:60Z", "2016-12-31T22:59:60Z",
	"2016-12-31T23:59:60+01:00", "2016-11-30T23:59:60Z",
	"2016-06-29T23:59:60Z", "2016-03-31T23:59:60Z",
};

START_TEST(what_is_no_time_is_not_read)
{
	int64_t ms = 42;

	ck_assert_msg(!clock_from_rfc3339(no_times[_i], &ms), "%s",
	    no_times[_i]);
	ck_assert_int_eq(ms, 42);
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
	tcase_add_loop_test(t, a_time_is_read_in_any_zone, 0,
	    (int)(sizeof(read_times) / sizeof(read_times[0])));
	tcase_add_loop_test(t, what_is_no_time_is_not_read, 0,
	    (int)(sizeof(no_times) / sizeof(no_times[0])));
	suite_add_tcase(s, t);

	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
