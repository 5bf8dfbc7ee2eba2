/* SPDX-License-Identifier: ISC */
/*
 * Clients that keep the service busy in threads of their own, each signed in
 * as a user of its own, and count what goes wrong.
 */
#ifndef SUPPORT_LOAD_H
#define SUPPORT_LOAD_H

#include <stddef.h>
#include <stdint.h>

struct load;

struct load_result {
	size_t sent;		/* requests */
	size_t failed;		/* of them not answered as they should */
	int64_t worst_ms;	/* the slowest of those that were */
	const char *first;	/* the first failure in words, "" for none */
};

/*
 * Signs count clients in and lets them go: each reads /users/me, refreshes
 * now and then (with the old token again where no answer came, as a client
 * should), and starts sign-ins.
 */
struct load *load_begin(size_t count);

/* How many requests there were so far. */
size_t load_sent(struct load *load);

/*
 * Stops them.  Fails the test when a client has lost its session: no answer
 * may cost that.  Frees load.
 */
struct load_result load_end(struct load *load);

#endif
