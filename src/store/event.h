/* SPDX-License-Identifier: ISC */
/*
 * What can happen to an account, and what each kind of it is called in the
 * table of events, in the log and in the manual.  This is the only list of
 * those names; a row keeps its name for ever, so none of them ever changes.
 */
#ifndef STORE_EVENT_H
#define STORE_EVENT_H

#include <stdbool.h>

enum event_kind {
	EVENT_NONE,
	EVENT_CONFIRMED,
	EVENT_DELETED,
	EVENT_DISABLED,
	EVENT_ENABLED,
	EVENT_IMPORTED,
	EVENT_LINKED,
	EVENT_PREMIUM_CHANGED,
	EVENT_PROFILE_CHANGED,
	EVENT_PROVIDER_REBOUND,
	EVENT_REFRESH_TOKEN_REUSED,
	EVENT_SESSION_ENDED,
	EVENT_SESSIONS_ENDED,
	EVENT_SIGNED_IN,
	EVENT_SIGNED_OUT,
	EVENT_SIGNED_OUT_EVERYWHERE,
	EVENT_SIGNED_UP,
	EVENT_STORE_ROLLED_BACK,
	EVENT_UNLINKED,

	EVENT_COUNT
};

/*
 * What somebody unlinked must not come back by itself, however long ago it
 * was (linking.h): events of this kind decide about that, so they stay as long
 * as their user.
 */
#define EVENT_AGAINST_JOINING EVENT_UNLINKED

/* Something that has just happened; what does not apply is NULL. */
struct event {
	enum event_kind kind;
	const char *user_id;
	const char *provider;
	const char *actor;		/* NULL: the user */

	/* Personal, as the request id is; see events_add. */
	const char *session_id;
	const char *address;		/* of the client */
};

/* The name of a kind, NULL for EVENT_NONE. */
const char *event_kind_name(enum event_kind kind);

/* Finds the kind of that name; false when there is none. */
bool event_kind_from(const char *name, enum event_kind *kind);

#endif
