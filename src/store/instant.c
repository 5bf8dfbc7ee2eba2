/* SPDX-License-Identifier: ISC */
/* What a timestamp is in milliseconds say to_ms and from_ms of the schema. */
#include "store/instant.h"

int64_t instant_from(const struct row *row, const char *column)
{
	return db_text(row, column) == NULL ? 0 : db_int(row, column);
}

const char *instant_text(struct op *op, int64_t ms)
{
	return ms == 0 ? NULL : pool_print(op->pool, "%lld", (long long)ms);
}
