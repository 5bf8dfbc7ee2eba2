/* SPDX-License-Identifier: ISC */
/*
 * The order between the stores: what takes rights away goes to Redis before
 * COMMIT, what grants them afterwards.  Either way nobody keeps a right that
 * was taken.
 */
#include "auth/account.h"

#include "auth/change.h"
#include "auth/refusal.h"
#include "auth/standing.h"
#include "store/events.h"
#include "store/sessions.h"

/* How long the end of sessions may wait to hear whose they are. */
#define LOOKUP_BUDGET_MS 1000

/* A change of one user's state on its way through one transaction. */
struct turning {
	const char *id;
	const char *actor;
	struct users_standing standing;
};

/* Ends every session, and lets none begin, before the row is changed. */
static enum rc shut_out(struct op *op, const struct turning *turning,
    enum sessions_state state)
{
	return sessions_publish(op, &(struct sessions_standing){
	    .user_id = turning->id, .state = state,
	    .version = turning->standing.version, .takes_away = true});
}

/* Lets sessions begin, once the row is changed. */
static enum rc let_in(struct op *op, const struct turning *turning)
{
	struct sessions_standing standing = standing_of(turning->id,
	    &turning->standing);

	return sessions_publish(op, &standing);
}

static enum rc note(struct op *op, const struct turning *turning,
    enum event_kind kind)
{
	return events_add(op, &(struct event){.kind = kind,
	    .user_id = turning->id, .actor = turning->actor});
}

static enum rc disable(struct op *op, void *what)
{
	struct turning *turning = what;
	enum rc rc;

	rc = users_disable(op, turning->id, &turning->standing);
	if (rc == RC_OK)
		rc = note(op, turning, EVENT_DISABLED);
	if (rc == RC_OK)
		rc = shut_out(op, turning, SESSIONS_DISABLED);
	return rc;
}

enum rc account_disable(struct op *op, const char *id, const char *actor)
{
	struct turning turning = {.id = id, .actor = actor};
	enum rc rc = change_run(op, disable, &turning);

	if (rc != RC_OK)
		return op_while(op, rc, "disabling user %s", id);

	return RC_OK;
}

/* Redis may have lost what disabling told it: it is told once more. */
static enum rc enable(struct op *op, void *what)
{
	struct turning *turning = what;
	struct users_standing before;
	enum rc rc;

	rc = users_lock(op, turning->id, &before);
	if (rc == RC_OK)
		rc = users_enable(op, turning->id, &turning->standing);
	if (rc == RC_OK)
		rc = note(op, turning, EVENT_ENABLED);
	if (rc == RC_OK && before.disabled)
		rc = shut_out(op, turning, SESSIONS_DISABLED);
	return rc;
}

enum rc account_enable(struct op *op, const char *id, const char *actor)
{
	struct turning turning = {.id = id, .actor = actor};
	enum rc rc = change_run(op, enable, &turning);

	if (rc == RC_OK)
		rc = let_in(op, &turning);
	if (rc != RC_OK)
		return op_while(op, rc, "enabling user %s", id);

	return RC_OK;
}

static enum rc delete(struct op *op, void *what)
{
	struct turning *turning = what;
	enum rc rc;

	rc = users_raise_version(op, turning->id, &turning->standing);
	rc = refusal_if_gone(op, rc, turning->standing.disabled,
	    turning->actor);
	if (rc == RC_OK)
		rc = users_delete(op, turning->id);
	if (rc == RC_OK)
		rc = events_add(op, &(struct event){.kind = EVENT_DELETED,
		    .actor = turning->actor});
	if (rc != RC_OK)
		return rc;

	return shut_out(op, turning, SESSIONS_DELETED);
}

enum rc account_delete(struct op *op, const char *id, const char *actor)
{
	struct turning turning = {.id = id, .actor = actor};
	enum rc rc = change_run(op, delete, &turning);

	if (rc != RC_OK)
		return op_while(op, rc, "deleting user %s", id);

	return RC_OK;
}

/* Whether there is such a user; time for Redis is left, whatever happens. */
static enum rc look_up(struct op *op, const char *id)
{
	const struct user *user;
	int64_t deadline = op_shorten(op, LOOKUP_BUDGET_MS);
	enum rc rc = users_by_id(op, id, &user);

	op->deadline_ms = deadline;
	return rc;
}

enum rc account_end_sessions(struct op *op, const char *id, const char *actor)
{
	enum rc rc = look_up(op, id);

	/* Sessions are Redis's: they end without PostgreSQL, too. */
	if (rc != RC_ABSENT) {
		op_clear(op);
		rc = session_revoke_all(op, id, actor);
	}
	if (rc != RC_OK)
		return op_while(op, rc, "ending the sessions of user %s", id);

	return RC_OK;
}
