/* SPDX-License-Identifier: ISC */
/*
 * Everything that is stored about a user, for the user (GDPR articles 15 and
 * 20): every column of every table, and the sessions without their secrets.
 */
#ifndef AUTH_EXPORT_H
#define AUTH_EXPORT_H

#include "auth/session.h"
#include "base/op.h"
#include "store/accounts.h"
#include "store/events.h"
#include "store/grants.h"
#include "store/sessions.h"
#include "store/users.h"

struct export {
	const struct user *user;
	struct accounts_list accounts;	/* the oldest first */
	struct sessions_list sessions;	/* the newest first */
	struct grants_list grants;	/* the oldest first */
	struct events_list events;	/* the latest first */
};

/*
 * Gathers it for the user who asks.
 *
 * RC_DENIED	the user is disabled or gone by now (REFUSAL_TOKEN)
 * RC_DOWN, RC_EXPIRED	a store did not answer
 */
enum rc export_gather(struct op *op, const struct session *session,
    struct export *export) MUST_USE;

#endif
