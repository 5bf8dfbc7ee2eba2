/* SPDX-License-Identifier: ISC */
/* What every command says when it cannot do what was asked. */
#include "ctl/ctl.h"

#include <stdio.h>
#include <sysexits.h>

#include "auth/refusal.h"
#include "base/encode.h"

void ctl_usage(FILE *out, const struct ctl_noun *noun,
    const struct ctl_command *only)
{
	const char *before = "usage:";

	for (size_t i = 0; i < noun->count; i++) {
		const struct ctl_command *command = &noun->commands[i];

		if (only != NULL && only != command)
			continue;
		fprintf(out, "%s latchkeyctl [-c file] %s%s%s %s\n", before,
		    noun->name, command->verb != NULL ? " " : "",
		    command->verb != NULL ? command->verb : "",
		    command->arguments);
		before = "      ";
	}
	if (only != NULL)
		fprintf(out, "\n  %s\n", only->help);
}

int ctl_failed(const struct op *op, enum rc rc)
{
	static const int codes[] = {
		[RC_OK] = EX_SOFTWARE,
		[RC_BAD] = EX_DATAERR,
		/* No command asks who is let in. */
		[RC_DENIED] = EX_SOFTWARE,
		[RC_ABSENT] = EX_NOUSER,
		[RC_TAKEN] = EX_CANTCREAT,
		[RC_EXPIRED] = EX_TEMPFAIL,
		[RC_LIMITED] = EX_TEMPFAIL,
		[RC_UPSTREAM] = EX_UNAVAILABLE,
		[RC_DOWN] = EX_UNAVAILABLE,
	};

	/* A reason may quote what was typed or what a server said. */
	fprintf(stderr, "latchkeyctl: %s\n", encode_printable(op->pool,
	    op_reason(op), OP_REASON_SIZE));
	if (rc == RC_BAD && op->refusal == REFUSAL_FIELDS)
		return EX_USAGE;
	return codes[rc];
}
