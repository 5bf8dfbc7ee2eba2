/* SPDX-License-Identifier: ISC */
/* Times: milliseconds since 1970 in UTC, and a clock that never jumps. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

#include "base/pool.h"

/* Now, in milliseconds since 1970-01-01 UTC. */
int64_t clock_now_ms(void);

/* A clock for deadlines: milliseconds since some start, never set back. */
int64_t clock_mono_ms(void);

/*
 * ms since 1970 as RFC 3339 in UTC with milliseconds:
 * "2026-01-02T03:04:05.678Z".  Years 0 to 9999.
 */
char *clock_rfc3339(struct pool *pool, int64_t ms);

#endif
