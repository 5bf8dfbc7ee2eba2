/* SPDX-License-Identifier: ISC */
/*
 * A throw-away PostgreSQL and Redis for one test program, on Unix sockets in
 * a short directory under /tmp.  A keeper process of our own starts and stops
 * them; it ends them and removes the directory when the test program is gone,
 * however it went.  Works from Check's forked tests, one at a time.
 *
 * A step that fails says why on stderr and exits with 99, automake's "hard
 * error".
 */
#ifndef SUPPORT_SERVERS_H
#define SUPPORT_SERVERS_H

#include <stdbool.h>

enum server { SERVERS_POSTGRES = 1, SERVERS_REDIS = 2 };

/* An ACL user of the Redis; its default user needs no password. */
#define SERVERS_REDIS_USER     "tester"
#define SERVERS_REDIS_PASSWORD "open sesame"

/*
 * Starts the wanted servers (one enum server, or both or-ed) and waits until
 * they answer.  Call once, in main, before threads and before Check runs.
 * False when a program is not installed: a line for TAP was printed, and main
 * returns 0: the driver takes any other code for an error.
 */
bool servers_begin(unsigned wanted);

/* Ends the servers and removes their directory. */
void servers_end(void);

/*
 * libpq's connection string: an empty database, role postgres, a superuser
 * without a password.
 */
const char *servers_conninfo(void);

/* The path of Redis's socket. */
const char *servers_redis_socket(void);

/* Starts a stopped server and waits until it answers; PostgreSQL keeps data. */
void servers_start(enum server server);

/* Stops a running server and waits until it is gone. */
void servers_stop(enum server server);

/*
 * Freezes a server with all its processes (SIGSTOP): it accepts and never
 * answers.
 */
void servers_freeze(enum server server);

/* Lets a frozen server go on. */
void servers_thaw(enum server server);

#endif
