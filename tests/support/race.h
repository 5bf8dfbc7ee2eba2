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

#endif
