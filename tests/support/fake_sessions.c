/* SPDX-License-Identifier: ISC */
/* Every session lives, unless fake_calls says otherwise. */
#include "support/fake_sessions.h"

#include "support/fake_calls.h"

struct fake_sessions fake_sessions;

static void note(const char *user_id, const char *sid)
{
	snprintf(fake_sessions.user_id, sizeof(fake_sessions.user_id), "%s",
	    user_id);
	snprintf(fake_sessions.sid, sizeof(fake_sessions.sid), "%s", sid);
}

enum rc sessions_open(struct op *op, const struct sessions_new *new,
    struct sessions_grant *grant)
{
	enum rc rc = fake_calls_enter(op, "sessions_open");

	note(new->user_id, new->sid);
	fake_sessions.opened = *new;
	if (rc == RC_OK)
		*grant = fake_sessions.grant;
	return rc;
}

enum rc sessions_check(struct op *op, const char *user_id, const char *sid,
    struct sessions_live *live)
{
	enum rc rc = fake_calls_enter(op, "sessions_check");

	note(user_id, sid);
	if (rc == RC_OK)
		*live = fake_sessions.live;
	return rc;
}

/* Of a reused token the grant holds the provider only. */
enum rc sessions_rotate(struct op *op, const struct sessions_presented *token,
    enum sessions_rotation *rotation, struct sessions_grant *grant)
{
	enum rc rc = fake_calls_enter(op, "sessions_rotate");

	note(token->user_id, token->sid);
	fake_sessions.presented_generation = token->generation;
	fake_sessions.presented_key_id = token->key_id;
	if (rc != RC_OK)
		return rc;

	*rotation = fake_sessions.rotation;
	*grant = fake_sessions.rotation != SESSIONS_REUSED
	    ? fake_sessions.grant
	    : (struct sessions_grant){.provider = fake_sessions.grant.provider};
	return RC_OK;
}

enum rc sessions_close(struct op *op, const char *user_id, const char *sid)
{
	enum rc rc = fake_calls_enter(op, "sessions_close");

	note(user_id, sid);
	return rc;
}

enum rc sessions_renew(struct op *op, const char *user_id, const char *sid,
    struct sessions_grant *grant)
{
	enum rc rc = fake_calls_enter(op, "sessions_renew");

	note(user_id, sid);
	if (rc == RC_OK)
		*grant = fake_sessions.grant;
	return rc;
}

enum rc sessions_close_provider(struct op *op, const char *user_id,
    const char *provider, int64_t version)
{
	enum rc rc = fake_calls_enter(op, "sessions_close_provider");

	note(user_id, "");
	fake_sessions.unlinked = provider;
	fake_sessions.unlinked_version = version;
	return rc;
}

enum rc sessions_close_all(struct op *op, const char *user_id)
{
	enum rc rc = fake_calls_enter(op, "sessions_close_all");

	note(user_id, "");
	return rc;
}
