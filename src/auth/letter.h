/* SPDX-License-Identifier: ISC */
/*
 * What a Unicode code point is in a text that is shown to others: the one
 * place that tells.  Which of them a name may hold is name.h's.
 */
#ifndef AUTH_LETTER_H
#define AUTH_LETTER_H

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
