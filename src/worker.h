/* SPDX-License-Identifier: ISC */
/*
 * One worker: threads that accept FastCGI connections on file descriptor 0
 * and answer, threads that call providers, and a stop that loses nothing.
 */
#ifndef WORKER_H
#define WORKER_H

#include "config/config.h"

/*
 * Blocks the signals a worker is stopped with.  Call first of all, so that
 * every thread to come inherits it and none is lost while we start.
 */
void worker_block_signals(void);

/*
 * Serves until TERM, INT, QUIT or USR1, then lets what is in progress end.
 * Returns the exit code: 0, or EX_USAGE when descriptor 0 is no listening
 * socket, EX_SOFTWARE when requests did not end within stop_timeout.
 */
int worker_run(const struct config *config);

#endif
