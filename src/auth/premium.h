/* SPDX-License-Identifier: ISC */
/*
 * Premium: until when a user has it.  Whether it holds is asked at read time,
 * so it ends at its instant without anybody doing anything.
 */
#ifndef AUTH_PREMIUM_H
#define AUTH_PREMIUM_H

#include "base/op.h"
#include "store/users.h"

struct premium_change {
	int64_t until_ms;	/* 0 takes premium away */
	const char *reference;	/* of the payment, 1 to 255 characters; NULL
				   makes one up */
	const char *actor;
};

/*
 * Sets until when a user has premium.  The same reference with the same
 * values again changes nothing and publishes again.  What takes premium away
 * goes to Redis before COMMIT, what grants it afterwards, guarded by the
 * version of the user's row.  *user is the user as changed.
 *
 * RC_ABSENT	there is no such user
 * RC_TAKEN	the reference was used with other values (REFUSAL_REFERENCE)
 * RC_DOWN, RC_EXPIRED	a store did not answer; the same call again is safe
 */
enum rc premium_set(struct op *op, const char *user_id,
    const struct premium_change *change, const struct user **user) MUST_USE;

#endif
