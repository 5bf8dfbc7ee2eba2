/* SPDX-License-Identifier: ISC */
/*
 * The whole public surface: one table of routes whose columns are the policy
 * (who may come, what body, which listener, which threads), and the guard
 * that applies it before a handler runs.
 */
#ifndef HTTP_ROUTE_H
#define HTTP_ROUTE_H

#include <stdbool.h>
#include <stddef.h>

#include "http/request.h"
#include "http/response.h"

/* An administrator is no user: neither may come where the other may. */
enum route_who {
	ROUTE_ANYONE,
	ROUTE_REAUTH,			/* anyone; with reauth=1, a user */
	ROUTE_SIGNED_IN,
	ROUTE_ADMIN,
};
enum route_listener { ROUTE_PUBLIC, ROUTE_LOCAL };
enum route_body { ROUTE_NOTHING, ROUTE_JSON, ROUTE_FORM };

struct route {
	const char *method;
	const char *pattern;		/* {name} stands for one segment */
	enum route_who who;
	enum route_listener listener;
	bool fresh;			/* needs a recent sign-in, too */
	enum route_body takes;		/* read before handle runs */
	bool is_flow;			/* browsers get pages for errors */

	/* Whether this request will call a provider; NULL: never. */
	bool (*calls_provider)(const struct request *request);

	/* Where people can start again after an error; NULL: nowhere. */
	const char *(*again)(const struct request *request);

	enum rc (*handle)(struct request *request, struct response *response);
};

/* The table, in order; for tests and documentation checks. */
extern const struct route route_table[];
extern const size_t route_count;

/* A request on its way: matched, not yet answered. */
struct route_exchange {
	struct request *request;
	const struct route *route;	/* NULL when none matched */
	enum rc rc;			/* why it is refused already */
};

/*
 * Takes a request in: parses and matches it.  Every request gets an exchange,
 * and every exchange must be given to route_answer, on any thread.
 */
struct route_exchange *route_receive(FCGX_Request *fcgi);

/* Whether answering will call a provider: not for an ordinary thread. */
bool route_calls_provider(const struct route_exchange *exchange);

/* Makes route_answer refuse it with 503: nobody is free to call a provider. */
void route_refuse(struct route_exchange *exchange);

/*
 * The same where less than half of its time is left: the calls would not end
 * in time, and would spend the state and the code for nothing.
 */
void route_refuse_late(struct route_exchange *exchange);

/*
 * Guards, handles, answers, writes the request's one log line and ends the
 * exchange.  The FastCGI request is left to be finished by its owner.
 */
void route_answer(struct route_exchange *exchange);

#endif
