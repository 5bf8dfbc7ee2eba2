/* SPDX-License-Identifier: ISC */
/* Times: milliseconds since 1970 in UTC, and a clock that never jumps. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/pool.h"

/* The end of the year 9999, the last instant that RFC 3339 can write. */
#define CLOCK_LAST_MS INT64_C(253402300799999)

/* Now, in milliseconds since 1970-01-01 UTC. */
int64_t clock_now_ms(void);

/* A clock for deadlines: milliseconds since some start, never set back. */
int64_t clock_mono_ms(void);

/* The size of an instant as clock_print writes it, with its NUL. */
#define CLOCK_TEXT_SIZE sizeof("2026-01-02T03:04:05.678Z")

/* ms since 1970 as RFC 3339 in UTC with milliseconds.  Years 0 to 9999. */
void clock_print(char text[CLOCK_TEXT_SIZE], int64_t ms);

/* The same in a pool. */
char *clock_rfc3339(struct pool *pool, int64_t ms);

/*
 * Reads RFC 3339's date-time (section 5.6) in any zone: sets *ms to the
 * instant and returns true when text is one and nothing else, and the year in
 * UTC is one of 0 to 9999.  What is finer than a millisecond is cut off.  A
 * leap second, 60, is taken where one can be, at the end of June or December
 * in UTC, and reads as the second after it: our time does not count it.
 */
bool clock_from_rfc3339(const char *text, int64_t *ms);

#endif
