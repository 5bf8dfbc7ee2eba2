/* SPDX-License-Identifier: ISC */
/*
 * Accounts: who an identity belongs to, and who may have a new account.
 */
#ifndef AUTH_ACCOUNT_H
#define AUTH_ACCOUNT_H

#include "auth/identity.h"
#include "auth/session.h"
#include "base/op.h"
#include "config/config.h"
#include "store/users.h"

/* Sets the rules for new accounts.  Call once, before threads start. */
void account_init(const struct config *config);

/*
 * Finds or makes the user of an identity, in one transaction that stands up
 * to the same identity arriving many times at once, and notes the sign-in
 * with its event.  address is the client's.
 *
 * RC_DENIED	the user is disabled (REFUSAL_DISABLED), nobody new is taken
 *		(REFUSAL_SIGN_UP), or a disabled user holds the verified
 *		address (REFUSAL_SIGN_IN)
 * RC_TAKEN	another user holds the verified address
 *		(REFUSAL_LINK_REQUIRED), with another identity of the same
 *		provider even (REFUSAL_PROVIDER_LINKED)
 * RC_DOWN, RC_EXPIRED	the database did not answer; nothing was kept
 */
enum rc account_sign_in(struct op *op, const struct identity *identity,
    const char *address, const struct user **user) MUST_USE;

/*
 * Disables a user: Redis first, which ends every session at once, then the
 * row.  With Redis down nothing is changed.  actor is named in the event.
 *
 * RC_ABSENT	there is no such user
 * RC_DOWN, RC_EXPIRED	a store did not answer
 */
enum rc account_disable(struct op *op, const char *id, const char *actor)
    MUST_USE;

/*
 * Lets a disabled user in again: the row first, then Redis.  Outcomes as
 * account_disable; with Redis down the row is changed, and the same call
 * again publishes it.
 */
enum rc account_enable(struct op *op, const char *id, const char *actor)
    MUST_USE;

/*
 * The user of a live session.
 *
 * RC_DENIED	disabled or gone by now (REFUSAL_TOKEN)
 * RC_DOWN, RC_EXPIRED	the database did not answer
 */
enum rc account_of(struct op *op, const struct session *session,
    const struct user **user) MUST_USE;

#endif
