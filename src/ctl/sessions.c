/* SPDX-License-Identifier: ISC */
/* latchkeyctl sessions: what is open, and its end. */
#include "ctl/ctl.h"

#include <stdio.h>

#include "auth/account.h"
#include "auth/session.h"
#include "auth/view.h"
#include "base/str.h"
#include "base/uuid.h"

static const struct ctl_column columns[] = {
	{"id", "ID"},
	{"provider", "PROVIDER"},
	{"created_at", "CREATED"},
	{"last_used_at", "LAST USED"},
	{"expires_at", "EXPIRES"},
	{"ip", "ADDRESS"},
	{"user_agent", "USER AGENT"},
	{NULL, NULL},
};

static enum rc list(struct op *op, const struct ctl_call *call)
{
	struct js *array = js_array(op);
	struct sessions_list sessions;
	const struct user *user;
	enum rc rc;

	rc = ctl_find(op, call->words[0], &user);
	if (rc == RC_OK)
		rc = sessions_list(op, user->id, &sessions);
	if (rc != RC_OK)
		return rc;

	for (size_t i = 0; i < sessions.count; i++)
		js_append(array, view_session(op, &sessions.items[i]));
	ctl_view_list(op, call, columns, "sessions", array);
	return RC_OK;
}

static enum rc end_one(struct op *op, const char *user_id, const char *word)
{
	const char *sid = str_lower(op->pool, word);
	enum rc rc = session_revoke(op, user_id, sid, CTL_ACTOR);

	if (rc == RC_ABSENT)
		return op_fail(op, rc, "user %s has no session %s", user_id,
		    sid);
	if (rc == RC_OK)
		printf("session %s of user %s has ended\n", sid, user_id);
	return rc;
}

static enum rc end_all(struct op *op, const char *user_id)
{
	enum rc rc = account_end_sessions(op, user_id, CTL_ACTOR);

	if (rc == RC_OK)
		printf("every session of user %s has ended\n", user_id);
	return rc;
}

/*
 * The id that sessions are known by.  One that is given as such is not looked
 * up: sessions are Redis's, and end without PostgreSQL, too.
 */
static enum rc find_id(struct op *op, const char *word, const char **id)
{
	const char *given = str_lower(op->pool, word);
	const struct user *user;
	enum rc rc;

	if (uuid_is_valid(given)) {
		*id = given;
		return RC_OK;
	}

	rc = ctl_find(op, word, &user);
	if (rc == RC_OK)
		*id = user->id;
	return rc;
}

static enum rc end(struct op *op, const struct ctl_call *call)
{
	const char *id;
	enum rc rc;

	rc = find_id(op, call->words[0], &id);
	if (rc != RC_OK)
		return rc;

	return call->word_count == 2 ? end_one(op, id, call->words[1])
				     : end_all(op, id);
}

static const struct ctl_command commands[] = {
	{
	    .verb = "list",
	    .arguments = "[--json] USER",
	    .help = "a user's live sessions, the newest first",
	    .options = "j",
	    .words_least = 1,
	    .words_most = 1,
	    .needs = CTL_STORES,
	    .run = list,
	}, {
	    .verb = "end",
	    .arguments = "USER [session]",
	    .help = "end one session, or all of the user's",
	    .options = "",
	    .words_least = 1,
	    .words_most = 2,
	    .needs = CTL_STORES,
	    .run = end,
	},
};

const struct ctl_noun ctl_sessions = {
	.name = "sessions",
	.commands = commands,
	.count = sizeof(commands) / sizeof(commands[0]),
};
