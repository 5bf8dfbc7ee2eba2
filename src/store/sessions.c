/* SPDX-License-Identifier: ISC */
/* Builds the keys, runs the scripts, reads their answers; decides nothing. */
#include "store/sessions.h"

#include <assert.h>
#include <string.h>

#include "base/str.h"
#include "client/redis.h"

/* How often the use of a session is written down. */
#define NOTE_USE_EVERY_MS "60000"

static struct sessions_rules rules;

void sessions_init(const struct sessions_rules *given)
{
	rules = *given;
}

static const char *record_key(struct op *op, const char *user_id,
    const char *sid)
{
	return pool_print(op->pool, "%srefresh_token:{%s}:%s", rules.prefix,
	    user_id, sid);
}

static const char *index_key(struct op *op, const char *user_id)
{
	return pool_print(op->pool, "%ssessions:{%s}", rules.prefix, user_id);
}

static const char *user_key(struct op *op, const char *user_id)
{
	return pool_print(op->pool, "%suser:{%s}", rules.prefix, user_id);
}

static const char *number(struct op *op, int64_t value)
{
	return pool_print(op->pool, "%lld", (long long)value);
}

static bool answers(const struct reply *reply, const char *word)
{
	const char *said = redis_text(reply, 0);

	return said != NULL && strcmp(said, word) == 0;
}

static enum rc odd_answer(struct op *op, const char *script)
{
	return op_fail(op, RC_DOWN, "the script %s gave an unknown answer",
	    script);
}

/*
 * Ends the least recently used of the sessions named from element first of
 * reply on.  (Their records could not be known before the index was read.)
 */
static enum rc trim(struct op *op, const char *user_id,
    const struct reply *reply, size_t first)
{
	size_t count = redis_count(reply) - first;
	const char **keys = pool_alloc(op->pool, (count + 1) * sizeof(*keys));
	const char **args = pool_alloc(op->pool, (count + 1) * sizeof(*args));
	const struct reply *ended;

	keys[0] = index_key(op, user_id);
	args[0] = number(op, rules.limit);
	for (size_t i = 0; i < count; i++) {
		args[i + 1] = redis_text(reply, first + i);
		keys[i + 1] = record_key(op, user_id, args[i + 1]);
	}

	return redis_script(op, SCRIPT_SESSION_TRIM,
	    (struct redis_words){.count = count + 1, .items = keys},
	    (struct redis_words){.count = count + 1, .items = args}, &ended);
}

enum rc sessions_open(struct op *op, const struct sessions_new *new,
    struct sessions_grant *grant)
{
	const struct reply *reply;
	enum rc rc;

	rc = redis_script(op, SCRIPT_SESSION_OPEN,
	    REDIS_WORDS(record_key(op, new->user_id, new->sid),
		index_key(op, new->user_id), user_key(op, new->user_id)),
	    REDIS_WORDS(new->sid, number(op, new->version),
		number(op, new->premium_until_ms), number(op, rules.idle_ms),
		number(op, rules.absolute_ms), number(op, rules.limit),
		new->key_id, new->provider, new->user_agent, new->address),
	    &reply);
	if (rc == RC_OK && answers(reply, "refused"))
		return op_fail(op, RC_DENIED,
		    "user %s was disabled or deleted meanwhile", new->user_id);
	if (rc == RC_OK && !answers(reply, "opened"))
		rc = odd_answer(op, "session_open");
	if (rc != RC_OK)
		return op_while(op, rc, "opening a session of user %s",
		    new->user_id);

	/* The session is open: what could not be trimmed waits for the next. */
	if (redis_count(reply) > 4 &&
	    trim(op, new->user_id, reply, 4) != RC_OK)
		op_clear(op);

	*grant = (struct sessions_grant){
	    .generation = 1,
	    .issued_ms = redis_int(reply, 1, 0),
	    .expires_ms = redis_int(reply, 2, 0),
	    .absolute_ms = redis_int(reply, 3, 0),
	    .key_id = new->key_id,
	    .provider = new->provider,
	};
	return RC_OK;
}

enum rc sessions_check(struct op *op, const char *user_id, const char *sid,
    struct sessions_live *live)
{
	const struct reply *reply;
	enum rc rc;

	rc = redis_script(op, SCRIPT_SESSION_CHECK,
	    REDIS_WORDS(record_key(op, user_id, sid), user_key(op, user_id)),
	    REDIS_WORDS(NOTE_USE_EVERY_MS), &reply);
	if (rc == RC_OK && answers(reply, "dead"))
		return op_fail(op, RC_ABSENT, "session %s does not live", sid);
	if (rc == RC_OK && !answers(reply, "live"))
		rc = odd_answer(op, "session_check");
	if (rc != RC_OK)
		return op_while(op, rc, "checking session %s", sid);

