/* SPDX-License-Identifier: ISC */
/*
 * The table of events: what happened to an account, for its owner and for
 * the administrator.  An event of a change in PostgreSQL is added in that
 * change's transaction; session events follow the Redis script.
 */
#ifndef STORE_EVENTS_H
#define STORE_EVENTS_H

#include "base/op.h"

/* Members may be NULL where they do not apply; kind never is. */
struct event {
	const char *kind;		/* "signed_up", "signed_in", ... */
	const char *user_id;
	const char *provider;
	const char *session_id;
	const char *address;		/* of the client */
	const char *actor;		/* NULL: the user */
};

/*
 * Adds an event at the current time, with op's request id.
 * RC_TAKEN	the user does not exist (any more)
 * RC_DOWN, RC_EXPIRED	the database did not answer (db.h)
 */
enum rc events_add(struct op *op, const struct event *event) MUST_USE;

#endif
