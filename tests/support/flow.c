/* SPDX-License-Identifier: ISC */
/* Control goes over a connection of its own each time: any thread may. */
#include "support/flow.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>
#include <json-c/json.h>

#include "base/clock.h"
#include "base/encode.h"
#include "base/pool.h"
#include "base/str.h"
#include "support/stack.h"
#include "support/text.h"
#include "support/wait.h"

static void control(const char *method, const char *path, const char *body)
{
	struct browser *browser = browser_new();
	struct answer answer;

	answer = browser_send(browser, method,
	    text_print("%s%s", stack_setting("PROVIDER_CONTROL"), path), NULL,
	    body);
	ck_assert_msg(answer.status == 204,
	    "%s %s %s: the stand-in answers %ld %s", method, path,
	    body != NULL ? body : "", answer.status, answer.body);
	browser_free(browser);
}

void flow_next(const char *format, ...)
{
	struct pool *pool = pool_new();
	va_list args;

	va_start(args, format);
	control("PUT", "/next", pool_vprint(pool, format, args));
	va_end(args);
	pool_free(pool);
}

void flow_fault(const char *format, ...)
{
	struct pool *pool = pool_new();
	va_list args;

	va_start(args, format);
	control("PUT", "/fault", pool_vprint(pool, format, args));
	va_end(args);
	pool_free(pool);
}

void flow_reset(void)
{
	control("DELETE", "/", NULL);
}

static bool is_text(json_object *object, const char *name, const char *text)
{
	json_object *value;

	return json_object_object_get_ex(object, name, &value) &&
	    strcmp(json_object_get_string(value), text) == 0;
}

/*
 * Counts what the stand-in was asked at an endpoint; the last of these goes
 * to *last, which the caller puts, NULL for none.
 */
static size_t recorded(const char *provider, const char *endpoint,
    json_object **last)
{
	struct browser *browser = browser_new();
	struct answer answer;
	json_object *all;
	size_t count = 0;

	answer = browser_get(browser,
	    text_print("%s/requests", stack_setting("PROVIDER_CONTROL")));
	ck_assert_int_eq(answer.status, 200);
	all = json_tokener_parse(answer.body);
	browser_free(browser);
	ck_assert(json_object_is_type(all, json_type_array));

	*last = NULL;
	for (size_t i = 0; i < json_object_array_length(all); i++) {
		json_object *record = json_object_array_get_idx(all, i);

		if (!is_text(record, "provider", provider) ||
		    !is_text(record, "endpoint", endpoint))
			continue;
		count++;
		*last = record;
	}
	json_object_get(*last);
	json_object_put(all);
	return count;
}

size_t flow_recorded(const char *provider, const char *endpoint)
{
	json_object *last;
	size_t count = recorded(provider, endpoint, &last);

	json_object_put(last);
	return count;
}

bool flow_is_asked_within(const char *provider, const char *endpoint,
    size_t count, int ms)
{
	int64_t until = clock_mono_ms() + ms;

	while (flow_recorded(provider, endpoint) < count)
		if (!wait_more(until))
			return false;
	return true;
}

const char *flow_recorded_parameter(struct browser *browser,
    const char *provider, const char *endpoint, const char *name)
{
	json_object *last;
	json_object *parameters;
	json_object *value;
	const char *text = NULL;

	(void)browser;
	recorded(provider, endpoint, &last);
	if (json_object_object_get_ex(last, "parameters", &parameters) &&
	    json_object_object_get_ex(parameters, name, &value))
		text = text_print("%s", json_object_get_string(value));
	json_object_put(last);
	return text;
}

/* Where an answer sends the browser; must be a 302 or 303. */
static const char *redirected(struct browser *browser,
    const struct answer *answer, const char *from)
{
	const char *location = answer_header(browser, answer, "Location", 0);

	ck_assert_msg((answer->status == 302 || answer->status == 303) &&
	    location != NULL, "%s: %ld %s", from, answer->status,
	    answer->body);
	return location;
}

