/* SPDX-License-Identifier: ISC */
/* What a session is worth is test_session.c's. */
#include "support/fake_session.h"

#include "support/fake_calls.h"

struct fake_session fake_session;

enum rc session_open(struct op *op, const struct user *user,
    const char *provider, const struct session_client *client,
    struct session_tokens *tokens)
{
	enum rc rc = fake_calls_enter(op, "session_open");

	fake_session = (struct fake_session){.user = user,
	    .provider = provider, .client = *client};
	if (rc == RC_OK)
		*tokens = (struct session_tokens){"access", "refresh", 1800,
		    NULL};
	return rc;
}

enum rc session_renew(struct op *op,
    const struct session_confirmed *confirmed, struct session_tokens *tokens)
{
	enum rc rc = fake_calls_enter(op, "session_renew");

	fake_session.user_id = confirmed->user_id;
	fake_session.sid = confirmed->sid;
	if (rc == RC_OK)
		*tokens = (struct session_tokens){"access", "refresh", 1800,
		    NULL};
	return rc;
}

enum rc session_check_alive(struct op *op, const char *user_id,
    const char *sid)
{
	fake_session.user_id = user_id;
	fake_session.sid = sid;
	return fake_calls_enter(op, "session_check_alive");
}
