/* SPDX-License-Identifier: ISC */
/* Which words there are is between a script and whoever runs it. */
#include "store/script.h"

#include <string.h>

const char *script_number(struct op *op, int64_t value)
{
	return pool_print(op->pool, "%lld", (long long)value);
}

bool script_answers(const struct reply *reply, const char *word)
{
	const char *said = redis_text(reply, 0);

	return said != NULL && strcmp(said, word) == 0;
}

enum rc script_odd_answer(struct op *op, enum script script)
{
	return op_fail(op, RC_DOWN, "the script %s gave an unknown answer",
	    script_texts[script].name);
}
