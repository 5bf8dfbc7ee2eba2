/* SPDX-License-Identifier: ISC */
/*
 * A connection of a test's own to the Redis under test, beside its pool: to
 * spoil what the stores keep there, and to look at it.
 */
#ifndef SUPPORT_BESIDE_H
#define SUPPORT_BESIDE_H

#include <stdint.h>

/* Connects to the Redis of support/servers.h and empties it. */
void beside_open(void);

/* Ends the connection. */
void beside_close(void);

/*
 * Says a command, hiredis's format and arguments; fails the test when Redis
 * answers an error. Its answer as a number: 0 for an answer of no number.
 */
int64_t beside_tell(const char *format, ...);

#endif
