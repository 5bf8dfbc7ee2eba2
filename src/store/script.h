/* SPDX-License-Identifier: ISC */
/*
 * How the words of a Redis script are written and read.  Most answer with one
 * word for what they did, and then with what there is to say of it.
 */
#ifndef STORE_SCRIPT_H
#define STORE_SCRIPT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/op.h"
#include "client/redis.h"

/* A number as a script's argument, in op->pool. */
const char *script_number(struct op *op, int64_t value);

/* Whether a script's answer begins with word. */
bool script_answers(const struct reply *reply, const char *word);

/* RC_DOWN: the script answered with none of its words. */
enum rc script_odd_answer(struct op *op, enum script script) MUST_USE;

#endif
