/* SPDX-License-Identifier: ISC */
/*
 * The command line.  A command's row names the options it takes by letters:
 *
 *	a	--after id
 *	d	-n: only show what would be done
 *	j	--json
 *	k	--kind kind
 *	n	-n count
 *	r	--reference text
 *	y	--yes
 *
 * -h and --help are taken by all.
 */
#include "ctl/ctl.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/encode.h"
#include "base/str.h"

#define LIMIT_MOST 10000

static const struct option long_options[] = {
	{"after", required_argument, NULL, 'a'},
	{"help", no_argument, NULL, 'h'},
	{"json", no_argument, NULL, 'j'},
	{"kind", required_argument, NULL, 'k'},
	{"reference", required_argument, NULL, 'r'},
	{"yes", no_argument, NULL, 'y'},
	{NULL, 0, NULL, 0},
};

static bool takes(const struct ctl_command *command, int letter)
{
	return strchr(command->options, letter) != NULL;
}

static const char *short_options(const struct ctl_command *command)
{
	if (takes(command, 'n'))
		return "hn:";
	return takes(command, 'd') ? "hn" : "h";
}

/* The command of a noun that argv[1] or nobody names. */
static const struct ctl_command *choose(const struct ctl_noun *noun, int argc,
    char **argv)
{
	for (size_t i = 0; i < noun->count; i++) {
		const char *verb = noun->commands[i].verb;

		if (verb == NULL || (argc > 1 && strcmp(verb, argv[1]) == 0))
			return &noun->commands[i];
	}

	return NULL;
}

/* -n is one of two things; which is the command's affair. */
static bool note_n(struct ctl_call *call)
{
	if (takes(call->command, 'd')) {
		call->dry = true;
		return true;
	}
	if (str_int(optarg, 1, LIMIT_MOST, &call->limit))
		return true;

	fprintf(stderr, "latchkeyctl: -n takes a number from 1 to %d\n",
	    LIMIT_MOST);
	return false;
}

/* Whether a text can go to the stores at all. */
static bool is_text(const char *text)
{
	if (encode_utf8_is_valid(text, strlen(text)))
		return true;

	fputs("latchkeyctl: an argument is not valid UTF-8\n", stderr);
	return false;
}

static bool note_option(struct ctl_call *call, int option)
{
	if (option == 'n')
		return note_n(call);
	if (!takes(call->command, option))
		return false;
	if (optarg != NULL && !is_text(optarg))
		return false;

	switch (option) {
	case 'a':
		call->after = optarg;
		return true;
	case 'j':
		call->json = true;
		return true;
	case 'k':
		call->kind = optarg;
		return true;
	case 'r':
		call->reference = optarg;
		return true;
	case 'y':
		call->yes = true;
		return true;
	default:
		return false;
	}
}

static bool note_words(struct ctl_call *call, int argc, char **argv)
{
	size_t count = (size_t)(argc - optind);

	if (count < call->command->words_least) {
		fputs("latchkeyctl: an argument is missing\n", stderr);
		return false;
	}
	if (count > call->command->words_most) {
		fputs("latchkeyctl: too many arguments\n", stderr);
		return false;
	}

	for (size_t i = 0; i < count; i++) {
		if (!is_text(argv[optind + (int)i]))
			return false;
		call->words[i] = argv[optind + (int)i];
	}
	call->word_count = count;
	return true;
}

static bool is_help(const char *word)
{
	return strcmp(word, "-h") == 0 || strcmp(word, "--help") == 0;
}

static int misused(const struct ctl_noun *noun,
    const struct ctl_command *command)
{
	ctl_usage(stderr, noun, command);
	return EX_USAGE;
}

/* Reads what follows the command's last word, which is argv[0]. */
static int read_rest(const struct ctl_noun *noun, int argc, char **argv,
    struct ctl_call *call)
{
	static char name[] = "latchkeyctl";	/* as getopt complains */
	const struct ctl_command *command = call->command;
	int option;

	/* Nought, not one: forgets that options of all commands came first. */
	optind = 0;
	argv[0] = name;
	while ((option = getopt_long(argc, argv, short_options(command),
	    long_options, NULL)) != -1) {
		if (option == 'h') {
			ctl_usage(stdout, noun, command);
			return EX_OK;
		}
		if (!note_option(call, option))
			return misused(noun, command);
	}

	return note_words(call, argc, argv) ? -1 : misused(noun, command);
}

int ctl_args_read(const struct ctl_noun *noun, int argc, char **argv,
    struct ctl_call *call)
{
	int verbs;

	call->command = choose(noun, argc, argv);
	if (call->command == NULL && argc > 1 && is_help(argv[1])) {
		ctl_usage(stdout, noun, NULL);
		return EX_OK;
	}
	if (call->command == NULL) {
		if (argc > 1)
			fprintf(stderr, "latchkeyctl: %s has no command %s\n",
			    noun->name, argv[1]);
		return misused(noun, NULL);
	}

	verbs = call->command->verb != NULL ? 1 : 0;
	return read_rest(noun, argc - verbs, argv + verbs, call);
}
