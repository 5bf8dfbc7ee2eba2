/* SPDX-License-Identifier: ISC */
/* The queries stand in sql/queries/accounts.sql. */
#include "store/accounts.h"

#include "base/uuid.h"
#include "client/db.h"
#include "store/event.h"

enum rc accounts_insert(struct op *op, const char *user_id,
    const struct account *account)
{
	const struct row *row;
	char id[UUID_SIZE];
	enum rc rc;

	uuid_new(id);
	rc = db_one(op, Q_ACCOUNT_INSERT,
	    DB_ARGS(id, user_id, account->provider, account->oauth_id,
		account->email, account->email_verified ? "t" : "f",
		account->display_name, account->avatar_url), &row);
	if (rc == RC_ABSENT)
		return op_fail(op, RC_TAKEN, "the %s identity is somebody's",
		    account->provider);
	if (rc != RC_OK)
		return op_while(op, rc, "linking a %s identity to user %s",
		    account->provider, user_id);

	return RC_OK;
}

enum rc accounts_look(struct op *op, const struct account *account,
    const char *asker_id, struct accounts_standing *standing)
{
	const char *email = account->email_verified ? account->email : NULL;
	const struct row *row;
	enum rc rc;

	rc = db_one(op, Q_ACCOUNT_LOOK, DB_ARGS(account->provider,
	    account->oauth_id, email, asker_id,
	    event_kind_name(EVENT_AGAINST_JOINING)), &row);
	if (rc != RC_OK)
		return op_while(op, rc, "finding a %s identity",
		    account->provider);

	*standing = (struct accounts_standing){
	    .owner_id = db_text(row, "owner_id"),
	    .owner_disabled = db_bool(row, "owner_disabled"),
	    .holder_id = db_text(row, "holder_id"),
	    .holder_disabled = db_bool(row, "holder_disabled"),
	    .holder_has_provider = db_bool(row, "holder_has_provider"),
	    .holder_is_backed = db_bool(row, "holder_is_backed"),
	    .holder_has_unlinked = db_bool(row, "holder_has_unlinked"),
	    .asker_has_provider = db_bool(row, "asker_has_provider"),
	};
	return RC_OK;
}

enum rc accounts_note_use(struct op *op, const char *user_id,
    const struct account *account, bool *follows)
{
	const struct row *row;
	enum rc rc;

	rc = db_one(op, Q_ACCOUNT_NOTE_USE,
	    DB_ARGS(user_id, account->provider, account->oauth_id,
		account->email, account->email_verified ? "t" : "f",
		account->display_name, account->avatar_url), &row);
	if (rc != RC_OK)
		return op_while(op, rc, "noting the use of a %s identity",
		    account->provider);

	*follows = db_bool(row, "follows");
	return RC_OK;
}

enum rc accounts_delete(struct op *op, const char *user_id,
    const char *provider)
{
	enum rc rc;

	rc = db_run(op, Q_ACCOUNT_DELETE, DB_ARGS(user_id, provider), NULL);
	if (rc != RC_OK)
		return op_while(op, rc, "unlinking the %s identity of user %s",
		    provider, user_id);

	return RC_OK;
}

enum rc accounts_move(struct op *op, const char *user_id,
    const char *provider, const char *to_id)
{
	enum rc rc;

	rc = db_run(op, Q_ACCOUNT_MOVE, DB_ARGS(user_id, provider, to_id),
	    NULL);
	if (rc != RC_OK)
		return op_while(op, rc, "moving the %s identity of user %s "
		    "to user %s", provider, user_id, to_id);

	return RC_OK;
}

static struct account account_from(const struct row *row)
{
	return (struct account){
	    .provider = db_text(row, "provider"),
	    .oauth_id = db_text(row, "oauth_id"),
	    .email = db_text(row, "email"),
	    .email_verified = db_bool(row, "email_verified"),
	    .display_name = db_text(row, "display_name"),
	    .avatar_url = db_text(row, "avatar_url"),
	    .id = db_text(row, "id"),
	    .is_primary = db_bool(row, "is_primary"),
	    .linked_at_ms = db_int(row, "linked_at"),
	    .last_used_at_ms = db_int(row, "last_used_at"),
	};
}

enum rc accounts_of_user(struct op *op, const char *user_id,
    struct accounts_list *list)
{
	struct account *items;
	struct rows rows;
	enum rc rc;

	rc = db_many(op, Q_ACCOUNTS_OF_USER, DB_ARGS(user_id), &rows);
	if (rc != RC_OK)
		return op_while(op, rc, "reading the identities of user %s",
		    user_id);

	items = pool_alloc(op->pool, rows.count * sizeof(*items));
	for (size_t i = 0; i < rows.count; i++)
		items[i] = account_from(rows.items[i]);
	*list = (struct accounts_list){.count = rows.count, .items = items};
	return RC_OK;
}
