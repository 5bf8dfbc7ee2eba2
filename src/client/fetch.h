/* SPDX-License-Identifier: ISC */
/*
 * Calls to providers.  The only module that knows libcurl: https only, no
 * redirects, no proxy, no cookies, capped in time and size, private
 * addresses refused.  Handles are kept per process and borrowed.
 */
#ifndef CLIENT_FETCH_H
#define CLIENT_FETCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/op.h"

/* What a provider may send at most. */
#define FETCH_BODY_MOST	  (256 * 1024)
#define FETCH_HEADER_MOST (32 * 1024)

struct fetch_request {
	const char *url;
	const char *form;	/* form-encoded body for POST; NULL for GET */
	const char *bearer;	/* access token for Authorization, or NULL;
				   of printable ASCII, as providers send it */
	const char *ca_file;	/* instead of the system's store, or NULL */
	bool internal;		/* private and loopback addresses allowed */
	bool plain_http;	/* http allowed, to loopback only (needs
				   internal, too) */
};

struct fetch_answer {
	long status;
	const char *content_type;	/* "" when absent */
	const char *body;		/* NUL after len bytes */
	size_t len;
	int retry_after_s;		/* 0 when absent; at most 3600 */
};

/*
 * Sets libcurl up and names us to providers: user_agent is "product/version
 * (URL)".  Call once, before threads start.
 */
void fetch_open(const char *user_agent);

/* Gives all handles back; nobody may be fetching. */
void fetch_close(void);

/*
 * Gives back handles that nobody has used for 3 s, with their connections: with
 * what TLS keeps for it, each of these takes 75 kB.  True when these handles
 * were the last: a burst of calls is over.
 */
bool fetch_look(void);

/*
 * Makes one call, within 8 s and within op's deadline.  Sets *answer, in
 * op->pool, whenever an HTTP answer came, whatever its status.
 *
 * RC_EXPIRED	it took too long
 * RC_UPSTREAM	no connection, bad TLS, not HTTP, too large, cut short; or
 *		a bearer that cannot stand in a header
 * RC_DENIED	the URL or its address is not one we may call
 */
enum rc fetch_run(struct op *op, const struct fetch_request *request,
    const struct fetch_answer **answer) MUST_USE;

#endif
