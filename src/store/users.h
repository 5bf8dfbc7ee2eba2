/* SPDX-License-Identifier: ISC */
/*
 * The table of users.  Rows come back as they are, disabled ones included:
 * letting in is decided above.  Instants are milliseconds since 1970.
 */
#ifndef STORE_USERS_H
#define STORE_USERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/op.h"

struct user {
	const char *id;
	const char *email;		/* NULL for none */
	bool email_verified;
	const char *display_name;	/* own, else the primary identity's */
	const char *avatar_url;		/* likewise */
	const char *oauth_provider;	/* the primary identity */
	const char *oauth_id;
	bool disabled;
	bool is_premium;
	int64_t premium_until_ms;	/* 0 for never */
	int64_t version;		/* guards what Redis knows */
	int64_t created_at_ms;
	int64_t last_login_at_ms;	/* 0 for never */

	/* What the row itself holds, for the export. */
	const char *own_display_name;	/* NULL: the primary identity's */
	const char *own_avatar_url;	/* likewise */
	int64_t disabled_at_ms;		/* 0: it is not */
	int64_t updated_at_ms;
};

/*
 * Finds a user by id, a valid UUID.  *user lives in op->pool.
 *
 * RC_ABSENT	there is no such user
 * RC_DOWN, RC_EXPIRED	the database did not answer (db.h)
 */
enum rc users_by_id(struct op *op, const char *id, const struct user **user)
    MUST_USE;

/*
 * Finds the id of the user behind a provider's subject.
 *
 * oauth_id is the provider's own stable name for a person ("sub"), never an
 * email address: addresses change hands (OpenID Connect Core 5.7).
 *
 * RC_ABSENT	nobody has signed in with this identity yet
 * RC_DOWN, RC_EXPIRED	the database did not answer
 */
enum rc users_id_by_identity(struct op *op, const char *provider,
    const char *oauth_id, const char **id) MUST_USE;

/*
 * Inserts a user who signs in for the first time: id, email, email_verified
 * and the primary identity are taken from *user.  The identity's own row must
 * follow in the same transaction.
 *
 * RC_TAKEN	another user holds the verified address
 * RC_DOWN, RC_EXPIRED	the database did not answer
 */
enum rc users_insert(struct op *op, const struct user *user) MUST_USE;

/*
 * Notes that somebody has shown to be the user (last_login_at); the session is
 * still to be opened.  Locks the row until the transaction ends.
 *
 * RC_ABSENT	there is no such user
 * RC_DOWN, RC_EXPIRED	the database did not answer
 */
enum rc users_note_sign_in(struct op *op, const char *id) MUST_USE;

/*
 * Settles a user's address after an identity said its own anew, came or went
 * (product rules of linking): it is the primary identity's where that one is
 * verified and nobody else's.  Otherwise it stays, verified as long as a
 * linked identity backs it; or, if follows is set and nothing backs it, it is
 * what the primary says, unverified, or none where that one says none: at a
 * sign-in follows is not set then (accounts_note_use).
 *
 * RC_TAKEN	somebody else took the address in the meantime: the
 *		transaction is over, begin it again
 * RC_DOWN, RC_EXPIRED	the database did not answer
 */
enum rc users_settle_email(struct op *op, const char *id, bool follows)
    MUST_USE;

/*
 * Makes an identity of the user's the primary one.
 * RC_DOWN, RC_EXPIRED	the database did not answer
 */
enum rc users_set_primary(struct op *op, const char *id,
    const char *provider, const char *oauth_id) MUST_USE;

/* What Redis must know of a user. */
struct users_standing {
	bool disabled;
	int64_t version;
	int64_t premium_until_ms;	/* 0 for never */
};

/*
 * Locks a user's row until the transaction ends, for whoever changes what
 * hangs on it.
 *
 * RC_ABSENT	there is no such user
 * RC_DOWN, RC_EXPIRED	the database did not answer
 */
enum rc users_lock(struct op *op, const char *id,
    struct users_standing *standing) MUST_USE;

/* Raises a user's version; locks and outcomes as users_lock. */
enum rc users_raise_version(struct op *op, const char *id,
    struct users_standing *standing) MUST_USE;

/*
 * Disables or enables a user and raises the version; *standing is what Redis
 * must be told.  Locks the row until the transaction ends.
 *
 * RC_ABSENT	there is no such user
 * RC_DOWN, RC_EXPIRED	the database did not answer
 */
enum rc users_disable(struct op *op, const char *id,
    struct users_standing *standing) MUST_USE;
enum rc users_enable(struct op *op, const char *id,
    struct users_standing *standing) MUST_USE;

/*
 * Sets until when a user has premium, 0 for never, and raises the version;
 * locks and outcomes as users_disable.
 */
enum rc users_set_premium(struct op *op, const char *id, int64_t until_ms,
    struct users_standing *standing) MUST_USE;

/*
 * Deletes a user with all that hangs on the row: identities, grants, events.
 * RC_DOWN, RC_EXPIRED	the database did not answer
 */
enum rc users_delete(struct op *op, const char *id) MUST_USE;

/* A change of a profile: what is not set stays as it is. */
struct users_profile {
	bool sets_display_name;
	const char *display_name;	/* NULL: the primary identity's */
	bool sets_avatar_url;
	const char *avatar_url;		/* likewise */
};

/*
 * Changes a profile in one statement: of two changes at once to different
 * members both stay.  *changed tells whether anything is another than before;
 * nothing is for a user who is gone.
 * RC_DOWN, RC_EXPIRED	the database did not answer
 */
enum rc users_set_profile(struct op *op, const char *id,
    const struct users_profile *profile, bool *changed) MUST_USE;

#endif
