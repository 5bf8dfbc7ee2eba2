/* SPDX-License-Identifier: ISC */
/* The queries stand in sql/queries/accounts.sql. */
#include "store/accounts.h"

#include "base/uuid.h"
#include "client/db.h"

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

enum rc accounts_seen(struct op *op, const struct account *account)
{
	enum rc rc;

	rc = db_run(op, Q_ACCOUNT_SEEN,
	    DB_ARGS(account->provider, account->oauth_id, account->email,
		account->email_verified ? "t" : "f", account->display_name,
		account->avatar_url), NULL);
	if (rc != RC_OK)
		return op_while(op, rc, "noting the use of a %s identity",
		    account->provider);

	return RC_OK;
}
