/* SPDX-License-Identifier: ISC */
/*
 * Redis.  The only file that knows hiredis: one pool of connections per
 * process, opened lazily, bounded, waited for with the operation's deadline,
 * rebuilt after any error (a connection that failed is never used again).
 * Scripts are named ones from sql/scripts, run by EVALSHA, by EVAL when the
 * server does not know them.
 *
 * An error reply, or one of the wrong type, is RC_DOWN: never "not found".
 */
#ifndef CLIENT_REDIS_H
#define CLIENT_REDIS_H

#include <stddef.h>
#include <stdint.h>

#include "base/op.h"
#include "sql/scripts.h"

struct redis_settings {
	const char *socket;	/* path, or NULL: host and port */
	const char *host;
	int64_t port;
	const char *user;	/* ACL user, NULL for the default one */
	const char *password;	/* NULL for none */
	size_t pool;		/* most connections, at least 1 */
	int64_t timeout_ms;	/* for one connect or one answer, at most */
};

/* Words of a command, keys or arguments of a script; text only. */
struct redis_words {
	size_t count;
	const char *const *items;
};

#define REDIS_WORDS(...)                                                      \
	((struct redis_words){                                                \
	    .count = sizeof((const char *[]){__VA_ARGS__}) /                  \
		sizeof(const char *),                                         \
	    .items = (const char *[]){__VA_ARGS__},                           \
	})
#define REDIS_NONE ((struct redis_words){.count = 0, .items = NULL})

/* An answer, in the pool of the operation that asked. */
struct reply;

/*
 * Prepares the pool; connects to nothing yet.  The strings in settings must
 * live as long as the process.  Call once, before threads start.
 */
void redis_open(const struct redis_settings *settings);

/* Closes every connection; no operation may be using one. */
void redis_close(void);

/*
 * Runs a script; all keys it touches stand in keys, in order.  Sets *reply,
 * which is always an array (a script answers with a table).
 *
 * RC_EXPIRED	the deadline passed before a connection was free
 * RC_DOWN	Redis did not answer, or answered with an error
 */
enum rc redis_script(struct op *op, enum script script,
    struct redis_words keys, struct redis_words args,
    const struct reply **reply) MUST_USE;

/* Asks the server for a sign of life: RC_EXPIRED, RC_DOWN as above. */
enum rc redis_ping(struct op *op) MUST_USE;

/* How many elements an answer has. */
size_t redis_count(const struct reply *reply);

/*
 * Element i as text; an integer reads as its digits.  NULL when it is nil or
 * not there.
 */
const char *redis_text(const struct reply *reply, size_t i);

/* Element i as a whole number; what is not one reads as otherwise. */
int64_t redis_int(const struct reply *reply, size_t i, int64_t otherwise);

#endif
