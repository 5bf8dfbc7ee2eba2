/* SPDX-License-Identifier: ISC */
/*
 * Tables under their columns' names.  A test compares them with the schema;
 * user_id stands once, as the user's id.
 */
#include "http/h_export.h"

#include "auth/export.h"
#include "auth/view.h"
#include "base/clock.h"
#include "client/js.h"

static struct js *accounts(struct op *op, const struct accounts_list *list)
{
	struct js *rows = js_array(op);

	for (size_t i = 0; i < list->count; i++)
		js_append(rows, view_account_whole(op, &list->items[i]));
	return rows;
}

static struct js *sessions(struct op *op, const struct sessions_list *list)
{
	struct js *rows = js_array(op);

	for (size_t i = 0; i < list->count; i++)
		js_append(rows, view_session(op, &list->items[i]));
	return rows;
}

static struct js *grants(struct op *op, const struct grants_list *list)
{
	struct js *rows = js_array(op);

	for (size_t i = 0; i < list->count; i++)
		js_append(rows, view_grant(op, &list->items[i]));
	return rows;
}

static struct js *events(struct op *op, const struct events_list *list)
{
	struct js *rows = js_array(op);

	for (size_t i = 0; i < list->count; i++)
		js_append(rows, view_event(op, &list->items[i]));
	return rows;
}

enum rc h_export(struct request *request, struct response *response)
{
	struct op *op = request->op;
	struct export export;
	struct js *answer;
	enum rc rc;

	rc = export_gather(op, &request->session, &export);
	if (rc != RC_OK)
		return rc;

	answer = js_object(op);
	js_put_time(op, answer, "exported_at", clock_now_ms());
	js_put(answer, "user", view_user_whole(op, export.user));
	js_put(answer, "linked_accounts", accounts(op, &export.accounts));
	js_put(answer, "sessions", sessions(op, &export.sessions));
	js_put(answer, "premium_grants", grants(op, &export.grants));
	js_put(answer, "events", events(op, &export.events));
	response_json(response, 200, answer);
	response_header(response, "Content-Disposition",
	    "attachment; filename=\"latchkey-export.json\"");
	return RC_OK;
}
