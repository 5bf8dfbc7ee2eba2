/* SPDX-License-Identifier: ISC */
/*
 * Redis decides, PostgreSQL only hears of it afterwards: an event that cannot
 * be stored goes to the log, complete, and fails nothing.
 */
#include "auth/session.h"

#include "auth/refusal.h"
#include "auth/token.h"
#include "base/clock.h"
#include "base/encode.h"
#include "base/log.h"
#include "base/uuid.h"
#include "store/events.h"
#include "store/sessions.h"

#define USER_AGENT_MOST 256

static int64_t fresh_ms;	/* 0: any sign-in is fresh enough */

/* How long the answer may wait for its event to be stored. */
#define EVENT_BUDGET_MS 1000

void session_init(const struct config *config)
{
	fresh_ms = config->session_fresh_ms;
}

int64_t session_fresh_s(void)
{
	return fresh_ms / 1000;
}

static void log_whole_event(const struct op *op, const struct event *event)
{
	struct log_line line;

	log_begin(&line, LOG_LEVEL_WARNING, "unstored_event");
	log_text(&line, "kind", event_kind_name(event->kind));
	log_text(&line, "user", event->user_id);
	log_text(&line, "provider", event->provider);
	log_text(&line, "session", event->session_id);
	log_text(&line, "address", event->address);
	log_text(&line, "actor", event->actor);
	log_text(&line, "request_id", op->id);
	log_sentence(&line, "reason", op_reason(op));
	log_end(&line);
}

static void note(struct op *op, const struct event *event)
{
	int64_t deadline = op_shorten(op, EVENT_BUDGET_MS);

	if (events_add(op, event) != RC_OK) {
		log_whole_event(op, event);
		op_clear(op);
	}
	op->deadline_ms = deadline;
}

static struct session_tokens issue(struct op *op, const struct token *token,
    const struct sessions_grant *grant)
{
	struct session_tokens tokens = {
	    .refresh = token_issue_refresh(op, token, grant)};

	tokens.access = token_issue_access(op, token, grant->absolute_ms,
	    &tokens.lifetime_s);
	return tokens;
}

enum rc session_open(struct op *op, const struct user *user,
    const char *provider, const struct session_client *client,
    struct session_tokens *tokens)
{
	const char *agent = client->user_agent;
	char *sid = pool_alloc(op->pool, UUID_SIZE);
	struct sessions_grant grant;
	struct sessions_new new;
	enum rc rc;

	uuid_new(sid);
	new = (struct sessions_new){
	    .user_id = user->id,
	    .sid = sid,
	    .version = user->version,
	    .premium_until_ms = user->premium_until_ms,
	    .key_id = token_refresh_key_id(),
	    .provider = provider,
	    .user_agent = agent == NULL ? "" :
		encode_printable(op->pool, agent, USER_AGENT_MOST),
	    .address = client->address,
	};
	rc = sessions_open(op, &new, &grant);
	if (rc == RC_DENIED)
		return op_recast(op, rc, REFUSAL_DISABLED);
	if (rc == RC_ABSENT)
		return op_recast(op, RC_DENIED, REFUSAL_TRANSACTION);
	if (rc != RC_OK)
		return rc;

	note(op, &(struct event){.kind = EVENT_SIGNED_IN,
	    .user_id = user->id, .provider = provider, .session_id = sid,
	    .address = client->address});
	*tokens = issue(op, &(struct token){.user_id = user->id, .sid = sid},
	    &grant);
	return RC_OK;
}

enum rc session_check(struct op *op, const char *access_token,
    struct session *session)
{
	struct sessions_live live;
	struct token token;
	enum rc rc;

	rc = token_verify_access(op, access_token, &token);
	if (rc == RC_OK)
		rc = sessions_check(op, token.user_id, token.sid, &live);
	else
		rc = RC_ABSENT;
	if (rc == RC_ABSENT)
		return op_recast(op, RC_DENIED, REFUSAL_TOKEN);
	if (rc != RC_OK)
		return rc;

	*session = (struct session){
	    .user_id = token.user_id,
	    .sid = token.sid,
	    .auth_time_ms = live.auth_time_ms,
	    .premium_until_ms = live.premium_until_ms,
	};
	return RC_OK;
}

static enum rc rotate(struct op *op, const struct token *token,
    const struct session_client *client, struct sessions_grant *grant)
{
	enum sessions_rotation rotation;
	struct event event;
	enum rc rc;

	rc = sessions_rotate(op, &(struct sessions_presented){
	    .user_id = token->user_id, .sid = token->sid,
	    .generation = token->generation,
	    .key_id = token_refresh_key_id()}, &rotation, grant);
	if (rc != RC_OK)
		return rc;

	event = (struct event){
	    .user_id = token->user_id, .session_id = token->sid,
	    .provider = grant->provider, .address = client->address};
	switch (rotation) {
	case SESSIONS_ADVANCED:
	case SESSIONS_REPEATED:
		break;
	case SESSIONS_ROLLED_BACK:
		event.kind = EVENT_STORE_ROLLED_BACK;
		note(op, &event);
		break;
	case SESSIONS_REUSED:
		event.kind = EVENT_REFRESH_TOKEN_REUSED;
		note(op, &event);
		return op_fail(op, RC_ABSENT, "generation %lld of session %s "
		    "was reused; the session is ended",
		    (long long)token->generation, token->sid);
	}

	return RC_OK;
}

