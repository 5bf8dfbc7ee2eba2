/* SPDX-License-Identifier: ISC */
/*
 * Instants on their way between rows and C: milliseconds since 1970, where 0,
 * for never, is SQL's NULL.
 */
#ifndef STORE_INSTANT_H
#define STORE_INSTANT_H

#include <stdint.h>

#include "base/op.h"
#include "client/db.h"

/* The instant in a column of row. */
int64_t instant_from(const struct row *row, const char *column);

/* An instant as a query's argument, in op->pool; NULL for 0. */
const char *instant_text(struct op *op, int64_t ms);

#endif
