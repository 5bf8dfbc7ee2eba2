/* SPDX-License-Identifier: ISC */
/*
 * Requests to the routes of the table whose answers are held against
 * doc/openapi.yaml, and a note of every status that was seen.
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

/* Makes the request; judges nothing. */
struct answer promise_send(const struct route *route,
    const struct promise_try *try);

/*
 * Fails the test unless the file promises this answer and it has status and
 * code (NULL: any, or none); notes the status as seen.
 */
void promise_hold(const struct route *route, const struct answer *answer,
    long status, const char *code);

/* promise_send and promise_hold; the second finds the route. */
void promise_try(const struct route *route, struct promise_try try);
void promise_try_at(const char *method, const char *pattern,
    struct promise_try try);

/* Whether a status was seen from a route, in this process. */
bool promise_seen(const struct route *route, long status);

#endif
