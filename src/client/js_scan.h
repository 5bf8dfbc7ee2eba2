/* SPDX-License-Identifier: ISC */
/*
 * Private to js.c: the strict pass over a JSON text before json-c sees it.
 */
#ifndef CLIENT_JS_SCAN_H
#define CLIENT_JS_SCAN_H

#include <stdbool.h>
#include <stddef.h>

/* What a scan found. */
struct js_scan {
	size_t members;		/* of all objects, repeated ones counted too */
	size_t offset;		/* where it stopped, in bytes */
	const char *rule;	/* what was wrong there; NULL for nothing */
};

/*
 * Checks that the len bytes at text, which a NUL follows, are one JSON text
 * (RFC 8259) in UTF-8 without lone surrogates, escaped NULs (RFC 7493
 * section 2.1) or more than depth levels.  That no member is repeated is
 * left to the caller, who can count the ones that stayed.
 *
 * An integer that does not fit 64 bits gets its last two digits replaced by
 * "e2": the same to 17 digits, and a number that no parser takes for the
 * nearest integer it has.
 *
 * Sets *scan in either case; true when nothing was wrong.
 */
bool js_scan(char *text, size_t len, size_t depth, struct js_scan *scan);

#endif
