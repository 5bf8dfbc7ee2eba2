/* SPDX-License-Identifier: ISC */
/* What may be set here is the person's own words; auth/profile.c judges them. */
#include "http/h_user.h"

#include <string.h>

#include "auth/account.h"
#include "auth/profile.h"
#include "auth/view.h"
#include "http/problem.h"

static void answer_user(struct response *response, const struct user *user)
{
	response_json(response, 200, view_user(response->op, user));
}

enum rc h_user_me(struct request *request, struct response *response)
{
	const struct user *user;
	enum rc rc = account_of(request->op, &request->session, &user);

	if (rc != RC_OK)
		return rc;

	answer_user(response, user);
	return RC_OK;
}

/* Text or null; NULL after an error was added, too. */
static const char *text_or_null(const struct js *json, const char *name,
    struct refusal_fields *wrong)
{
	const struct js *value = js_get(json, name);

	if (js_type(value) != JS_TEXT && js_type(value) != JS_NULL)
		refusal_add(wrong, name, "Send a string, or null.");
	return js_as_text(value);
}

/* Members of the body to a change; every other one is wrong. */
static struct users_profile profile_from(const struct js *json,
    struct refusal_fields *wrong)
{
	struct users_profile change = {
	    .sets_display_name = js_has(json, "display_name"),
	    .display_name = text_or_null(json, "display_name", wrong),
	    .sets_avatar_url = js_has(json, "avatar_url"),
	    .avatar_url = text_or_null(json, "avatar_url", wrong),
	};

	for (size_t i = 0; i < js_count(json); i++) {
		const char *name = js_name(json, i);

		if (strcmp(name, "display_name") != 0 &&
		    strcmp(name, "avatar_url") != 0)
			refusal_add(wrong, name,
			    "This is not a field that can be changed.");
	}
	return change;
}

enum rc h_user_patch(struct request *request, struct response *response)
{
	struct op *op = request->op;
	struct refusal_fields wrong = {.count = 0};
	struct users_profile change = profile_from(request->json, &wrong);
	const struct user *user;
	enum rc rc;

	profile_check(op->pool, &change, &wrong);
	if (wrong.count > 0) {
		op_refuse(op, RC_BAD, REFUSAL_FIELDS, "%zu wrong members",
		    wrong.count);
		problem_answer_fields(response, &wrong);
		return RC_OK;
	}

	rc = profile_update(op, &request->session, request->client.address,
	    &change, &user);
	if (rc != RC_OK)
		return rc;

	answer_user(response, user);
	return RC_OK;
}

enum rc h_user_accounts(struct request *request, struct response *response)
{
	struct accounts_list list;
	enum rc rc;

	rc = account_identities(request->op, &request->session, &list);
	if (rc != RC_OK)
		return rc;

	response_json(response, 200, view_accounts(request->op, &list));
	return RC_OK;
}

enum rc h_user_delete(struct request *request, struct response *response)
{
	enum rc rc = account_delete(request->op, request->session.user_id,
	    NULL);

	if (rc != RC_OK)
		return rc;

	response_empty(response);
	return RC_OK;
}
