/* SPDX-License-Identifier: ISC */
/*
 * The process behind support/stack.h: it runs dev/run and ends what that
 * started when the test program is gone, however it went.
 */
#ifndef SUPPORT_STACK_KEEPER_H
#define SUPPORT_STACK_KEEPER_H

struct stack_plan {
	char home[32];	/* exists and is empty; goes with the stack */
	char dir[40];	/* in home: what dev/run is given as --dir */
	char printed[48];	/* in home: what dev/run printed */
	const char *command;	/* the path of dev/run */
	const char *const *arguments;	/* more for dev/run; may be NULL */
};

/*
 * Starts the stack, writes one byte to fd when it is ready, waits there for
 * the end of file, ends the stack and exits with dev/run's code.
 */
__attribute__((noreturn))
void stack_keeper_run(const struct stack_plan *plan, int fd);

/*
 * Runs a program and waits; its output goes to the file out, which may be
 * /dev/null.  The exit code, or -1 when it did not run or was killed.
 */
int stack_keeper_command(const char *const argv[], const char *out);

#endif
