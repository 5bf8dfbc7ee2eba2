/* SPDX-License-Identifier: ISC */
/* Asked of the stores themselves, not of the API under test. */
#include "support/facts.h"

#include <string.h>

#include <check.h>

#include "support/flow.h"
#include "support/stack.h"
#include "support/text.h"

static size_t lines(const char *text)
{
	size_t count = text[0] != '\0';

	for (; *text != '\0'; text++)
		if (*text == '\n')
			count++;
	return count;
}

struct facts facts_now(void)
{
	return (struct facts){
	    .users = stack_count("select count(*) from users"),
	    .identities = stack_count(
		"select count(*) from oauth_linked_accounts"),
	    .sessions = lines(stack_redis("KEYS", "latchkey:refresh_token:*",
		NULL)),
	    .calls = flow_recorded("google", "token") +
		flow_recorded("discord", "token") +
		flow_recorded("other", "token"),
	};
}

void facts_assert_same(const struct facts *before)
{
	struct facts now = facts_now();

	ck_assert_int_eq(now.users, before->users);
	ck_assert_int_eq(now.identities, before->identities);
	ck_assert_uint_eq(now.sessions, before->sessions);
	ck_assert_uint_eq(now.calls, before->calls);
}

void facts_assert_gives_nothing(struct browser *browser,
    const struct answer *answer)
{
	const char *cookie;

	ck_assert_ptr_null(strstr(answer->body, "eyJ"));
	ck_assert_ptr_null(strstr(answer->head, "eyJ"));
	ck_assert_msg(strstr(answer->body, "_token\"") == NULL,
	    "a token in a refusal: %s", answer->body);
	ck_assert_ptr_null(answer_header(browser, answer, "Location", 0));
	for (int i = 0; (cookie = answer_header(browser, answer, "Set-Cookie",
	    i)) != NULL; i++)
		ck_assert_msg(strstr(cookie, "Max-Age=0;") != NULL,
		    "a cookie in a refusal: %s", cookie);
}

void facts_assert_refused(struct browser *browser, const struct answer *answer,
    long status, const char *code, const struct facts *before)
{
	flow_assert_problem(browser, answer, status, code);
	facts_assert_gives_nothing(browser, answer);
	facts_assert_same(before);
}

/* As XML there is no column to forget. */
const char *facts_tables_with(const char *word)
{
	return stack_sql(text_print("select coalesce(string_agg(name, ' '), "
	    "'') from (select c.relname as name, table_to_xml(c.oid::regclass, "
	    "true, false, '')::text as text from pg_class c where c.relkind "
	    "in ('r', 'p', 'm') and c.relnamespace = 'public'::regnamespace) "
	    "as tables where lower(text) like lower('%%%s%%')", word));
}

/* What cannot be looked into counts as found. */
const char *facts_keys_with(const char *word)
{
	static const char script[] =
	    "local found = {} "
	    "local word = ARGV[1] "
	    "for _, key in ipairs(redis.call('KEYS', '*')) do "
	    "local kind = redis.call('TYPE', key).ok "
	    "local all = {key} "
	    "if kind == 'string' then all[2] = redis.call('GET', key) "
	    "elseif kind == 'hash' then "
	    "all[2] = table.concat(redis.call('HGETALL', key), ' ') "
	    "elseif kind == 'zset' then all[2] = "
	    "table.concat(redis.call('ZRANGE', key, 0, -1), ' ') "
	    "else all[2] = word end "
	    "if string.find(table.concat(all, ' '), word, 1, true) then "
	    "found[#found + 1] = key end end return found";

	return stack_redis("EVAL", script, "0", word, NULL);
}
