/* SPDX-License-Identifier: ISC */
/* Loops that ask until something is so, and have an end; programs, too. */
#ifndef SUPPORT_WAIT_H
#define SUPPORT_WAIT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Between two questions: a pause of 5 ms; false without one when it is later
 * than until_ms, on clock_mono_ms.
 */
bool wait_more(int64_t until_ms);

/*
 * The last resort: ends this program, but none that it starts, when it hangs
 * and 900 s are over.  Check's own limits do nothing where it does not fork.
 */
void wait_whole(void);

#endif
