/* SPDX-License-Identifier: ISC */
/*
 * A request as handlers see it: method, path, parameters, cookies, body, all
 * decoded once and bounded.  Facts come from the parameters our nginx files
 * set; Host and X-Forwarded-* are never read.
 */
#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <fcgiapp.h>

#include "auth/session.h"
#include "base/op.h"
#include "base/str.h"
#include "client/js.h"

#define REQUEST_BODY_MOST    (16 * 1024)
#define REQUEST_PARAMS_MOST  32
#define REQUEST_COOKIES_MOST 200

/* How long a request may take in all, provider calls included. */
#define REQUEST_BUDGET_MS 10000

struct request_pair {
	const char *name;
	const char *value;
};

struct request_pairs {
	size_t count;
	struct request_pair *items;
};

struct request {
	struct op *op;
	FCGX_Request *fcgi;
	const char *method;
	const char *path;		/* decoded, without the mount */
	const char *segment;		/* what {…} of the route stood for */
	const char *accept;		/* "" when absent */
	const char *authorization;	/* NULL when absent */
	bool local;			/* through nginx's loopback block */
	int64_t started_ms;		/* on clock_mono_ms */
	struct request_pairs query;
	struct request_pairs form;	/* of routes that take one */
	struct request_pairs cookies;
	struct session_client client;
	struct session session;		/* of routes for the signed in */
	struct str body;		/* as sent; see request_take_body */
	const struct js *json;		/* of routes that take one */
};

/*
 * Makes a request of what FastCGI has received; reads no body yet.  It owns
 * fcgi no more than before.  End it with request_free.
 */
struct request *request_new(FCGX_Request *fcgi);
void request_free(struct request *request);

/*
 * Reads the body to its end: from then on nothing waits for the peer, who can
 * be answered at any time.  What is beyond REQUEST_BODY_MOST is thrown away.
 */
void request_take_body(struct request *request);

/*
 * Decodes query and cookies into the request.
 * RC_BAD	broken percent-encoding, %00, a repeated parameter, one of our
 *		cookies twice, too many of either
 */
enum rc request_parse(struct request *request) MUST_USE;

/*
 * Reads the body taken, which must be a JSON object, into request->json.
 *
 * RC_BAD	no or another length than announced; not strict JSON or no
 *		object (REFUSAL_JSON); content type (REFUSAL_MEDIA_TYPE);
 *		over REQUEST_BODY_MOST (REFUSAL_TOO_LARGE)
 */
enum rc request_read_json(struct request *request) MUST_USE;

/*
 * Reads the body taken, which must be application/x-www-form-urlencoded, into
 * request->form.
 *
 * RC_BAD	no or another length than announced; broken as a query may
 *		be, or with a NUL; content type (REFUSAL_MEDIA_TYPE); over
 *		REQUEST_BODY_MOST (REFUSAL_TOO_LARGE)
 */
enum rc request_read_form(struct request *request) MUST_USE;

/* A decoded field of the form, NULL when it was not given. */
const char *request_form(const struct request *request, const char *name);

/* A decoded query parameter, NULL when it was not given. */
const char *request_query(const struct request *request, const char *name);

/* A cookie's value, NULL when it was not sent. */
const char *request_cookie(const struct request *request, const char *name);

/* Whether a navigation asks: Accept names text/html. */
bool request_wants_page(const struct request *request);

/* Whether a script asks: Accept names application/json. */
bool request_wants_json(const struct request *request);

#endif
