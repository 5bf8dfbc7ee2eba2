/* SPDX-License-Identifier: ISC */
/* Many browsers that do something at the very same time. */
#ifndef SUPPORT_RACE_H
#define SUPPORT_RACE_H

#include <stddef.h>

#include "support/browser.h"

/*
 * Runs act(browser, i, argument) in count threads (i from 0), each with a
 * browser of its own, and waits until all have ended.  act asserts nothing:
 * it notes what it saw, copied out of the browser, for the test to judge.
 */
void race_run(size_t count,
    void (*act)(struct browser *browser, size_t i, void *argument),
    void *argument);

/*
 * The same while PostgreSQL keeps what a statement of PL/pgSQL has locked
 * ("lock table users in share mode"): until as many as waiting wait for a
 * lock, or the first has waited for 0.7 s, or nobody has for 5 s.  Who waits
 * goes on together.
 */
void race_run_behind(const char *statement, size_t waiting, size_t count,
    void (*act)(struct browser *browser, size_t i, void *argument),
    void *argument);

#endif
