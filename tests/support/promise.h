/* SPDX-License-Identifier: ISC */
/*
 * Requests to the routes of the table whose answers are held against
 * doc/openapi.yaml, and a note of every status and code that was seen.
 */
#ifndef SUPPORT_PROMISE_H
#define SUPPORT_PROMISE_H

#include "http/route.h"
#include "support/flow.h"

/* Who asks, unless a try says otherwise. */
struct promise_asker {
	struct browser *browser;
	struct flow_tokens tokens;
	const char *id;
};

extern struct promise_asker promise_asker;

/* Some request to a route; what is NULL is as it should be. */
struct promise_try {
	const char *token;	/* "" sends none */
	const char *segment;	/* for {…} */
	const char *query;	/* with its "?" */
	const char *method;
	const char *type;
	const char *accept;
	const char *body;
	long status;		/* that must come */
	const char *code;	/* likewise; NULL: any, or none */
};

/* The route of the table; fails the test when there is none. */
const struct route *promise_route(const char *method, const char *pattern);

/* Makes the request in a browser; judges nothing. */
struct answer promise_send(struct browser *browser, const struct route *route,
    const struct promise_try *try);

/*
 * Fails the test unless the file promises this answer and it has status and
 * code (NULL: any, or none); notes both as seen.
 */
void promise_hold(const struct route *route, const struct answer *answer,
    long status, const char *code);

/* promise_send in the asker's browser, and promise_hold. */
void promise_try(const struct route *route, struct promise_try try);

/* Whether a status with that code, or NULL for none, was seen from a route. */
bool promise_seen(const struct route *route, long status, const char *code);

/* promise_try with the members of struct promise_try; the second finds the
 * route. */
#define TRY_ROUTE(route, ...)                                                 \
	promise_try(route, (struct promise_try){__VA_ARGS__})
#define TRY(method, pattern, ...)                                             \
	TRY_ROUTE(promise_route(method, pattern), __VA_ARGS__)

#endif
