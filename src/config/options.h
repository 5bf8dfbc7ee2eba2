/* SPDX-License-Identifier: ISC */
/*
 * The rows of options.def as a table, so that reading, defaults, the sample
 * file and the manual all walk the same list.  Private to config/.
 */
#ifndef CONFIG_OPTIONS_H
#define CONFIG_OPTIONS_H

#include <stddef.h>

#include "base/pool.h"
#include "config/config.h"

enum option_kind {
	OPTION_TEXT,
	OPTION_PATH,
	OPTION_URL,
	OPTION_CHOICE,
	OPTION_BOOL,
	OPTION_INT,
	OPTION_DURATION,
	OPTION_LIST,
	OPTION_SECRET,
};

/* One row; options.def says what the texts mean. */
struct option {
	const char *section;	/* "" for the top, and inside a provider */
	const char *name;
	enum option_kind kind;
	size_t offset;		/* of its member */
	const char *standard;	/* NULL: must be given */
	const char *least;
	const char *most;
	const char *sentence;
};

/* Where each row stands in options_site, by the member's name. */
enum option_site {
#define OPTION(member, ...) SITE_##member,
#include "config/options.def"
	SITE_COUNT
};

/* Where each row stands in options_provider. */
enum option_provider {
#define PROVIDER_OPTION(member, ...) PROVIDER_##member,
#include "config/options.def"
	PROVIDER_COUNT
};

/* Their members are those of struct config. */
extern const struct option options_site[SITE_COUNT];

/* Their members are those of struct config_provider. */
extern const struct option options_provider[PROVIDER_COUNT];

/* The member of row inside values, the structure its table belongs to. */
const void *options_member(const struct option *row, const void *values);

/*
 * Reads text (true and false for BOOL, digits for INT) into row's member of
 * values.  A SECRET's member is left alone: text is only its file's path.
 *
 * Returns NULL, or (in pool) what is wrong and what to write instead, with
 * values untouched.  Not for a LIST.
 */
const char *options_set_text(struct pool *pool, const struct option *row,
    const char *text, void *values);

/* The same for a LIST; list's items are not copied. */
const char *options_set_list(struct pool *pool, const struct option *row,
    struct config_list list, void *values);

/* Gives every row of a table its default; what must be given becomes "". */
void options_set_defaults(struct pool *pool, const struct option *rows,
    size_t count, void *values);

/* Whether word is one of the words in words, which single spaces part. */
bool options_has_word(const char *words, const char *word);

#endif
