/* SPDX-License-Identifier: ISC */
/* Rows to struct user and back; the queries stand in sql/queries/users.sql. */
#include "store/users.h"

#include "client/db.h"

static int64_t instant(const struct row *row, const char *column)
{
	return db_text(row, column) == NULL ? 0 : db_int(row, column);
}

static const struct user *user_from(struct op *op, const struct row *row)
{
	struct user *user = pool_alloc(op->pool, sizeof(*user));

	*user = (struct user){
	    .id = db_text(row, "id"),
	    .email = db_text(row, "email"),
	    .email_verified = db_bool(row, "email_verified"),
	    .display_name = db_text(row, "display_name"),
	    .avatar_url = db_text(row, "avatar_url"),
	    .oauth_provider = db_text(row, "oauth_provider"),
	    .oauth_id = db_text(row, "oauth_id"),
	    .disabled = db_bool(row, "disabled"),
	    .is_premium = db_bool(row, "is_premium"),
	    .premium_until_ms = instant(row, "premium_until"),
	    .version = db_int(row, "version"),
	    .created_at_ms = db_int(row, "created_at"),
	    .last_login_at_ms = instant(row, "last_login_at"),
	};
	return user;
}

enum rc users_by_id(struct op *op, const char *id, const struct user **user)
{
	const struct row *row;
	enum rc rc;

	rc = db_one(op, Q_USER_BY_ID, DB_ARGS(id), &row);
	if (rc == RC_ABSENT)
		return op_fail(op, rc, "there is no user %s", id);
	if (rc != RC_OK)
		return op_while(op, rc, "finding user %s", id);

	*user = user_from(op, row);
	return RC_OK;
}

enum rc users_id_by_identity(struct op *op, const char *provider,
    const char *oauth_id, const char **id)
{
	const struct row *row;
	enum rc rc;

	rc = db_one(op, Q_USER_ID_BY_IDENTITY, DB_ARGS(provider, oauth_id),
	    &row);
	if (rc != RC_OK)
		return op_while(op, rc, "finding a %s identity", provider);

	*id = db_text(row, "user_id");
	return RC_OK;
}

enum rc users_by_verified_email(struct op *op, const char *email,
    const char *provider, struct users_holder *holder)
{
	const struct row *row;
	enum rc rc;

	rc = db_one(op, Q_USER_BY_VERIFIED_EMAIL, DB_ARGS(email, provider),
	    &row);
	if (rc != RC_OK)
		return op_while(op, rc, "finding the holder of an address");

	*holder = (struct users_holder){
	    .id = db_text(row, "id"),
	    .disabled = db_bool(row, "disabled"),
	    .has_provider = db_bool(row, "has_provider"),
	};
	return RC_OK;
}

enum rc users_insert(struct op *op, const struct user *user)
{
	const struct row *row;
	enum rc rc;

	rc = db_one(op, Q_USER_INSERT,
	    DB_ARGS(user->id, user->email, user->email_verified ? "t" : "f",
		user->oauth_provider, user->oauth_id), &row);
	if (rc == RC_ABSENT)
		return op_fail(op, RC_TAKEN,
		    "another user holds the verified address");
	if (rc != RC_OK)
		return op_while(op, rc, "inserting a user");

	return RC_OK;
}

enum rc users_signed_in(struct op *op, const char *id)
{
	const struct row *row;
	enum rc rc;

	rc = db_one(op, Q_USER_SIGNED_IN, DB_ARGS(id), &row);
	if (rc == RC_ABSENT)
		return op_fail(op, rc, "user %s is disabled or gone", id);
	if (rc != RC_OK)
		return op_while(op, rc, "noting the sign-in of user %s", id);

	return RC_OK;
}

enum rc users_follow_email(struct op *op, const char *id, const char *email,
    bool is_free)
{
	enum rc rc;

	rc = db_run(op, Q_USER_FOLLOW_EMAIL,
	    DB_ARGS(id, email, is_free ? "t" : "f"), NULL);
	if (rc != RC_OK)
		return op_while(op, rc, "updating the address of user %s", id);

	return RC_OK;
}

/* Runs a query that changes a user's state and yields its standing. */
static enum rc change_state(struct op *op, enum query query, const char *id,
    struct users_standing *standing)
{
	const struct row *row;
	enum rc rc;

	rc = db_one(op, query, DB_ARGS(id), &row);
	if (rc == RC_ABSENT)
		return op_fail(op, rc, "there is no user %s", id);
	if (rc != RC_OK)
		return op_while(op, rc, "changing the state of user %s", id);

	*standing = (struct users_standing){
	    .version = db_int(row, "version"),
	    .premium_until_ms = instant(row, "premium_until"),
	};
	return RC_OK;
}

enum rc users_disable(struct op *op, const char *id,
    struct users_standing *standing)
{
	return change_state(op, Q_USER_DISABLE, id, standing);
}

enum rc users_enable(struct op *op, const char *id,
    struct users_standing *standing)
{
	return change_state(op, Q_USER_ENABLE, id, standing);
}
