/* SPDX-License-Identifier: ISC */
/* Transactions are a flag: what stands between them is the stores'. */
#include "support/fake_db.h"

#include <check.h>

#include "client/db.h"
#include "support/fake_calls.h"

bool fake_db_is_open;

enum rc db_begin(struct op *op)
{
	enum rc rc = fake_calls_enter(op, "db_begin");

	ck_assert(!fake_db_is_open);
	fake_db_is_open = rc == RC_OK;
	return rc;
}

/* After a commit that failed nothing is open, either. */
enum rc db_commit(struct op *op)
{
	ck_assert(fake_db_is_open);
	fake_db_is_open = false;
	return fake_calls_enter(op, "db_commit");
}

enum rc db_ping(struct op *op)
{
	return fake_calls_enter(op, "db_ping");
}

void db_rollback(struct op *op)
{
	enum rc rc = fake_calls_enter(op, "db_rollback");

	ck_assert_int_eq(rc, RC_OK);
	fake_db_is_open = false;
}
