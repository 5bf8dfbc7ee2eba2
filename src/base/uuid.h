/* SPDX-License-Identifier: ISC */
/* Identifiers: version 7 UUIDs, which sort by time (RFC 9562 section 5.7). */
#ifndef BASE_UUID_H
#define BASE_UUID_H

#include <stdbool.h>

/* 36 characters and the NUL. */
#define UUID_SIZE 37

/* Writes a new UUIDv7 in its lower-case text form. */
void uuid_new(char text[UUID_SIZE]);

/*
 * Whether text is a UUID as we write them: 8-4-4-4-12 lower-case hex digits,
 * of any version.
 */
bool uuid_is_valid(const char *text);

#endif