const char *flow_start(struct browser *browser, const char *provider)
{
	const char *url = stack_url(text_print("/api/auth/%s", provider));
	struct answer answer = browser_get(browser, url);

	ck_assert_int_eq(answer.status, 303);
	return redirected(browser, &answer, url);
}

const char *flow_consent(struct browser *browser, const char *consent_url)
{
	struct answer answer = browser_get(browser, consent_url);

	return redirected(browser, &answer, consent_url);
}

const char *flow_consent_as(struct browser *browser, const char *provider,
    const char *consent_url, const char *subject)
{
	static const char mark[] = "choose?request=";
	struct answer answer = browser_get(browser, consent_url);
	const char *at = strstr(answer.body, mark);
	const char *url;

	ck_assert_msg(answer.status == 200 && at != NULL,
	    "no consent page for %s at %s: %ld %s", subject, provider,
	    answer.status, answer.body);
	at += strlen(mark);
	url = text_print("%s/%s/%s%.*s&subject=%s&email=%s%%40gmail.com"
	    "&email_verified=1", stack_setting("PROVIDER_CONTROL"), provider,
	    mark, (int)strcspn(at, "&\""), at, subject, subject);
	return flow_consent(browser, url);
}

const char *flow_parameter(struct browser *browser, const char *url,
    const char *name)
{
	const char *at = strchr(url, '?');
	struct pool *pool = pool_new();
	const char *found = NULL;
	char *text;

	(void)browser;
	while (at != NULL && found == NULL && *at != '\0' && *at != '#') {
		size_t len = strcspn(++at, "&#");
		size_t name_len = strcspn(at, "=&#");

		if (name_len < len && strncmp(at, name, name_len) == 0 &&
		    name[name_len] == '\0') {
			ck_assert(encode_from_form(pool, at + name_len + 1,
			    len - name_len - 1, &text));
			found = text_copy(text, strlen(text));
		}
		at += len;
	}
	pool_free(pool);
	return found;
}

struct flow_tokens flow_sign_in(struct browser *browser, const char *provider,
    const char *subject)
{
	const char *consent = flow_start(browser, provider);
	const char *callback = flow_consent_as(browser, provider, consent,
	    subject);
	struct answer answer = browser_get(browser, callback);
	struct flow_tokens tokens = {
	    .access = answer_member(browser, &answer, "access_token"),
	    .refresh = answer_member(browser, &answer, "refresh_token"),
	};

	ck_assert_msg(answer.status == 200, "signing in as %s at %s: %ld %s",
	    subject, provider, answer.status, answer.body);
	ck_assert_ptr_nonnull(tokens.access);
	ck_assert_ptr_nonnull(tokens.refresh);
	return tokens;
}

struct answer flow_refresh(struct browser *browser, const char *token)
{
	return browser_post(browser, stack_url("/api/auth/refresh"),
	    text_print("{\"refresh_token\": \"%s\"}", token));
}

void flow_assert_problem(struct browser *browser, const struct answer *answer,
    long status, const char *code)
{
	static const char *const members[] = {"type", "title", "detail",
		"request_id"};
	const char *type = answer_header(browser, answer, "Content-Type", 0);
	const char *said = answer_member(browser, answer, "code");
	const char *number = answer_member(browser, answer, "status");

	ck_assert_msg(answer->status == status && said != NULL &&
	    strcmp(said, code) == 0, "expected %ld %s, got %ld %s", status,
	    code, answer->status, answer->body);
	ck_assert_ptr_nonnull(type);
	ck_assert_str_eq(type, "application/problem+json");
	ck_assert_ptr_nonnull(number);
	ck_assert_str_eq(number, text_print("%ld", status));
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		ck_assert_msg(answer_member(browser, answer, members[i]) !=
		    NULL, "a problem without %s: %s", members[i],
		    answer->body);
}
