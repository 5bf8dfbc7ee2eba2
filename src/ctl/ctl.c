/* SPDX-License-Identifier: ISC */
/* Options of all commands, configuration, and the table of nouns. */
#include "ctl/ctl.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "app.h"

static const struct ctl_noun *const nouns[] = {
	&ctl_user,
	&ctl_sessions,
	&ctl_provider,
	&ctl_events,
	&ctl_migrate,
	&ctl_prune,
	&ctl_keygen,
	&ctl_import_reference,
};

#define NOUN_COUNT (sizeof(nouns) / sizeof(nouns[0]))

static void print_usage(FILE *out)
{
	fputs("usage: latchkeyctl [-c file] command [argument ...]\n"
	      "       latchkeyctl command -h\n"
	      "       latchkeyctl -h | -V\n"
	      "\n"
	      "  -c file  read the configuration from file (default:\n"
	      "           " CONFIG_FILE ")\n"
	      "\n"
	      "commands:\n", out);
	for (size_t i = 0; i < NOUN_COUNT; i++) {
		for (size_t k = 0; k < nouns[i]->count; k++) {
			const struct ctl_command *command =
			    &nouns[i]->commands[k];

			fprintf(out, "  %s%s%s %s\n           %s\n",
			    nouns[i]->name, command->verb != NULL ? " " : "",
			    command->verb != NULL ? command->verb : "",
			    command->arguments, command->help);
		}
	}
	fputs("\nUSER is a user's id, an e-mail address or "
	      "provider:subject.\n", out);
}

static const struct ctl_noun *find(const char *name)
{
	for (size_t i = 0; i < NOUN_COUNT; i++)
		if (strcmp(nouns[i]->name, name) == 0)
			return nouns[i];
	return NULL;
}

/* What was printed must have arrived: a full disk is no success. */
static int flushed(int code)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;

	fputs("latchkeyctl: the output could not be written\n", stderr);
	return code == EX_OK ? EX_IOERR : code;
}

static int work(const struct ctl_call *call)
{
	const struct ctl_command *command = call->command;
	struct op *op;
	int code = EX_OK;
	enum rc rc;

	if (command->needs == CTL_STORES)
		app_open(call->config);
	op = op_new(NULL, command->budget_ms != 0 ? command->budget_ms
						  : CTL_BUDGET_MS);
	rc = command->run(op, call);
	if (rc != RC_OK)
		code = ctl_failed(op, rc);
	op_free(op);
	if (command->needs == CTL_STORES)
		app_close();
	return flushed(code);
}

static int run(struct ctl_call *call, const char *file)
{
	struct pool *pool = pool_new();
	const char *errors;
	int code = EX_CONFIG;

	if (call->command->needs == CTL_NOTHING ||
	    config_load(pool, file, &call->config, &errors))
		code = work(call);
	else
		fputs(errors, stderr);
	pool_free(pool);
	return code;
}

/* Reads the command and runs it; argv[0] is the noun. */
static int run_noun(const char *file, int argc, char **argv)
{
	const struct ctl_noun *noun = argc > 0 ? find(argv[0]) : NULL;
	struct ctl_call call = {.config = NULL};
	int code;

	if (argc == 0) {
		print_usage(stderr);
		return EX_USAGE;
	}
	if (noun == NULL) {
		fprintf(stderr, "latchkeyctl: there is no command %s: "
		    "latchkeyctl -h lists them\n", argv[0]);
		return EX_USAGE;
	}

	code = ctl_args_read(noun, argc, argv, &call);
	return code < 0 ? run(&call, file) : code;
}

int main(int argc, char **argv)
{
	const char *file = CONFIG_FILE;
	int option;

	/* A server that hangs up is an error to report, not a signal. */
	signal(SIGPIPE, SIG_IGN);

	/* The plus ends options at the command's name. */
	while ((option = getopt(argc, argv, "+c:hV")) != -1) {
		switch (option) {
		case 'c':
			file = optarg;
			break;
		case 'h':
			print_usage(stdout);
			return EX_OK;
		case 'V':
			puts("latchkeyctl " VERSION);
			return EX_OK;
		default:
			print_usage(stderr);
			return EX_USAGE;
		}
	}

	return run_noun(file, argc - optind, argv + optind);
}
