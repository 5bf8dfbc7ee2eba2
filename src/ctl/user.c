/* SPDX-License-Identifier: ISC */
/* latchkeyctl user: who may come in. */
#include "ctl/ctl.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "app.h"
#include "auth/account.h"
#include "base/uuid.h"

#define BUDGET_MS 10000
#define ACTOR	  "latchkeyctl"

static enum rc show(struct op *op, const char *id)
{
	const struct user *user;
	enum rc rc;

	rc = users_by_id(op, id, &user);
	if (rc != RC_OK)
		return rc;

	printf("id            %s\nstate         %s\ne-mail        %s%s\n"
	    "primary       %s\n", user->id,
	    user->disabled ? "disabled" : "active",
	    user->email != NULL ? user->email : "-",
	    user->email_verified ? " (verified)" : "", user->oauth_provider);
	return RC_OK;
}

static enum rc disable(struct op *op, const char *id)
{
	return account_disable(op, id, ACTOR);
}

static enum rc enable(struct op *op, const char *id)
{
	return account_enable(op, id, ACTOR);
}

static const struct {
	const char *name;
	enum rc (*run)(struct op *op, const char *id);
} verbs[] = {
	{"show", show},
	{"disable", disable},
	{"enable", enable},
};

static int run_verb(enum rc (*verb)(struct op *, const char *),
    const struct config *config, const char *id)
{
	struct op *op;
	int code = EX_OK;
	enum rc rc;

	app_open(config);
	op = op_new(NULL, BUDGET_MS);
	rc = verb(op, id);
	if (rc != RC_OK)
		code = ctl_failed(op, rc);
	op_free(op);
	app_close();
	return code;
}

static int run(const struct config *config, int argc, char **argv)
{
	if (argc != 3)
		return ctl_usage(&ctl_user);
	if (!uuid_is_valid(argv[2])) {
		fprintf(stderr, "latchkeyctl: not a user's id: write the UUID "
		    "in lower case\n");
		return EX_USAGE;
	}

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(argv[1], verbs[i].name) == 0)
			return run_verb(verbs[i].run, config, argv[2]);
	return ctl_usage(&ctl_user);
}

const struct ctl_command ctl_user = {
	.name = "user",
	.arguments = "show|disable|enable id",
	.help = "show a user; end all sessions and refuse; let in again",
	.run = run,
};
