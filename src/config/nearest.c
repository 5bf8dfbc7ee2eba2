/* SPDX-License-Identifier: ISC */
/* Optimal string alignment distance, on names short enough for the stack. */
#include "config/nearest.h"

#include <ctype.h>
#include <string.h>

#define NAME_MOST  40
#define PART_LEAST 4

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

static int lower(char c)
{
	return tolower((unsigned char)c);
}

static size_t distance(const char *a, const char *b)
{
	size_t d[NAME_MOST + 1][NAME_MOST + 1];
	size_t m = strlen(a);
	size_t n = strlen(b);

	for (size_t i = 0; i <= m; i++)
		d[i][0] = i;
	for (size_t j = 0; j <= n; j++)
		d[0][j] = j;

	for (size_t i = 1; i <= m; i++) {
		for (size_t j = 1; j <= n; j++) {
			size_t other = lower(a[i - 1]) != lower(b[j - 1]);

			d[i][j] = smaller(d[i - 1][j - 1] + other,
			    smaller(d[i - 1][j], d[i][j - 1]) + 1);
			if (i > 1 && j > 1 &&
			    lower(a[i - 1]) == lower(b[j - 2]) &&
			    lower(a[i - 2]) == lower(b[j - 1]))
				d[i][j] = smaller(d[i][j], d[i - 2][j - 2] + 1);
		}
	}

	return d[m][n];
}

const char *nearest_name(const char *name, const char *const *names,
    size_t count)
{
	size_t least = strlen(name) / 3 + 1;
	const char *found = NULL;

	if (strlen(name) > NAME_MOST)
		return NULL;

	for (size_t i = 0; i < count; i++) {
		size_t slips;

		if (strlen(names[i]) > NAME_MOST)
			continue;
		slips = distance(name, names[i]);
		if (slips < least) {
			least = slips;
			found = names[i];
		}
	}

	for (size_t i = 0; i < count && strlen(name) >= PART_LEAST; i++)
		if (found == NULL && strstr(names[i], name) != NULL)
			found = names[i];

	return found;
}
