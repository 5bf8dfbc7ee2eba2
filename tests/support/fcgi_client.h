/* SPDX-License-Identifier: ISC */
/*
 * nginx's end of a FastCGI connection, byte by byte: what nginx sends, and
 * what it never would.  Records are built in a struct str and written when
 * the test says so.
 */
#ifndef SUPPORT_FCGI_CLIENT_H
#define SUPPORT_FCGI_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

/* Record types (FastCGI specification, section 8). */
#define FCGI_CLIENT_BEGIN  1
#define FCGI_CLIENT_ABORT  2
#define FCGI_CLIENT_PARAMS 4
#define FCGI_CLIENT_STDIN  5

/* A connection to FCGI_SOCKET; the caller closes it. */
int fcgi_client_open(void);

/* Appends a record of request 1 with len bytes, 65535 at most. */
void fcgi_client_record(struct str *out, int type, const char *content,
    size_t len);

/* Appends the record that begins a request; keep asks to keep it open. */
void fcgi_client_begin(struct str *out, bool keep);

/* Appends a name-value pair to the content of a PARAMS record. */
void fcgi_client_param(struct str *params, const char *name,
    const char *value);

/*
 * Appends begin and parameters, complete: those every request has, then
 * further ones (name, value …, NULL).
 */
void fcgi_client_head(struct str *out, const char *method, const char *path,
    const char *const further[]);

/* Appends a body and its end. */
void fcgi_client_body(struct str *out, const char *body);

/* Writes all of out; false when the peer is gone. */
bool fcgi_client_write(int fd, const struct str *out);

/*
 * Reads until the peer closes, ms at most: the answer (what STDOUT records
 * hold), in pool, "" for a close without one; NULL when it did not close.
 */
const char *fcgi_client_read(struct pool *pool, int fd, int ms);

/* Sends what out holds and reads the answer, which must come within 5 s. */
const char *fcgi_client_exchange(const struct str *out);

/* The number after "Status: ", 0 when there is none. */
int fcgi_client_status(const char *answer);

/*
 * The status a GET without a body is answered with; further as in
 * fcgi_client_head.
 */
int fcgi_client_get(struct pool *pool, const char *path,
    const char *const further[]);

#endif
