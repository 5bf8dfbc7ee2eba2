/* SPDX-License-Identifier: ISC */
/* UserResponse and LinkedAccount are put together here and nowhere else. */
#include "http/h_user.h"

#include <string.h>

#include "auth/account.h"
#include "auth/profile.h"
#include "base/clock.h"
#include "http/problem.h"

void h_user_put_time(struct op *op, struct js *object, const char *name,
    int64_t ms)
{
	js_put_text(object, name, ms == 0 ? NULL : clock_rfc3339(op->pool, ms));
}

void h_user_put(struct op *op, struct js *object, const struct user *user)
{
	js_put_text(object, "id", user->id);
	js_put_text(object, "email", user->email);
	js_put_bool(object, "email_verified", user->email_verified);
	js_put_text(object, "display_name", user->display_name);
	js_put_text(object, "avatar_url", user->avatar_url);
	js_put_bool(object, "is_premium", user->is_premium);
	h_user_put_time(op, object, "premium_until", user->premium_until_ms);
	h_user_put_time(op, object, "created_at", user->created_at_ms);
	h_user_put_time(op, object, "last_login_at", user->last_login_at_ms);
}

void h_user_put_account(struct op *op, struct js *object,
    const struct account *account)
{
	js_put_text(object, "provider", account->provider);
	js_put_text(object, "email", account->email);
	js_put_text(object, "display_name", account->display_name);
	js_put_text(object, "avatar_url", account->avatar_url);
	h_user_put_time(op, object, "linked_at", account->linked_at_ms);
	js_put_bool(object, "is_primary", account->is_primary);
}

struct js *h_user_linked_account(struct op *op, const struct account *account)
{
	struct js *object = js_object(op);

	h_user_put_account(op, object, account);
	return object;
}

static void answer_user(struct response *response, const struct user *user)
{
	struct js *answer = js_object(response->op);

	h_user_put(response->op, answer, user);
	response_json(response, 200, answer);
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
	struct op *op = request->op;
	struct accounts_list list;
	struct js *answer;
	enum rc rc;

	rc = accounts_of_user(op, request->session.user_id, &list);
	if (rc != RC_OK)
		return rc;

	answer = js_array(op);
	for (size_t i = 0; i < list.count; i++)
		js_append(answer, h_user_linked_account(op, &list.items[i]));
	response_json(response, 200, answer);
	return RC_OK;
}

enum rc h_user_delete(struct request *request, struct response *response)
{
	struct op *op = request->op;
	enum rc rc = account_delete(op, request->session.user_id, NULL);

	if (rc == RC_ABSENT)
		return op_recast(op, RC_DENIED, REFUSAL_TOKEN);
	if (rc != RC_OK)
		return rc;

	response_empty(response);
	return RC_OK;
}
