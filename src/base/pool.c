/* SPDX-License-Identifier: ISC */
/*
 * A bump allocator in blocks.  Under AddressSanitizer every allocation gets
 * a block of its own, so that the tools see each overrun.
 */
#include "base/pool.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* gcc and clang each say it in their own way. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define POOL_WATCHED
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define POOL_WATCHED
#endif

#if defined(POOL_WATCHED)
#define POOL_BLOCK 0
#else
/* With its head 1 kB, the most that malloc keeps ready per thread. */
#define POOL_BLOCK 992
#endif

#define POOL_ALIGN _Alignof(max_align_t)

/* Texts shorter than this, in bytes, are printed once; tokens are. */
#define PRINT_ONCE 1024

struct block {
	struct block *next;
	size_t size;
	size_t used;
	_Alignas(max_align_t) unsigned char bytes[];
};

struct deferred {
	struct deferred *next;
	void (*release)(void *);
	void *object;
};

struct pool {
	struct block *blocks;
	struct deferred *deferred;
};

static void *alloc_or_abort(size_t size)
{
	void *memory = malloc(size);

	if (memory == NULL) {
		fputs("latchkey: out of memory\n", stderr);
		abort();
	}

	return memory;
}

static struct block *block_new(struct pool *pool, size_t least)
{
	size_t size = least > POOL_BLOCK ? least : POOL_BLOCK;
	struct block *block = alloc_or_abort(sizeof(*block) + size);

	block->size = size;
	block->used = 0;
	/* One of its own for a large object leaves the first its room. */
	if (least > POOL_BLOCK && pool->blocks != NULL) {
		block->next = pool->blocks->next;
		pool->blocks->next = block;
	} else {
		block->next = pool->blocks;
		pool->blocks = block;
	}
	return block;
}

struct pool *pool_new(void)
{
	struct pool *pool = alloc_or_abort(sizeof(*pool));

	pool->blocks = NULL;
	pool->deferred = NULL;
	return pool;
}

void pool_free(struct pool *pool)
{
	if (pool == NULL)
		return;

	while (pool->deferred != NULL) {
		struct deferred *first = pool->deferred;

		pool->deferred = first->next;
		first->release(first->object);
	}

	while (pool->blocks != NULL) {
		struct block *first = pool->blocks;

		pool->blocks = first->next;
		explicit_bzero(first->bytes, first->used);
		free(first);
	}

	free(pool);
}

void *pool_alloc(struct pool *pool, size_t size)
{
	struct block *block = pool->blocks;
	size_t room = 0;
	void *memory;

	if (size > SIZE_MAX / 2)
		abort();

#if !defined(POOL_WATCHED)
	size = (size + POOL_ALIGN - 1) & ~(POOL_ALIGN - 1);
#endif
	if (block != NULL)
		room = block->size - block->used;
	if (block == NULL || room < size || POOL_BLOCK == 0)
		block = block_new(pool, size);

	memory = block->bytes + block->used;
	block->used += size;
	return memset(memory, 0, size);
}

void *pool_copy(struct pool *pool, const void *data, size_t size)
{
	void *copy = pool_alloc(pool, size);

	if (size > 0)
		memcpy(copy, data, size);
	return copy;
}

char *pool_text(struct pool *pool, const char *text)
{
	return pool_copy(pool, text, strlen(text) + 1);
}

char *pool_text_n(struct pool *pool, const char *text, size_t len)
{
	char *copy = pool_alloc(pool, len + 1);

	memcpy(copy, text, len);
	return copy;
}

char *pool_print(struct pool *pool, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = pool_vprint(pool, format, args);
	va_end(args);
	return text;
}

/* Measuring costs more than printing: most texts are printed once. */
char *pool_vprint(struct pool *pool, const char *format, va_list args)
{
	char printed[PRINT_ONCE];
	va_list again;
	char *text;
	int len;

	va_copy(again, args);
	len = vsnprintf(printed, sizeof(printed), format, args);
	if (len < 0)
		abort();

	text = pool_alloc(pool, (size_t)len + 1);
	if (len < PRINT_ONCE)
		memcpy(text, printed, (size_t)len);
	else
		vsnprintf(text, (size_t)len + 1, format, again);
	va_end(again);
	explicit_bzero(printed, len < PRINT_ONCE ? (size_t)len : PRINT_ONCE);
	return text;
}

void pool_defer(struct pool *pool, void (*release)(void *), void *object)
{
	struct deferred *entry = pool_alloc(pool, sizeof(*entry));

	entry->release = release;
	entry->object = object;
	entry->next = pool->deferred;
	pool->deferred = entry;
}
