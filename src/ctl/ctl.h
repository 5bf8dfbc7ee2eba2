/* SPDX-License-Identifier: ISC */
/* latchkeyctl's commands: one function each, one file per noun. */
#ifndef CTL_CTL_H
#define CTL_CTL_H

#include "base/op.h"
#include "config/config.h"

struct ctl_command {
	const char *name;
	const char *arguments;		/* as in the usage line */
	const char *help;

	/* Runs it; argv[0] is its name.  Returns an exit code (sysexits). */
	int (*run)(const struct config *config, int argc, char **argv);
};

/* Prints "latchkeyctl: <reason>" and turns an outcome into an exit code. */
int ctl_failed(const struct op *op, enum rc rc);

/* Prints how a command is used; returns EX_USAGE. */
int ctl_usage(const struct ctl_command *command);

/* The commands. */
extern const struct ctl_command ctl_migrate;
extern const struct ctl_command ctl_user;

#endif
