/* SPDX-License-Identifier: ISC */
/* Builds the keys, runs the scripts, reads their answers; decides nothing. */
#include "store/sessions.h"

#include "client/redis.h"
#include "store/script.h"
#include "store/sessions_keys.h"

/* How often the use of a session is written down. */
#define NOTE_USE_EVERY_MS "60000"

/* How many words a grant has; what follows it is the script's own. */
#define GRANT_WORDS 7

void sessions_init(const struct sessions_rules *rules)
{
	sessions_keys_init(rules);
}

/*
 * The token that stands for a session, as a script's grant says it; false when
 * the record lacks one of its words.
 */
static bool grant_from(const struct reply *reply, struct sessions_grant *grant)
{
	*grant = (struct sessions_grant){
	    .generation = redis_int(reply, 1, 0),
	    .issued_ms = redis_int(reply, 2, 0),
	    .expires_ms = redis_int(reply, 3, 0),
	    .absolute_ms = redis_int(reply, 4, 0),
	    .key_id = redis_text(reply, 5),
	    .provider = redis_text(reply, 6),
	};
	return grant->key_id != NULL && grant->provider != NULL;
}

enum rc sessions_open(struct op *op, const struct sessions_new *new,
    struct sessions_grant *grant)
{
	const struct sessions_rules *rules = sessions_keys_rules();
	struct sessions_grant made;
	const struct reply *reply;
	enum rc rc;

	rc = redis_script(op, SCRIPT_SESSION_OPEN,
	    REDIS_WORDS(sessions_record_key(op, new->user_id, new->sid),
		sessions_index_key(op, new->user_id),
		sessions_user_key(op, new->user_id)),
	    REDIS_WORDS(new->sid, script_number(op, new->version),
		script_number(op, new->premium_until_ms),
		script_number(op, rules->idle_ms),
		script_number(op, rules->absolute_ms),
		script_number(op, rules->limit), new->key_id,
		new->provider, new->user_agent, new->address), &reply);
	if (rc == RC_OK && script_answers(reply, "refused") &&
	    redis_text(reply, 1) != NULL)
		return op_fail(op, RC_ABSENT,
		    "%s was unlinked from user %s meanwhile", new->provider,
		    new->user_id);
	if (rc == RC_OK && script_answers(reply, "refused"))
		return op_fail(op, RC_DENIED,
		    "user %s was disabled or deleted meanwhile", new->user_id);
	if (rc == RC_OK && (!script_answers(reply, "opened") ||
	    !grant_from(reply, &made)))
		rc = script_odd_answer(op, SCRIPT_SESSION_OPEN);
	if (rc != RC_OK)
		return op_while(op, rc, "opening a session of user %s",
		    new->user_id);

	/* The session is open: what could not be trimmed waits for the next. */
	if (redis_count(reply) > GRANT_WORDS &&
	    sessions_trim(op, new->user_id, reply, GRANT_WORDS) != RC_OK)
		op_clear(op);

	*grant = made;
	return RC_OK;
}

enum rc sessions_check(struct op *op, const char *user_id, const char *sid,
    struct sessions_live *live)
{
	const struct reply *reply;
	enum rc rc;

	rc = redis_script(op, SCRIPT_SESSION_CHECK,
	    REDIS_WORDS(sessions_record_key(op, user_id, sid),
		sessions_user_key(op, user_id)),
	    REDIS_WORDS(NOTE_USE_EVERY_MS), &reply);
	if (rc == RC_OK && script_answers(reply, "dead"))
		return op_fail(op, RC_ABSENT, "session %s does not live", sid);
	if (rc == RC_OK && !script_answers(reply, "live"))
		rc = script_odd_answer(op, SCRIPT_SESSION_CHECK);
	if (rc != RC_OK)
		return op_while(op, rc, "checking session %s", sid);

	*live = (struct sessions_live){
	    .auth_time_ms = redis_int(reply, 1, 0),
	    .premium_until_ms = redis_int(reply, 2, 0),
	};
	return RC_OK;
}

/* Reads what the script did; false for a word it does not have. */
static bool rotation_from(const struct reply *reply,
    enum sessions_rotation *rotation, struct sessions_grant *grant)
{
	static const char *const words[] = {
		[SESSIONS_ADVANCED] = "advanced",
		[SESSIONS_REPEATED] = "repeated",
		[SESSIONS_ROLLED_BACK] = "rolled_back",
		[SESSIONS_REUSED] = "reused",
	};
	size_t i = 0;

	while (i < sizeof(words) / sizeof(words[0]) &&
	    !script_answers(reply, words[i]))
		i++;
	if (i == sizeof(words) / sizeof(words[0]))
		return false;

	*rotation = (enum sessions_rotation)i;
	if (*rotation != SESSIONS_REUSED)
		return grant_from(reply, grant);

	*grant = (struct sessions_grant){.provider = redis_text(reply, 1)};
	return true;
}

enum rc sessions_rotate(struct op *op, const struct sessions_presented *token,
    enum sessions_rotation *rotation, struct sessions_grant *grant)
{
	const struct sessions_rules *rules = sessions_keys_rules();
	enum sessions_rotation what = SESSIONS_REUSED;
	struct sessions_grant made;
	const struct reply *reply;
	enum rc rc;

