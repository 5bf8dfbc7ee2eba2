/* SPDX-License-Identifier: ISC */
/*
 * A whole running latchkey for one test program: dev/run --detach with its
 * PostgreSQL, Redis, nginx and stand-in provider, in a directory and on
 * ports of its own.  Texts returned live until stack_end.
 */
#ifndef SUPPORT_STACK_H
#define SUPPORT_STACK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Starts the stack, with further arguments for dev/run (NULL-terminated, may
 * be NULL): such as "--set", "jwt.access=\"2s\"".  Call in main, before Check
 * runs; ends with the program, however it goes.  False when a server is not
 * installed: a TAP line says so and main returns 0.
 */
bool stack_begin(const char *const arguments[]);

/* Ends it all and removes its directory. */
void stack_end(void);

/* BASE_URL plus path ("/api/users/me"); ADMIN_URL plus path. */
const char *stack_url(const char *path);
const char *stack_local_url(const char *path);

/* A setting of D/env, such as "FCGI_SOCKET"; and the directory D itself. */
const char *stack_setting(const char *name);
const char *stack_dir(void);

/* What dev/run printed when all was ready. */
const char *stack_printed(void);

/*
 * Stops, starts, pauses or resumes one server: "redis", "postgres",
 * "provider", "nginx", "latchkey".  Fails the test when it cannot.
 */
void stack_service(const char *action, const char *name);

/* Waits until /health/ready answers 200, at most ms; whether it did. */
bool stack_is_ready_within(int ms);

/* Runs SQL as the owner; the first column of the first row, "" for none. */
const char *stack_sql(const char *sql);

/* stack_sql as a number. */
long stack_count(const char *sql);

/* Whether stack_count answers another number than 0 within ms. */
bool stack_counts_within(const char *sql, int ms);

/* Runs a Redis command (NULL-terminated words); its answer as redis-cli
 * prints it. */
const char *stack_redis(const char *word, ...) __attribute__((sentinel));

/* Process ids of the latchkey workers alive; returns how many. */
size_t stack_workers(pid_t *pids, size_t most);

/*
 * The same once there are as many as dev/run was told to have: one that is
 * ready says nothing of the others.  Fails the test where that takes long.
 */
size_t stack_all_workers(pid_t *pids, size_t most);

/* Stops a worker; when this returns, none of its threads runs any more. */
void stack_hold(pid_t worker);

/* Lets all workers go on that were held. */
void stack_release(void);

/* The text of latchkey's log since the stack began. */
const char *stack_log(void);

#endif
