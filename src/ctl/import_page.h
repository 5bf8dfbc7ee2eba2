/* SPDX-License-Identifier: ISC */
/* One page of users on their way in from the reference design's database. */
#ifndef CTL_IMPORT_PAGE_H
#define CTL_IMPORT_PAGE_H

#include "base/op.h"
#include "base/str.h"
#include "store/reference.h"

struct import_tally {
	long long imported;
	long long there;	/* left alone: the user is here already */
	long long refused;
};

/* The users and their linked accounts, and what becomes of them. */
struct import_page {
	struct reference_users users;
	struct reference_accounts accounts;

	struct str refusals;	/* a line for each row left out */
	struct import_tally user_tally;
	struct import_tally identity_tally;
};

/*
 * Puts a page, a struct import_page, into our database: a step of a
 * transaction, for change_run.  The tallies begin at 0 each time.
 *
 * RC_TAKEN	a sign-in has taken an identity meanwhile: begin again
 * RC_DOWN, RC_EXPIRED	the database did not answer
 */
enum rc import_page_put(struct op *op, void *page) MUST_USE;

#endif
