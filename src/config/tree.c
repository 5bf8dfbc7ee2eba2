/* SPDX-License-Identifier: ISC */
/*
 * Walks libconfig's tree beside the tables of options.c.  libconfig itself
 * knows no schema: it refuses bad syntax and repeated options, and every
 * other mistake is found here or by the rules.
 *
 * Its global names begin with config_: none of ours may be one of them.
 */
#include "config/tree.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libconfig.h>

#include "base/encode.h"
#include "config/nearest.h"

#define ECHO_MOST 40
#define PROVIDERS "providers"

/* The names that would be right in one group. */
struct names {
	size_t count;
	const char *items[2 * SITE_COUNT + PROVIDER_COUNT + 1];
};

static const char *type_name(const config_setting_t *setting)
{
	switch (config_setting_type(setting)) {
	case CONFIG_TYPE_GROUP:
		return "a group";
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		return "a whole number";
	case CONFIG_TYPE_FLOAT:
		return "a number with a fraction";
	case CONFIG_TYPE_STRING:
		return "a text";
	case CONFIG_TYPE_BOOL:
		return "true or false";
	default:
		return "a list";
	}
}

static const char *wanted_form(enum option_kind kind)
{
	switch (kind) {
	case OPTION_BOOL:
		return "true or false, without quotes";
	case OPTION_INT:
		return "a whole number, without quotes";
	case OPTION_DURATION:
		return "a duration in quotes, such as \"30m\"";
	case OPTION_LIST:
		return "a list of texts, such as [ \"a\", \"b\" ]";
	case OPTION_PATH:
	case OPTION_SECRET:
		return "a path in quotes";
	default:
		return "a text in quotes";
	}
}

static bool has_form(const config_setting_t *setting, enum option_kind kind)
{
	int type = config_setting_type(setting);

	switch (kind) {
	case OPTION_BOOL:
		return type == CONFIG_TYPE_BOOL;
	case OPTION_INT:
		return type == CONFIG_TYPE_INT || type == CONFIG_TYPE_INT64;
	case OPTION_LIST:
		break;
	default:
		return type == CONFIG_TYPE_STRING;
	}

	if (type != CONFIG_TYPE_ARRAY && type != CONFIG_TYPE_LIST)
		return false;
	for (int i = 0; i < config_setting_length(setting); i++)
		if (config_setting_get_string_elem(setting, i) == NULL)
			return false;

	return true;
}

static const char *copy_text(struct draft *draft,
    const config_setting_t *setting)
{
	switch (config_setting_type(setting)) {
	case CONFIG_TYPE_BOOL:
		return config_setting_get_bool(setting) ? "true" : "false";
	case CONFIG_TYPE_STRING:
		return pool_text(draft->pool,
		    config_setting_get_string(setting));
	default:
		return pool_print(draft->pool, "%lld",
		    config_setting_get_int64(setting));
	}
}

static struct config_list copy_list(struct draft *draft,
    const config_setting_t *setting)
{
	size_t count = (size_t)config_setting_length(setting);
	const char **items = pool_alloc(draft->pool, count * sizeof(*items));

	for (size_t i = 0; i < count; i++)
		items[i] = pool_text(draft->pool,
		    config_setting_get_string_elem(setting, (int)i));

	return (struct config_list){.count = count, .items = items};
}

static void point(struct draft *draft, struct draft_given *given,
    const config_setting_t *setting)
{
	const char *file = config_setting_source_file(setting);

	given->file = file != NULL ? pool_text(draft->pool, file) : draft->path;
	given->line = config_setting_source_line(setting);
}

static void read_option(struct draft *draft, const struct option *row,
    struct draft_given *given, const config_setting_t *setting)
{
	point(draft, given, setting);
	given->is_given = true;

	if (!has_form(setting, row->kind))
		draft_wrong(draft, given, "is %s; write %s",
		    type_name(setting), wanted_form(row->kind));
	else if (row->kind == OPTION_LIST)
		given->list = copy_list(draft, setting);
	else
		given->text = copy_text(draft, setting);
}

/* Where an option of this name would be right, or NULL. */
static const char *other_place(struct draft *draft, const char *name)
{
	for (size_t i = 0; i < SITE_COUNT; i++)
		if (strcmp(options_site[i].name, name) == 0)
			return options_site[i].section[0] == '\0' ?
			    "outside of all groups" :
			    pool_print(draft->pool, "inside %s = { }",
				options_site[i].section);

	return NULL;
}

static bool is_section(const char *name)
{
	for (size_t i = 0; i < SITE_COUNT; i++)
		if (strcmp(options_site[i].section, name) == 0)
			return true;

	return false;
}

/*
 * Notes that setting is no option of the group whose names are known.
 * prefix is the group's own name and a dot, or ""; place says where the
 * option would be right, or is NULL.
 */
static void note_unknown(struct draft *draft, const config_setting_t *setting,
    const char *prefix, const char *place, const struct names *known)
{
	const char *name = config_setting_name(setting);
	const char *near = nearest_name(name, known->items, known->count);
	struct draft_given given = {.name = pool_print(draft->pool, "%s%s", prefix,
	    encode_printable(draft->pool, name, ECHO_MOST))};

	point(draft, &given, setting);
	if (place != NULL)
		draft_wrong(draft, &given,
		    "is not an option here; put it %s", place);
	else if (near != NULL)
		draft_wrong(draft, &given,
		    "is not an option; did you mean \"%s\"?", near);
	else
		draft_wrong(draft, &given, "is not an option; take it out or "
		    "see latchkey.conf(5) for the names");
}

