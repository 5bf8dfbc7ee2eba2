/* SPDX-License-Identifier: ISC */
/* UserResponse is put together here and nowhere else. */
#include "http/h_user.h"

#include "auth/account.h"
#include "base/clock.h"

static void put_time(struct op *op, struct js *object, const char *name,
    int64_t ms)
{
	js_put_text(object, name, ms == 0 ? NULL : clock_rfc3339(op->pool, ms));
}

enum rc h_user_me(struct request *request, struct response *response)
{
	struct op *op = request->op;
	const struct user *user;
	struct js *answer;
	enum rc rc;

	rc = account_of(op, &request->session, &user);
	if (rc != RC_OK)
		return rc;

	answer = js_object(op);
	js_put_text(answer, "id", user->id);
	js_put_text(answer, "email", user->email);
	js_put_bool(answer, "email_verified", user->email_verified);
	js_put_text(answer, "display_name", user->display_name);
	js_put_text(answer, "avatar_url", user->avatar_url);
	js_put_bool(answer, "is_premium", user->is_premium);
	put_time(op, answer, "premium_until", user->premium_until_ms);
	put_time(op, answer, "created_at", user->created_at_ms);
	put_time(op, answer, "last_login_at", user->last_login_at_ms);
	response_json(response, 200, answer);
	return RC_OK;
}
