/* SPDX-License-Identifier: ISC */
/*
 * Configuration files for tests, in a folder that lives as long as one test.
 * The folder holds "secret" and "jwt", two good keys, and "client", a good
 * password; "@/" in any text below stands for the folder and a slash.
 */
#ifndef SUPPORT_CONFIG_FILE_H
#define SUPPORT_CONFIG_FILE_H

#include <sys/types.h>

#include "config/config.h"

/*
 * What differs from a good minimal file; NULL leaves that part as it is.
 * Line 1 is base_url, line 2 secret, and top begins at line 3.
 */
struct config_file {
	const char *base_url;	/* these lines are replaced */
	const char *secret;
	const char *jwt_secret;
	const char *conninfo;
	const char *top;	/* these are added to a group, "" or more lines */
	const char *jwt;
	const char *session;
	const char *postgres;
	const char *redis;
	const char *providers;
};

/* Makes and removes the folder: a checked fixture of every test. */
void config_file_setup(void);
void config_file_teardown(void);

/* The test's own pool. */
struct pool *config_file_pool(void);

/* The path of name in the folder. */
const char *config_file_path(const char *name);

/* text with every "@/" replaced. */
const char *config_file_text(const char *text);

/* Writes size bytes as name into the folder. */
void config_file_put(const char *name, const void *bytes, size_t size,
    mode_t mode);

/* Writes text as the configuration file and loads it. */
bool config_file_load(const char *text, const struct config **config,
    const char **errors);

/* The file with those differences loads, or the test fails. */
const struct config *config_file_accepts(struct config_file file);

/* It is refused and words stand among the mistakes; returns all of them. */
const char *config_file_refuses(struct config_file file, const char *words);

/* How many mistakes (lines) errors holds. */
size_t config_file_mistakes(const char *errors);

#endif
