/* SPDX-License-Identifier: ISC */
/*
 * Everything here is non-blocking libpq and poll, so that a hung server costs
 * a thread no more than its operation's deadline.  (Looking up a host's name
 * is the exception: libpq does that in the C library.)
 *
 * No statement is ever sent twice.  When a connection dies after sending,
 * nobody can know whether the statement took effect: even the server's "I am
 * shutting down" (57P01) may overtake the news of a commit.  Instead an idle
 * connection is looked at before it is used, and replaced when the server has
 * hung up, so that the first request after a restart finds a new one.
 *
 * Reasons hold SQLSTATE and primary message.  DETAIL and HINT quote rows and
 * never leave this file.
 */
#include "client/db_link.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/pool.h"
#include "base/str.h"
#include "client/db_breaker.h"
#include "client/slots.h"

#define CONNECT_MOST_MS 3000

/* Waits for events on the connection's socket; false at the deadline. */
static bool wait_for(const PGconn *conn, short events, int64_t deadline_ms)
{
	struct pollfd awaited = {.fd = PQsocket(conn), .events = events};

	for (;;) {
		int64_t left = deadline_ms - clock_mono_ms();
		int ready;

		if (left <= 0)
			return false;
		ready = poll(&awaited, 1, left < INT_MAX ? (int)left : INT_MAX);
		if (ready > 0)
			return true;
		if (ready < 0 && errno != EINTR)
			return false;
	}
}

/* When to give up what begins now. */
static int64_t give_up_at(const struct op *op, const struct db_link *link)
{
	int64_t most = link->settings->timeout_ms;
	int64_t until = clock_mono_ms() + most;

	return most > 0 && until < op->deadline_ms ? until : op->deadline_ms;
}

/* What follows in libpq's messages is DETAIL, HINT and other hosts. */
static const char *first_line(struct op *op, const char *message)
{
	return pool_text_n(op->pool, message, strcspn(message, "\n"));
}

void db_link_drop(struct db_link *link)
{
	PQfinish(link->conn);
	link->conn = NULL;
	link->stale = false;
	link->state[0] = '\0';
	memset(link->prepared, 0, sizeof(link->prepared));
}

void db_link_settle(struct db_link *link)
{
	if (link->conn == NULL)
		return;

	if (link->stale || PQtransactionStatus(link->conn) != PQTRANS_IDLE)
		db_link_drop(link);
}

/* Ends a connection that failed while name was being done. */
static enum rc lose(struct op *op, struct db_link *link, const char *name,
    const char *why)
{
	op_fail(op, RC_DOWN, "%s: %s", name, first_line(op, why));
	db_link_drop(link);
	return RC_DOWN;
}

static void ignore_notice(void *argument, const PGresult *notice)
{
	(void)argument;
	(void)notice;
}

/* The same, where nothing was answered since then. */
static enum rc lose_waiting(struct op *op, struct db_link *link,
    const char *name, int64_t since_ms)
{
	link->silent = db_breaker_is_silence(clock_mono_ms() - since_ms,
	    link->settings->timeout_ms);
	return lose(op, link, name, "time-out");
}

/* Notes why connecting failed. */
static enum rc lose_attempt(struct op *op, struct db_link *link)
{
	PQconninfoOption *options = PQconninfoParse(link->settings->conninfo,
	    NULL);
	/* libpq quotes what it cannot read, and that may be a password. */
	const char *why = options == NULL ?
	    "the connection string is malformed" : PQerrorMessage(link->conn);

	PQconninfoFree(options);
	link->silent = true;
	return lose(op, link, "connecting to PostgreSQL", why);
}

static enum rc connect_link(struct op *op, struct db_link *link)
{
	static const char *const keys[] = {"dbname", "client_encoding",
		"fallback_application_name", NULL};
	const char *const values[] = {link->settings->conninfo, "UTF8",
		"latchkey", NULL};
	PostgresPollingStatusType state = PGRES_POLLING_WRITING;
	int64_t since = clock_mono_ms();
	int64_t until = give_up_at(op, link);

	if (until > since + CONNECT_MOST_MS)
		until = since + CONNECT_MOST_MS;

