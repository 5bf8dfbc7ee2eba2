/* SPDX-License-Identifier: ISC */
/* Rounds are begun with POST: GET is the same, and its tests are few. */
#include "support/link.h"

#include <string.h>
#include <time.h>

#include <check.h>

#include "support/admin.h"
#include "support/stack.h"
#include "support/text.h"

const char *link_begin(struct browser *browser, const char *access,
    const char *provider)
{
	struct answer answer = admin_send(browser, "POST",
	    stack_url(text_print("/api/auth/link/%s", provider)), access,
	    NULL);
	const char *url = answer_member(browser, &answer, "authorization_url");

	ck_assert_msg(answer.status == 200 && url != NULL, "%ld %s",
	    answer.status, answer.body);
	return text_print("%s", url);
}

struct ready link_ready(struct browser *browser, const char *access,
    const char *provider, const char *subject)
{
	return ready_from(browser, provider,
	    link_begin(browser, access, provider), subject);
}

struct answer link_as(struct browser *browser, const char *access,
    const char *provider, const char *subject)
{
	return browser_get(browser, flow_consent_as(browser, provider,
	    link_begin(browser, access, provider), subject));
}

struct answer link_next(struct browser *browser, const char *access,
    const char *provider)
{
	return browser_get(browser, flow_consent(browser,
	    link_begin(browser, access, provider)));
}

struct answer link_undo(struct browser *browser, const char *access,
    const char *provider)
{
	return admin_send(browser, "DELETE", stack_url(text_print(
	    "/api/users/me/link/%s", provider)), access, NULL);
}

const char *link_providers(const char *user_id)
{
	return stack_sql(text_print("select coalesce(string_agg(a.provider || "
	    "case when u.oauth_provider = a.provider and "
	    "u.oauth_id = a.oauth_id then '*' else '' end, ' ' "
	    "order by a.provider), '') from oauth_linked_accounts a "
	    "join users u on u.id = a.user_id where u.id = '%s'", user_id));
}

const char *link_owner(const char *provider, const char *subject)
{
	return stack_sql(text_print("select user_id from "
	    "oauth_linked_accounts where provider = '%s' and oauth_id = '%s'",
	    provider, subject));
}

/* The log's line about a request, NULL when there is none (yet). */
static const char *line_of(const char *id)
{
	const char *at = strstr(stack_log(), text_print(
	    "event=request request_id=%s ", id));

	return at != NULL ? text_copy(at, strcspn(at, "\n")) : NULL;
}

const char *link_rule(struct browser *browser, const struct answer *answer)
{
	const char *id = answer_header(browser, answer, "X-Request-Id", 0);
	const char *line = NULL;
	const char *rule;

	ck_assert_ptr_nonnull(id);
	/* It is written after the answer. */
	for (int i = 0; i < 200 && (line = line_of(id)) == NULL; i++)
		nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
	ck_assert_msg(line != NULL, "no line about request %s", id);

	rule = strstr(line, " rule=");
	if (rule == NULL)
		return "";
	rule += strlen(" rule=");
	return text_copy(rule, strcspn(rule, " "));
}
