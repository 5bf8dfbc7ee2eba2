/* SPDX-License-Identifier: ISC */
/*
 * What all fakes share: the calls that were made, in order, and which of them
 * are to fail.  A fake stands for a whole file of src with the same functions
 * that the module under test calls; it decides nothing.
 */
#ifndef SUPPORT_FAKE_CALLS_H
#define SUPPORT_FAKE_CALLS_H

#include "base/op.h"

/* Forgets all calls and all failures to come. */
void fake_calls_clear(void);

/*
 * Makes the next calls of that name fail with rc, as often as times says;
 * later calls succeed again.  name lives as long as the test.
 */
void fake_calls_fail(const char *name, enum rc rc, int times);

/*
 * What every fake begins with: notes the call.
 * RC_OK, or the outcome fake_calls_fail has ordered, with a reason
 */
enum rc fake_calls_enter(struct op *op, const char *name) MUST_USE;

/* The names of all calls until now, a space between each two. */
const char *fake_calls_text(void);

/* How often the call of that name was made. */
int fake_calls_count(const char *name);

#endif
