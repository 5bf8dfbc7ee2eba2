/* SPDX-License-Identifier: ISC */
/* The queries stand in sql/queries/events.sql and ctl.sql. */
#include "store/events.h"

#include <assert.h>

#include "client/db.h"

/* What is personal of an event, left out where it names nobody. */
static const char *personal(const struct event *event, const char *text)
{
	return event->user_id != NULL ? text : NULL;
}

enum rc events_add(struct op *op, const struct event *event)
{
	const char *actor = event->actor != NULL ? event->actor : "user";
	const char *kind = event_kind_name(event->kind);
	enum rc rc;

	assert(kind != NULL);
	rc = db_run(op, Q_EVENT_INSERT,
	    DB_ARGS(kind, event->user_id, event->provider,
		personal(event, event->session_id),
		personal(event, event->address), actor,
		personal(event, op->id)), NULL);
	if (rc != RC_OK)
		return op_while(op, rc, "adding the event %s", kind);

	return RC_OK;
}

static struct events_entry entry_from(const struct row *row)
{
	return (struct events_entry){
	    .id = db_int(row, "id"),
	    .at_ms = db_int(row, "at"),
	    .kind = db_text(row, "kind"),
	    .user_id = db_text(row, "user_id"),
	    .provider = db_text(row, "provider"),
	    .session_id = db_text(row, "session_id"),
	    .address = db_text(row, "address"),
	    .actor = db_text(row, "actor"),
	    .request_id = db_text(row, "request_id"),
	};
}

static const char *number(struct op *op, int64_t value)
{
	return pool_print(op->pool, "%lld", (long long)value);
}

static void collect(struct op *op, const struct rows *rows,
    struct events_list *list)
{
	struct events_entry *items = pool_alloc(op->pool,
	    rows->count * sizeof(*items));

	for (size_t i = 0; i < rows->count; i++)
		items[i] = entry_from(rows->items[i]);
	*list = (struct events_list){.count = rows->count, .items = items};
}

enum rc events_of_user(struct op *op, const char *user_id,
    struct events_list *list)
{
	struct rows rows;
	enum rc rc;

	rc = db_many(op, Q_EVENTS_OF_USER, DB_ARGS(user_id), &rows);
	if (rc != RC_OK)
		return op_while(op, rc, "reading the events of user %s",
		    user_id);

	collect(op, &rows, list);
	return RC_OK;
}

enum rc events_latest(struct op *op, const char *user_id,
    enum event_kind kind, int64_t limit, struct events_list *list)
{
	struct rows rows;
	enum rc rc;

	rc = db_many(op, Q_EVENTS_LATEST,
	    DB_ARGS(user_id, event_kind_name(kind), number(op, limit)),
	    &rows);
	if (rc != RC_OK)
		return op_while(op, rc, "reading the latest events");

	collect(op, &rows, list);
	return RC_OK;
}

enum rc events_count_before(struct op *op, int64_t instant_ms,
    struct events_pruned *pruned)
{
	const struct row *row;
	enum rc rc;

	rc = db_one(op, Q_EVENTS_COUNT_BEFORE,
	    DB_ARGS(number(op, instant_ms),
		event_kind_name(EVENT_AGAINST_JOINING)), &row);
	if (rc != RC_OK)
		return op_while(op, rc, "counting old events");

	*pruned = (struct events_pruned){
	    .deleted = db_int(row, "deletable"),
	    .stripped = db_int(row, "strippable"),
	};
	return RC_OK;
}

enum rc events_strip_before(struct op *op, int64_t instant_ms, int64_t limit,
    int64_t *stripped)
{
	enum rc rc;

	rc = db_run(op, Q_EVENTS_STRIP_BEFORE,
	    DB_ARGS(number(op, instant_ms),
		event_kind_name(EVENT_AGAINST_JOINING), number(op, limit)),
	    stripped);
	if (rc != RC_OK)
		return op_while(op, rc, "stripping old events");

	return RC_OK;
}

enum rc events_delete_before(struct op *op, int64_t instant_ms, int64_t limit,
    int64_t *deleted)
{
	enum rc rc;

	rc = db_run(op, Q_EVENTS_DELETE_BEFORE,
	    DB_ARGS(number(op, instant_ms),
		event_kind_name(EVENT_AGAINST_JOINING), number(op, limit)),
	    deleted);
	if (rc != RC_OK)
		return op_while(op, rc, "deleting old events");

	return RC_OK;
}
