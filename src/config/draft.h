/* SPDX-License-Identifier: ISC */
/*
 * A configuration in the making: the values so far, where in the file each
 * option stands, and the mistakes found.  Private to config/.
 */
#ifndef CONFIG_DRAFT_H
#define CONFIG_DRAFT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/pool.h"
#include "base/str.h"
#include "config/config.h"
#include "config/options.h"

/* What the file says about one row of a table. */
struct draft_given {
	const char *name;	/* in full: jwt.access, providers.google.issuer */
	const char *file;	/* where to point the administrator: the */
	unsigned line;		/* option, else its group, else line 1 */
	bool is_given;
	bool is_wrong;		/* a mistake was noted: no more about it */
	const char *text;	/* NULL where not given, and for a LIST */
	struct config_list list;
};

/* One group of providers = { … }. */
struct draft_provider {
	struct draft_given group;	/* the group itself: its name and place */
	struct draft_given given[PROVIDER_COUNT];
	struct config_provider values;
};

struct draft {
	struct pool *pool;
	const char *path;
	struct str mistakes;
	struct config values;
	struct draft_given given[SITE_COUNT];
	size_t provider_count;
	struct draft_provider *providers;
	/* From the environment; bytes is NULL where it has none. */
	struct secret env_secret;
	struct secret env_jwt_secret;
};

/* An empty draft in which every option has its default. */
struct draft *draft_new(struct pool *pool, const char *path);

/* Makes provider the group called name that stands at file:line. */
void draft_provider_init(struct draft *draft, struct draft_provider *provider,
    const char *name, const char *file, unsigned line);

/* Notes a mistake in one option: what is wrong; what to write instead. */
void draft_wrong(struct draft *draft, struct draft_given *given, const char *format,
    ...) __attribute__((format(printf, 3, 4)));

/* Notes a mistake that belongs to no option, as a whole line. */
void draft_mistake(struct draft *draft, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Turns what was given into values, each by its row, and notes what is wrong
 * and what must be given but is not (secrets apart: see rules_secret_load).
 */
void draft_set_values(struct draft *draft);

#endif
