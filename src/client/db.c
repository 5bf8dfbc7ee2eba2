/* SPDX-License-Identifier: ISC */
/*
 * The pool, transactions, and rows as callers see them; how a connection
 * works is db_link.c's.  A result is adopted by its operation's pool, so rows
 * point into it and nothing is copied.
 */
#include "client/db.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "base/pool.h"
#include "base/str.h"
#include "client/db_breaker.h"
#include "client/db_link.h"
#include "client/slots.h"

/* A rollback has this long, whatever is left of its operation. */
#define ROLLBACK_MOST_MS 1000

struct row {
	const PGresult *result;
	int index;
	int column;		/* the one read last */
};

/* The process's one pool. */
static struct {
	struct pool *pool;
	struct db_settings settings;
	struct slots *slots;
	struct db_link *links;
	struct db_breaker breaker;
} db;

void db_open(const struct db_settings *settings)
{
	assert(db.pool == NULL && settings->pool > 0);
	db.pool = pool_new();
	db.settings = *settings;
	db.slots = slots_new(db.pool, settings->pool);
	db_breaker_init(&db.breaker);
	db.links = pool_alloc(db.pool, settings->pool * sizeof(*db.links));
	for (size_t i = 0; i < settings->pool; i++)
		db.links[i].settings = &db.settings;
}

void db_close(void)
{
	for (size_t i = 0; i < db.settings.pool; i++)
		db_link_drop(&db.links[i]);
	pool_free(db.pool);
	memset(&db, 0, sizeof(db));
}

/* Learns from what became of a link, and gives it back. */
static void give_back(struct db_link *link)
{
	size_t slot = (size_t)(link - db.links);

	db_breaker_note(&db.breaker, slot, link->silent, link->conn != NULL);
	link->silent = false;
	db_link_settle(link);
	slots_give_back(db.slots, slot);
}

/* Waits for a place in the pool. */
static enum rc wait_for_slot(struct op *op, size_t *slot)
{
	int64_t most = db.settings.timeout_ms;
	int64_t until = clock_mono_ms() + most;

	if (most == 0 || until > op->deadline_ms)
		until = op->deadline_ms;
	if (!slots_borrow(db.slots, until, slot))
		return op_fail(op, RC_EXPIRED,
		    "no connection to PostgreSQL became free in time");

	return RC_OK;
}

/* Finds op a connection: its transaction's, else one from the pool. */
static enum rc borrow(struct op *op, struct db_link **link)
{
	size_t slot;
	enum rc rc;

	if (op->transaction != NULL) {
		*link = op->transaction;
		return RC_OK;
	}

	if (!db_breaker_may_wait(&db.breaker))
		return op_fail(op, RC_DOWN, "PostgreSQL has not answered since "
		    "it was asked last");
	rc = wait_for_slot(op, &slot);
	if (rc != RC_OK)
		return rc;
	if (!db_breaker_may_ask(&db.breaker, slot)) {
		slots_give_back(db.slots, slot);
		return op_fail(op, RC_DOWN, "PostgreSQL does not answer");
	}

	rc = db_link_ready(op, &db.links[slot]);
	if (rc != RC_OK) {
		give_back(&db.links[slot]);
		return rc;
	}

	*link = &db.links[slot];
	return RC_OK;
}

/* Ends a statement's use of link; a transaction keeps it. */
static void release(const struct op *op, struct db_link *link)
{
	if (op->transaction == NULL)
		give_back(link);
}

static void clear(void *result)
{
	PQclear(result);
}

static enum rc query_into_pool(struct op *op, enum query query,
    struct db_args args, PGresult **result)
{
	struct db_link *link;
	enum rc rc;

	rc = borrow(op, &link);
	if (rc != RC_OK)
		return op_while(op, rc, "%s", query_texts[query].name);

	rc = db_link_query(op, link, query, args, result);
	release(op, link);
	if (rc == RC_OK)
		pool_defer(op->pool, clear, *result);
	return rc;
}

enum rc db_one(struct op *op, enum query query, struct db_args args,
    const struct row **row)
{
	struct row *first;
	PGresult *result;
	enum rc rc;

	rc = query_into_pool(op, query, args, &result);
	if (rc != RC_OK)
		return rc;
	if (PQntuples(result) == 0)
		return op_fail(op, RC_ABSENT, "%s: no row",
		    query_texts[query].name);
	if (PQntuples(result) > 1)
		return op_fail(op, RC_DOWN, "%s: %d rows instead of one",
		    query_texts[query].name, PQntuples(result));

	first = pool_alloc(op->pool, sizeof(*first));
	first->result = result;
	*row = first;
	return RC_OK;
}

enum rc db_many(struct op *op, enum query query, struct db_args args,
    struct rows *rows)
{
	const struct row **items;
	struct row *all;
	PGresult *result;
	size_t count;
	enum rc rc;

	rc = query_into_pool(op, query, args, &result);
	if (rc != RC_OK)
		return rc;

	count = (size_t)PQntuples(result);
	all = pool_alloc(op->pool, count * sizeof(*all));
	items = pool_alloc(op->pool, count * sizeof(const struct row *));
	for (size_t i = 0; i < count; i++) {
		all[i].result = result;
		all[i].index = (int)i;
		items[i] = &all[i];
	}

