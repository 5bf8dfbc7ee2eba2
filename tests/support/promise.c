/* SPDX-License-Identifier: ISC */
/* One asker at a time, and no threads. */
#include "support/promise.h"

#include <string.h>

#include <check.h>

#include "support/admin.h"
#include "support/contract.h"
#include "support/stack.h"
#include "support/text.h"

#define SIGHTS_MOST 1024

/* An answer that came. */
struct sight {
	const struct route *route;
	long status;
	const char *code;		/* NULL: none */
};

struct promise_asker promise_asker;

static struct sight sights[SIGHTS_MOST];
static size_t sight_count;

const struct route *promise_route(const char *method, const char *pattern)
{
	for (size_t i = 0; i < route_count; i++)
		if (strcmp(route_table[i].method, method) == 0 &&
		    strcmp(route_table[i].pattern, pattern) == 0)
			return &route_table[i];
	ck_abort_msg("there is no route %s %s", method, pattern);
	return NULL;
}

/* The path with {…} filled in. */
static const char *path_of(const struct route *route, const char *segment)
{
	const char *open = strchr(route->pattern, '{');

	if (open == NULL)
		return route->pattern;
	if (segment == NULL)
		segment = strncmp(open, "{id}", 4) == 0 ? promise_asker.id
							: "google";
	return text_print("%.*s%s%s", (int)(open - route->pattern),
	    route->pattern, segment, strchr(open, '}') + 1);
}

static const char *own_token(const struct route *route)
{
	switch (route->who) {
	case ROUTE_ADMIN:
		return admin_secret();
	case ROUTE_SIGNED_IN:
		return promise_asker.tokens.access;
	default:
		return "";
	}
}

struct answer promise_send(struct browser *browser, const struct route *route,
    const struct promise_try *try)
{
	const char *path = text_print("%s%s", path_of(route, try->segment),
	    try->query != NULL ? try->query : "");
	const char *token = try->token != NULL ? try->token : own_token(route);
	const char *headers[4];
	size_t count = 0;

	if (token[0] != '\0')
		headers[count++] = text_print("Authorization: Bearer %s",
		    token);
	if (try->accept != NULL)
		headers[count++] = text_print("Accept: %s", try->accept);
	if (try->type != NULL || route->takes != ROUTE_NOTHING)
		headers[count++] = text_print("Content-Type: %s",
		    try->type != NULL ? try->type :
		    route->takes == ROUTE_JSON ? "application/json" :
		    "application/x-www-form-urlencoded");
	headers[count] = NULL;
	return browser_send(browser,
	    try->method != NULL ? try->method : route->method,
	    route->listener == ROUTE_LOCAL ? stack_local_url(path) :
	    stack_url(text_print("/api%s", path)), headers, try->body);
}

bool promise_seen(const struct route *route, long status, const char *code)
{
	for (size_t i = 0; i < sight_count; i++) {
		const struct sight *sight = &sights[i];

		if (sight->route == route && sight->status == status &&
		    (code == NULL ? sight->code == NULL : sight->code != NULL &&
		    strcmp(sight->code, code) == 0))
			return true;
	}
	return false;
}

static void note(const struct route *route, long status, const char *code)
{
	if (promise_seen(route, status, code))
		return;
	ck_assert_uint_lt(sight_count, SIGHTS_MOST);
	sights[sight_count++] = (struct sight){.route = route,
	    .status = status,
	    .code = code != NULL ? text_print("%s", code) : NULL};
}

void promise_hold(const struct route *route, const struct answer *answer,
    long status, const char *code)
{
	struct browser *browser = promise_asker.browser;
	struct contract_exchange exchange = {
	    .method = route->method, .path = route->pattern,
	    .status = answer->status,
	    .type = answer_header(browser, answer, "Content-Type", 0),
	    .body = answer->body, .size = answer->size};
	const char *flaw = contract_flaw(&exchange);
	const char *said = answer_member(browser, answer, "code");

	ck_assert_msg(flaw == NULL, "%s %s: %s: %ld %s", route->method,
	    route->pattern, flaw, answer->status, answer->body);
	ck_assert_msg(answer->status == status && (code == NULL ||
	    (said != NULL && strcmp(said, code) == 0)),
	    "%s %s: expected %ld %s: %ld %s", route->method, route->pattern,
	    status, code != NULL ? code : "", answer->status, answer->body);
	note(route, status, said);
}

void promise_try(const struct route *route, struct promise_try try)
{
	struct answer answer = promise_send(promise_asker.browser, route, &try);

	promise_hold(route, &answer, try.status, try.code);
}
