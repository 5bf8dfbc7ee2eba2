/* SPDX-License-Identifier: ISC */
/*
 * latchkeyctl on the stack, as its administrator runs it.  Whatever it
 * writes: no secret of the stack may be in it, and no control character.
 */
#ifndef SUPPORT_CTL_H
#define SUPPORT_CTL_H

#include <stddef.h>

#include "support/program.h"

/* Uses this configuration from now on; NULL: the stack's own. */
void ctl_use(const char *conf);

/* Runs it with these words (NULL-terminated). */
struct program_end ctl_run(const char *word, ...) __attribute__((sentinel));

/* The same; fails the test unless it ends with 0 and says nothing on its
 * standard error.  What it wrote. */
const char *ctl_says(const char *word, ...) __attribute__((sentinel));

/*
 * The same; fails the test unless it ends with code, writes nothing but one
 * line "latchkeyctl: ..." on standard error, and words are in that.
 */
void ctl_fails(int code, const char *words, const char *word, ...)
    __attribute__((sentinel));

/* How often words occur in a text. */
size_t ctl_count(const char *text, const char *words);

#endif
