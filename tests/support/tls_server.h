/* SPDX-License-Identifier: ISC */
/*
 * A listener on 127.0.0.1, TLS or plain, with a thread per connection: the
 * ground of every stand-in.  It moves bytes and knows nothing of HTTP.
 */
#ifndef SUPPORT_TLS_SERVER_H
#define SUPPORT_TLS_SERVER_H

#include <stdbool.h>
#include <stddef.h>

#include "support/cert.h"

/* One connection, handshake done. */
struct tls_stream;

struct tls_server;

struct tls_server_settings {
	int port;			/* 0: any that is free */
	const struct cert *cert;	/* NULL: plain, no TLS */
	int tls_version_most;		/* TLS1_2_VERSION …; 0: no limit */
	/* Serves one connection, in a thread of its own; closed after. */
	void (*serve)(struct tls_stream *stream, void *arg);
	void *arg;
};

/*
 * Listens and serves from then on.  NULL when the port is not free.  Ignores
 * SIGPIPE for the whole process.
 */
struct tls_server *tls_server_start(
    const struct tls_server_settings *settings);

/*
 * Another certificate and highest version (as in the settings; a cert of NULL
 * is plain) for connections from now on; those that are open are broken.
 */
void tls_server_use(struct tls_server *server, const struct cert *cert,
    int tls_version_most);

/* The port it listens on. */
int tls_server_port(const struct tls_server *server);

/* How many connections were accepted so far. */
unsigned tls_server_accepted(struct tls_server *server);

/* Breaks all connections, waits for their threads, frees.  NULL is fine. */
void tls_server_stop(struct tls_server *server);

/* Reads up to size bytes; 0 at the end and on every error. */
size_t tls_server_read(struct tls_stream *stream, void *bytes, size_t size);

/* Writes all len bytes; false when the other side is gone. */
bool tls_server_write(struct tls_stream *stream, const void *bytes,
    size_t len);

/* Waits ms milliseconds; false, and sooner, when the other side is gone. */
bool tls_server_pause(struct tls_stream *stream, long ms);

#endif
