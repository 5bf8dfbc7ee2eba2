/* SPDX-License-Identifier: ISC */
/*
 * latchkeyctl migrate: brings the schema to the version this program knows,
 * one transaction per step, one process at a time.  Forward only.
 */
#include "ctl/ctl.h"

#include <stdio.h>
#include <stdbool.h>

#include "client/db.h"
#include "sql/schema.h"

/* A step may rebuild an index; nobody waits at a browser. */
#define BUDGET_MS (INT64_C(3600) * 1000)

/* The version that is there, 0 for an empty database. */
static enum rc current_version(struct op *op, int64_t *version)
{
	const struct row *row;
	enum rc rc;

	rc = db_one(op, Q_SCHEMA_IS_THERE, DB_NONE, &row);
	if (rc == RC_OK && !db_bool(row, "there")) {
		*version = 0;
		return RC_OK;
	}
	if (rc == RC_OK)
		rc = db_one(op, Q_SCHEMA_VERSION, DB_NONE, &row);
	if (rc != RC_OK)
		return op_while(op, rc, "reading the schema's version");

	*version = db_text(row, "version") == NULL ? 0
						   : db_int(row, "version");
	return RC_OK;
}

/*
 * Runs a step's statements and notes it.  *applied says whether: another
 * process may have done so while we waited for the lock.
 */
static enum rc run_step(struct op *op, const struct schema_text *step,
    bool *applied)
{
	const char *number = pool_print(op->pool, "%d", step->version);
	int64_t version;
	enum rc rc;

	rc = db_run(op, Q_SCHEMA_LOCK, DB_NONE, NULL);
	if (rc == RC_OK)
		rc = current_version(op, &version);
	if (rc != RC_OK)
		return rc;
	if (version >= step->version) {
		*applied = false;
		return RC_OK;
	}

	rc = db_run_text(op, step->text);
	if (rc == RC_OK)
		rc = db_run(op, Q_SCHEMA_NOTE, DB_ARGS(number, step->name),
		    NULL);
	if (rc != RC_OK)
		return rc;

	*applied = true;
	return RC_OK;
}

static enum rc apply(struct op *op, const struct schema_text *step)
{
	bool applied;
	enum rc rc;

	rc = db_begin(op);
	if (rc != RC_OK)
		return rc;

	rc = run_step(op, step, &applied);
	if (rc == RC_OK)
		rc = db_commit(op);
	if (rc != RC_OK) {
		db_rollback(op);
		return op_while(op, rc, "step %s", step->name);
	}

	printf(applied ? "applied %s\n" : "%s was applied meanwhile\n",
	    step->name);
	return RC_OK;
}

static enum rc migrate(struct op *op, bool dry)
{
	int64_t version;
	enum rc rc;

	rc = current_version(op, &version);
	if (rc != RC_OK)
		return rc;
	if (version > SCHEMA_VERSION)
		return op_fail(op, RC_BAD, "the schema is version %lld, newer "
		    "than this program's %d: install the newer latchkey",
		    (long long)version, SCHEMA_VERSION);

	for (int i = 0; i < SCHEMA_COUNT; i++) {
		if (schema_texts[i].version <= version)
			continue;
		if (dry) {
			printf("would apply %s\n", schema_texts[i].name);
			continue;
		}
		rc = apply(op, &schema_texts[i]);
		if (rc != RC_OK)
			return rc;
	}
	if (version == SCHEMA_VERSION)
		printf("the schema is up to date (version %d)\n",
		    SCHEMA_VERSION);
	return RC_OK;
}

static enum rc run(struct op *op, const struct ctl_call *call)
{
	enum rc rc;

	db_open(&(struct db_settings){
	    .conninfo = call->config->postgres_migrate_conninfo,
	    .pool = 1});
	rc = migrate(op, call->dry);
	db_close();
	return rc;
}

static const struct ctl_command command = {
	.arguments = "[-n]",
	.help = "bring the database schema up to date; -n: only show the steps",
	.options = "d",
	.needs = CTL_CONFIG,
	.budget_ms = BUDGET_MS,
	.run = run,
};

const struct ctl_noun ctl_migrate = {
	.name = "migrate",
	.commands = &command,
	.count = 1,
};