	*live = (struct sessions_live){
	    .provider = redis_text(reply, 1),
	    .auth_time_ms = redis_int(reply, 2, 0),
	    .absolute_ms = redis_int(reply, 3, 0),
	    .premium_until_ms = redis_int(reply, 4, 0),
	};
	return RC_OK;
}

/* Reads what the script did; false for a word it does not have. */
static bool rotation_from(const struct reply *reply,
    enum sessions_rotation *rotation)
{
	static const char *const words[] = {
		[SESSIONS_ADVANCED] = "advanced",
		[SESSIONS_REPEATED] = "repeated",
		[SESSIONS_ROLLED_BACK] = "rolled_back",
		[SESSIONS_REUSED] = "reused",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (answers(reply, words[i])) {
			*rotation = (enum sessions_rotation)i;
			return true;
		}
	}

	return false;
}

enum rc sessions_rotate(struct op *op, const struct sessions_presented *token,
    enum sessions_rotation *rotation, struct sessions_grant *grant)
{
	const struct reply *reply;
	enum rc rc;

	rc = redis_script(op, SCRIPT_SESSION_ROTATE,
	    REDIS_WORDS(record_key(op, token->user_id, token->sid),
		index_key(op, token->user_id), user_key(op, token->user_id)),
	    REDIS_WORDS(token->sid, number(op, token->generation),
		number(op, rules.idle_ms), number(op, rules.grace_ms),
		token->key_id), &reply);
	if (rc == RC_OK && answers(reply, "dead"))
		return op_fail(op, RC_ABSENT, "session %s does not live",
		    token->sid);
	if (rc == RC_OK && !rotation_from(reply, rotation))
		rc = odd_answer(op, "session_rotate");
	if (rc != RC_OK)
		return op_while(op, rc, "refreshing session %s", token->sid);

	if (*rotation == SESSIONS_REUSED) {
		*grant = (struct sessions_grant){
		    .provider = redis_text(reply, 1)};
		return RC_OK;
	}
	*grant = (struct sessions_grant){
	    .generation = redis_int(reply, 1, 0),
	    .issued_ms = redis_int(reply, 2, 0),
	    .expires_ms = redis_int(reply, 3, 0),
	    .absolute_ms = redis_int(reply, 4, 0),
	    .key_id = redis_text(reply, 5),
	    .provider = redis_text(reply, 6),
	};
	return RC_OK;
}

enum rc sessions_close(struct op *op, const char *user_id, const char *sid)
{
	const struct reply *reply;
	enum rc rc;

	rc = redis_script(op, SCRIPT_SESSION_CLOSE,
	    REDIS_WORDS(record_key(op, user_id, sid), index_key(op, user_id)),
	    REDIS_WORDS(sid), &reply);
	if (rc == RC_OK && redis_text(reply, 0) == NULL)
		return op_fail(op, RC_ABSENT, "session %s did not live", sid);
	if (rc != RC_OK)
		return op_while(op, rc, "ending session %s", sid);

	return RC_OK;
}

enum rc sessions_close_all(struct op *op, const char *user_id)
{
	const struct reply *reply;
	enum rc rc;

	rc = redis_script(op, SCRIPT_SESSION_CLOSE_ALL,
	    REDIS_WORDS(user_key(op, user_id), index_key(op, user_id)),
	    REDIS_NONE, &reply);
	if (rc != RC_OK)
		return op_while(op, rc, "ending the sessions of user %s",
		    user_id);

	return RC_OK;
}

enum rc sessions_publish(struct op *op,
    const struct sessions_standing *standing)
{
	const struct reply *reply;
	enum rc rc;

	rc = redis_script(op, SCRIPT_USER_PUBLISH,
	    REDIS_WORDS(user_key(op, standing->user_id),
		index_key(op, standing->user_id)),
	    REDIS_WORDS(number(op, standing->version),
		standing->active ? "active" : "disabled",
		number(op, standing->premium_until_ms),
		standing->ends_sessions ? "end" : "keep",
		number(op, rules.absolute_ms)), &reply);
	/* Whoever takes rights away must know that they are gone. */
	if (rc == RC_OK && standing->ends_sessions &&
	    !answers(reply, "published"))
		rc = op_fail(op, RC_DOWN, "Redis knows a newer version of the "
		    "user than PostgreSQL: nothing was ended");
	if (rc != RC_OK)
		return op_while(op, rc, "publishing the standing of user %s",
		    standing->user_id);

	return RC_OK;
}
