/* SPDX-License-Identifier: ISC */
/* Options, configuration and the table of commands. */
#include "ctl/ctl.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

static const struct ctl_command *const commands[] = {
	&ctl_migrate,
	&ctl_user,
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static void print_usage(FILE *out)
{
	fputs("usage: latchkeyctl [-c file] command [argument ...]\n"
	      "       latchkeyctl -h | -V\n"
	      "\n"
	      "  -c file  read the configuration from file (default:\n"
	      "           " CONFIG_FILE ")\n"
	      "\n"
	      "commands:\n", out);
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		fprintf(out, "  %s %s\n           %s\n", commands[i]->name,
		    commands[i]->arguments, commands[i]->help);
}

static const struct ctl_command *find(const char *name)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

static int run(const struct ctl_command *command, const char *file, int argc,
    char **argv)
{
	struct pool *pool = pool_new();
	const struct config *config;
	const char *errors;
	int code = EX_CONFIG;

	if (config_load(pool, file, &config, &errors))
		code = command->run(config, argc, argv);
	else
		fputs(errors, stderr);
	pool_free(pool);
	return code;
}

int main(int argc, char **argv)
{
	const struct ctl_command *command;
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

	command = optind < argc ? find(argv[optind]) : NULL;
	if (command == NULL) {
		print_usage(stderr);
		return EX_USAGE;
	}

	argc -= optind;
	argv += optind;
	optind = 1;
	return run(command, file, argc, argv);
}