enum rc session_refresh(struct op *op, const char *refresh_token,
    const struct session_client *client, struct session_tokens *tokens)
{
	struct sessions_grant grant;
	struct token token;
	enum rc rc;

	rc = token_verify_refresh(op, refresh_token, &token);
	if (rc == RC_OK)
		rc = rotate(op, &token, client, &grant);
	else
		rc = RC_ABSENT;
	if (rc == RC_ABSENT)
		return op_recast(op, RC_DENIED, REFUSAL_REFRESH_TOKEN);
	if (rc != RC_OK)
		return rc;

	*tokens = issue(op, &token, &grant);
	return RC_OK;
}

/* Ends the event's session, with the event. */
static enum rc close_one(struct op *op, const struct event *event)
{
	enum rc rc;

	if (!uuid_is_valid(event->session_id))
		return op_fail(op, RC_ABSENT, "not the id of a session");

	rc = sessions_close(op, event->user_id, event->session_id);
	if (rc == RC_OK)
		note(op, event);
	return rc;
}

enum rc session_end(struct op *op, const char *refresh_token,
    const struct session_client *client)
{
	struct token token;
	enum rc rc = token_verify_refresh(op, refresh_token, &token);

	/* A later one may live. */
	if (rc == RC_EXPIRED) {
		op_clear(op);
		rc = RC_OK;
	}
	if (rc == RC_OK)
		rc = close_one(op, &(struct event){.kind = EVENT_SIGNED_OUT,
		    .user_id = token.user_id, .session_id = token.sid,
		    .address = client->address});
	if (rc != RC_DENIED && rc != RC_ABSENT)
		return rc;

	op_clear(op);
	return RC_OK;
}

enum rc session_check_fresh(struct op *op, const struct session *session)
{
	int64_t age_ms = clock_now_ms() - session->auth_time_ms;

	if (fresh_ms == 0 || (age_ms < fresh_ms && age_ms > -fresh_ms))
		return RC_OK;

	return op_refuse(op, RC_DENIED, REFUSAL_STALE,
	    "the sign-in of session %s is %lld ms old", session->sid,
	    (long long)age_ms);
}

enum rc session_renew(struct op *op,
    const struct session_confirmed *confirmed, struct session_tokens *tokens)
{
	const char *user_id = confirmed->user_id;
	const char *sid = confirmed->sid;
	struct sessions_grant grant;
	enum rc rc;

	rc = sessions_renew(op, user_id, sid, &grant);
	if (rc == RC_ABSENT)
		return op_recast(op, RC_DENIED, REFUSAL_TRANSACTION);
	if (rc != RC_OK)
		return rc;

	note(op, &(struct event){.kind = EVENT_CONFIRMED, .user_id = user_id,
	    .provider = confirmed->provider, .session_id = sid,
	    .address = confirmed->address});
	*tokens = issue(op, &(struct token){.user_id = user_id, .sid = sid},
	    &grant);
	return RC_OK;
}

enum rc session_check_alive(struct op *op, const char *user_id,
    const char *sid)
{
	struct sessions_live live;
	enum rc rc = sessions_check(op, user_id, sid, &live);

	if (rc == RC_ABSENT)
		return op_recast(op, RC_DENIED, REFUSAL_TRANSACTION);
	return rc;
}

/* Ends all sessions of the event's user, with the event. */
static enum rc close_all(struct op *op, const struct event *event)
{
	enum rc rc = sessions_close_all(op, event->user_id);

	if (rc == RC_OK)
		note(op, event);
	return rc;
}

enum rc session_end_one(struct op *op, const struct session *session,
    const char *sid, const struct session_client *client)
{
	return close_one(op, &(struct event){.kind = EVENT_SESSION_ENDED,
	    .user_id = session->user_id, .session_id = sid,
	    .address = client->address});
}

enum rc session_end_all(struct op *op, const struct session *session,
    const struct session_client *client)
{
	return close_all(op, &(struct event){
	    .kind = EVENT_SIGNED_OUT_EVERYWHERE,
	    .user_id = session->user_id, .session_id = session->sid,
	    .address = client->address});
}

enum rc session_revoke(struct op *op, const char *user_id, const char *sid,
    const char *actor)
{
	return close_one(op, &(struct event){.kind = EVENT_SESSION_ENDED,
	    .user_id = user_id, .session_id = sid, .actor = actor});
}

enum rc session_revoke_all(struct op *op, const char *user_id,
    const char *actor)
{
	return close_all(op, &(struct event){.kind = EVENT_SESSIONS_ENDED,
	    .user_id = user_id, .actor = actor});
}
