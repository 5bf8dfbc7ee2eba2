/* SPDX-License-Identifier: ISC */
/*
 * In place of store/accounts.c: says what the test has set, keeps what it was
 * given last.  Calls have the functions' names.
 */
#ifndef SUPPORT_FAKE_ACCOUNTS_H
#define SUPPORT_FAKE_ACCOUNTS_H

#include "store/accounts.h"

struct fake_accounts {
	/* What the table holds. */
	struct accounts_standing standing;
	struct accounts_standing later;	/* once it has changed */
	int changes_after;		/* so many looks; 0: never */
	struct accounts_list list;	/* of whoever is asked about */
	struct accounts_list other_list;	/* of other_id */
	const char *other_id;
	bool follows;			/* the address, says noting a use */

	/* What was asked for. */
	int looks;
	struct account asked;		/* by the last look */
	const char *asker_id;
	struct account last;		/* inserted or used */
	const char *last_user_id;
	const char *deleted_provider;
	const char *moved_to;
};

extern struct fake_accounts fake_accounts;

#endif
