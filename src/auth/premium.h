/* SPDX-License-Identifier: ISC */
/*
 * Premium: until when a user has it.  Whether it holds is asked at read time,
 * so it ends at its instant without anybody doing anything.
 */
#ifndef AUTH_PREMIUM_H
#define AUTH_PREMIUM_H

#include <stdbool.h>

#include "base/op.h"
#include "store/users.h"

#define PREMIUM_REFERENCE_MOST 255 /* code points */

struct premium_change {
	int64_t until_ms;	/* 0 takes premium away */
	int64_t extend_ms;	/* instead of until_ms, unless 0: so much from
				   the later of now and the present end */
	const char *reference;	/* of the payment, valid */
	const char *actor;
};

/*
 * Whether a text can be the reference of a change: 1 to PREMIUM_REFERENCE_MOST
 * code points of UTF-8 that are seen by themselves (auth/letter.h), and U+0020
 * between them.
 */
bool premium_reference_is_valid(const char *reference);

/* A reference, in pool, for a change that has none: never the same again. */
const char *premium_reference_new(struct pool *pool);

/*
 * Reads an end of premium: sets *until_ms and returns true when text is an
 * instant (clock_from_rfc3339) after 1970 began.
 */
bool premium_end_from(const char *text, int64_t *until_ms);

/*
 * Sets until when a user has premium, at most the year 9999.  The same
 * reference with the same values again changes nothing and publishes again;
 * for an extension only the user must be the same.  What takes premium away
 * goes to Redis before COMMIT, what grants it afterwards, guarded by the
 * version of the user's row.  *user is the user as changed.
 *
 * RC_ABSENT	there is no such user
 * RC_TAKEN	the reference was used with other values (REFUSAL_REFERENCE)
 * RC_DOWN	a store did not answer, or premium was to be taken away and
 *		Redis knows a newer version of the user
 * RC_EXPIRED	a store did not answer in time
 *
 * After these two it may have been done all the same: the same call again,
 * with the same reference, is safe.
 */
enum rc premium_set(struct op *op, const char *user_id,
    const struct premium_change *change, const struct user **user) MUST_USE;

#endif
