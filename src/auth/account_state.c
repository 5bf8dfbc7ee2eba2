/* SPDX-License-Identifier: ISC */
/*
 * The order between the stores: what takes rights away goes to Redis before
 * COMMIT, what grants them afterwards.  Either way nobody keeps a right that
 * was taken.
 */
#include "auth/account.h"

#include "client/db.h"
#include "store/events.h"
#include "store/sessions.h"

static enum rc publish(struct op *op, const char *id,
    const struct users_standing *standing, bool active)
{
	return sessions_publish(op, &(struct sessions_standing){
	    .user_id = id, .active = active, .version = standing->version,
	    .premium_until_ms = standing->premium_until_ms,
	    .ends_sessions = !active});
}

static enum rc disable(struct op *op, const char *id, const char *actor)
{
	struct users_standing standing;
	enum rc rc;

	rc = users_disable(op, id, &standing);
	if (rc == RC_OK)
		rc = events_add(op, &(struct event){.kind = "disabled",
		    .user_id = id, .actor = actor});
	if (rc == RC_OK)
		rc = publish(op, id, &standing, false);
	return rc;
}

enum rc account_disable(struct op *op, const char *id, const char *actor)
{
	enum rc rc;

	rc = db_begin(op);
	if (rc != RC_OK)
		return rc;

	rc = disable(op, id, actor);
	if (rc == RC_OK)
		return db_commit(op);

	db_rollback(op);
	return op_while(op, rc, "disabling user %s", id);
}

static enum rc enable(struct op *op, const char *id, const char *actor,
    struct users_standing *standing)
{
	enum rc rc;

	rc = users_enable(op, id, standing);
	if (rc == RC_OK)
		rc = events_add(op, &(struct event){.kind = "enabled",
		    .user_id = id, .actor = actor});
	return rc;
}

enum rc account_enable(struct op *op, const char *id, const char *actor)
{
	struct users_standing standing = {0};
	enum rc rc;

	rc = db_begin(op);
	if (rc != RC_OK)
		return rc;

	rc = enable(op, id, actor, &standing);
	if (rc != RC_OK) {
		db_rollback(op);
		return op_while(op, rc, "enabling user %s", id);
	}

	rc = db_commit(op);
	if (rc == RC_OK)
		rc = publish(op, id, &standing, true);
	return rc;
}