	link->conn = PQconnectStartParams(keys, values, 1);
	PQsetNoticeReceiver(link->conn, ignore_notice, NULL);
	if (PQstatus(link->conn) == CONNECTION_BAD)
		return lose_attempt(op, link);

	while (state != PGRES_POLLING_OK) {
		short events = state == PGRES_POLLING_READING ? POLLIN :
		    POLLOUT;

		if (!wait_for(link->conn, events, until))
			return lose_waiting(op, link,
			    "connecting to PostgreSQL", since);
		state = PQconnectPoll(link->conn);
		if (state == PGRES_POLLING_FAILED)
			return lose_attempt(op, link);
	}

	if (PQsetnonblocking(link->conn, 1) != 0)
		return lose(op, link, "connecting to PostgreSQL",
		    PQerrorMessage(link->conn));
	return RC_OK;
}

static bool failed(const PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	return status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK &&
	    status != PGRES_EMPTY_QUERY;
}

/* Sends the rest and waits until PQgetResult will not block. */
static bool is_answered(PGconn *conn, int64_t deadline_ms)
{
	for (;;) {
		bool unsent = PQflush(conn) == 1;

		if (!unsent && !PQisBusy(conn))
			return true;
		if (!wait_for(conn, unsent ? POLLIN | POLLOUT : POLLIN,
			deadline_ms))
			return false;
		/* The failure becomes the result. */
		if (!PQconsumeInput(conn))
			return true;
	}
}

/*
 * Awaits the whole answer.  *result is the first failure or the last success,
 * and NULL when there was none in time.
 */
static bool collect(struct op *op, struct db_link *link, PGresult **result)
{
	int64_t until = give_up_at(op, link);
	PGresult *kept = NULL;

	for (;;) {
		PGresult *next;

		if (!is_answered(link->conn, until)) {
			PQclear(kept);
			return false;
		}
		next = PQgetResult(link->conn);
		if (next == NULL)
			break;
		if (kept != NULL && failed(kept)) {
			PQclear(next);
			continue;
		}
		PQclear(kept);
		kept = next;
	}

	*result = kept;
	return true;
}

/*
 * After these the connection is fit for this answer but not for another:
 * cached plans no longer match (0A000), prepared statements are gone (26000),
 * the server is a read-only standby now (25006).
 */
static bool makes_stale(const char *state)
{
	return strcmp(state, "0A000") == 0 || strcmp(state, "26000") == 0 ||
	    strcmp(state, "25006") == 0;
}

/* Another row stands against it: foreign key, unique, exclusion constraint. */
static bool is_taken(const char *state)
{
	return strcmp(state, "23503") == 0 || strcmp(state, "23505") == 0 ||
	    strcmp(state, "23P01") == 0;
}

/* Says what the server has against a statement. */
static enum rc refused(struct op *op, struct db_link *link, const char *name,
    const PGresult *result)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *message = PQresultErrorField(result,
	    PG_DIAG_MESSAGE_PRIMARY);
	size_t len;

	if (state == NULL || message == NULL)
		return op_fail(op, RC_DOWN, "%s: connection lost: %s", name,
		    first_line(op, PQresultErrorMessage(result)));

	snprintf(link->state, sizeof(link->state), "%s", state);
	link->stale = link->stale || makes_stale(state);
	/* Messages about bad data (class 22) quote them. */
	len = strcspn(message, str_begins(state, "22") ? "\"\n" : "\n");
	message = pool_text_n(op->pool, message, len);

	if (is_taken(state))
		return op_fail(op, RC_TAKEN, "%s: %s %s", name, state, message);
	return op_fail(op, RC_DOWN, "%s: %s %s", name, state, message);
}

