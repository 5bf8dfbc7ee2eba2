/* SPDX-License-Identifier: ISC */
/* Reads the kernel's clocks; knows no local time. */
#include "base/clock.h"

#include <time.h>

static int64_t read_clock(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_now_ms(void)
{
	return read_clock(CLOCK_REALTIME);
}

int64_t clock_mono_ms(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

char *clock_rfc3339(struct pool *pool, int64_t ms)
{
	int64_t fraction = (ms % 1000 + 1000) % 1000;
	time_t seconds = (time_t)((ms - fraction) / 1000);
	struct tm tm;

	gmtime_r(&seconds, &tm);
	return pool_print(pool, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
	    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
	    tm.tm_sec, (int)fraction);
}
