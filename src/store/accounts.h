/* SPDX-License-Identifier: ISC */
/*
 * The table of linked accounts: every identity a user can sign in with, the
 * primary one too.
 */
#ifndef STORE_ACCOUNTS_H
#define STORE_ACCOUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/op.h"

/* An identity as a provider reported it; NULL where it said nothing. */
struct account {
	const char *provider;
	const char *oauth_id;
	const char *email;
	bool email_verified;
	const char *display_name;
	const char *avatar_url;

	/* Of rows that were read: */
	const char *id;			/* the row's own */
	bool is_primary;
	int64_t linked_at_ms;
	int64_t last_used_at_ms;
};

struct accounts_list {
	size_t count;
	const struct account *items;
};

/*
 * The identities of a user, the oldest first; none for an unknown user.
 * RC_DOWN, RC_EXPIRED	the database did not answer (db.h)
 */
enum rc accounts_of_user(struct op *op, const char *user_id,
    struct accounts_list *list) MUST_USE;

/* What stands for and against an identity that has just been proved. */
struct accounts_standing {
	const char *owner_id;		/* it is linked to; NULL: nobody */
	bool owner_disabled;
	const char *holder_id;		/* of its address; NULL: nobody */
	bool holder_disabled;
	bool holder_has_provider;
	bool holder_is_backed;		/* by an identity still linked */
	bool holder_has_unlinked;	/* one of this provider, once */
	bool asker_has_provider;
};

/*
 * Finds who has an identity and who holds an address as verified, compared
 * without regard to the case of ASCII letters: both as of the same moment,
 * so that a racing sign-in is never seen by half.  Of *account its names and
 * its address count, which nobody holds unless it is verified; asker_id is a
 * user to be asked about, or NULL.
 *
 * oauth_id is the provider's own stable name for a person ("sub"), never an
 * email address: addresses change hands (OpenID Connect Core 5.7).
 *
 * RC_DOWN, RC_EXPIRED	the database did not answer
 */
enum rc accounts_look(struct op *op, const struct account *account,
    const char *asker_id, struct accounts_standing *standing) MUST_USE;

/*
 * Gives an identity to a user.
 *
 * RC_TAKEN	the identity belongs to somebody already, or the user has
 *		another identity of this provider
 * RC_DOWN, RC_EXPIRED	the database did not answer (db.h)
 */
enum rc accounts_insert(struct op *op, const char *user_id,
    const struct account *account) MUST_USE;

/*
 * Notes what the provider says today about an identity of a user, and its use.
 * *follows tells whether the user's address is to follow the primary identity
 * (users_settle_email): it is none, or only what that one said until now.  It
 * never follows a primary that says none after this use: a sign-in takes
 * nobody's address away.
 *
 * RC_ABSENT	it is not the user's (any more)
 * RC_DOWN, RC_EXPIRED	the database did not answer
 */
enum rc accounts_note_use(struct op *op, const char *user_id,
    const struct account *account, bool *follows) MUST_USE;

/*
 * Takes an identity from a user; one that is not there is fine.
 * RC_DOWN, RC_EXPIRED	the database did not answer
 */
enum rc accounts_delete(struct op *op, const char *user_id,
    const char *provider) MUST_USE;

/*
 * Moves a user's identity of a provider to another user.
 *
 * RC_TAKEN	the other one has an identity of this provider
 * RC_DOWN, RC_EXPIRED	the database did not answer
 */
enum rc accounts_move(struct op *op, const char *user_id,
    const char *provider, const char *to_id) MUST_USE;

#endif
