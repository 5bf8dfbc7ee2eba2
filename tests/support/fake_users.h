/* SPDX-License-Identifier: ISC */
/*
 * In place of store/users.c: at most one user, and at most one holder of a
 * verified address.  Calls have the functions' names.
 */
#ifndef SUPPORT_FAKE_USERS_H
#define SUPPORT_FAKE_USERS_H

#include <stdbool.h>

#include "store/users.h"

struct fake_users {
	/* What the table holds. */
	const char *id;			/* behind the identity; NULL: nobody */
	struct user user;		/* as read by id; the id is the call's */
	struct users_holder holder;	/* of any address; id NULL: nobody */

	/* What was asked for. */
	struct user inserted;
	char inserted_id[64];
	const char *followed_email;
	bool followed_is_free;
};

extern struct fake_users fake_users;

#endif
