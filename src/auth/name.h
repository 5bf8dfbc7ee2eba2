/* SPDX-License-Identifier: ISC */
/*
 * What a person's name is: the one place that tells, for whoever cleans a text
 * (auth/identity.h) and for whoever refuses it (auth/profile.h).
 */
#ifndef AUTH_NAME_H
#define AUTH_NAME_H

#include "base/pool.h"

#define NAME_MOST	64	/* code points */
#define NAME_MARKS_MOST 4	/* in a row */

/* Why a text is no name. */
enum name_flaw {
	NAME_GOOD,
	NAME_HIDDEN,	/* something in it is not seen (auth/letter.h) */
	NAME_MARKED,	/* more marks in a row than NAME_MARKS_MOST */
	NAME_LONG,	/* more than NAME_MOST */
	NAME_EMPTY,	/* nothing in it is seen by itself */
};

/* What is left of a text as a name. */
struct name {
	const char *text;	/* NULL for nothing */
	enum name_flaw flaw;	/* the first that was found */
	unsigned point;		/* the first that is hidden, if that is it */
};

/*
 * Makes a name of a text, which is UTF-8: takes away the blanks at both ends,
 * which are no flaw, and wherever they stand hidden code points, the joiners
 * U+200C and U+200D too, marks too many, and what is too much at the end.
 */
struct name name_from(struct pool *pool, const char *text);

#endif
