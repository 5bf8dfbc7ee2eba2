/* SPDX-License-Identifier: ISC */
/*
 * One of the programs under test, run by itself beside the stack: the copy
 * that dev/run made, as the user who runs the stack's servers.
 */
#ifndef SUPPORT_PROGRAM_H
#define SUPPORT_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct program_plan {
	const char *name;		/* "latchkey" or "latchkeyctl" */
	const char *arguments[10];	/* ends at the first NULL */
	int input;	/* becomes standard input; 0 for /dev/null */
	int output;	/* becomes standard output; 0 for what .out gets */
	bool as_root;	/* stay who we are */
};

struct program {
	pid_t pid;
	int out;
	int err;
	int64_t started_ms;	/* clock_mono_ms() */
};

struct program_end {
	int code;		/* exit code, or 128 and the signal */
	int64_t ms;		/* from start to end */
	const char *out;	/* what it wrote */
	const char *err;
};

/* Starts it; fails the test when it cannot. */
struct program program_start(const struct program_plan *plan);

/* Whether words came on its standard error within ms. */
bool program_says_within(const struct program *program, const char *words,
    int ms);

/* Waits for its end. */
struct program_end program_wait(struct program *program);

/* Both. */
struct program_end program_run(const struct program_plan *plan);

/*
 * The stack's latchkey.conf with every old replaced by new, as a file that
 * programs can read; its path.  It goes with the stack.
 */
const char *program_conf(const char *old, const char *new);

#endif
