/* SPDX-License-Identifier: ISC */
/* Reads answer from fake_users, writes are noted there. */
#include "support/fake_users.h"

#include "support/fake_calls.h"

struct fake_users fake_users;

enum rc users_by_id(struct op *op, const char *id, const struct user **user)
{
	enum rc rc = fake_calls_enter(op, "users_by_id");
	struct user *found = pool_copy(op->pool, &fake_users.user,
	    sizeof(*found));

	if (rc != RC_OK)
		return rc;

	found->id = id;
	*user = found;
	return RC_OK;
}

enum rc users_id_by_identity(struct op *op, const char *provider,
    const char *oauth_id, const char **id)
{
	enum rc rc = fake_calls_enter(op, "users_id_by_identity");

	if (rc != RC_OK)
		return rc;
	if (fake_users.id == NULL)
		return op_fail(op, RC_ABSENT, "no %s identity %s", provider,
		    oauth_id);

	*id = fake_users.id;
	return RC_OK;
}

enum rc users_insert(struct op *op, const struct user *user)
{
	enum rc rc = fake_calls_enter(op, "users_insert");

	if (rc != RC_OK)
		return rc;

	fake_users.inserted = *user;
	snprintf(fake_users.inserted_id, sizeof(fake_users.inserted_id), "%s",
	    user->id);
	return RC_OK;
}

enum rc users_note_sign_in(struct op *op, const char *id)
{
	enum rc rc = fake_calls_enter(op, "users_note_sign_in");

	return rc == RC_OK ? rc : op_while(op, rc, "user %s", id);
}

enum rc users_settle_email(struct op *op, const char *id, bool follows)
{
	enum rc rc = fake_calls_enter(op, "users_settle_email");

	if (rc != RC_OK)
		return op_while(op, rc, "user %s", id);

	fake_users.settled_following = follows;
	return RC_OK;
}

enum rc users_set_primary(struct op *op, const char *id,
    const char *provider, const char *oauth_id)
{
	enum rc rc = fake_calls_enter(op, "users_set_primary");

	if (rc != RC_OK)
		return op_while(op, rc, "user %s", id);

	fake_users.primary_provider = provider;
	fake_users.primary_oauth_id = oauth_id;
	return RC_OK;
}

enum rc users_lock(struct op *op, const char *id,
    struct users_standing *standing)
{
	enum rc rc = fake_calls_enter(op, "users_lock");

	if (rc != RC_OK)
		return op_while(op, rc, "user %s", id);

	if (fake_users.locked_count < FAKE_USERS_LOCKS)
		fake_users.locked[fake_users.locked_count++] = id;
	*standing = (struct users_standing){
	    .disabled = fake_users.user.disabled, .version = 1};
	return RC_OK;
}

enum rc users_raise_version(struct op *op, const char *id,
    struct users_standing *standing)
{
	enum rc rc = fake_calls_enter(op, "users_raise_version");

	if (rc != RC_OK)
		return op_while(op, rc, "user %s", id);

	*standing = (struct users_standing){.version = FAKE_USERS_VERSION};
	return RC_OK;
}
