/* SPDX-License-Identifier: ISC */
/*
 * The table of premium grants: which payment or decision set until when a
 * user has premium.  Instants are milliseconds since 1970.
 */
#ifndef STORE_GRANTS_H
#define STORE_GRANTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/op.h"

struct grant {
	const char *reference;		/* unique */
	const char *user_id;
	int64_t until_ms;		/* 0 took premium away */
	const char *actor;
	int64_t at_ms;			/* of rows that were read */
};

struct grants_list {
	size_t count;
	const struct grant *items;
};

/*
 * The grants of a user, the oldest first; none for an unknown user.
 * RC_DOWN, RC_EXPIRED	the database did not answer (db.h)
 */
enum rc grants_of_user(struct op *op, const char *user_id,
    struct grants_list *list) MUST_USE;

/*
 * Finds a grant by its reference, whosever it is.
 *
 * RC_ABSENT	the reference was never used
 * RC_DOWN, RC_EXPIRED	the database did not answer
 */
enum rc grants_by_reference(struct op *op, const char *reference,
    struct grant *grant) MUST_USE;

/*
 * Adds a grant at the current time.
 *
 * RC_TAKEN	the reference was used meanwhile
 * RC_DOWN, RC_EXPIRED	the database did not answer
 */
enum rc grants_add(struct op *op, const struct grant *grant) MUST_USE;

#endif
