/* SPDX-License-Identifier: ISC */
/* latchkeyctl events: what happened, to a user or at all. */
#include "ctl/ctl.h"

#include "auth/refusal.h"
#include "auth/view.h"
#include "store/events.h"

#define LIMIT 100

static const struct ctl_column columns[] = {
	{"at", "TIME"},
	{"kind", "KIND"},
	{"user_id", "USER"},
	{"provider", "PROVIDER"},
	{"actor", "ACTOR"},
	{"address", "ADDRESS"},
	{"session_id", "SESSION"},
	{NULL, NULL},
};

static struct js *entry_json(struct op *op, const struct events_entry *entry)
{
	struct js *object = view_event(op, entry);

	js_put_text(object, "user_id", entry->user_id);
	return object;
}

/* EVENT_NONE where no kind is asked for. */
static enum rc read_kind(struct op *op, const struct ctl_call *call,
    enum event_kind *kind)
{
	*kind = EVENT_NONE;
	if (call->kind == NULL || event_kind_from(call->kind, kind))
		return RC_OK;

	return op_refuse(op, RC_BAD, REFUSAL_FIELDS, "there are no events of "
	    "the kind %s: latchkey(8) names the kinds", call->kind);
}

static enum rc run(struct op *op, const struct ctl_call *call)
{
	int64_t limit = call->limit != 0 ? call->limit : LIMIT;
	struct js *array = js_array(op);
	const struct user *user = NULL;
	struct events_list events;
	enum event_kind kind;
	enum rc rc;

	rc = read_kind(op, call, &kind);
	if (rc == RC_OK && call->word_count == 1)
		rc = ctl_find(op, call->words[0], &user);
	if (rc == RC_OK)
		rc = events_latest(op, user != NULL ? user->id : NULL,
		    kind, limit, &events);
	if (rc != RC_OK)
		return rc;

	for (size_t i = 0; i < events.count; i++)
		js_append(array, entry_json(op, &events.items[i]));
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
