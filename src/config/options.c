/* SPDX-License-Identifier: ISC */
/* The two tables, and how a text becomes a member of its kind. */
#include "config/options.h"

#include <assert.h>
#include <string.h>

#include "base/encode.h"
#include "base/str.h"

/* How much of a wrong value is repeated to the administrator. */
#define ECHO_MOST 40

const struct option options_site[SITE_COUNT] = {
#define OPTION(member, section, name, kind, standard, least, most, sentence)  \
	{section, name, OPTION_##kind, offsetof(struct config, member),       \
	    standard, least, most, sentence},
#include "config/options.def"
};

const struct option options_provider[PROVIDER_COUNT] = {
#define PROVIDER_OPTION(member, name, kind, standard, sentence)               \
	{"", name, OPTION_##kind, offsetof(struct config_provider, member),   \
	    standard, NULL, NULL, sentence},
#include "config/options.def"
};

const void *options_member(const struct option *row, const void *values)
{
	return (const char *)values + row->offset;
}

static void *member(const struct option *row, void *values)
{
	return (char *)values + row->offset;
}

/* Control characters and broken UTF-8 would spoil headers, JSON and logs. */
static bool is_clean(const char *text)
{
	size_t size = strlen(text);

	while (size > 0) {
		unsigned point = 0;
		size_t len = encode_utf8_next(text, size, &point);

		if (len == 0 || point < 0x20 ||
		    (point >= 0x7f && point <= 0x9f))
			return false;
		text += len;
		size -= len;
	}

	return true;
}

bool options_has_word(const char *words, const char *word)
{
	size_t len = strlen(word);

	while (*words != '\0') {
		size_t size = strcspn(words, " ");

		if (size == len && memcmp(words, word, len) == 0)
			return true;
		words += size;
		words += strspn(words, " ");
	}

	return false;
}

static const char *set_choice(struct pool *pool, const struct option *row,
    const char *text, const char **value)
{
	if (!options_has_word(row->least, text))
		return pool_print(pool,
		    "\"%s\" is not known; write one of: %s",
		    encode_printable(pool, text, ECHO_MOST), row->least);

	*value = pool_text(pool, text);
	return NULL;
}

static const char *set_int(struct pool *pool, const struct option *row,
    const char *text, int64_t *value)
{
	int64_t least = 0;
	int64_t most = 0;
	bool known = str_int(row->least, INT64_MIN, INT64_MAX, &least) &&
	    str_int(row->most, INT64_MIN, INT64_MAX, &most);

	assert(known);
	if (!str_int(text, least, most, value))
		return pool_print(pool,
		    "%s is out of range; write a number from %s to %s",
		    encode_printable(pool, text, ECHO_MOST), row->least,
		    row->most);

	return NULL;
}

static const char *set_duration(struct pool *pool, const struct option *row,
    const char *text, int64_t *value)
{
	int64_t least = 0;
	int64_t most = 0;
	int64_t ms;
	bool known = str_duration(row->least, &least) &&
	    str_duration(row->most, &most);

	assert(known);
	if (!str_duration(text, &ms))
		return pool_print(pool,
		    "\"%s\" is not a duration; write a whole number and a unit "
		    "(ms, s, m, h, d), from \"%s\" to \"%s\"",
		    encode_printable(pool, text, ECHO_MOST), row->least,
		    row->most);
	if (ms < least || ms > most)
		return pool_print(pool,
		    "\"%s\" is out of range; write a duration from \"%s\" to "
		    "\"%s\"", encode_printable(pool, text, ECHO_MOST),
		    row->least, row->most);

	*value = ms;
	return NULL;
}

static const char *set_plain(struct pool *pool, const struct option *row,
    const char *text, const char **value)
{
	if (row->kind == OPTION_PATH && text[0] != '\0' && text[0] != '/')
		return "is not an absolute path; write one that begins with /";

	*value = pool_text(pool, text);
	return NULL;
}

const char *options_set_text(struct pool *pool, const struct option *row,
    const char *text, void *values)
{
	bool *flag = member(row, values);

	/* A secret may come from elsewhere: rules_secret_load looks. */
	if (row->standard == NULL && text[0] == '\0' &&
	    row->kind != OPTION_SECRET)
		return pool_print(pool, "is empty; it must be given: %s",
		    row->sentence);
	if (!is_clean(text))
		return "holds control characters or broken UTF-8; write plain "
		    "text in one line";

	switch (row->kind) {
	case OPTION_TEXT:
	case OPTION_PATH:
	case OPTION_URL:
		return set_plain(pool, row, text, member(row, values));
	case OPTION_CHOICE:
		return set_choice(pool, row, text, member(row, values));
	case OPTION_INT:
		return set_int(pool, row, text, member(row, values));
	case OPTION_DURATION:
		return set_duration(pool, row, text, member(row, values));
	case OPTION_BOOL:
		*flag = strcmp(text, "true") == 0;
		return NULL;
	case OPTION_SECRET:
	case OPTION_LIST:
		break;
	}

	return NULL;
}

const char *options_set_list(struct pool *pool, const struct option *row,
    struct config_list list, void *values)
{
	struct config_list *value = member(row, values);

	for (size_t i = 0; i < list.count; i++) {
		if (list.items[i][0] == '\0' || !is_clean(list.items[i]))
			return pool_print(pool,
			    "entry %zu is empty, or holds control characters or "
			    "broken UTF-8; write plain text", i + 1);
		for (size_t j = 0; j < i; j++)
			if (strcmp(list.items[i], list.items[j]) == 0)
				return pool_print(pool,
				    "entry %zu repeats entry %zu; take one out",
				    i + 1, j + 1);
	}

	*value = list;
	return NULL;
}

void options_set_defaults(struct pool *pool, const struct option *rows,
    size_t count, void *values)
{
	for (size_t i = 0; i < count; i++) {
		const char **text = member(&rows[i], values);
		const char *problem;

		if (rows[i].standard == NULL && rows[i].kind == OPTION_SECRET)
			continue;
		if (rows[i].standard == NULL) {
			assert(rows[i].kind == OPTION_TEXT);
			*text = "";
			continue;
		}
		problem = options_set_text(pool, &rows[i], rows[i].standard,
		    values);
		assert(problem == NULL);
	}
}
