/* SPDX-License-Identifier: ISC */
/*
 * In place of store/transactions.c: one record, which is whatever the test
 * has set.  Calls have the functions' names.
 */
#ifndef SUPPORT_FAKE_TRANSACTIONS_H
#define SUPPORT_FAKE_TRANSACTIONS_H

#include "store/transactions.h"

struct fake_transactions {
	struct transaction record;	/* put, or to be taken */
	const char *state;		/* of the last call */
	const char *binding;		/* likewise */
};

extern struct fake_transactions fake_transactions;

#endif
