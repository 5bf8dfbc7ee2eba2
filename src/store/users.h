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

/* Who holds a verified address. */
struct users_holder {
	const char *id;
	bool disabled;
	bool has_provider;	/* an identity of the provider asked about */
};

/*
 * Finds the one user who holds email as verified, compared without regard
 * to the case of ASCII letters.
 *
 * RC_ABSENT	nobody does
 * RC_DOWN, RC_EXPIRED	the database did not answer
 */
enum rc users_by_verified_email(struct op *op, const char *email,
    const char *provider, struct users_holder *holder) MUST_USE;

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
 * Notes a sign-in, unless the user is disabled or gone by now.  Locks the
 * row until the transaction ends.
 *
 * RC_ABSENT	disabled or gone
 * RC_DOWN, RC_EXPIRED	the database did not answer
 */
enum rc users_signed_in(struct op *op, const char *id) MUST_USE;

/*
 * Lets the user's address follow the primary identity's (product rules of
 * linking): is_free tells that email is verified and nobody else's.  email may
 * be NULL.
 *
 * RC_TAKEN	somebody else took the address in the meantime: the
 *		transaction is over, begin it again
 * RC_DOWN, RC_EXPIRED	the database did not answer
 */
enum rc users_follow_email(struct op *op, const char *id, const char *email,
    bool is_free) MUST_USE;

/* What Redis must know of a user. */
struct users_standing {
	int64_t version;
	int64_t premium_until_ms;	/* 0 for never */
};

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

#endif
