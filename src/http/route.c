/* SPDX-License-Identifier: ISC */
/* Adding a route is adding a row; what a row cannot say does not exist. */
#include "http/route.h"

#include <string.h>
#include <strings.h>

#include "auth/admin.h"
#include "auth/refusal.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "http/guard.h"
#include "http/h_admin.h"
#include "http/h_export.h"
#include "http/h_link.h"
#include "http/h_meta.h"
#include "http/h_session.h"
#include "http/h_sessions.h"
#include "http/h_signin.h"
#include "http/h_user.h"
#include "http/problem.h"

const struct route route_table[] = {
	{.method = "GET", .pattern = "/health/live", .listener = ROUTE_LOCAL,
	    .handle = h_meta_live},
	{.method = "GET", .pattern = "/health/ready", .listener = ROUTE_LOCAL,
	    .handle = h_meta_ready},
	{.method = "GET", .pattern = "/auth/providers",
	    .handle = h_meta_providers},
	{.method = "POST", .pattern = "/auth/refresh", .takes = ROUTE_JSON,
	    .handle = h_session_refresh},
	{.method = "POST", .pattern = "/auth/logout", .takes = ROUTE_JSON,
	    .handle = h_session_logout},
	{.method = "POST", .pattern = "/auth/logout-all",
	    .who = ROUTE_SIGNED_IN, .handle = h_session_logout_all},
	{.method = "GET", .pattern = "/auth/link/{provider}",
	    .who = ROUTE_SIGNED_IN, .fresh = true, .is_flow = true,
	    .calls_provider = h_signin_start_calls, .handle = h_link_start},
	{.method = "POST", .pattern = "/auth/link/{provider}",
	    .who = ROUTE_SIGNED_IN, .fresh = true,
	    .calls_provider = h_signin_start_calls, .handle = h_link_ask},
	{.method = "GET", .pattern = "/auth/link/{provider}/callback",
	    .is_flow = true, .calls_provider = h_signin_callback_calls,
	    .handle = h_link_callback},
	{.method = "POST", .pattern = "/auth/link/{provider}/callback",
	    .is_flow = true, .takes = ROUTE_FORM, .handle = h_link_posted},
	{.method = "DELETE", .pattern = "/users/me/link/{provider}",
	    .who = ROUTE_SIGNED_IN, .fresh = true, .handle = h_link_delete},
	{.method = "GET", .pattern = "/auth/{provider}", .who = ROUTE_REAUTH,
	    .is_flow = true, .calls_provider = h_signin_start_calls,
	    .again = h_signin_again, .handle = h_signin_start},
	{.method = "GET", .pattern = "/auth/{provider}/callback",
	    .is_flow = true, .calls_provider = h_signin_callback_calls,
	    .again = h_signin_again, .handle = h_signin_callback},
	{.method = "POST", .pattern = "/auth/{provider}/callback",
	    .is_flow = true, .takes = ROUTE_FORM, .again = h_signin_again,
	    .handle = h_signin_posted},
	{.method = "GET", .pattern = "/users/me", .who = ROUTE_SIGNED_IN,
	    .handle = h_user_me},
	{.method = "GET", .pattern = "/users/me/sessions",
	    .who = ROUTE_SIGNED_IN, .handle = h_sessions_list},
	{.method = "DELETE", .pattern = "/users/me/sessions/{id}",
	    .who = ROUTE_SIGNED_IN, .handle = h_sessions_end},
	{.method = "PATCH", .pattern = "/users/me", .who = ROUTE_SIGNED_IN,
	    .takes = ROUTE_JSON, .handle = h_user_patch},
	{.method = "GET", .pattern = "/users/me/linked-accounts",
	    .who = ROUTE_SIGNED_IN, .handle = h_user_accounts},
	{.method = "GET", .pattern = "/users/me/export",
	    .who = ROUTE_SIGNED_IN, .fresh = true, .handle = h_export},
	{.method = "DELETE", .pattern = "/users/me", .who = ROUTE_SIGNED_IN,
	    .fresh = true, .handle = h_user_delete},
	{.method = "GET", .pattern = "/admin/users/{id}", .who = ROUTE_ADMIN,
	    .listener = ROUTE_LOCAL, .handle = h_admin_user},
	{.method = "PUT", .pattern = "/admin/users/{id}/premium",
	    .who = ROUTE_ADMIN, .listener = ROUTE_LOCAL, .takes = ROUTE_JSON,
	    .handle = h_admin_premium},
	{.method = "POST", .pattern = "/admin/users/{id}/disable",
	    .who = ROUTE_ADMIN, .listener = ROUTE_LOCAL,
	    .handle = h_admin_disable},
	{.method = "POST", .pattern = "/admin/users/{id}/enable",
	    .who = ROUTE_ADMIN, .listener = ROUTE_LOCAL,
	    .handle = h_admin_enable},
	{.method = "DELETE", .pattern = "/admin/users/{id}/sessions",
	    .who = ROUTE_ADMIN, .listener = ROUTE_LOCAL,
	    .handle = h_admin_end_sessions},
};

