/* SPDX-License-Identifier: ISC */
/* latchkeyctl user list, show. */
#include "ctl/user.h"

#include <stdio.h>

#include "auth/refusal.h"
#include "auth/view.h"
#include "base/str.h"
#include "base/uuid.h"
#include "store/accounts.h"
#include "store/users_find.h"

#define LIMIT 100

static const struct ctl_column user_columns[] = {
	{"id", "ID"},
	{"state", "STATE"},
	{"email", "E-MAIL"},
	{"email_verified", "VERIFIED"},
	{"display_name", "NAME"},
	{"oauth_provider", "PRIMARY"},
	{"premium_until", "PREMIUM UNTIL"},
	{"last_login_at", "LAST LOGIN"},
	{NULL, NULL},
};

static const struct ctl_column account_columns[] = {
	{"provider", "PROVIDER"},
	{"oauth_id", "SUBJECT"},
	{"email", "E-MAIL"},
	{"email_verified", "VERIFIED"},
	{"is_primary", "PRIMARY"},
	{"linked_at", "LINKED"},
	{"last_used_at", "LAST USED"},
	{NULL, NULL},
};

static struct js *user_json(struct op *op, const struct user *user)
{
	struct js *object = view_user_for_admin(op, user);

	js_put_text(object, "oauth_provider", user->oauth_provider);
	js_put_text(object, "oauth_id", user->oauth_id);
	return object;
}

/* The id after which a page begins; NULL from the beginning. */
static enum rc read_after(struct op *op, const struct ctl_call *call,
    const char **after)
{
	*after = NULL;
	if (call->after == NULL)
		return RC_OK;

	*after = str_lower(op->pool, call->after);
	if (uuid_is_valid(*after))
		return RC_OK;
	return op_refuse(op, RC_BAD, REFUSAL_FIELDS,
	    "--after takes the id of the last user seen");
}

enum rc user_list(struct op *op, const struct ctl_call *call)
{
	int64_t limit = call->limit != 0 ? call->limit : LIMIT;
	struct js *array = js_array(op);
	const struct user *user;
	struct users_ids ids = {0};
	const char *after;
	enum rc rc;

	rc = read_after(op, call, &after);
	if (rc == RC_OK)
		rc = users_find_page(op, after, limit, &ids);
	if (rc != RC_OK)
		return rc;

	for (size_t i = 0; i < ids.count; i++) {
		rc = users_by_id(op, ids.items[i], &user);
		if (rc == RC_OK)
			js_append(array, user_json(op, user));
		else if (rc != RC_ABSENT)
			return rc;
	}

	ctl_view_list(op, call, user_columns, "users", array);
	return RC_OK;
}

enum rc user_show(struct op *op, const struct ctl_call *call)
{
	struct js *accounts = js_array(op);
	struct accounts_list list;
	const struct user *user;
	struct js *object;
	enum rc rc;

	rc = ctl_find(op, call->words[0], &user);
	if (rc == RC_OK)
		rc = accounts_of_user(op, user->id, &list);
	if (rc != RC_OK)
		return rc;

	for (size_t i = 0; i < list.count; i++)
		js_append(accounts, view_account_whole(op,
		    &list.items[i]));
	object = user_json(op, user);
	js_put(object, "linked_accounts", accounts);

	ctl_view_object(op, call, object);
	if (!call->json) {
		putchar('\n');
		ctl_view_table(op, account_columns, accounts);
	}
	return RC_OK;
}
