/* SPDX-License-Identifier: ISC */
/*
 * Sessions: begun at sign-in, checked on every request, refreshed, ended.
 * What a session is and when it lives is store/sessions.c's; which tokens
 * stand for it is token.c's.
 */
#ifndef AUTH_SESSION_H
#define AUTH_SESSION_H

#include <stdint.h>

#include "base/op.h"
#include "store/users.h"

/* A live session, as a request presents it. */
struct session {
	const char *user_id;
	const char *sid;
	const char *provider;		/* it was begun through */
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
};

/*
 * Opens a session for user, who has just come from provider.
 *
 * RC_DENIED	the user was disabled or deleted in the meantime
 * RC_DOWN, RC_EXPIRED	Redis did not answer
 */
enum rc session_open(struct op *op, const struct user *user,
    const char *provider, const struct session_client *client,
    struct session_tokens *tokens) MUST_USE;

/*
 * Finds the live session of an access token.
 *
 * RC_DENIED	not a token of ours, expired, or its session is over
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
 * RC_DOWN, RC_EXPIRED	Redis did not answer; the same call again is safe
 */
enum rc session_refresh(struct op *op, const char *refresh_token,
    const struct session_client *client, struct session_tokens *tokens)
    MUST_USE;

/*
 * Ends the session of a refresh token.  A token that is not ours, or whose
 * session is over, is fine: nothing of it lives.
 * RC_DOWN, RC_EXPIRED	Redis did not answer
 */
enum rc session_end(struct op *op, const char *refresh_token,
    const struct session_client *client) MUST_USE;

/*
 * Ends every session of the user who asks.
 * RC_DOWN, RC_EXPIRED	Redis did not answer
 */
enum rc session_end_all(struct op *op, const struct session *session,
    const struct session_client *client) MUST_USE;

#endif
