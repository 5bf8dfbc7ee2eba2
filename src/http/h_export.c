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

static struct js *user_row(struct op *op, const struct user *user)
{
	struct js *row = js_object(op);

	js_put_text(row, "id", user->id);
	js_put_text(row, "email", user->email);
	js_put_bool(row, "email_verified", user->email_verified);
	js_put_text(row, "display_name", user->own_display_name);
	js_put_text(row, "avatar_url", user->own_avatar_url);
	js_put_text(row, "oauth_provider", user->oauth_provider);
	js_put_text(row, "oauth_id", user->oauth_id);
	js_put_time(op, row, "premium_until", user->premium_until_ms);
	js_put_time(op, row, "disabled_at", user->disabled_at_ms);
	js_put_int(row, "version", user->version);
	js_put_time(op, row, "created_at", user->created_at_ms);
	js_put_time(op, row, "updated_at", user->updated_at_ms);
	js_put_time(op, row, "last_login_at", user->last_login_at_ms);
	return row;
}

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

	for (size_t i = 0; i < list->count; i++) {
		const struct grant *grant = &list->items[i];
		struct js *row = js_object(op);

		js_put_text(row, "reference", grant->reference);
		js_put_time(op, row, "until", grant->until_ms);
		js_put_text(row, "actor", grant->actor);
		js_put_time(op, row, "at", grant->at_ms);
		js_append(rows, row);
	}
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
	js_put(answer, "user", user_row(op, export.user));
	js_put(answer, "linked_accounts", accounts(op, &export.accounts));
	js_put(answer, "sessions", sessions(op, &export.sessions));
	js_put(answer, "premium_grants", grants(op, &export.grants));
	js_put(answer, "events", events(op, &export.events));
	response_json(response, 200, answer);
	response_header(response, "Content-Disposition",
	    "attachment; filename=\"latchkey-export.json\"");
	return RC_OK;
}
