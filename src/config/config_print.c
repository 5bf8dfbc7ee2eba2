/* SPDX-License-Identifier: ISC */
/*
 * The options told back: the effective configuration in the file's own
 * syntax, the sample file and the manual's section.  All three walk the
 * tables, so none of them can forget an option.
 */
#include "config/config.h"

#include <inttypes.h>
#include <string.h>

#include "base/str.h"
#include "config/options.h"

/* Column where comments and manual text are broken. */
#define WIDTH 72

/* Whether row i of the site's table is the first of a section. */
static bool opens_section(size_t i)
{
	return options_site[i].section[0] != '\0' && (i == 0 ||
	    strcmp(options_site[i].section, options_site[i - 1].section) != 0);
}

/* Whether row i is the last of a section. */
static bool closes_section(size_t i)
{
	return options_site[i].section[0] != '\0' && (i + 1 == SITE_COUNT ||
	    strcmp(options_site[i].section, options_site[i + 1].section) != 0);
}

static void print_quoted(const char *text, FILE *out)
{
	fputc('"', out);
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

static void print_list(struct config_list list, FILE *out)
{
	fputs("[ ", out);
	for (size_t i = 0; i < list.count; i++) {
		fputs(i > 0 ? ", " : "", out);
		print_quoted(list.items[i], out);
	}
	fputs(list.count > 0 ? " ]" : "]", out);
}

/* In the largest unit that loses nothing. */
static void print_duration(int64_t ms, FILE *out)
{
	static const struct {
		const char *name;
		int64_t ms;
	} units[] = {
		{"d", 86400000}, {"h", 3600000}, {"m", 60000}, {"s", 1000},
		{"ms", 1},
	};
	size_t i = 0;

	while (ms % units[i].ms != 0)
		i++;
	if (ms == 0)
		fputs("\"0\"", out);
	else
		fprintf(out, "\"%" PRId64 "%s\"", ms / units[i].ms,
		    units[i].name);
}

static void print_value(const struct option *row, const void *values,
    FILE *out)
{
	const void *member = options_member(row, values);
	const char *const *text = member;
	const bool *flag = member;
	const int64_t *number = member;
	const struct secret *secret = member;
	const struct config_list *list = member;

	switch (row->kind) {
	case OPTION_TEXT:
	case OPTION_PATH:
	case OPTION_URL:
	case OPTION_CHOICE:
		print_quoted(*text, out);
		break;
	case OPTION_BOOL:
		fputs(*flag ? "true" : "false", out);
		break;
	case OPTION_INT:
		fprintf(out, "%" PRId64, *number);
		break;
	case OPTION_DURATION:
		print_duration(*number, out);
		break;
	case OPTION_LIST:
		print_list(*list, out);
		break;
	case OPTION_SECRET:
		fputs(secret->size > 0 ? "\"(set)\"" : "\"(empty)\"", out);
		break;
	}
}

static void print_option(const struct option *row, const char *indent,
    const void *values, FILE *out)
{
	fprintf(out, "%s%s = ", indent, row->name);
	print_value(row, values, out);
	fputc('\n', out);
}

void config_print(const struct config *config, FILE *out)
{
	for (size_t i = 0; i < SITE_COUNT; i++) {
		const struct option *row = &options_site[i];

		if (opens_section(i))
			fprintf(out, "%s = {\n", row->section);
		print_option(row, row->section[0] != '\0' ? "\t" : "", config,
		    out);
		if (closes_section(i))
			fputs("}\n", out);
	}

	fputs("providers = {\n", out);
	for (size_t p = 0; p < config->provider_count; p++) {
		fprintf(out, "\t%s = {\n", config->providers[p].name);
		for (size_t i = 0; i < PROVIDER_COUNT; i++)
			print_option(&options_provider[i], "\t\t",
			    &config->providers[p], out);
		fputs("\t}\n", out);
	}
	fputs("}\n", out);
}

/* Prints text in lines of WIDTH that all begin with start. */
static void print_wrapped(const char *start, const char *text, FILE *out)
{
	size_t column = 0;

	while (*text != '\0') {
		size_t len = strcspn(text, " ");

		if (column > 0 && column + 1 + len > WIDTH) {
			fputc('\n', out);
			column = 0;
		}
		fputs(column > 0 ? " " : start, out);
		fwrite(text, 1, len, out);
		column += len + 1;
		text += len;
		text += strspn(text, " ");
	}

	fputc('\n', out);
}

/* The value a row has without being given, as the file spells it. */
static void print_default(const struct option *row, FILE *out)
{
	switch (row->kind) {
	case OPTION_BOOL:
	case OPTION_INT:
		fputs(row->standard, out);
		break;
	case OPTION_LIST:
		fputs("[ ]", out);
		break;
	default:
		print_quoted(row->standard != NULL ? row->standard : "", out);
	}
}

static void print_sample_option(const struct option *row, const char *indent,
    FILE *out)
{
	char start[16];

	snprintf(start, sizeof(start), "%s# ", indent);
	fputc('\n', out);
	print_wrapped(start, row->sentence, out);
	if (row->kind == OPTION_INT || row->kind == OPTION_DURATION)
		fprintf(out, "%sFrom %s to %s.\n", start, row->least,
		    row->most);
	if (row->kind == OPTION_CHOICE)
		fprintf(out, "%sOne of: %s.\n", start, row->least);
	fprintf(out, "%s%s%s = ", indent, row->standard != NULL ? "#" : "",
	    row->name);
	print_default(row, out);
	fputc('\n', out);
}

/* Whether every provider needs this option to be switched on. */
static bool is_client_option(size_t i)
{
	return i == PROVIDER_client_id || i == PROVIDER_client_secret;
}

void config_print_sample(FILE *out)
{
	fputs("# latchkey's configuration; see latchkey.conf(5).\n"
	    "# What stands behind a # is the default; the rest must be filled "
	    "in.\n", out);

	for (size_t i = 0; i < SITE_COUNT; i++) {
		const struct option *row = &options_site[i];

		if (opens_section(i))
			fprintf(out, "\n%s = {", row->section);
		print_sample_option(row, row->section[0] != '\0' ? "\t" : "",
		    out);
		if (closes_section(i))
			fputs("}\n", out);
	}

	fputs("\n# One group for each provider. Without a client_id it is "
	    "switched off.\nproviders = {\n\tgoogle = {", out);
	for (size_t i = 0; i < PROVIDER_COUNT; i++)
		print_sample_option(&options_provider[i], "\t\t", out);
	fputs("\t}\n\n\tdiscord = {\n", out);
	for (size_t i = 0; i < PROVIDER_COUNT; i++)
		if (is_client_option(i))
			fprintf(out, "\t\t#%s = \"\"\n",
			    options_provider[i].name);
	fputs("\t}\n}\n", out);
}

static const char *kind_words(enum option_kind kind)
{
	switch (kind) {
	case OPTION_TEXT:
		return "Text";
	case OPTION_PATH:
		return "Absolute path";
	case OPTION_URL:
		return "URL";
	case OPTION_CHOICE:
		return "Word";
	case OPTION_BOOL:
		return "Boolean";
	case OPTION_INT:
		return "Number";
	case OPTION_DURATION:
		return "Duration";
	case OPTION_LIST:
		return "List of texts";
	case OPTION_SECRET:
		return "Path of a file with a secret";
	}

	return "";
}

/* mdoc wants a new line for a new sentence. */
static void print_sentences(const char *text, FILE *out)
{
	const char *end;

	while ((end = strstr(text, ". ")) != NULL) {
		char sentence[256];

		snprintf(sentence, sizeof(sentence), "%.*s",
		    (int)(end - text) + 1, text);
		print_wrapped("", sentence, out);
		text = end + 2;
	}

	print_wrapped("", text, out);
}

static void print_manual_option(const struct option *row, FILE *out)
{
	fprintf(out, ".It Cm %s\n%s", row->name, kind_words(row->kind));
	if (row->kind == OPTION_CHOICE)
		fprintf(out, ", one of: %s", row->least);
	if (row->kind == OPTION_INT || row->kind == OPTION_DURATION)
		fprintf(out, " from %s to %s", row->least, row->most);
	if (row->standard == NULL)
		fputs("; must be given.\n", out);
	else if (row->standard[0] == '\0')
		fputs("; empty by default.\n", out);
	else
		fprintf(out, "; default\n.Ql %s%s .\n", row->standard,
		    str_ends(row->standard, ":") ? "\\&" : "");
	print_sentences(row->sentence, out);
}

void config_print_manual(FILE *out)
{
	fputs(".Ss Top level\n.Bl -tag -width Ds\n", out);
	for (size_t i = 0; i < SITE_COUNT; i++) {
		if (opens_section(i))
			fprintf(out, ".El\n.Ss Group %s\n.Bl -tag -width Ds\n",
			    options_site[i].section);
		print_manual_option(&options_site[i], out);
	}

	fputs(".El\n.Ss Groups inside providers\n.Bl -tag -width Ds\n", out);
	for (size_t i = 0; i < PROVIDER_COUNT; i++)
		print_manual_option(&options_provider[i], out);
	fputs(".El\n", out);
}
