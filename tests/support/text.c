/* SPDX-License-Identifier: ISC */
/* One pool behind a lock; the end of the program frees it. */
#include "support/text.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/pool.h"
#include "base/str.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct pool *texts;

/* Call with the lock held. */
static struct pool *pool(void)
{
	if (texts == NULL)
		texts = pool_new();
	return texts;
}

const char *text_copy(const char *bytes, size_t len)
{
	const char *copy;

	pthread_mutex_lock(&lock);
	copy = pool_text_n(pool(), bytes, len);
	pthread_mutex_unlock(&lock);
	return copy;
}

const char *text_print(const char *format, ...)
{
	const char *printed;
	va_list args;

	pthread_mutex_lock(&lock);
	va_start(args, format);
	printed = pool_vprint(pool(), format, args);
	va_end(args);
	pthread_mutex_unlock(&lock);
	return printed;
}

const char *text_of_file(const char *path)
{
	FILE *file = fopen(path, "r");
	struct pool *scratch;
	struct str str;
	char block[4096];
	const char *text;
	size_t got;

	if (file == NULL)
		return NULL;

	scratch = pool_new();
	str_init(&str, scratch);
	while ((got = fread(block, 1, sizeof(block), file)) > 0)
		str_add_n(&str, block, got);
	fclose(file);
	text = text_copy(str.text, str.len);
	pool_free(scratch);
	return text;
}
