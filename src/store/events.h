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
#include "store/event.h"

/*
 * Adds an event at the current time, with op's request id.  What is personal
 * is left out where it names no user: it would tell who it was, the request id
 * by way of the log.
 * RC_TAKEN	the user does not exist (any more)
 * RC_DOWN, RC_EXPIRED	the database did not answer (db.h)
 */
enum rc events_add(struct op *op, const struct event *event) MUST_USE;

/* A row; NULL stands for SQL's NULL. */
struct events_entry {
	int64_t id;			/* a later event has a higher one */
	int64_t at_ms;			/* milliseconds since 1970 */
	const char *kind;		/* as it stands there, never NULL */
	const char *user_id;
	const char *provider;
	const char *session_id;
	const char *address;
	const char *actor;		/* never NULL */
	const char *request_id;
};

struct events_list {
	size_t count;
	const struct events_entry *items;
};

/*
 * All events of a user, the latest first; none for an unknown user.
 * RC_DOWN, RC_EXPIRED	the database did not answer
 */
enum rc events_of_user(struct op *op, const char *user_id,
    struct events_list *list) MUST_USE;

/*
 * The latest events for the administrator, at most limit: of a user, where
 * user_id is not NULL, and of a kind, where it is not EVENT_NONE.
 * RC_DOWN, RC_EXPIRED	the database did not answer
 */
enum rc events_latest(struct op *op, const char *user_id,
    enum event_kind kind, int64_t limit, struct events_list *list) MUST_USE;

/* How many events were pruned, and how. */
struct events_pruned {
	int64_t deleted;
	int64_t stripped;
};

/*
 * How many events events_delete_before would delete and events_strip_before
 * would strip: those older than an instant in milliseconds since 1970.
 * RC_DOWN, RC_EXPIRED	the database did not answer
 */
enum rc events_count_before(struct op *op, int64_t instant_ms,
    struct events_pruned *pruned) MUST_USE;

/*
 * Takes what is personal out of events that are kept although they are older
 * than an instant (EVENT_AGAINST_JOINING), the oldest first, at most limit, in
 * one statement; *stripped is how many it were.
 * RC_DOWN, RC_EXPIRED	the database did not answer
 */
enum rc events_strip_before(struct op *op, int64_t instant_ms, int64_t limit,
    int64_t *stripped) MUST_USE;

/*
 * Deletes events older than an instant but those that are kept, the oldest
 * first, at most limit, in one statement; *deleted is how many it were.
 * RC_DOWN, RC_EXPIRED	the database did not answer
 */
enum rc events_delete_before(struct op *op, int64_t instant_ms, int64_t limit,
    int64_t *deleted) MUST_USE;

#endif
