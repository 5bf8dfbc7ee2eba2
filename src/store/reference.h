/* SPDX-License-Identifier: ISC */
/*
 * The database of the reference design that latchkey grew from, for moving
 * in: what it holds, and putting that here.  Which of the two databases is
 * open is the caller's affair (client/db.h has one at a time).  Instants are
 * milliseconds since 1970, 0 for none, CLOCK_LAST_MS for "for ever".
 */
#ifndef STORE_REFERENCE_H
#define STORE_REFERENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/op.h"

/* An identity there, as it stands: nothing of it was checked. */
struct reference_account {
	const char *user_id;
	const char *provider;
	const char *oauth_id;
	const char *email;
	const char *display_name;
	const char *avatar_url;
	int64_t linked_at_ms;
};

/* A user there, likewise; texts are NULL where it has none. */
struct reference_user {
	const char *id;
	const char *email;
	const char *display_name;
	const char *avatar_url;
	const char *provider;		/* the primary identity */
	const char *oauth_id;
	bool is_premium;		/* as a column of that name says */
	bool is_not_premium;		/* likewise; neither without one */
	int64_t premium_until_ms;
	int64_t created_at_ms;
	int64_t last_login_at_ms;
};

struct reference_users {
	size_t count;
	const struct reference_user *items;
};

struct reference_accounts {
	size_t count;
	const struct reference_account *items;
};

/*
 * Begins a transaction there, in which the rest is read; ends with
 * db_rollback.
 * RC_DOWN, RC_EXPIRED	the database did not answer
 */
enum rc reference_begin(struct op *op) MUST_USE;

/*
 * Reads at most limit users there, in the order of their ids, from the first
 * after the id after; NULL from the beginning.
 * RC_DOWN, RC_EXPIRED	the database did not answer, or has no such tables
 */
enum rc reference_read_users(struct op *op, const char *after, int64_t limit,
    struct reference_users *list) MUST_USE;

/*
 * Reads the linked accounts there of users after one id (or from the
 * beginning) up to another one (or to the end), user by user, the oldest first;
 * outcomes as reference_read_users.
 */
enum rc reference_read_accounts(struct op *op, const char *after,
    const char *last, struct reference_accounts *list) MUST_USE;

/*
 * Puts a user here, whose address is unverified; the row of the primary
 * identity must follow in the same transaction.
 *
 * RC_TAKEN	there is a user of that id
 * RC_DOWN, RC_EXPIRED	the database did not answer
 */
enum rc reference_put_user(struct op *op, const struct reference_user *user)
    MUST_USE;

/*
 * Puts an identity here.
 *
 * RC_TAKEN	somebody has it, or the user has another one of its provider
 * RC_DOWN, RC_EXPIRED	the database did not answer
 */
enum rc reference_put_account(struct op *op,
    const struct reference_account *account) MUST_USE;

#endif
