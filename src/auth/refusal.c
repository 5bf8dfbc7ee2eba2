/* SPDX-License-Identifier: ISC */
/* How refusals come about that more than one file notes. */
#include "auth/refusal.h"

enum rc refusal_if_gone(struct op *op, enum rc rc, bool disabled,
    const char *actor)
{
	if (actor != NULL)
		return rc;

	if (rc == RC_OK && disabled)
		return op_refuse(op, RC_DENIED, REFUSAL_TOKEN,
		    "the user is disabled");
	if (rc == RC_ABSENT)
		return op_recast(op, RC_DENIED, REFUSAL_TOKEN);
	return rc;
}

void refusal_add(struct refusal_fields *fields, const char *field,
    const char *message)
{
	/* A request with more mistakes than fit is wrong all the same. */
	if (fields->count == sizeof(fields->items) / sizeof(fields->items[0]))
		return;

	fields->items[fields->count++] = (struct refusal_field){
	    .field = field,
	    .message = message,
	};
}
