/* SPDX-License-Identifier: ISC */
/* What every command says when it cannot do what was asked. */
#include "ctl/ctl.h"

#include <stdio.h>
#include <sysexits.h>

int ctl_usage(const struct ctl_command *command)
{
	fprintf(stderr, "usage: latchkeyctl [-c file] %s %s\n", command->name,
	    command->arguments);
	return EX_USAGE;
}

int ctl_failed(const struct op *op, enum rc rc)
{
	static const int codes[] = {
		[RC_OK] = EX_SOFTWARE,
		[RC_BAD] = EX_DATAERR,
		[RC_DENIED] = EX_NOPERM,
		[RC_ABSENT] = EX_NOUSER,
		[RC_TAKEN] = EX_CANTCREAT,
		[RC_EXPIRED] = EX_TEMPFAIL,
		[RC_LIMITED] = EX_TEMPFAIL,
		[RC_UPSTREAM] = EX_UNAVAILABLE,
		[RC_DOWN] = EX_UNAVAILABLE,
	};

	fprintf(stderr, "latchkeyctl: %s\n", op_reason(op));
	return codes[rc];
}
