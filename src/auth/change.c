/* SPDX-License-Identifier: ISC */
/* Most races end at the second try; two more are a reserve. */
#include "auth/change.h"

#include "auth/refusal.h"
#include "client/db.h"

#define TRIES 4

static enum rc try(struct op *op, enum rc (*step)(struct op *op, void *what),
    void *what)
{
	enum rc rc;

	rc = db_begin(op);
	if (rc != RC_OK)
		return rc;

	rc = step(op, what);
	if (rc == RC_OK)
		return db_commit(op);

	db_rollback(op);
	return rc;
}

enum rc change_run(struct op *op, enum rc (*step)(struct op *op, void *what),
    void *what)
{
	for (int i = 0; i < TRIES; i++) {
		enum rc rc;

		op_clear(op);
		rc = try(op, step, what);
		if (rc != RC_TAKEN || op->refusal != REFUSAL_NONE)
			return rc;
	}

	return op_recast(op, RC_DOWN, REFUSAL_NONE);
}
