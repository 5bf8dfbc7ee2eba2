/* SPDX-License-Identifier: ISC */
/* The queries stand in sql/queries/reference.sql. */
#include "store/reference.h"

#include <string.h>

#include "base/clock.h"
#include "base/uuid.h"
#include "client/db.h"
#include "store/instant.h"

/*
 * An instant as PostgreSQL's JSON has it in UTC, which is what a timestamp
 * without a zone is meant in.  What is beyond our last instant is that one;
 * what is no instant is none.
 */
static int64_t instant(struct op *op, const char *text)
{
	int64_t ms;

	if (text == NULL)
		return 0;
	if (strcmp(text, "infinity") == 0 ||
	    (strspn(text, "0123456789") > 4 && strstr(text, "BC") == NULL))
		return CLOCK_LAST_MS;
	if (clock_from_rfc3339(text, &ms) ||
	    clock_from_rfc3339(pool_print(op->pool, "%sZ", text), &ms))
		return ms;
	return 0;
}

static bool says(const struct row *row, const char *column, const char *word)
{
	const char *text = db_text(row, column);

	return text != NULL && strcmp(text, word) == 0;
}

static struct reference_user user_from(struct op *op, const struct row *row)
{
	return (struct reference_user){
	    .id = db_text(row, "id"),
	    .email = db_text(row, "email"),
	    .display_name = db_text(row, "display_name"),
	    .avatar_url = db_text(row, "avatar_url"),
	    .provider = db_text(row, "provider"),
	    .oauth_id = db_text(row, "oauth_id"),
	    .is_premium = says(row, "is_premium", "true"),
	    .is_not_premium = says(row, "is_premium", "false"),
	    .premium_until_ms = instant(op, db_text(row, "premium_until")),
	    .created_at_ms = instant(op, db_text(row, "created_at")),
	    .last_login_at_ms = instant(op, db_text(row, "last_login_at")),
	};
}

enum rc reference_begin(struct op *op)
{
	const struct row *row;
	enum rc rc;

	rc = db_begin(op);
	if (rc == RC_OK)
		rc = db_one(op, Q_REFERENCE_USE_UTC, DB_NONE, &row);
	if (rc != RC_OK)
		return op_while(op, rc, "beginning to read there");

	return RC_OK;
}

enum rc reference_read_users(struct op *op, const char *after, int64_t limit,
    struct reference_users *list)
{
	struct reference_user *items;
	struct rows rows;
	enum rc rc;

	rc = db_many(op, Q_REFERENCE_USERS, DB_ARGS(after,
	    pool_print(op->pool, "%lld", (long long)limit)), &rows);
	if (rc != RC_OK)
		return op_while(op, rc, "reading users there");

	items = pool_alloc(op->pool, rows.count * sizeof(*items));
	for (size_t i = 0; i < rows.count; i++)
		items[i] = user_from(op, rows.items[i]);
	*list = (struct reference_users){.count = rows.count, .items = items};
	return RC_OK;
}

static struct reference_account account_from(struct op *op,
    const struct row *row)
{
	return (struct reference_account){
	    .user_id = db_text(row, "user_id"),
	    .provider = db_text(row, "provider"),
	    .oauth_id = db_text(row, "oauth_id"),
	    .email = db_text(row, "email"),
	    .display_name = db_text(row, "display_name"),
	    .avatar_url = db_text(row, "avatar_url"),
	    .linked_at_ms = instant(op, db_text(row, "linked_at")),
	};
}

enum rc reference_read_accounts(struct op *op, const char *after,
    const char *last, struct reference_accounts *list)
{
	struct reference_account *items;
	struct rows rows;
	enum rc rc;

	rc = db_many(op, Q_REFERENCE_ACCOUNTS, DB_ARGS(after, last), &rows);
	if (rc != RC_OK)
		return op_while(op, rc, "reading linked accounts there");

	items = pool_alloc(op->pool, rows.count * sizeof(*items));
	for (size_t i = 0; i < rows.count; i++)
		items[i] = account_from(op, rows.items[i]);
	*list = (struct reference_accounts){.count = rows.count,
	    .items = items};
	return RC_OK;
}

enum rc reference_put_user(struct op *op, const struct reference_user *user)
{
	const struct row *row;
	enum rc rc;

	rc = db_one(op, Q_REFERENCE_USER_INSERT,
	    DB_ARGS(user->id, user->email, user->display_name,
		user->avatar_url, user->provider, user->oauth_id,
		instant_text(op, user->premium_until_ms),
		instant_text(op, user->created_at_ms),
		instant_text(op, user->last_login_at_ms)), &row);
	if (rc == RC_ABSENT)
		return op_fail(op, RC_TAKEN, "there is a user %s", user->id);
	if (rc != RC_OK)
		return op_while(op, rc, "importing user %s", user->id);

	return RC_OK;
}

enum rc reference_put_account(struct op *op,
    const struct reference_account *account)
{
	const struct row *row;
	char id[UUID_SIZE];
	enum rc rc;

	uuid_new(id);
	rc = db_one(op, Q_REFERENCE_ACCOUNT_INSERT,
	    DB_ARGS(id, account->user_id, account->provider,
		account->oauth_id, account->email, account->display_name,
		account->avatar_url,
		instant_text(op, account->linked_at_ms)), &row);
	if (rc == RC_ABSENT)
		return op_fail(op, RC_TAKEN, "the %s identity is taken",
		    account->provider);
	if (rc != RC_OK)
		return op_while(op, rc, "importing a %s identity of user %s",
		    account->provider, account->user_id);

	return RC_OK;
}
