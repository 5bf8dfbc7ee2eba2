/* SPDX-License-Identifier: ISC */
/* Numbers, durations, times, UUIDs and growing strings from any bytes. */
#include <assert.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "base/uuid.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* One number has one spelling. */
static void check_int(struct pool *pool, const char *text)
{
	int64_t value;

	if (str_int(text, INT64_MIN, INT64_MAX, &value))
		assert(strcmp(text, pool_print(pool, "%" PRId64, value)) == 0);
	if (str_int(text, -5, 5, &value))
		assert(value >= -5 && value <= 5);
}

static void check_duration(const char *text)
{
	int64_t ms;

	if (str_duration(text, &ms))
		assert(ms >= 0 && ms <= INT64_C(36525) * 86400000);
}

/* What was read is a time that we write, and read as the same. */
static void check_time(struct pool *pool, const char *text)
{
	int64_t ms, again;

	if (!clock_from_rfc3339(text, &ms))
		return;

	assert(strlen(text) >= strlen("2026-01-02T03:04:05Z"));
	assert(clock_from_rfc3339(clock_rfc3339(pool, ms), &again));
	assert(again == ms);
}

static void check_growth(struct pool *pool, const uint8_t *data, size_t size,
    const char *text)
{
	struct str str;

	str_init(&str, pool);
	for (size_t i = 0; i < size; i++)
		str_add_char(&str, (char)data[i]);
	assert(str.len == size && memcmp(str.text, data, size) == 0);
	str_print(&str, "%s", text);
	str_add(&str, text);
	assert(str.len == size + 2 * strlen(text));
	assert(str.text[str.len] == '\0');
	assert(str_ends(str.text + size, text));
	assert(str_begins(str.text + size, text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pool *pool = pool_new();
	const char *text = pool_text_n(pool, (const char *)data, size);
	char *lower = str_lower(pool, text);

	check_int(pool, text);
	check_duration(text);
	check_time(pool, text);
	check_growth(pool, data, size, text);
	assert(strlen(lower) == strlen(text));
	assert(lower[strcspn(lower, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")] == '\0');
	assert(str_consists(text, text));
	if (uuid_is_valid(text))
		assert(strcmp(text, lower) == 0);

	pool_free(pool);
	return 0;
}
