/* SPDX-License-Identifier: ISC */
/* Every identity is welcome, unless fake_calls says otherwise. */
#include "support/fake_accounts.h"

#include <string.h>

#include "support/fake_calls.h"

struct fake_accounts fake_accounts;

enum rc accounts_look(struct op *op, const struct account *account,
    const char *asker_id, struct accounts_standing *standing)
{
	enum rc rc = fake_calls_enter(op, "accounts_look");
	bool is_later = fake_accounts.changes_after > 0 &&
	    fake_accounts.looks >= fake_accounts.changes_after;

	if (rc != RC_OK)
		return rc;

	fake_accounts.looks++;
	fake_accounts.asked = *account;
	fake_accounts.asker_id = asker_id;
	*standing = is_later ? fake_accounts.later : fake_accounts.standing;
	return RC_OK;
}

enum rc accounts_of_user(struct op *op, const char *user_id,
    struct accounts_list *list)
{
	enum rc rc = fake_calls_enter(op, "accounts_of_user");
	const char *other = fake_accounts.other_id;

	if (rc != RC_OK)
		return rc;

	*list = other != NULL && strcmp(other, user_id) == 0
	    ? fake_accounts.other_list : fake_accounts.list;
	return RC_OK;
}

static enum rc keep(struct op *op, const char *name, const char *user_id,
    const struct account *account)
{
	enum rc rc = fake_calls_enter(op, name);

	if (rc != RC_OK)
		return op_while(op, rc, "user %s", user_id);

	fake_accounts.last = *account;
	fake_accounts.last_user_id = user_id;
	return RC_OK;
}

enum rc accounts_insert(struct op *op, const char *user_id,
    const struct account *account)
{
	return keep(op, "accounts_insert", user_id, account);
}

enum rc accounts_note_use(struct op *op, const char *user_id,
    const struct account *account, bool *follows)
{
	*follows = fake_accounts.follows;
	return keep(op, "accounts_note_use", user_id, account);
}

enum rc accounts_delete(struct op *op, const char *user_id,
    const char *provider)
{
	enum rc rc = fake_calls_enter(op, "accounts_delete");

	if (rc != RC_OK)
		return op_while(op, rc, "user %s", user_id);

	fake_accounts.deleted_provider = provider;
	return RC_OK;
}

enum rc accounts_move(struct op *op, const char *user_id,
    const char *provider, const char *to_id)
{
	enum rc rc = fake_calls_enter(op, "accounts_move");

	if (rc != RC_OK)
		return op_while(op, rc, "%s of user %s", provider, user_id);

	fake_accounts.moved_to = to_id;
	return RC_OK;
}
