/* SPDX-License-Identifier: ISC */
/*
 * In place of client/db.c, for tests whose stores are fakes, too: transactions
 * without a database.  Calls are named db_begin, db_commit, db_rollback.
 */
#ifndef SUPPORT_FAKE_DB_H
#define SUPPORT_FAKE_DB_H

#include <stdbool.h>

/* Whether a transaction is open now. */
extern bool fake_db_is_open;

#endif
