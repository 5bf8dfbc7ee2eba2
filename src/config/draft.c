/* SPDX-License-Identifier: ISC */
/* Keeps names and places beside the values, so that any rule can point. */
#include "config/draft.h"

#include <stdarg.h>
#include <stdio.h>

/* A mistake's own words, cut at this many bytes. */
#define MISTAKE_SIZE 512

struct draft *draft_new(struct pool *pool, const char *path)
{
	struct draft *draft = pool_alloc(pool, sizeof(*draft));

	draft->pool = pool;
	draft->path = pool_text(pool, path);
	str_init(&draft->mistakes, pool);
	options_set_defaults(pool, options_site, SITE_COUNT, &draft->values);

	for (size_t i = 0; i < SITE_COUNT; i++) {
		const struct option *row = &options_site[i];

		draft->given[i].name = pool_print(pool, "%s%s%s", row->section,
		    row->section[0] != '\0' ? "." : "", row->name);
		draft->given[i].file = draft->path;
		draft->given[i].line = 1;
	}

	return draft;
}

void draft_provider_init(struct draft *draft, struct draft_provider *provider,
    const char *name, const char *file, unsigned line)
{
	struct pool *pool = draft->pool;

	options_set_defaults(pool, options_provider, PROVIDER_COUNT,
	    &provider->values);
	provider->values.name = pool_text(pool, name);
	provider->group.name = pool_print(pool, "providers.%s", name);
	provider->group.file = file;
	provider->group.line = line;

	for (size_t i = 0; i < PROVIDER_COUNT; i++) {
		provider->given[i].name = pool_print(pool, "%s.%s",
		    provider->group.name, options_provider[i].name);
		provider->given[i].file = file;
		provider->given[i].line = line;
	}
}

void draft_wrong(struct draft *draft, struct draft_given *given, const char *format,
    ...)
{
	char words[MISTAKE_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(words, sizeof(words), format, args);
	va_end(args);

	given->is_wrong = true;
	str_print(&draft->mistakes, "%s:%u: %s: %s\n", given->file, given->line,
	    given->name, words);
}

void draft_mistake(struct draft *draft, const char *format, ...)
{
	char words[MISTAKE_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(words, sizeof(words), format, args);
	va_end(args);

	str_print(&draft->mistakes, "%s\n", words);
}

static void set_value(struct draft *draft, const struct option *row,
    struct draft_given *given, void *values)
{
	const char *problem;

	if (!given->is_given || given->is_wrong)
		return;

	if (row->kind == OPTION_LIST)
		problem = options_set_list(draft->pool, row, given->list,
		    values);
	else
		problem = options_set_text(draft->pool, row, given->text,
		    values);
	if (problem != NULL)
		draft_wrong(draft, given, "%s", problem);
}

void draft_set_values(struct draft *draft)
{
	for (size_t i = 0; i < SITE_COUNT; i++) {
		const struct option *row = &options_site[i];
		struct draft_given *given = &draft->given[i];

		set_value(draft, row, given, &draft->values);
		if (!given->is_given && row->standard == NULL &&
		    row->kind != OPTION_SECRET)
			draft_wrong(draft, given,
			    "is missing; it must be given: %s", row->sentence);
	}

	for (size_t p = 0; p < draft->provider_count; p++) {
		struct draft_provider *provider = &draft->providers[p];

		for (size_t i = 0; i < PROVIDER_COUNT; i++)
			set_value(draft, &options_provider[i],
			    &provider->given[i], &provider->values);
	}
}
