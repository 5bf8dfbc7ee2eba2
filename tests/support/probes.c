/* SPDX-License-Identifier: ISC */
/* Every step here must work: a test that cannot be set up fails. */
#include "support/probes.h"

#include <assert.h>
#include <signal.h>

#include "base/clock.h"
#include "support/servers.h"

#define BUDGET_MS 20000

static const char table[] =
    "create table probes ("
    "    name text primary key check (name <> 'bad'),"
    "    owner text references probes deferrable initially deferred);"
    "create function probe_raise(state text) returns void as $$"
    "begin"
    "    raise exception using errcode = state, message = 'told to',"
    "        detail = 'alice@example.org', hint = 'bob@example.org';"
    "end $$ language plpgsql";

static void open_pool(size_t pool, bool prepare, int64_t schema)
{
	db_open(&(struct db_settings){
	    .conninfo = servers_conninfo(),
	    .pool = pool,
	    .prepare = prepare,
	    .schema = schema,
	});
}

static void must_run(const char *sql)
{
	struct op *op = op_new(NULL, BUDGET_MS);
	enum rc rc = db_run_text(op, sql);

	assert(rc == RC_OK);
	op_free(op);
}

bool probes_begin(void)
{
	signal(SIGPIPE, SIG_IGN);
	if (!servers_begin(SERVERS_POSTGRES))
		return false;

	probes_open();
	must_run(table);
	probes_close();
	return true;
}

void probes_open(void)
{
	open_pool(2, true, 0);
}

void probes_reopen(size_t pool, bool prepare, int64_t schema)
{
	db_close();
	open_pool(pool, prepare, schema);
}

void probes_close(void)
{
	db_close();
}

void probes_empty(void)
{
	must_run("truncate probes");
}

int64_t probes_count(void)
{
	struct op *op = op_new(NULL, BUDGET_MS);
	const struct row *row;
	enum rc rc = db_one(op, Q_PROBE_COUNT, DB_NONE, &row);
	int64_t count;

	assert(rc == RC_OK);
	count = db_int(row, "count");
	op_free(op);
	return count;
}

const char *probes_backend(struct op *op)
{
	const struct row *row;
	enum rc rc = db_one(op, Q_BACKEND_PID, DB_NONE, &row);

	assert(rc == RC_OK);
	return db_text(row, "pid");
}

int64_t probes_since(int64_t start_ms)
{
	return clock_mono_ms() - start_ms;
}
