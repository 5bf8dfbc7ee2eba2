/* SPDX-License-Identifier: ISC */
/*
 * HTTP as bytes: requests that no well-behaved client sends, and answers as
 * they came.
 */
#ifndef SUPPORT_RAW_HTTP_H
#define SUPPORT_RAW_HTTP_H

#include "base/pool.h"

/*
 * Sends text to the site's nginx as it is and returns all it answers until it
 * closes, within 20 s, in pool; "" when it answers nothing.  text should say
 * "Connection: close".
 */
const char *raw_http_send(struct pool *pool, const char *text);

/* The same with len bytes, NULs among them. */
const char *raw_http_send_n(struct pool *pool, const char *bytes, size_t len);

/*
 * A request without a body; target is sent as it is, headers are further
 * lines, each ending in CR LF, "" for none.
 */
const char *raw_http_ask(struct pool *pool, const char *method,
    const char *target, const char *headers);

/* The status of an answer, 0 when it has none. */
int raw_http_status(const char *answer);

/* The body of an answer, "" when it has none. */
const char *raw_http_body(const char *answer);

/* The value of a header of an answer, in pool; NULL when it is absent. */
const char *raw_http_header(struct pool *pool, const char *answer,
    const char *name);

#endif
