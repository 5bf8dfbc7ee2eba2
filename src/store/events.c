/* SPDX-License-Identifier: ISC */
/* The query stands in sql/queries/events.sql. */
#include "store/events.h"

#include "client/db.h"

enum rc events_add(struct op *op, const struct event *event)
{
	const char *actor = event->actor != NULL ? event->actor : "user";
	enum rc rc;

	rc = db_run(op, Q_EVENT_INSERT,
	    DB_ARGS(event->kind, event->user_id, event->provider,
		event->session_id, event->address, actor, op->id), NULL);
	if (rc != RC_OK)
		return op_while(op, rc, "adding the event %s", event->kind);

	return RC_OK;
}
