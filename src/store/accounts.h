/* SPDX-License-Identifier: ISC */
/*
 * The table of linked accounts: every identity a user can sign in with, the
 * primary one too.
 */
#ifndef STORE_ACCOUNTS_H
#define STORE_ACCOUNTS_H

#include <stdbool.h>

#include "base/op.h"

/* An identity as a provider reported it; NULL where it said nothing. */
struct account {
	const char *provider;
	const char *oauth_id;
	const char *email;
	bool email_verified;
	const char *display_name;
	const char *avatar_url;
};

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
 * Notes what the provider says today about a known identity, and its use.
 * RC_DOWN, RC_EXPIRED	the database did not answer
 */
enum rc accounts_seen(struct op *op, const struct account *account) MUST_USE;

#endif
