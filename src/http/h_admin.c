/* SPDX-License-Identifier: ISC */
/* Reads what an administrator sends; what it does is auth/'s. */
#include "http/h_admin.h"

#include <string.h>

#include "auth/account.h"
#include "auth/admin.h"
#include "auth/premium.h"
#include "auth/refusal.h"
#include "auth/view.h"
#include "base/encode.h"
#include "base/uuid.h"
#include "http/problem.h"

/* What is no id of ours is nobody's, and not a question for the database. */
static enum rc take_id(struct request *request)
{
	if (!uuid_is_valid(request->segment))
		return op_fail(request->op, RC_ABSENT, "this is no user's id");
	return RC_OK;
}

enum rc h_admin_user(struct request *request, struct response *response)
{
	struct op *op = request->op;
	const char *id = request->segment;
	struct accounts_list accounts;
	struct sessions_list sessions;
	const struct user *user;
	struct js *answer;
	enum rc rc;

	rc = take_id(request);
	if (rc == RC_OK)
		rc = accounts_of_user(op, id, &accounts);
	if (rc == RC_OK)
		rc = sessions_list(op, id, &sessions);
	/* Last: a user who is deleted in between is not there. */
	if (rc == RC_OK)
		rc = users_by_id(op, id, &user);
	if (rc != RC_OK)
		return rc;

	answer = view_user_for_admin(op, user);
	js_put(answer, "linked_accounts", view_accounts(op, &accounts));
	js_put_int(answer, "active_sessions", (int64_t)sessions.count);
	response_json(response, 200, answer);
	return RC_OK;
}

/* An end of premium, or null. */
static int64_t read_until(const struct js *json, struct refusal_fields *wrong)
{
	static const char name[] = "premium_until";
	const struct js *value = js_get(json, name);
	int64_t until_ms = 0;

	if (!js_has(json, name))
		refusal_add(wrong, name, "This is needed; null takes premium "
		    "away.");
	else if (js_type(value) == JS_TEXT ?
	    !premium_end_from(js_as_text(value), &until_ms) :
	    js_type(value) != JS_NULL)
		refusal_add(wrong, name, "Send null, or a time between 1970 "
		    "and 9999 such as 2030-01-31T12:00:00Z.");
	return until_ms;
}

/* A new one where there is none; NULL after an error was added. */
static const char *read_reference(struct pool *pool, const struct js *json,
    struct refusal_fields *wrong)
{
	static const char name[] = "reference";
	const char *text = js_text(json, name);

	if (!js_has(json, name))
		return premium_reference_new(pool);

	if (text == NULL || !premium_reference_is_valid(text)) {
		refusal_add(wrong, name, pool_print(pool,
		    "Send 1 to %d characters, each seen by itself, with spaces "
		    "only between them, or leave it out.",
		    PREMIUM_REFERENCE_MOST));
		return NULL;
	}
	return text;
}

static void refuse_others(const struct js *json,
    struct refusal_fields *wrong)
{
	for (size_t i = 0; i < js_count(json); i++) {
		const char *name = js_name(json, i);

		if (strcmp(name, "premium_until") != 0 &&
		    strcmp(name, "reference") != 0)
			refusal_add(wrong, name,
			    "This is not a field that can be set.");
	}
}

/* RC_BAD: some members are wrong, and named in the answer. */
static enum rc read_change(struct request *request, struct response *response,
    struct premium_change *change)
{
	struct op *op = request->op;
	struct refusal_fields wrong = {.count = 0};
	enum rc rc;

	*change = (struct premium_change){
	    .until_ms = read_until(request->json, &wrong),
	    .reference = read_reference(op->pool, request->json, &wrong),
	    .actor = ADMIN_ACTOR,
	};
	refuse_others(request->json, &wrong);
	if (wrong.count == 0)
		return RC_OK;

	rc = op_refuse(op, RC_BAD, REFUSAL_FIELDS, "%zu wrong members",
	    wrong.count);
	problem_answer_fields(response, &wrong);
	return rc;
}

enum rc h_admin_premium(struct request *request, struct response *response)
{
	struct premium_change change;
	const struct user *user;
	enum rc rc = take_id(request);

	if (rc != RC_OK)
		return rc;
	if (read_change(request, response, &change) != RC_OK)
		return RC_OK;

	rc = premium_set(request->op, request->segment, &change, &user);
	if (rc != RC_OK)
		return rc;

	response_json(response, 200, view_user(request->op, user));
	return RC_OK;
}

/* Does something to the user in the path that has no other answer. */
static enum rc turn(struct request *request, struct response *response,
    enum rc (*act)(struct op *op, const char *id, const char *actor))
{
	enum rc rc = take_id(request);

	if (rc == RC_OK)
		rc = act(request->op, request->segment, ADMIN_ACTOR);
	if (rc == RC_OK)
		response_empty(response);
	return rc;
}

enum rc h_admin_disable(struct request *request, struct response *response)
{
	return turn(request, response, account_disable);
}

enum rc h_admin_enable(struct request *request, struct response *response)
{
	return turn(request, response, account_enable);
}

enum rc h_admin_end_sessions(struct request *request,
    struct response *response)
{
	return turn(request, response, account_end_sessions);
}
