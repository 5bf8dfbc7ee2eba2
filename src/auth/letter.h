/* SPDX-License-Identifier: ISC */
/*
 * What a Unicode code point is in a name that is shown to others: the one
 * place that tells.  What is made of it - cleaned away or refused - is the
 * callers'.
 */
#ifndef AUTH_LETTER_H
#define AUTH_LETTER_H

/* How many marks may follow one letter. */
#define LETTER_MARKS_MOST 4

enum letter {
	LETTER_SHOWN,	/* seen by itself */
	LETTER_SPACE,	/* a blank: U+0020 and category Zs */
	LETTER_MARK,	/* sits on the letter before it */
	LETTER_HIDDEN,	/* not seen, or changes how others are read: controls,
			   bidi controls, zero-width ones with the joiners,
			   fillers, tags, private use, noncharacters */
};

/* The kind of a code point, 0 to 0x10ffff. */
enum letter letter_of(unsigned point);

#endif
