/* SPDX-License-Identifier: ISC */
/* A call may follow one that failed: each clears the operation first. */
#include "support/holder.h"

#include <check.h>

#include "client/redis.h"
#include "support/beside.h"
#include "support/servers.h"

struct sessions_rules holder_rules;

static struct op *op;

struct op *holder_begin(void)
{
	redis_open(&(struct redis_settings){.socket = servers_redis_socket(),
	    .pool = 1, .timeout_ms = 5000});
	beside_open();
	op = op_new("test", 60000);
	holder_rules = (struct sessions_rules){.prefix = "t:",
	    .idle_ms = HOUR, .absolute_ms = 3 * DAY,
	    .grace_ms = 10 * MINUTE, .limit = 10};
	sessions_init(&holder_rules);
	return op;
}

void holder_end(void)
{
	op_free(op);
	beside_close();
	redis_close();
}

enum rc holder_open(const char *sid, const char *provider, int64_t version,
    struct sessions_grant *grant)
{
	op_clear(op);
	return sessions_open(op, &(struct sessions_new){
	    .user_id = HOLDER, .sid = sid, .version = version,
	    .premium_until_ms = 500, .key_id = "k", .provider = provider,
	    .user_agent = "Browser/1.0", .address = "192.0.2.7"}, grant);
}

struct sessions_grant holder_opened(const char *sid)
{
	struct sessions_grant grant;

	ck_assert_int_eq(holder_open(sid, "google", 5, &grant), RC_OK);
	return grant;
}

enum rc holder_publish(int64_t version, enum sessions_state state)
{
	op_clear(op);
	return sessions_publish(op, &(struct sessions_standing){
	    .user_id = HOLDER, .version = version, .state = state,
	    .premium_until_ms = 900,
	    .takes_away = state != SESSIONS_ACTIVE});
}

bool holder_has(const char *sid)
{
	struct sessions_live live;
	enum rc rc;

	op_clear(op);
	rc = sessions_check(op, HOLDER, sid, &live);
	ck_assert(rc == RC_OK || rc == RC_ABSENT);
	return rc == RC_OK;
}

bool holder_has_record(const char *sid)
{
	return beside_tell("EXISTS " HOLDER_RECORD "%s", sid) == 1;
}

void holder_rewrite(const char *sid, const char *field, int64_t value)
{
	beside_tell("HSET " HOLDER_RECORD "%s %s %lld", sid, field,
	    (long long)value);
}
