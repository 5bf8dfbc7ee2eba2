/* SPDX-License-Identifier: ISC */
/* Everybody is new, so that whoever gets in leaves a row behind. */
#include "support/reject.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <check.h>

#include "base/clock.h"
#include "support/flow.h"
#include "support/stack.h"
#include "support/text.h"

/* The supervisor's children, as the kernel lists them. */
static const char *workers_now(void)
{
	const char *text = text_of_file(text_print("%s/latchkey.pid",
	    stack_dir()));
	int pid;

	ck_assert(text != NULL && sscanf(text, "%d", &pid) == 1);
	text = text_of_file(text_print("/proc/%d/task/%d/children", pid, pid));
	ck_assert_ptr_nonnull(text);
	ck_assert_str_ne(text, "");
	return text;
}

struct reject reject_before(void)
{
	return (struct reject){
	    .rows = stack_sql("select concat("
		"(select count(*) from users), ' users, ', "
		"(select count(*) from oauth_linked_accounts), ' identities, ', "
		"(select count(*) from events), ' events')"),
	    .keys = stack_redis("DBSIZE", NULL),
	    .workers = workers_now(),
	};
}

static void assert_gives_nothing(struct browser *browser,
    const struct answer *answer)
{
	const char *cookie;

	ck_assert_ptr_null(strstr(answer->body, "_token\""));
	ck_assert_ptr_null(strstr(answer->body, "eyJ"));
	ck_assert_ptr_null(strstr(answer->head, "eyJ"));
	ck_assert_ptr_null(answer_header(browser, answer, "Location", 0));
	for (int i = 0; (cookie = answer_header(browser, answer, "Set-Cookie",
	    i)) != NULL; i++)
		ck_assert_msg(strstr(cookie, "Max-Age=0;") != NULL,
		    "a cookie in a refusal: %s", cookie);
}

void reject_assert(struct browser *browser, const struct answer *answer,
    long status, const char *code, const struct reject *before)
{
	struct reject now = reject_before();

	flow_assert_problem(browser, answer, status, code);
	assert_gives_nothing(browser, answer);
	ck_assert_str_eq(now.rows, before->rows);
	ck_assert_str_eq(now.keys, before->keys);
	ck_assert_str_eq(now.workers, before->workers);
	ck_assert_int_eq(browser_get(browser,
	    stack_url("/api/auth/providers")).status, 200);
}

const char *reject_callback(struct browser *browser, const char *provider,
    const char *more)
{
	static int number;
	const char *subject = text_print("%lld%d%d",
	    (long long)clock_now_ms(), (int)getpid() % 1000, number++ % 1000);

	flow_next("{\"provider\": \"%s\", \"subject\": \"%s\", "
	    "\"email\": \"%s@gmail.com\", \"email_verified\": true%s%s}",
	    provider, subject, subject, more[0] != '\0' ? ", " : "", more);
	return flow_consent(browser, flow_start(browser, provider));
}

const char *reject_sign_in(const char *provider, const char *more, long status,
    const char *code)
{
	struct browser *browser = browser_new();
	struct reject before = reject_before();
	struct answer answer = browser_get(browser,
	    reject_callback(browser, provider, more));
	const char *said = text_print("%s%s", answer.head, answer.body);

	reject_assert(browser, &answer, status, code, &before);
	browser_free(browser);
	return said;
}

const char *reject_answer(const char *provider, const char *more)
{
	return reject_sign_in(provider, more, 502, "provider_error");
}

const char *reject_nothing(const char *provider, const char *more)
{
	struct browser *browser = browser_new();
	struct answer answer = browser_get(browser,
	    reject_callback(browser, provider, more));
	const char *token = answer_member(browser, &answer, "access_token");

	ck_assert_msg(answer.status == 200 && token != NULL,
	    "%s was refused: %ld %s", more, answer.status, answer.body);
	token = text_print("%s", token);
	browser_free(browser);
	return token;
}
