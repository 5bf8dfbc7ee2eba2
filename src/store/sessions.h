/* SPDX-License-Identifier: ISC */
/*
 * Sessions in Redis: one record each, an index per user, and what they depend
 * on of the user.  Each change is one Lua script (sql/scripts/session_*.lua,
 * user_*.lua), whose times are Redis's own.  Keys, after the configured prefix:
 *
 *	refresh_token:{<user>}:<sid>	hash: the session's record, with the
 *					user's version when it was opened
 *	sessions:{<user>}		sorted set: sids by expiry
 *	user:{<user>}			hash: epoch, state, premium_until, version,
 *					unlinked:<provider> (a version)
 *
 * When a session lives stands in sql/prelude.lua.  Instants are milliseconds
 * since 1970.
 */
#ifndef STORE_SESSIONS_H
#define STORE_SESSIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/op.h"

/* What holds for every session; from the configuration. */
struct sessions_rules {
	const char *prefix;
	int64_t idle_ms;
	int64_t absolute_ms;
	int64_t grace_ms;
	int64_t limit;		/* sessions per user */
};

/* Sets the rules.  Call once, before threads start. */
void sessions_init(const struct sessions_rules *rules);

/* A session to be opened. */
struct sessions_new {
	const char *user_id;
	const char *sid;		/* a new UUID */
	int64_t version;		/* of the user's row */
	int64_t premium_until_ms;	/* of the user's row, 0 for never */
	const char *key_id;		/* of the refresh token */
	const char *provider;
	const char *user_agent;		/* printable, cut; "" for none */
	const char *address;
};

/* The token that stands for a session now. */
struct sessions_grant {
	int64_t generation;
	int64_t issued_ms;
	int64_t expires_ms;		/* idle end, never after absolute_ms */
	int64_t absolute_ms;		/* when the session ends at last */
	const char *key_id;
	const char *provider;
};

/*
 * Opens a session as generation 1 and publishes the user's premium and
 * version, unless Redis knows a newer version.  Beyond the limit the user's
 * least recently used session ends, of the 200 that would expire first: up to
 * a limit of 199 these are all.
 *
 * RC_DENIED	the user was disabled or deleted in the meantime
 * RC_ABSENT	the provider was unlinked in the meantime
 * RC_DOWN, RC_EXPIRED	Redis did not answer (redis.h)
 */
enum rc sessions_open(struct op *op, const struct sessions_new *new,
    struct sessions_grant *grant) MUST_USE;

/* What a live session says. */
struct sessions_live {
	int64_t auth_time_ms;		/* last completed provider round */
	int64_t premium_until_ms;	/* 0 for never */
};

/*
 * Whether a session lives; notes its use at most once a minute.
 *
 * RC_ABSENT	it does not (any more)
 * RC_DOWN, RC_EXPIRED	Redis did not answer
 */
enum rc sessions_check(struct op *op, const char *user_id, const char *sid,
    struct sessions_live *live) MUST_USE;

enum sessions_rotation {
	SESSIONS_ADVANCED,	/* the next generation */
	SESSIONS_REPEATED,	/* the same successor again, in the grace */
	SESSIONS_ROLLED_BACK,	/* advanced; Redis had lost its last write */
	SESSIONS_REUSED,	/* an old token: the session is ended */
};

/* The refresh token that is presented. */
struct sessions_presented {
	const char *user_id;
	const char *sid;
	int64_t generation;
	const char *key_id;	/* the key that would sign a new token */
};

/*
 * Exchanges a refresh token's generation (RFC 9700 section 4.14.2).  *grant
 * is filled for all but SESSIONS_REUSED, of which it holds the provider only.
 *
 * RC_ABSENT	the session does not live
 * RC_DOWN, RC_EXPIRED	Redis did not answer; the same call again is safe
 */
enum rc sessions_rotate(struct op *op, const struct sessions_presented *token,
    enum sessions_rotation *rotation, struct sessions_grant *grant) MUST_USE;

/*
 * Ends one session.
 * RC_ABSENT	there was none
 * RC_DOWN, RC_EXPIRED	Redis did not answer
 */
enum rc sessions_close(struct op *op, const char *user_id, const char *sid)
    MUST_USE;

/*
 * Ends every session of a user, those of requests in progress and those that
 * no index names too.
 * RC_DOWN, RC_EXPIRED	Redis did not answer
 */
enum rc sessions_close_all(struct op *op, const char *user_id) MUST_USE;

/* One live session of a user. */
struct sessions_entry {
	const char *sid;
	const char *provider;
	const char *user_agent;		/* printable, "" for none */
	const char *address;
	int64_t created_ms;
	int64_t last_used_ms;
	int64_t expires_ms;		/* unless it is refreshed */
};

struct sessions_list {
	size_t count;
	const struct sessions_entry *items;
};

/*
 * All live sessions of a user that the index names, the newest first.  What
 * does not live is taken out of it on the way.  Where Redis has lost the index
 * alone, a session is named again from its next refresh on.
 * RC_DOWN, RC_EXPIRED	Redis did not answer
 */
enum rc sessions_list(struct op *op, const char *user_id,
    struct sessions_list *list) MUST_USE;

/*
 * Notes that the holder of a session has just come from the provider once
 * more: auth_time is now.  *grant is what the newest refresh token was made
 * of, so that the same one can be made again.
 *
 * RC_ABSENT	the session does not live
 * RC_DOWN, RC_EXPIRED	Redis did not answer
 */
enum rc sessions_renew(struct op *op, const char *user_id, const char *sid,
    struct sessions_grant *grant) MUST_USE;

/*
 * Ends a user's sessions that were begun through provider, and refuses those
 * that sign-ins under way would still open: all of a version of the user's row
 * before version.
 * RC_DOWN, RC_EXPIRED	Redis did not answer; the same call again is safe
 */
enum rc sessions_close_provider(struct op *op, const char *user_id,
    const char *provider, int64_t version) MUST_USE;

enum sessions_state { SESSIONS_ACTIVE, SESSIONS_DISABLED, SESSIONS_DELETED };

/* What sessions depend on of a user: whoever is not active has none. */
struct sessions_standing {
	const char *user_id;
	enum sessions_state state;
	int64_t version;		/* of the user's row */
	int64_t premium_until_ms;	/* 0 for never */
	bool takes_away;		/* rights: they must be gone then */
};

/*
 * Publishes a user's standing, which ends all sessions at once of whoever is
 * not active; unless Redis knows a newer version: then nothing is done, which
 * is fine for what grants.
 *
 * RC_DOWN	Redis did not answer, or rights were to be taken away and it
 *		knows a newer version
 * RC_EXPIRED	no connection became free in time
 */
enum rc sessions_publish(struct op *op,
    const struct sessions_standing *standing) MUST_USE;

#endif