	rows->count = count;
	rows->items = items;
	return RC_OK;
}

enum rc db_run(struct op *op, enum query query, struct db_args args,
    int64_t *changed)
{
	PGresult *result;
	int64_t count = 0;
	enum rc rc;

	rc = query_into_pool(op, query, args, &result);
	if (rc != RC_OK)
		return rc;

	/* Statements that touch no rows at all say "". */
	str_int(PQcmdTuples(result), 0, INT64_MAX, &count);
	if (changed != NULL)
		*changed = count;
	return RC_OK;
}

enum rc db_run_text(struct op *op, const char *sql)
{
	struct db_link *link;
	PGresult *result;
	enum rc rc;

	rc = borrow(op, &link);
	if (rc != RC_OK)
		return rc;

	/* Outside a transaction libpq's one message is a transaction. */
	rc = db_link_text(op, link, "schema step", sql, &result);
	release(op, link);
	if (rc == RC_OK)
		PQclear(result);
	return rc;
}

enum rc db_ping(struct op *op)
{
	struct db_link *link;
	PGresult *result;
	enum rc rc;

	rc = borrow(op, &link);
	if (rc != RC_OK)
		return rc;

	rc = db_link_text(op, link, "ping", "show transaction_read_only",
	    &result);
	if (rc == RC_OK) {
		/* The next connection may reach one that takes writes. */
		link->stale = strcmp(PQgetvalue(result, 0, 0), "off") != 0;
		if (link->stale)
			rc = op_fail(op, RC_DOWN, "PostgreSQL is a standby, "
			    "or read only by default_transaction_read_only");
		PQclear(result);
	}
	release(op, link);
	return rc;
}

static void rollback_left_over(void *op)
{
	db_rollback(op);
}

enum rc db_begin(struct op *op)
{
	struct db_link *link;
	PGresult *result;
	enum rc rc;

	assert(op->transaction == NULL);
	rc = borrow(op, &link);
	if (rc != RC_OK)
		return op_while(op, rc, "BEGIN");

	rc = db_link_text(op, link, "BEGIN",
	    "begin isolation level read committed", &result);
	if (rc != RC_OK) {
		give_back(link);
		return rc;
	}

	PQclear(result);
	op->transaction = link;
	pool_defer(op->pool, rollback_left_over, op);
	return RC_OK;
}

enum rc db_commit(struct op *op)
{
	struct db_link *link = op->transaction;
	bool asked = link != NULL && link->conn != NULL && op_left_ms(op) > 0;
	bool committed = false;
	PGresult *result;
	enum rc rc;

	assert(link != NULL);
	rc = db_link_text(op, link, "COMMIT", "commit", &result);
	if (rc == RC_OK) {
		/* After a failed statement COMMIT succeeds as ROLLBACK. */
		committed = strcmp(PQcmdStatus(result), "COMMIT") == 0;
		PQclear(result);
	}
	if (rc == RC_DOWN && asked && link->conn == NULL)
		op_while(op, rc, "it is unknown whether this was kept");
	if (rc == RC_OK && !committed)
		rc = op_fail(op, RC_DOWN,
		    "COMMIT: an earlier statement had failed");

	db_rollback(op);
	return rc;
}

void db_rollback(struct op *op)
{
	struct db_link *link = op->transaction;
	struct op before = *op;
	PGresult *result;

	if (link == NULL)
		return;

	/* Should this fail, give_back closes the connection: the same. */
	if (link->conn != NULL &&
	    PQtransactionStatus(link->conn) != PQTRANS_IDLE) {
		op->deadline_ms = clock_mono_ms() + ROLLBACK_MOST_MS;
		if (db_link_text(op, link, "ROLLBACK", "rollback",
			&result) == RC_OK)
			PQclear(result);
		*op = before;
	}

	op->transaction = NULL;
	give_back(link);
}

/*
 * PQfnumber without its copy of the name, which it would fold.  Columns are
 * mostly read in their order: the search begins where the last one ended.
 */
static int number_of(struct row *row, const char *column)
{
	int count = PQnfields(row->result);

	for (int i = 0; i < count; i++) {
		if (strcmp(PQfname(row->result, row->column), column) == 0)
			return row->column;
		row->column = (row->column + 1) % count;
	}

	assert(false);
	return 0;
}

const char *db_text(const struct row *row, const char *column)
{
	/* To the caller a row is what it holds, not where it was read. */
	int number = number_of((struct row *)row, column);

	if (PQgetisnull(row->result, row->index, number))
		return NULL;
	return PQgetvalue(row->result, row->index, number);
}

int64_t db_int(const struct row *row, const char *column)
{
	const char *text = db_text(row, column);
	int64_t number = 0;
	bool whole = text != NULL &&
	    str_int(text, INT64_MIN, INT64_MAX, &number);

	assert(whole);
	return number;
}

bool db_bool(const struct row *row, const char *column)
{
	const char *text = db_text(row, column);

	return text != NULL && strcmp(text, "t") == 0;
}
