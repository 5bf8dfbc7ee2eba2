/* SPDX-License-Identifier: ISC */
/* Rows to struct user and back; the queries stand in sql/queries/users.sql. */
#include "store/users.h"

#include "client/db.h"
#include "store/instant.h"

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
	    .premium_until_ms = instant_from(row, "premium_until"),
	    .version = db_int(row, "version"),
	    .created_at_ms = db_int(row, "created_at"),
	    .last_login_at_ms = instant_from(row, "last_login_at"),
	    .own_display_name = db_text(row, "own_display_name"),
	    .own_avatar_url = db_text(row, "own_avatar_url"),
	    .disabled_at_ms = instant_from(row, "disabled_at"),
	    .updated_at_ms = db_int(row, "updated_at"),
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

enum rc users_note_sign_in(struct op *op, const char *id)
{
	const struct row *row;
	enum rc rc;

	rc = db_one(op, Q_USER_NOTE_SIGN_IN, DB_ARGS(id), &row);
	if (rc == RC_ABSENT)
		return op_fail(op, rc, "there is no user %s", id);
	if (rc != RC_OK)
		return op_while(op, rc, "noting the sign-in of user %s", id);

	return RC_OK;
}

enum rc users_settle_email(struct op *op, const char *id, bool follows)
{
	enum rc rc;

	rc = db_run(op, Q_USER_SETTLE_EMAIL,
	    DB_ARGS(id, follows ? "t" : "f"), NULL);
	if (rc != RC_OK)
		return op_while(op, rc, "settling the address of user %s", id);

	return RC_OK;
}

enum rc users_set_primary(struct op *op, const char *id,
    const char *provider, const char *oauth_id)
{
	enum rc rc;

	rc = db_run(op, Q_USER_SET_PRIMARY, DB_ARGS(id, provider, oauth_id),
	    NULL);
	if (rc != RC_OK)
		return op_while(op, rc, "changing the primary identity of "
		    "user %s", id);

	return RC_OK;
}

/* Runs a query that locks or changes a user's row and yields its standing. */
static enum rc stand_with(struct op *op, enum query query,
    struct db_args args, struct users_standing *standing)
{
	const char *id = args.values[0];
	const struct row *row;
	enum rc rc;

	rc = db_one(op, query, args, &row);
	if (rc == RC_ABSENT)
		return op_fail(op, rc, "there is no user %s", id);
	if (rc != RC_OK)
		return op_while(op, rc, "locking user %s", id);

	*standing = (struct users_standing){
	    .disabled = db_bool(row, "disabled"),
	    .version = db_int(row, "version"),
	    .premium_until_ms = instant_from(row, "premium_until"),
	};
	return RC_OK;
}

static enum rc stand(struct op *op, enum query query, const char *id,
    struct users_standing *standing)
{
	return stand_with(op, query, DB_ARGS(id), standing);
}

enum rc users_lock(struct op *op, const char *id,
    struct users_standing *standing)
{
	return stand(op, Q_USER_LOCK, id, standing);
}

enum rc users_raise_version(struct op *op, const char *id,
    struct users_standing *standing)
{
	return stand(op, Q_USER_RAISE_VERSION, id, standing);
}

enum rc users_disable(struct op *op, const char *id,
    struct users_standing *standing)
{
	return stand(op, Q_USER_DISABLE, id, standing);
}

enum rc users_enable(struct op *op, const char *id,
    struct users_standing *standing)
{
	return stand(op, Q_USER_ENABLE, id, standing);
}

enum rc users_set_profile(struct op *op, const char *id,
    const struct users_profile *profile, bool *changed)
{
	int64_t count;
	enum rc rc;

	rc = db_run(op, Q_USER_SET_PROFILE,
	    DB_ARGS(id, profile->sets_display_name ? "t" : "f",
		profile->display_name, profile->sets_avatar_url ? "t" : "f",
		profile->avatar_url), &count);
	if (rc != RC_OK)
		return op_while(op, rc, "changing the profile of user %s", id);

	*changed = count > 0;
	return RC_OK;
}

enum rc users_set_premium(struct op *op, const char *id, int64_t until_ms,
    struct users_standing *standing)
{
	return stand_with(op, Q_USER_SET_PREMIUM,
	    DB_ARGS(id, instant_text(op, until_ms)), standing);
}

enum rc users_delete(struct op *op, const char *id)
{
	enum rc rc = db_run(op, Q_USER_DELETE, DB_ARGS(id), NULL);

	if (rc != RC_OK)
		return op_while(op, rc, "deleting user %s", id);

	return RC_OK;
}
