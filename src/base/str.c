/* SPDX-License-Identifier: ISC */
/* Growing strings: doubling, old bytes are wiped with the pool. */
#include "base/str.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char empty[1];

void str_init(struct str *str, struct pool *pool)
{
	str->pool = pool;
	str->text = empty;
	str->len = 0;
	str->size = 0;
}

/* Makes room for more bytes and the NUL. */
static void grow(struct str *str, size_t more)
{
	size_t size = str->size > 0 ? str->size : 64;
	char *text;

	if (str->size > str->len + more)
		return;

	while (size <= str->len + more)
		size *= 2;

	text = pool_alloc(str->pool, size);
	memcpy(text, str->text, str->len);
	str->text = text;
	str->size = size;
}

void str_add(struct str *str, const char *text)
{
	str_add_n(str, text, strlen(text));
}

void str_add_n(struct str *str, const char *bytes, size_t len)
{
	grow(str, len);
	if (len > 0)
		memcpy(str->text + str->len, bytes, len);
	str->len += len;
	str->text[str->len] = '\0';
}

void str_add_char(struct str *str, char c)
{
	str_add_n(str, &c, 1);
}

void str_print(struct str *str, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0)
		abort();

	grow(str, (size_t)len);
	va_start(args, format);
	vsnprintf(str->text + str->len, (size_t)len + 1, format, args);
	va_end(args);
	str->len += (size_t)len;
}

bool str_begins(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool str_ends(const char *text, const char *suffix)
{
	size_t len = strlen(text);
	size_t tail = strlen(suffix);

	return len >= tail && strcmp(text + len - tail, suffix) == 0;
}

bool str_consists(const char *text, const char *allowed)
{
	return text[strspn(text, allowed)] == '\0';
}

char *str_lower(struct pool *pool, const char *text)
{
	char *copy = pool_text(pool, text);

	for (char *p = copy; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');

	return copy;
}

bool str_int(const char *text, int64_t min, int64_t max, int64_t *value)
{
	const char *digits = text[0] == '-' ? text + 1 : text;
	long long number;

	if (digits[0] == '\0' || !str_consists(digits, "0123456789"))
		return false;
	if (digits[0] == '0' && text[1] != '\0')
		return false;

	errno = 0;
	number = strtoll(text, NULL, 10);
	if (errno != 0 || number < min || number > max)
		return false;

	*value = number;
	return true;
}

bool str_duration(const char *text, int64_t *ms)
{
	static const struct {
		const char *name;
		int64_t ms;
	} units[] = {
		{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000},
		{"d", 86400000},
	};
	const int64_t most = INT64_C(36525) * 86400000;
	size_t digits = strspn(text, "0123456789");
	char number[16] = "";
	int64_t count;

	if (digits == 0 || digits >= sizeof(number))
		return false;
	memcpy(number, text, digits);
	if (!str_int(number, 0, most, &count))
		return false;

	if (count == 0 && text[digits] == '\0') {
		*ms = 0;
		return true;
	}
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(text + digits, units[i].name) != 0)
			continue;
		if (count > most / units[i].ms)
			return false;
		*ms = count * units[i].ms;
		return true;
	}

	return false;
}
