/* SPDX-License-Identifier: ISC */
/* Starts on 2026-01-02, and at some moment after the machine's start. */
#include "support/fake_clock.h"

#include <stdio.h>

#include "base/clock.h"

int64_t fake_clock_now_ms = INT64_C(1767323045678);
int64_t fake_clock_mono_ms = INT64_C(86400000);

int64_t clock_now_ms(void)
{
	return fake_clock_now_ms;
}

int64_t clock_mono_ms(void)
{
	return fake_clock_mono_ms;
}

void clock_print(char text[CLOCK_TEXT_SIZE], int64_t ms)
{
	snprintf(text, CLOCK_TEXT_SIZE, "%lld", (long long)ms);
}

char *clock_rfc3339(struct pool *pool, int64_t ms)
{
	return pool_print(pool, "%lld", (long long)ms);
}
