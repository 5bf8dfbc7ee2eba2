/* SPDX-License-Identifier: ISC */
/*
 * One change of accounts: one transaction, whole or not at all.  Races are
 * settled by row locks and unique indexes; who loses begins again, and then
 * finds what the winner made.
 */
#ifndef AUTH_CHANGE_H
#define AUTH_CHANGE_H

#include "base/op.h"

/*
 * Runs step in a transaction and commits it; rolls back when it fails.  A
 * step that ends with RC_TAKEN and no refusal has lost a race and is run
 * again, a few times; so is a COMMIT that does.  What step writes to *what
 * counts only when change_run succeeds.
 *
 * RC_DOWN	races were lost again and again, or as db_begin and db_commit,
 *		after which it may be unknown whether the change was kept
 * RC_EXPIRED	as db_begin
 * and whatever else step ends with
 */
enum rc change_run(struct op *op, enum rc (*step)(struct op *op, void *what),
    void *what) MUST_USE;

#endif
