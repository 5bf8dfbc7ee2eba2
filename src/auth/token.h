/* SPDX-License-Identifier: ISC */
/*
 * Our own JWTs (RFC 7519, RFC 8725).  Two independent secrets: access tokens
 * are signed with jwt.secret_file, which the site's services may share;
 * refresh tokens with a child of secret_file, which never leaves us.  A token
 * that verifies is only genuine: whether its session lives is for session.c.
 */
#ifndef AUTH_TOKEN_H
#define AUTH_TOKEN_H

#include <stdint.h>

#include "base/op.h"
#include "config/config.h"
#include "store/sessions.h"

/* What a genuine token says. */
struct token {
	const char *user_id;
	const char *sid;
	int64_t generation;	/* of a refresh token; 0 for access tokens */
};

/*
 * Makes the keys.  config must live as long as the process.  Call once,
 * before threads start.
 */
void token_init(const struct config *config);

/* Wipes the keys. */
void token_release(void);

/* The id of the key that signs new refresh tokens. */
const char *token_refresh_key_id(void);

/*
 * Issues an access token for a session; it never outlives absolute_ms, the
 * end of the session.  *lifetime_s gets its seconds of validity.  In op->pool.
 */
const char *token_issue_access(struct op *op, const struct token *token,
    int64_t absolute_ms, int64_t *lifetime_s) MUST_USE;

/*
 * Issues the refresh token of a grant, in op->pool: the same grant gives the
 * same text while the key that signed it is configured.
 */
const char *token_issue_refresh(struct op *op, const struct token *token,
    const struct sessions_grant *grant) MUST_USE;

/*
 * Verifies an access token: signature, iss, aud where configured, type, exp
 * (no leeway), iat (60 s).  Fills *token.
 *
 * RC_DENIED	not a genuine access token of ours
 * RC_EXPIRED	it was one: *token says whose and of which session, no more
 */
enum rc token_verify_access(struct op *op, const char *text,
    struct token *token) MUST_USE;

/*
 * Verifies a refresh token: signature, iss, type, exp (no leeway) and the
 * generation in jti.  It has no aud, and iat must be there but may lie ahead:
 * Redis's clock wrote it.  Outcomes as token_verify_access.
 */
enum rc token_verify_refresh(struct op *op, const char *text,
    struct token *token) MUST_USE;

#endif