/* Judges the answer to what was sent; sent is what PQsend… returned. */
static enum rc finish(struct op *op, struct db_link *link, const char *name,
    int sent, PGresult **result)
{
	int64_t since = clock_mono_ms();
	PGresult *answer = NULL;
	enum rc rc = RC_OK;

	if (!sent)
		return lose(op, link, name, PQerrorMessage(link->conn));
	if (!collect(op, link, &answer))
		return lose_waiting(op, link, name, since);
	if (answer == NULL)
		return lose(op, link, name, "no result");
	link->used_ms = clock_mono_ms();

	if (failed(answer))
		rc = refused(op, link, name, answer);
	if (PQstatus(link->conn) == CONNECTION_BAD)
		db_link_drop(link);
	if (rc != RC_OK) {
		PQclear(answer);
		return rc;
	}

	*result = answer;
	return RC_OK;
}

/* Whether there is anything to send with, and time for an answer. */
static enum rc may_send(struct op *op, const struct db_link *link,
    const char *name)
{
	if (link->conn == NULL)
		return op_fail(op, RC_DOWN,
		    "%s: the transaction's connection was lost", name);
	if (op_left_ms(op) == 0)
		return op_fail(op, RC_DOWN, "%s: no time was left", name);
	return RC_OK;
}

static enum rc prepare(struct op *op, struct db_link *link, enum query query)
{
	const struct query_text *text = &query_texts[query];
	PGresult *result;
	enum rc rc;

	rc = finish(op, link, text->name,
	    PQsendPrepare(link->conn, text->name, text->text, 0, NULL),
	    &result);
	if (rc != RC_OK)
		return rc;

	PQclear(result);
	link->prepared[query] = true;
	return RC_OK;
}

enum rc db_link_query(struct op *op, struct db_link *link, enum query query,
    struct db_args args, PGresult **result)
{
	const struct query_text *text = &query_texts[query];
	bool by_name = link->settings->prepare && query != Q_SCHEMA_VERSION;
	int count = (int)args.count;
	enum rc rc;
	int sent;

	assert(count == text->params);
	rc = may_send(op, link, text->name);
	if (rc == RC_OK && by_name && !link->prepared[query])
		rc = prepare(op, link, query);
	if (rc != RC_OK)
		return rc;

	if (by_name)
		sent = PQsendQueryPrepared(link->conn, text->name, count,
		    args.values, NULL, NULL, 0);
	else
		sent = PQsendQueryParams(link->conn, text->text, count, NULL,
		    args.values, NULL, NULL, 0);
	return finish(op, link, text->name, sent, result);
}

enum rc db_link_text(struct op *op, struct db_link *link, const char *name,
    const char *sql, PGresult **result)
{
	enum rc rc = may_send(op, link, name);

	if (rc != RC_OK)
		return rc;
	return finish(op, link, name, PQsendQuery(link->conn, sql), result);
}

/* Asks for the newest step in the schema; 0 where there is none. */
static enum rc ask_version(struct op *op, struct db_link *link,
    int64_t *version)
{
	PGresult *result;
	enum rc rc;

	*version = 0;
	rc = db_link_query(op, link, Q_SCHEMA_VERSION, DB_NONE, &result);
	if (rc != RC_OK)
		return strcmp(link->state, "42P01") == 0 ? RC_OK : rc;

	str_int(PQgetvalue(result, 0, 0), 0, INT64_MAX, version);
	PQclear(result);
	return RC_OK;
}

static enum rc check_schema(struct op *op, struct db_link *link)
{
	int64_t wanted = link->settings->schema;
	int64_t version;
	enum rc rc;

	if (wanted == 0)
		return RC_OK;

	rc = ask_version(op, link, &version);
	if (rc == RC_OK && version != wanted)
		rc = op_fail(op, RC_DOWN, "the schema is version %lld, this "
		    "program needs %lld: %s", (long long)version,
		    (long long)wanted, version < wanted ?
		    "run latchkeyctl migrate" : "install a newer latchkey");
	if (rc != RC_OK)
		db_link_drop(link);
	return rc;
}

enum rc db_link_ready(struct op *op, struct db_link *link)
{
	enum rc rc;

	if (link->conn != NULL && !slots_socket_is_idle(PQsocket(link->conn),
	    link->used_ms))
		db_link_drop(link);
	if (link->conn != NULL)
		return RC_OK;

	rc = connect_link(op, link);
	return rc == RC_OK ? check_schema(op, link) : rc;
}
