/* SPDX-License-Identifier: ISC */
/*
 * In place of auth/account.c and account_link.c: everybody is let in as one
 * and the same user.  Calls have the functions' names.
 */
#ifndef SUPPORT_FAKE_ACCOUNT_H
#define SUPPORT_FAKE_ACCOUNT_H

#include "auth/account.h"

struct fake_account {
	struct user user;
	struct user overruled;		/* the same with a newer version */
	bool has_joined;		/* what a sign-in says */
	struct account linked;		/* what linking gives */

	struct identity identity;	/* of the last call */
	const char *address;
	const char *user_id;		/* likewise, where there is one */
};

extern struct fake_account fake_account;

#endif
