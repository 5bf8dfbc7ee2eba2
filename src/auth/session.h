/* SPDX-License-Identifier: ISC */
/*
 * Sessions: begun at sign-in, checked on every request, refreshed, ended.
 * What a session is, and when it lives, is store/sessions.h's; which tokens
 * stand for it is token.c's.
 */
#ifndef AUTH_SESSION_H
#define AUTH_SESSION_H

#include <stdint.h>

#include "base/op.h"
#include "config/config.h"
#include "store/sessions.h"
#include "store/users.h"

/* A live session, as a request presents it. */
struct session {
	const char *user_id;
	const char *sid;
	int64_t auth_time_ms;		/* last completed provider round */
	int64_t premium_until_ms;	/* 0 for never */
};

/* Who asks: noted in the session and in events. */
struct session_client {
	const char *user_agent;		/* as sent, NULL for none */
	const char *address;
};

/* What a client gets for a session. */
struct session_tokens {
	const char *access;
	const char *refresh;
	int64_t lifetime_s;		/* of the access token */
	const char *linked;		/* provider that has just joined the
					   account by itself, NULL: none */
};

/* Sets how recent a sign-in counts as fresh.  Once, before threads start. */
void session_init(const struct config *config);

/*
 * How recent that is in whole seconds, for max_age (RFC 9470 section 3); 0
 * where it is not asked for.
 */
int64_t session_fresh_s(void);

/*
 * Opens a session for user, who has just come from provider, and adds the
 * event signed_in.
 *
 * RC_DENIED	in the meantime the user was disabled or deleted
 *		(REFUSAL_DISABLED) or the provider was unlinked
 *		(REFUSAL_TRANSACTION)
 * RC_DOWN, RC_EXPIRED	Redis did not answer
 */
enum rc session_open(struct op *op, const struct user *user,
    const char *provider, const struct session_client *client,
    struct session_tokens *tokens) MUST_USE;

/*
 * Finds the live session of an access token.
 *
 * RC_DENIED	not a token of ours, expired, or its session is over
 *		(REFUSAL_TOKEN)
 * RC_DOWN, RC_EXPIRED	Redis did not answer
 */
enum rc session_check(struct op *op, const char *access_token,
    struct session *session) MUST_USE;

/*
 * Exchanges a refresh token for new tokens.  The token just before the newest
 * gets the same successor again within the grace; an older one is reuse and
 * ends the session, with an event (RFC 9700 section 4.14.2).
 *
 * RC_DENIED	not a token of ours, expired, reused, or its session is over
 *		(REFUSAL_REFRESH_TOKEN)
 * RC_DOWN, RC_EXPIRED	Redis did not answer; the same call again is safe
 */
enum rc session_refresh(struct op *op, const char *refresh_token,
    const struct session_client *client, struct session_tokens *tokens)
    MUST_USE;

/*
 * Ends the session of a refresh token, which may have expired: a later one of
 * the same session may live.  A token that is not ours, or whose session is
 * over, is fine: nothing of it lives.
 * RC_DOWN, RC_EXPIRED	Redis did not answer
 */
enum rc session_end(struct op *op, const char *refresh_token,
    const struct session_client *client) MUST_USE;

/*
 * Whether the holder came from a provider recently enough for what changes
 * the ways in (option session.fresh; a refresh does not count).  Redis's
 * clock wrote that time, ours judges it: between hosts the limit is as exact
 * as their clocks agree.  A time that lies ahead by as much as the limit is
 * not believed.
 *
 * RC_DENIED, REFUSAL_STALE	too long ago
 */
enum rc session_check_fresh(struct op *op, const struct session *session)
    MUST_USE;

/* Who has just shown once more who they are, and by which provider. */
struct session_confirmed {
	const char *user_id;
	const char *sid;
	const char *provider;
	const char *address;		/* of the client */
};

/*
 * Renews a session whose holder has just come from the provider once more,
 * with an event, and gives its current refresh token again, the same text
 * while that key is configured.
 *
 * RC_DENIED	the session does not live (REFUSAL_TRANSACTION)
 * RC_DOWN, RC_EXPIRED	Redis did not answer
 */
enum rc session_renew(struct op *op,
    const struct session_confirmed *confirmed, struct session_tokens *tokens)
    MUST_USE;

/*
 * Whether a session still lives, by its name alone; outcomes as
 * session_renew.
 */
enum rc session_check_alive(struct op *op, const char *user_id,
    const char *sid) MUST_USE;

/*
 * Ends one session of the user who asks, by its id.
 *
 * RC_ABSENT	the user has no such session; sid may be any text
 * RC_DOWN, RC_EXPIRED	Redis did not answer
 */
enum rc session_end_one(struct op *op, const struct session *session,
    const char *sid, const struct session_client *client) MUST_USE;

/*
 * Ends every session of the user who asks.
 * RC_DOWN, RC_EXPIRED	Redis did not answer
 */
enum rc session_end_all(struct op *op, const struct session *session,
    const struct session_client *client) MUST_USE;

/*
 * Ends one session of a user, or every one, for an administrator, whom actor
 * names in the event.  Outcomes as session_end_one and session_end_all.
 */
enum rc session_revoke(struct op *op, const char *user_id, const char *sid,
    const char *actor) MUST_USE;
enum rc session_revoke_all(struct op *op, const char *user_id,
    const char *actor) MUST_USE;

#endif
