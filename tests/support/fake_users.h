/* SPDX-License-Identifier: ISC */
/*
 * In place of store/users.c: at most one user.  Calls have the functions'
 * names.
 */
#ifndef SUPPORT_FAKE_USERS_H
#define SUPPORT_FAKE_USERS_H

#include <stdbool.h>

#include "store/users.h"

#define FAKE_USERS_LOCKS   4
#define FAKE_USERS_VERSION 7	/* what raising it gives */

struct fake_users {
	/* What the table holds. */
	const char *id;			/* behind the identity; NULL: nobody */
	struct user user;		/* as read by id; the id is the call's */

	/* What was asked for. */
	struct user inserted;
	char inserted_id[64];
	bool settled_following;
	const char *primary_provider;
	const char *primary_oauth_id;
	const char *locked[FAKE_USERS_LOCKS];	/* in order */
	int locked_count;
};

extern struct fake_users fake_users;

#endif
