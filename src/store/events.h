/* SPDX-License-Identifier: ISC */
/*
 * The table of events: what happened to an account, for its owner and for
 * the administrator.  An event of a change in PostgreSQL is added in that
 * change's transaction; session events follow the Redis script.
 */
#ifndef STORE_EVENTS_H
#define STORE_EVENTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/op.h"

/* Members may be NULL where they do not apply; kind never is. */
struct event {
	const char *kind;		/* "signed_up", "signed_in", ... */
	const char *user_id;
	const char *provider;
	const char *session_id;
	const char *address;		/* of the client */
	const char *actor;		/* NULL: the user */

	/* Of rows that were read: */
	int64_t id;			/* a later event has a higher one */
	int64_t at_ms;			/* milliseconds since 1970 */
	const char *request_id;
};

struct events_list {
	size_t count;
	const struct event *items;
};

/*
 * Adds an event at the current time, with op's request id - unless it names no
 * user: then the log would tell by that id who it was.
 * RC_TAKEN	the user does not exist (any more)
 * RC_DOWN, RC_EXPIRED	the database did not answer (db.h)
 */
enum rc events_add(struct op *op, const struct event *event) MUST_USE;

/*
 * Events of a user, the latest first: at most limit of those before the event
 * before_id.  0 stands for no such bound, each.  None for an unknown user.
 * RC_DOWN, RC_EXPIRED	the database did not answer
 */
enum rc events_of_user(struct op *op, const char *user_id, int64_t before_id,
    int64_t limit, struct events_list *list) MUST_USE;

/*
 * The latest events for the administrator, at most limit: of a user and of a
 * kind, where these are not NULL.
 * RC_DOWN, RC_EXPIRED	the database did not answer
 */
enum rc events_latest(struct op *op, const char *user_id, const char *kind,
    int64_t limit, struct events_list *list) MUST_USE;

/*
 * How many events are older than an instant in milliseconds since 1970.
 * RC_DOWN, RC_EXPIRED	the database did not answer
 */
enum rc events_count_before(struct op *op, int64_t instant_ms, int64_t *count)
    MUST_USE;

/*
 * Takes address, request and session out of events that are kept although
 * they are older than an instant (those of unlinking), the oldest first, at
 * most limit, in one statement; *stripped is how many it were.
 * RC_DOWN, RC_EXPIRED	the database did not answer
 */
enum rc events_strip_before(struct op *op, int64_t instant_ms, int64_t limit,
    int64_t *stripped) MUST_USE;

/*
 * Deletes events older than an instant, the oldest first, at most limit, in
 * one statement; *deleted is how many it were.
 * RC_DOWN, RC_EXPIRED	the database did not answer
 */
enum rc events_delete_before(struct op *op, int64_t instant_ms, int64_t limit,
    int64_t *deleted) MUST_USE;

#endif
