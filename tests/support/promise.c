/* SPDX-License-Identifier: ISC */
/* One asker at a time, and no threads. */
#include "support/promise.h"

#include <string.h>

#include <check.h>

#include "support/admin.h"
#include "support/contract.h"
#include "support/stack.h"
#include "support/text.h"

#define ROUTES_MOST 64
#define STATUS_TOP  600

struct promise_asker promise_asker;

static bool seen[ROUTES_MOST][STATUS_TOP];

static size_t number(const struct route *route)
{
	ck_assert_uint_le(route_count, ROUTES_MOST);
	return (size_t)(route - route_table);
}

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

struct answer promise_send(const struct route *route,
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
	if (try->type != NULL || route->takes_json)
		headers[count++] = text_print("Content-Type: %s",
		    try->type != NULL ? try->type : "application/json");
	headers[count] = NULL;
	return browser_send(promise_asker.browser,
	    try->method != NULL ? try->method : route->method,
	    route->listener == ROUTE_LOCAL ? stack_local_url(path) :
	    stack_url(text_print("/api%s", path)), headers, try->body);
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
	seen[number(route)][status] = true;
}

void promise_try(const struct route *route, struct promise_try try)
{
	struct answer answer = promise_send(route, &try);

	promise_hold(route, &answer, try.status, try.code);
}

void promise_try_at(const char *method, const char *pattern,
    struct promise_try try)
{
	promise_try(promise_route(method, pattern), try);
}

bool promise_seen(const struct route *route, long status)
{
	return seen[number(route)][status];
}
