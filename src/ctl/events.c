/* SPDX-License-Identifier: ISC */
/* latchkeyctl events: what happened, to a user or at all. */
#include "ctl/ctl.h"

#include "store/events.h"

#define LIMIT 100

static const struct ctl_column columns[] = {
	{"at", "TIME"},
	{"kind", "KIND"},
	{"user_id", "USER"},
	{"provider", "PROVIDER"},
	{"actor", "ACTOR"},
	{"ip", "ADDRESS"},
	{"session_id", "SESSION"},
	{NULL, NULL},
};

static struct js *event_json(struct op *op, const struct event *event)
{
	struct js *object = js_object(op);

	js_put_int(object, "id", event->id);
	ctl_view_put_time(op, object, "at", event->at_ms);
	js_put_text(object, "kind", event->kind);
	js_put_text(object, "user_id", event->user_id);
	js_put_text(object, "provider", event->provider);
	js_put_text(object, "actor", event->actor);
	js_put_text(object, "ip", event->address);
	js_put_text(object, "session_id", event->session_id);
	js_put_text(object, "request_id", event->request_id);
	return object;
}

static enum rc run(struct op *op, const struct ctl_call *call)
{
	int64_t limit = call->limit != 0 ? call->limit : LIMIT;
	struct js *array = js_array(op);
	const struct user *user = NULL;
	struct events_list events;
	enum rc rc = RC_OK;

	if (call->word_count == 1)
		rc = ctl_find(op, call->words[0], &user);
	if (rc == RC_OK)
		rc = events_latest(op, user != NULL ? user->id : NULL,
		    call->kind, limit, &events);
	if (rc != RC_OK)
		return rc;

	for (size_t i = 0; i < events.count; i++)
		js_append(array, event_json(op, &events.items[i]));
	ctl_view_list(op, call, columns, "events", array);
	return RC_OK;
}

static const struct ctl_command command = {
	.arguments = "[-n count] [--kind kind] [--json] [USER]",
	.help = "what happened, the newest first, 100 unless -n says "
	    "otherwise",
	.options = "nkj",
	.words_most = 1,
	.needs = CTL_STORES,
	.run = run,
};

const struct ctl_noun ctl_events = {
	.name = "events",
	.commands = &command,
	.count = 1,
};
