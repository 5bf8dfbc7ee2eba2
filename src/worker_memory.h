/* SPDX-License-Identifier: ISC */
/* What a worker no longer needs goes back to the system. */
#ifndef WORKER_MEMORY_H
#define WORKER_MEMORY_H

/*
 * Lets go of the code and constants of program and libraries, of which the
 * start read much (relocations, names of symbols) and sign-ins read more
 * (TLS) that other requests do not need.  What is needed again comes back by
 * itself.  For when the start or a burst of sign-ins is over: it takes three
 * system calls for each library.
 */
void worker_memory_forget_code(void);

#endif