const size_t route_count = sizeof(route_table) / sizeof(route_table[0]);

/*
 * Whether path has the form of pattern; *segment gets the text that {…}
 * stood for, which is never empty.
 */
static bool matches(const char *pattern, const char *path,
    const char **segment, size_t *len)
{
	while (*pattern != '\0') {
		if (*pattern != '{') {
			if (*pattern++ != *path++)
				return false;
			continue;
		}
		*segment = path;
		*len = strcspn(path, "/");
		if (*len == 0)
			return false;
		path += *len;
		pattern = strchr(pattern, '}') + 1;
	}

	return *path == '\0';
}

/* Without a secret there is no administration, nor a trace of it. */
static bool is_reachable(const struct route *route,
    const struct request *request)
{
	return (route->listener == ROUTE_LOCAL) == request->local &&
	    (route->who != ROUTE_ADMIN || admin_is_enabled());
}

/*
 * The first pattern that matches owns the path, whatever the method: a fixed
 * name is never taken for a provider's.
 */
static const struct route *owner(const struct request *request,
    const char **segment, size_t *len)
{
	for (size_t i = 0; i < route_count; i++)
		if (is_reachable(&route_table[i], request) &&
		    matches(route_table[i].pattern, request->path, segment,
			len))
			return &route_table[i];
	return NULL;
}

static enum rc match(struct request *request, const struct route **route)
{
	const char *segment = "";
	size_t len = 0;
	const struct route *first = owner(request, &segment, &len);

	if (first == NULL)
		return op_fail(request->op, RC_ABSENT, "no route");

	request->segment = pool_text_n(request->op->pool, segment, len);
	for (size_t i = 0; i < route_count; i++) {
		if (strcmp(route_table[i].pattern, first->pattern) == 0 &&
		    strcmp(route_table[i].method, request->method) == 0) {
			*route = &route_table[i];
			return RC_OK;
		}
	}

	return op_refuse(request->op, RC_BAD, REFUSAL_METHOD,
	    "no such method here");
}

struct route_exchange *route_receive(FCGX_Request *fcgi)
{
	struct request *request = request_new(fcgi);
	struct route_exchange *exchange = pool_alloc(request->op->pool,
	    sizeof(*exchange));

	exchange->request = request;
	request_take_body(request);
	exchange->rc = match(request, &exchange->route);
	if (exchange->rc == RC_OK)
		exchange->rc = request_parse(request);
	return exchange;
}

bool route_calls_provider(const struct route_exchange *exchange)
{
	return exchange->rc == RC_OK &&
	    exchange->route->calls_provider != NULL &&
	    exchange->route->calls_provider(exchange->request);
}

void route_refuse(struct route_exchange *exchange)
{
	exchange->rc = op_fail(exchange->request->op, RC_LIMITED,
	    "the queue for calls to providers is full");
}

void route_refuse_late(struct route_exchange *exchange)
{
	if (op_left_ms(exchange->request->op) < REQUEST_BUDGET_MS / 2)
		exchange->rc = op_fail(exchange->request->op, RC_LIMITED,
		    "too little time is left to call a provider");
}

