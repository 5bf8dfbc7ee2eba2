/* SPDX-License-Identifier: ISC */
/*
 * The configuration file: read once, checked whole, frozen before threads
 * start.  options.def is the only list of options; from its rows come this
 * structure's members, the parser, the defaults, the sample file and the
 * manual's section.  The only files that know libconfig are in this folder.
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/crypt.h"
#include "base/pool.h"

/* C types of the option kinds; see options.def. */
#define CONFIG_C_TEXT	  const char *
#define CONFIG_C_PATH	  const char *
#define CONFIG_C_URL	  const char *
#define CONFIG_C_CHOICE	  const char *
#define CONFIG_C_BOOL	  bool
#define CONFIG_C_INT	  int64_t
#define CONFIG_C_DURATION int64_t		/* milliseconds */
#define CONFIG_C_LIST	  struct config_list
#define CONFIG_C_SECRET	  struct secret		/* read from a file */

struct config_list {
	size_t count;
	const char *const *items;
};

/* One group of providers = { … }; NULL or empty is "not given". */
struct config_provider {
	const char *name;
#define PROVIDER_OPTION(member, name, kind, standard, sentence)               \
	CONFIG_C_##kind member;
#include "config/options.def"
};

/*
 * The whole configuration.  Secrets are the bytes themselves, never paths.
 * jwt_secret may have come from the environment (LATCHKEY_JWT_SECRET).
 */
struct config {
	size_t provider_count;
	const struct config_provider *providers;
#define OPTION(member, section, name, kind, standard, least, most, sentence)  \
	CONFIG_C_##kind member;
#include "config/options.def"
};

/*
 * Reads and checks the file at path.  On true, *config is complete: every
 * option has its value or default, and it lives in pool.  On false, *errors
 * (in pool) holds one line per mistake: "file:line: option: what is wrong;
 * what to write instead".  No secret's value appears there.
 */
bool config_load(struct pool *pool, const char *path,
    const struct config **config, const char **errors);

/* Writes a commented sample file: every option with default and sentence. */
void config_print_sample(FILE *out);

/* Writes the options as mdoc for latchkey.conf(5), between its own parts. */
void config_print_manual(FILE *out);

/* Writes the effective configuration, secrets masked (latchkey -t). */
void config_print(const struct config *config, FILE *out);

#endif