/* Reads one option of a section ("" for the top). */
static void read_member(struct draft *draft, const char *section,
    const config_setting_t *setting)
{
	const char *name = config_setting_name(setting);
	struct names known = {.count = 0};

	for (size_t i = 0; i < SITE_COUNT; i++) {
		const struct option *row = &options_site[i];

		if (section[0] == '\0')
			known.items[known.count++] = row->section;
		if (strcmp(row->section, section) != 0)
			continue;
		if (strcmp(row->name, name) == 0) {
			read_option(draft, row, &draft->given[i], setting);
			return;
		}
		known.items[known.count++] = row->name;
	}
	if (section[0] == '\0')
		known.items[known.count++] = PROVIDERS;

	note_unknown(draft, setting, section[0] == '\0' ? "" :
	    pool_print(draft->pool, "%s.", section),
	    other_place(draft, name), &known);
}

/* Whether setting is a group; notes a mistake if not. */
static bool is_group(struct draft *draft, const char *name,
    const config_setting_t *setting)
{
	struct draft_given given = {.name = name};

	if (config_setting_is_group(setting))
		return true;

	point(draft, &given, setting);
	draft_wrong(draft, &given, "is %s; write a group: %s = { }",
	    type_name(setting), config_setting_name(setting));
	return false;
}

static void read_section(struct draft *draft, const char *section,
    const config_setting_t *group)
{
	if (!is_group(draft, section, group))
		return;

	for (size_t i = 0; i < SITE_COUNT; i++)
		if (strcmp(options_site[i].section, section) == 0)
			point(draft, &draft->given[i], group);

	for (int i = 0; i < config_setting_length(group); i++)
		read_member(draft, section,
		    config_setting_get_elem(group, (unsigned)i));
}

static void read_provider_option(struct draft *draft,
    struct draft_provider *provider, const config_setting_t *setting)
{
	const char *name = config_setting_name(setting);
	struct names known = {.count = 0};

	for (size_t i = 0; i < PROVIDER_COUNT; i++) {
		const struct option *row = &options_provider[i];

		if (strcmp(row->name, name) == 0) {
			read_option(draft, row, &provider->given[i], setting);
			return;
		}
		known.items[known.count++] = row->name;
	}

	note_unknown(draft, setting,
	    pool_print(draft->pool, "%s.", provider->group.name), NULL,
	    &known);
}

static void read_provider(struct draft *draft, const config_setting_t *group)
{
	struct draft_provider *provider =
	    &draft->providers[draft->provider_count];
	const char *name = config_setting_name(group);
	struct draft_given place;

	if (!is_group(draft, pool_print(draft->pool, "%s.%s", PROVIDERS, name),
	    group))
		return;

	point(draft, &place, group);
	draft_provider_init(draft, provider, name, place.file, place.line);
	draft->provider_count++;
	for (int i = 0; i < config_setting_length(group); i++)
		read_provider_option(draft, provider,
		    config_setting_get_elem(group, (unsigned)i));
}

static void read_providers(struct draft *draft, const config_setting_t *group)
{
	if (!is_group(draft, PROVIDERS, group))
		return;

	draft->providers = pool_alloc(draft->pool,
	    (size_t)config_setting_length(group) * sizeof(*draft->providers));
	for (int i = 0; i < config_setting_length(group); i++)
		read_provider(draft,
		    config_setting_get_elem(group, (unsigned)i));
}

static void read_root(struct draft *draft, const config_setting_t *root)
{
	for (int i = 0; i < config_setting_length(root); i++) {
		const config_setting_t *setting =
		    config_setting_get_elem(root, (unsigned)i);
		const char *name = config_setting_name(setting);

		if (strcmp(name, PROVIDERS) == 0)
			read_providers(draft, setting);
		else if (is_section(name))
			read_section(draft, name, setting);
		else
			read_member(draft, "", setting);
	}
}

/* What libconfig's few words for a syntax error ask of the administrator. */
static const char *syntax_remedy(const char *words)
{
	if (strstr(words, "duplicate") != NULL)
		return "the option on this line is given twice; keep one";
	if (strstr(words, "include") != NULL)
		return "write the path relative to the folder of "
		    "the main file, and check that it can be read";
	if (strstr(words, "array") != NULL)
		return "write every entry of the list in quotes";
	return "look here and in the lines before for a missing quote, "
	    "bracket or brace; texts stand in quotes, true and false do not";
}

static void note_syntax(struct draft *draft, const config_t *tree)
{
	const char *file = config_error_file(tree);
	const char *words = config_error_text(tree);

	draft_mistake(draft, "%s:%d: syntax: %s; %s",
	    file != NULL ? file : draft->path, config_error_line(tree), words,
	    syntax_remedy(words));
}

/* libconfig does not say why a file cannot be read. */
static bool can_read(struct draft *draft)
{
	struct stat status;
	const char *reason = NULL;

	if (stat(draft->path, &status) < 0 || access(draft->path, R_OK) < 0)
		reason = strerror(errno);
	else if (S_ISDIR(status.st_mode))
		reason = "it is a directory";
	if (reason == NULL)
		return true;

	draft_mistake(draft, "%s: cannot be read: %s; name a file that this "
	    "user may read", draft->path, reason);
	return false;
}

bool tree_read(struct draft *draft)
{
	const char *slash = strrchr(draft->path, '/');
	config_t tree;
	bool ok;

	if (!can_read(draft))
		return false;

	config_init(&tree);
	if (slash != NULL)
		config_set_include_dir(&tree, pool_text_n(draft->pool,
		    draft->path, (size_t)(slash - draft->path) + 1));
	ok = config_read_file(&tree, draft->path) == CONFIG_TRUE;
	if (ok)
		read_root(draft, config_root_setting(&tree));
	else
		note_syntax(draft, &tree);
	config_destroy(&tree);
	return ok;
}
