/* SPDX-License-Identifier: ISC */
/*
 * Texts of a test program that nobody wants to own: they live as long as the
 * program.  Safe from several threads.
 */
#ifndef SUPPORT_TEXT_H
#define SUPPORT_TEXT_H

#include <stddef.h>

/* A copy of the first len bytes, NUL added. */
const char *text_copy(const char *bytes, size_t len);

/* printf. */
const char *text_print(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* The whole of a file, or NULL where it cannot be read. */
const char *text_of_file(const char *path);

#endif