/* A page fetched ahead of time must not begin or finish anything. */
static enum rc refuse_prefetch(struct request *request)
{
	const char *purpose = FCGX_GetParam("HTTP_SEC_PURPOSE",
	    request->fcgi->envp);

	if (purpose != NULL && strstr(purpose, "prefetch") != NULL)
		return op_fail(request->op, RC_BAD, "a prefetch of a sign-in");
	return RC_OK;
}

static enum rc guard(const struct route *route, struct request *request)
{
	bool renews = route->who == ROUTE_REAUTH && h_signin_renews(request);

	if (route->who == ROUTE_SIGNED_IN || renews)
		return guard_session(request);
	if (route->who == ROUTE_ADMIN)
		return guard_admin(request);
	return RC_OK;
}

static enum rc read_body(const struct route *route, struct request *request)
{
	switch (route->takes) {
	case ROUTE_JSON:
		return request_read_json(request);
	case ROUTE_FORM:
		return request_read_form(request);
	default:
		return RC_OK;
	}
}

static enum rc guard_and_handle(struct route_exchange *exchange,
    struct response *response)
{
	struct request *request = exchange->request;
	const struct route *route = exchange->route;
	enum rc rc = exchange->rc;

	if (rc == RC_OK && route->is_flow)
		rc = refuse_prefetch(request);
	if (rc == RC_OK)
		rc = guard(route, request);
	if (rc == RC_OK && route->fresh)
		rc = session_check_fresh(request->op, &request->session);
	if (rc == RC_OK)
		rc = read_body(route, request);
	if (rc == RC_OK)
		rc = route->handle(request, response);
	return rc;
}

/* The methods a path does answer (RFC 9110 section 15.5.6). */
static void add_allow(struct request *request, struct response *response,
    const char *pattern)
{
	struct str allow;

	str_init(&allow, request->op->pool);
	for (size_t i = 0; i < route_count; i++) {
		if (strcmp(route_table[i].pattern, pattern) != 0)
			continue;
		str_add(&allow, allow.len > 0 ? ", " : "");
		str_add(&allow, route_table[i].method);
	}
	response_header(response, "Allow", allow.text);
}

static void refuse(const struct route_exchange *exchange,
    struct response *response, enum rc rc)
{
	struct request *request = exchange->request;
	const struct route *route = exchange->route;
	const char *segment;
	size_t len;

	/* Also of a method that is not answered there: people came. */
	if (route == NULL)
		route = owner(request, &segment, &len);
	if (route != NULL && route->is_flow && request_wants_page(request))
		problem_answer_page(response, rc, route->again != NULL ?
		    route->again(request) : NULL);
	else
		problem_answer(response, rc);
	if (request->op->refusal == REFUSAL_METHOD)
		add_allow(request, response, route->pattern);
}

static void write_line(const struct route_exchange *exchange,
    const struct response *response, enum rc rc)
{
	const struct request *request = exchange->request;
	const struct op *op = request->op;
	enum rc failed = rc != RC_OK ? rc : op->rc;
	struct log_line line;

	log_begin(&line, response->status >= 500 ? LOG_LEVEL_WARNING
						 : LOG_LEVEL_INFO, "request");
	log_text(&line, "request_id", op->id);
	log_text(&line, "method", request->method);
	log_text(&line, "path", request->path);
	log_number(&line, "status", response->status);
	log_number(&line, "ms", clock_mono_ms() - request->started_ms);
	log_text(&line, "address", request->client.address);
	log_text(&line, "user", request->session.user_id);
	log_text(&line, "rule", op->rule);
	if (response->status >= 400 && failed != RC_OK) {
		log_text(&line, "code", problem_code(failed, op->refusal));
		log_sentence(&line, "reason", op_reason(op));
	}
	log_end(&line);
}

void route_answer(struct route_exchange *exchange)
{
	struct request *request = exchange->request;
	struct response response;
	enum rc rc;

	response_init(&response, request->op);
	rc = guard_and_handle(exchange, &response);
	if (rc != RC_OK)
		refuse(exchange, &response, rc);

	response_send(&response, request);
	write_line(exchange, &response, rc);
	request_free(request);
}
