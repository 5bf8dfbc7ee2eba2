/* SPDX-License-Identifier: ISC */
/*
 * In place of auth/account.c: everybody is let in as one and the same user.
 * The call is named account_sign_in.
 */
#ifndef SUPPORT_FAKE_ACCOUNT_H
#define SUPPORT_FAKE_ACCOUNT_H

#include "auth/account.h"

struct fake_account {
	struct user user;
	struct identity identity;	/* of the last call */
	const char *address;
};

extern struct fake_account fake_account;

#endif
