/* SPDX-License-Identifier: ISC */
/* The question before what cannot be undone. */
#include "ctl/ctl.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "auth/refusal.h"
#include "base/encode.h"

enum rc ctl_confirm(struct op *op, const struct ctl_call *call,
    const char *question)
{
	char answer[8] = "";

	if (call->yes)
		return RC_OK;
	if (!isatty(STDIN_FILENO))
		return op_refuse(op, RC_BAD, REFUSAL_FIELDS, "this cannot be "
		    "undone: give --yes where nobody can be asked");

	/* Names and addresses in it are other people's words. */
	fprintf(stderr, "%s\nWrite yes to go on: ",
	    encode_printable(op->pool, question, strlen(question)));
	if (fgets(answer, sizeof(answer), stdin) != NULL &&
	    strcmp(answer, "yes\n") == 0)
		return RC_OK;

	return op_refuse(op, RC_BAD, REFUSAL_FIELDS, "nothing was done");
}
