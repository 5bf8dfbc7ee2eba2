/* SPDX-License-Identifier: ISC */
/* Rows are compared as the server writes them: no column is forgotten. */
#include "support/attempt.h"

#include <string.h>

#include <check.h>

#include "support/facts.h"
#include "support/stack.h"
#include "support/text.h"

static const char ROWS[] =
    "select md5(coalesce(string_agg(row, '|' order by row), '')) from ("
    "select u::text as row from users u union all "
    "select a::text from oauth_linked_accounts a union all "
    "select e::text from events e) as rows";

/* Redis names them in another order each time. */
static const char KEYS[] =
    "local all = {} "
    "for _, pattern in ipairs(ARGV) do "
    "for _, key in ipairs(redis.call('KEYS', pattern)) do "
    "all[#all + 1] = key end end "
    "table.sort(all) return all";

static const char *keys(void)
{
	return stack_redis("EVAL", KEYS, "0", "latchkey:refresh_token:*",
	    "latchkey:sessions:*", "latchkey:user:*", NULL);
}

static size_t calls(void)
{
	static const char mark[] = "\"endpoint\":\"token\"";
	struct browser *browser = browser_new();
	struct answer answer = browser_get(browser,
	    text_print("%s/requests", stack_setting("PROVIDER_CONTROL")));
	const char *at = answer.body;
	size_t count = 0;

	ck_assert_int_eq(answer.status, 200);
	for (; (at = strstr(at, mark)) != NULL; at++)
		count++;
	browser_free(browser);
	return count;
}

struct attempt attempt_begin(void)
{
	return (struct attempt){
	    .rows = stack_sql(ROWS),
	    .keys = keys(),
	    .calls = calls(),
	};
}

void attempt_assert_refused(struct browser *browser,
    const struct answer *answer, long status, const char *code,
    const struct attempt *before)
{
	struct attempt now = attempt_begin();

	flow_assert_problem(browser, answer, status, code);
	facts_assert_gives_nothing(browser, answer);
	ck_assert_str_eq(now.rows, before->rows);
	ck_assert_str_eq(now.keys, before->keys);
	ck_assert_uint_eq(now.calls, before->calls);
}

const char *attempt_callback(struct browser *browser, const char *provider)
{
	return flow_consent(browser, flow_start(browser, provider));
}

void attempt_refused_at(struct browser *browser, const char *url, long status,
    const char *code)
{
	struct attempt before = attempt_begin();
	struct answer answer = browser_get(browser, url);

	attempt_assert_refused(browser, &answer, status, code, &before);
}

void attempt_refused(struct browser *browser, const char *provider,
    long status, const char *code)
{
	struct attempt before = attempt_begin();
	struct answer answer = browser_get(browser,
	    attempt_callback(browser, provider));

	before.calls++;
	attempt_assert_refused(browser, &answer, status, code, &before);
}

struct flow_tokens attempt_accepted(struct browser *browser,
    const char *provider)
{
	struct answer answer = browser_get(browser,
	    attempt_callback(browser, provider));
	struct flow_tokens tokens = {
	    .access = answer_member(browser, &answer, "access_token"),
	    .refresh = answer_member(browser, &answer, "refresh_token"),
	};

	ck_assert_msg(answer.status == 200 && tokens.access != NULL &&
	    tokens.refresh != NULL, "signing in with %s: %ld %s", provider,
	    answer.status, answer.body);
	return tokens;
}

const char *attempt_me(struct browser *browser, struct flow_tokens tokens,
    const char *member)
{
	struct answer answer = browser_get_as(browser,
	    stack_url("/api/users/me"), tokens.access);

	ck_assert_msg(answer.status == 200, "/users/me: %ld %s",
	    answer.status, answer.body);
	return answer_member(browser, &answer, member);
}

const char *attempt_holder(const char *email)
{
	return stack_sql(text_print("select coalesce(max(id::text), '') "
	    "from users where email_verified and lower(email) = "
	    "lower('%s')", email));
}
