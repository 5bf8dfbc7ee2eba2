/* SPDX-License-Identifier: ISC */
/*
 * One connection to PostgreSQL: connecting, sending, awaiting the answer.
 * Private to db.c, which adds the pool and what callers see.
 */
#ifndef CLIENT_DB_LINK_H
#define CLIENT_DB_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include <libpq-fe.h>

#include "base/op.h"
#include "client/db.h"

/* Zeroed but for settings: not connected yet. */
struct db_link {
	const struct db_settings *settings;
	PGconn *conn;			/* NULL: to be connected */
	int64_t used_ms;		/* last answer, on clock_mono_ms */
	bool silent;			/* the server did not answer in time,
					   or could not be reached */
	bool stale;			/* not to be used by the next one */
	char state[6];			/* SQLSTATE of the last failure */
	bool prepared[Q_COUNT];
};

/*
 * Makes sure that an idle link is connected, to a schema this program knows;
 * replaces a connection that the server has closed.  Takes 3 s at most.
 *
 * RC_DOWN	the database did not answer, or has another schema
 */
enum rc db_link_ready(struct op *op, struct db_link *link) MUST_USE;

/*
 * Runs a query and sets *result, which succeeded and is the caller's, to be
 * ended with PQclear.  Waits until op's deadline; then, or when anything is
 * wrong with the connection, that is closed (conn is NULL).
 *
 * RC_TAKEN	a unique, foreign key or exclusion constraint stands against it
 * RC_DOWN	no answer, no connection, no time, or the statement failed
 */
enum rc db_link_query(struct op *op, struct db_link *link, enum query query,
    struct db_args args, PGresult **result) MUST_USE;

/*
 * Like db_link_query, for one or more statements without parameters; name
 * stands for them in the reason.  *result is the last statement's.
 */
enum rc db_link_text(struct op *op, struct db_link *link, const char *name,
    const char *sql, PGresult **result) MUST_USE;

/*
 * To be called when link becomes idle: closes a connection that the next
 * borrower must not get.
 */
void db_link_settle(struct db_link *link);

/* Closes the connection, if there is one. */
void db_link_drop(struct db_link *link);

#endif
