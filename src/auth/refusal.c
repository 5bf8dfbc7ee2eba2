/* SPDX-License-Identifier: ISC */
/* A request with more mistakes than fit is wrong all the same. */
#include "auth/refusal.h"

void refusal_add(struct refusal_fields *fields, const char *field,
    const char *message)
{
	if (fields->count == sizeof(fields->items) / sizeof(fields->items[0]))
		return;

	fields->items[fields->count++] = (struct refusal_field){
	    .field = field,
	    .message = message,
	};
}
