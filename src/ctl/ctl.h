/* SPDX-License-Identifier: ISC */
/*
 * latchkeyctl's commands: one file per noun, one row per command.  A row says
 * how the command is called and what it needs; reading the command line,
 * opening the stores, finding users and showing results are the same for all.
 */
#ifndef CTL_CTL_H
#define CTL_CTL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/op.h"
#include "client/js.h"
#include "config/config.h"
#include "store/users.h"

/* Who did it, in the table of events. */
#define CTL_ACTOR "latchkeyctl"

/* Most commands may take this long. */
#define CTL_BUDGET_MS 10000

#define CTL_WORDS_MOST 3

struct ctl_command;

/* What was asked for on the command line. */
struct ctl_call {
	const struct ctl_command *command;
	const struct config *config;	/* NULL for CTL_NOTHING */
	size_t word_count;
	const char *words[CTL_WORDS_MOST];	/* valid UTF-8 */
	int64_t limit;			/* -n count, 0: not given */
	const char *after;		/* --after, NULL: not given, so below */
	const char *kind;
	const char *reference;
	bool dry;			/* -n of a command that changes */
	bool json;
	bool yes;
};

/* What is opened before a command runs. */
enum ctl_needs { CTL_NOTHING, CTL_CONFIG, CTL_STORES };

struct ctl_command {
	const char *verb;		/* NULL: the noun alone */
	const char *arguments;		/* as in the usage line */
	const char *help;
	const char *options;		/* letters of ctl_args.c */
	size_t words_least;
	size_t words_most;
	enum ctl_needs needs;
	int64_t budget_ms;		/* 0 for the usual */

	/* Runs it; prints what it did.  Any outcome, see ctl_failed. */
	enum rc (*run)(struct op *op, const struct ctl_call *call);
};

/* What can be done with one kind of thing. */
struct ctl_noun {
	const char *name;
	const struct ctl_command *commands;
	size_t count;
};

extern const struct ctl_noun ctl_events;
extern const struct ctl_noun ctl_import_reference;
extern const struct ctl_noun ctl_keygen;
extern const struct ctl_noun ctl_migrate;
extern const struct ctl_noun ctl_provider;
extern const struct ctl_noun ctl_prune;
extern const struct ctl_noun ctl_sessions;
extern const struct ctl_noun ctl_user;

/*
 * Prints "latchkeyctl: <reason>" and turns an outcome into an exit code of
 * sysexits.h.  RC_BAD with REFUSAL_FIELDS is a word that cannot be read
 * (EX_USAGE), without it wrong data (EX_DATAERR).
 */
int ctl_failed(const struct op *op, enum rc rc);

/* Prints how a noun's commands are used; only is one of them, or NULL. */
void ctl_usage(FILE *out, const struct ctl_noun *noun,
    const struct ctl_command *only);

/*
 * Reads a command's options and words; argv[0] is its noun.  What argv points
 * to is put in another order, and the word before the options replaced.  Fills
 * *call and returns -1 when it can run, otherwise an exit code: all is said
 * then.
 */
int ctl_args_read(const struct ctl_noun *noun, int argc, char **argv,
    struct ctl_call *call);

/*
 * Finds a user by what an administrator knows: a UUID, an e-mail address (its
 * verified holder, else the only user who shows it) or provider:subject.
 *
 * RC_BAD	it is none of these (REFUSAL_FIELDS), or several users show
 *		the address, none of them verified: the reason names their ids
 * RC_ABSENT	there is no such user
 * RC_DOWN, RC_EXPIRED	the database did not answer
 */
enum rc ctl_find(struct op *op, const char *word, const struct user **user)
    MUST_USE;

/* An identity as it is written, provider:subject. */
struct ctl_identity {
	const char *provider;
	const char *subject;
};

/*
 * Reads provider:subject.
 * RC_BAD, REFUSAL_FIELDS	it is none
 */
enum rc ctl_find_identity(struct op *op, const char *word,
    struct ctl_identity *identity) MUST_USE;

/*
 * Makes sure that what cannot be undone is meant: --yes, or a "yes" typed at
 * the question, a whole sentence, on a terminal.
 *
 * RC_BAD, REFUSAL_FIELDS	neither
 */
enum rc ctl_confirm(struct op *op, const struct ctl_call *call,
    const char *question) MUST_USE;

/* A column of a table for people: a member of the objects shown. */
struct ctl_column {
	const char *member;
	const char *title;
};

/*
 * Shows an array of objects: for people as a table of those members that
 * columns name (the last has a NULL member), for programs as one JSON object
 * that holds the whole array under name.
 */
void ctl_view_list(struct op *op, const struct ctl_call *call,
    const struct ctl_column *columns, const char *name, struct js *array);

/* The table alone, for people; for a list inside an object. */
void ctl_view_table(struct op *op, const struct ctl_column *columns,
    const struct js *array);

/*
 * Shows an object: for people a line for each member that is no array, for
 * programs as JSON.
 */
void ctl_view_object(struct op *op, const struct ctl_call *call,
    const struct js *object);

#endif
