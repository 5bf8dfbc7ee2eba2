/* SPDX-License-Identifier: ISC */
/* A provider for test_fetch.c whose paths are its misdeeds. */
#ifndef SUPPORT_FETCH_SERVER_H
#define SUPPORT_FETCH_SERVER_H

#include "support/tls_server.h"

/*
 * Serves one connection, for tls_server_settings:
 *
 *	/ok		200 {"ok":true}, sets a cookie
 *	/teapot		418 with a short body
 *	/redirect	302 to /ok
 *	/big, /endless	300000 bytes, with and without a Content-Length
 *	/headers	40000 bytes of header fields
 *	/silent		nothing, for 10 s
 *	/drip		64 bytes every half second
 *	/cut		100 bytes announced, 10 sent
 *	/after/TEXT	429 with Retry-After: TEXT ("_" stands for a space)
 *	others		something that is not HTTP
 */
void fetch_server_serve(struct tls_stream *stream, void *arg);

/* Copies the last request, head and body, to text. */
void fetch_server_last(char *text, size_t size);

#endif
