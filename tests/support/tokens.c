/* SPDX-License-Identifier: ISC */
/* Tests ask by HTTP what lives, and the stores only for what was noted. */
#include "support/tokens.h"

#include <check.h>

#include "support/forge.h"
#include "support/stack.h"
#include "support/text.h"

#define BUDGET_MS 10000

struct flow_tokens tokens_refresh(struct browser *browser, const char *token)
{
	struct answer answer = flow_refresh(browser, token);
	struct flow_tokens made = {
		.access = answer_member(browser, &answer, "access_token"),
		.refresh = answer_member(browser, &answer, "refresh_token"),
	};

	ck_assert_msg(answer.status == 200, "%ld: %s", answer.status,
	    answer.body);
	ck_assert_ptr_nonnull(made.access);
	ck_assert_ptr_nonnull(made.refresh);
	return made;
}

void tokens_assert_dead(struct browser *browser, const char *refresh_token)
{
	struct answer answer = flow_refresh(browser, refresh_token);

	flow_assert_problem(browser, &answer, 401, "invalid_refresh_token");
}

bool tokens_open(struct browser *browser, const char *access_token)
{
	struct answer answer = browser_get_as(browser,
	    stack_url("/api/users/me"), access_token);

	if (answer.status != 200)
		flow_assert_problem(browser, &answer, 401, "invalid_token");
	return answer.status == 200;
}

long tokens_logout(struct browser *browser, const char *refresh_token)
{
	return browser_post(browser, stack_url("/api/auth/logout"),
	    text_print("{\"refresh_token\":\"%s\"}", refresh_token)).status;
}

/* A claim of a token, for longer than the operation that read it. */
static const char *claim(const char *token, const char *name)
{
	struct op *op = op_new("test", BUDGET_MS);
	const char *text = text_print("%s", forge_claim(op, token, name));

	op_free(op);
	return text;
}

long tokens_events(const char *kind, const char *token)
{
	return stack_count(text_print("select count(*) from events where "
	    "kind = '%s' and session_id = '%s' and user_id = '%s'", kind,
	    claim(token, "sid"), claim(token, "sub")));
}

const char *tokens_recorded(const char *token, const char *field)
{
	struct op *op = op_new("test", BUDGET_MS);
	const char *value = stack_redis("HGET", forge_record_key(op, token),
	    field, NULL);

	op_free(op);
	return value;
}

const char *tokens_current_count(const char *token)
{
	const char *id = claim(token, "sub");

	return stack_redis("EVAL",
	    "local epoch, count = redis.call('HGET', ARGV[1], 'epoch'), 0 "
	    "for _, key in ipairs(redis.call('KEYS', ARGV[2])) do "
	    "if redis.call('HGET', key, 'epoch') == epoch then "
	    "count = count + 1 end end return count", "0",
	    text_print("latchkey:user:{%s}", id),
	    text_print("latchkey:refresh_token:{%s}:*", id), NULL);
}

const char *tokens_session_count(const char *token)
{
	return stack_redis("ZCARD",
	    text_print("latchkey:sessions:{%s}", claim(token, "sub")), NULL);
}
