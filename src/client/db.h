/* SPDX-License-Identifier: ISC */
/*
 * PostgreSQL.  The only file that knows libpq: one pool of connections per
 * process, opened lazily, bounded, waited for with the operation's deadline,
 * rebuilt when broken.  Queries are named ones from sql/queries; C never
 * builds SQL.
 *
 * A statement borrows a connection for itself; between db_begin and
 * db_commit or db_rollback the operation keeps one.  An operation that is
 * freed in a transaction rolls back.
 */
#ifndef CLIENT_DB_H
#define CLIENT_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/op.h"
#include "sql/queries.h"

struct db_settings {
	const char *conninfo;	/* libpq's connection string */
	size_t pool;		/* most connections, at least 1 */
	int64_t timeout_ms;	/* for a connection, a statement, a place in
				   the pool; 0: the operation's deadline */
	bool prepare;		/* false behind PgBouncer's transaction mode */
	int64_t schema;		/* version every new connection must show;
				   0 asks nothing (latchkeyctl migrate) */
};

/*
 * A query's parameters in order, as text; NULL is SQL's NULL.  Make one with
 * DB_ARGS(a, b) or DB_NONE; they live to the end of the calling block.
 */
struct db_args {
	size_t count;
	const char *const *values;
};

#define DB_ARGS(...)                                                          \
	((struct db_args){                                                    \
	    .count = sizeof((const char *[]){__VA_ARGS__}) /                  \
		sizeof(const char *),                                         \
	    .values = (const char *[]){__VA_ARGS__},                          \
	})
#define DB_NONE ((struct db_args){.count = 0, .values = NULL})

/* One row of a result, in the pool of the operation that asked. */
struct row;

/* All rows of a result. */
struct rows {
	size_t count;
	const struct row *const *items;
};

/*
 * Prepares the pool; connects to nothing yet.  The strings in settings must
 * live as long as the process.  Call once, before threads start.
 */
void db_open(const struct db_settings *settings);

/* Closes every connection; no operation may be using one. */
void db_close(void);

/*
 * Runs a query that yields at most one row.  Sets *row on RC_OK.
 *
 * RC_ABSENT	no row
 * RC_TAKEN	a unique, foreign key or exclusion constraint stands against
 *		it; inside a transaction that is over then: roll back
 * RC_EXPIRED	the deadline passed before a connection was free
 * RC_DOWN	the database did not answer, has a schema this program does
 *		not know, or refused the statement
 */
enum rc db_one(struct op *op, enum query query, struct db_args args,
    const struct row **row) MUST_USE;

/*
 * Runs a query that yields any number of rows.  Sets *rows on RC_OK.
 * RC_TAKEN, RC_EXPIRED, RC_DOWN as for db_one.
 */
enum rc db_many(struct op *op, enum query query, struct db_args args,
    struct rows *rows) MUST_USE;

/*
 * Runs a statement for its effect; *changed (may be NULL) gets the number of
 * rows it touched.  RC_TAKEN, RC_EXPIRED, RC_DOWN as for db_one.
 */
enum rc db_run(struct op *op, enum query query, struct db_args args,
    int64_t *changed) MUST_USE;

/*
 * Runs a file of statements from sql/schema as it stands, in a transaction.
 * RC_DOWN with the server's message in the reason.
 */
enum rc db_run_text(struct op *op, const char *sql) MUST_USE;

/*
 * Begins a transaction (READ COMMITTED) on a connection that op keeps until
 * db_commit or db_rollback.  RC_EXPIRED and RC_DOWN as for db_one.
 */
enum rc db_begin(struct op *op) MUST_USE;

/*
 * Commits.  After any other outcome than RC_OK nothing was kept - or, when
 * the connection died during COMMIT, it is unknown (the reason says so).
 *
 * RC_TAKEN	a deferred constraint stands against it
 * RC_DOWN	the database did not answer
 */
enum rc db_commit(struct op *op) MUST_USE;

/* Rolls back and keeps op's outcome and reason; no transaction is fine. */
void db_rollback(struct op *op);

/*
 * Asks the server for a sign of life, and whether it may be written to.
 *
 * RC_DOWN	it did not answer (as for db_one), or it is a standby or read only
 * RC_EXPIRED	as for db_one
 */
enum rc db_ping(struct op *op) MUST_USE;

/* A column's text, NULL for SQL's NULL.  Asserts that the column exists. */
const char *db_text(const struct row *row, const char *column);

/* A bigint column; asserts that it is there and not NULL. */
int64_t db_int(const struct row *row, const char *column);

/* A boolean column; NULL reads as false. */
bool db_bool(const struct row *row, const char *column);

#endif
