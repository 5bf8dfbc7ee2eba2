/* SPDX-License-Identifier: ISC */
/*
 * The memory of one unit of work.  Everything a request builds lives in its
 * pool and goes with it, wiped: nobody frees single objects, and no failure
 * path can leak.  A pool belongs to one thread at a time.
 *
 * Out of memory aborts the process (the supervisor starts another), so no
 * function here returns NULL.
 */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include <stdarg.h>
#include <stddef.h>

struct pool;

/* Makes an empty pool; the caller ends it with pool_free. */
struct pool *pool_new(void);

/*
 * Runs what was deferred, the latest first, then wipes and returns all of the
 * pool's memory.  NULL is accepted.
 */
void pool_free(struct pool *pool);

/* size bytes, zeroed, aligned for any type; they live as long as the pool. */
void *pool_alloc(struct pool *pool, size_t size)
    __attribute__((malloc, returns_nonnull));

/* A copy of size bytes at data, in the pool. */
void *pool_copy(struct pool *pool, const void *data, size_t size)
    __attribute__((returns_nonnull));

/* A copy of the string text, in the pool. */
char *pool_text(struct pool *pool, const char *text)
    __attribute__((returns_nonnull));

/* A copy of the first len bytes of text, NUL added, in the pool. */
char *pool_text_n(struct pool *pool, const char *text, size_t len)
    __attribute__((returns_nonnull));

/* printf into the pool: for strings of known shape (else see str.h). */
char *pool_print(struct pool *pool, const char *format, ...)
    __attribute__((format(printf, 2, 3), returns_nonnull));

/* vprintf into the pool. */
char *pool_vprint(struct pool *pool, const char *format, va_list args)
    __attribute__((format(printf, 2, 0), returns_nonnull));

/*
 * Adopts a foreign object: release(object) runs when the pool is freed,
 * before its memory is wiped.
 */
void pool_defer(struct pool *pool, void (*release)(void *), void *object);

#endif
