/* SPDX-License-Identifier: ISC */
/*
 * An answer, built in memory and sent once.  Every answer says no-store: all
 * of them hold tokens, people's data or states.
 */
#ifndef HTTP_RESPONSE_H
#define HTTP_RESPONSE_H

#include <stdint.h>

#include "base/str.h"
#include "client/js.h"
#include "http/request.h"

struct response {
	struct op *op;
	int status;
	struct str headers;		/* each ends in CR LF */
	const char *body;
};

/* Begins an answer: nothing set yet. */
void response_init(struct response *response, struct op *op);

/* Adds a header; asserts that neither name nor value can break a line. */
void response_header(struct response *response, const char *name,
    const char *value);

/*
 * Sets a cookie with the attributes all of ours have: Path=/, Secure,
 * HttpOnly, SameSite=Lax.  max_age_s 0 clears it.
 */
void response_cookie(struct response *response, const char *name,
    const char *value, int64_t max_age_s);

/* Answers with a JSON value. */
void response_json(struct response *response, int status,
    const struct js *value);

/* Answers with nothing: 204. */
void response_empty(struct response *response);

/* Answers with 303 to url. */
void response_redirect(struct response *response, const char *url);


/* Sends it; the connection is finished by its owner afterwards. */
void response_send(const struct response *response, struct request *request);

#endif