	rc = redis_script(op, SCRIPT_SESSION_ROTATE,
	    REDIS_WORDS(sessions_record_key(op, token->user_id, token->sid),
		sessions_index_key(op, token->user_id),
		sessions_user_key(op, token->user_id)),
	    REDIS_WORDS(token->sid, script_number(op, token->generation),
		script_number(op, rules->idle_ms),
		script_number(op, rules->grace_ms), token->key_id),
	    &reply);
	if (rc == RC_OK && script_answers(reply, "dead"))
		return op_fail(op, RC_ABSENT, "session %s does not live",
		    token->sid);
	if (rc == RC_OK && !rotation_from(reply, &what, &made))
		rc = script_odd_answer(op, SCRIPT_SESSION_ROTATE);
	if (rc != RC_OK)
		return op_while(op, rc, "refreshing session %s", token->sid);

	*rotation = what;
	*grant = made;
	return RC_OK;
}

enum rc sessions_renew(struct op *op, const char *user_id, const char *sid,
    struct sessions_grant *grant)
{
	struct sessions_grant made;
	const struct reply *reply;
	enum rc rc;

	rc = redis_script(op, SCRIPT_SESSION_RENEW,
	    REDIS_WORDS(sessions_record_key(op, user_id, sid),
		sessions_user_key(op, user_id)), REDIS_NONE, &reply);
	if (rc == RC_OK && script_answers(reply, "dead"))
		return op_fail(op, RC_ABSENT, "session %s does not live", sid);
	if (rc == RC_OK && (!script_answers(reply, "renewed") ||
	    !grant_from(reply, &made)))
		rc = script_odd_answer(op, SCRIPT_SESSION_RENEW);
	if (rc != RC_OK)
		return op_while(op, rc, "renewing session %s", sid);

	*grant = made;
	return RC_OK;
}

enum rc sessions_close(struct op *op, const char *user_id, const char *sid)
{
	const struct reply *reply;
	enum rc rc;

	rc = redis_script(op, SCRIPT_SESSION_CLOSE,
	    REDIS_WORDS(sessions_record_key(op, user_id, sid),
		sessions_index_key(op, user_id),
		sessions_user_key(op, user_id)),
	    REDIS_WORDS(sid), &reply);
	if (rc == RC_OK && script_answers(reply, "dead"))
		return op_fail(op, RC_ABSENT, "session %s did not live", sid);
	if (rc == RC_OK && !script_answers(reply, "ended"))
		rc = script_odd_answer(op, SCRIPT_SESSION_CLOSE);
	if (rc != RC_OK)
		return op_while(op, rc, "ending session %s", sid);

	return RC_OK;
}

enum rc sessions_close_all(struct op *op, const char *user_id)
{
	const struct reply *reply;
	enum rc rc;

	rc = redis_script(op, SCRIPT_SESSION_CLOSE_ALL,
	    REDIS_WORDS(sessions_user_key(op, user_id),
		sessions_index_key(op, user_id)),
	    REDIS_NONE, &reply);
	if (rc != RC_OK)
		return op_while(op, rc, "ending the sessions of user %s",
		    user_id);

	/* They are dead: what stays behind leaves with its time to live. */
	if (sessions_erase(op, user_id, reply, 0) != RC_OK)
		op_clear(op);
	return RC_OK;
}

/*
 * Takes away the records of what was ended, if anything was.  A deleted user's
 * must all go.  Others are dead already and expire.
 */
static enum rc erase(struct op *op, const struct sessions_standing *standing,
    const struct reply *reply)
{
	enum rc rc = sessions_erase(op, standing->user_id, reply, 1);

	if (rc == RC_OK || standing->state == SESSIONS_DELETED)
		return rc;

	op_clear(op);
	return RC_OK;
}

enum rc sessions_publish(struct op *op,
    const struct sessions_standing *standing)
{
	static const char *const states[] = {
		[SESSIONS_ACTIVE] = "active",
		[SESSIONS_DISABLED] = "disabled",
		[SESSIONS_DELETED] = "deleted",
	};
	const struct reply *reply;
	enum rc rc;

	rc = redis_script(op, SCRIPT_USER_PUBLISH,
	    REDIS_WORDS(sessions_user_key(op, standing->user_id),
		sessions_index_key(op, standing->user_id)),
	    REDIS_WORDS(script_number(op, standing->version),
		states[standing->state],
		script_number(op, standing->premium_until_ms),
		script_number(op, sessions_keys_rules()->absolute_ms)),
	    &reply);
	/* Whoever takes rights away must know that they are gone. */
	if (rc == RC_OK && standing->takes_away &&
	    !script_answers(reply, "published"))
		rc = op_fail(op, RC_DOWN, "Redis knows a newer version of the "
		    "user than PostgreSQL: nothing was taken away");
	if (rc == RC_OK)
		rc = erase(op, standing, reply);
	if (rc != RC_OK)
		return op_while(op, rc, "publishing the standing of user %s",
		    standing->user_id);

	return RC_OK;
}
