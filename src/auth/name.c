/* SPDX-License-Identifier: ISC */
/* One way through the text: what is a flaw is what is left out. */
#include "auth/name.h"

#include <stdbool.h>
#include <string.h>

#include "auth/letter.h"
#include "base/encode.h"
#include "base/str.h"

/* A name as it is put together; blanks at its end are cut off at last. */
struct draft {
	struct name name;
	struct str text;
	size_t shown_len;	/* up to the last that is no blank */
	int points;
	int marks;		/* in a row, at the end */
	bool is_seen;		/* something is there but marks and blanks */
};

/* What such a letter would be if it came next. */
static enum name_flaw flaw_with(const struct draft *draft, enum letter letter)
{
	if (letter == LETTER_HIDDEN)
		return NAME_HIDDEN;
	if (letter == LETTER_MARK && draft->marks == NAME_MARKS_MOST)
		return NAME_MARKED;
	return draft->points == NAME_MOST ? NAME_LONG : NAME_GOOD;
}

/* Whether it is a blank that ends up at an end of the name, or not in it. */
static bool is_edge(const struct draft *draft, enum letter letter)
{
	return letter == LETTER_SPACE &&
	    (draft->points == 0 || draft->points == NAME_MOST);
}

static void take(struct draft *draft, const char *bytes, size_t len,
    enum letter letter)
{
	draft->points++;
	draft->marks = letter == LETTER_MARK ? draft->marks + 1 : 0;
	str_add_n(&draft->text, bytes, len);
	if (letter != LETTER_SPACE)
		draft->shown_len = draft->text.len;
	if (letter == LETTER_SHOWN)
		draft->is_seen = true;
}

static void add(struct draft *draft, const char *bytes, size_t len,
    unsigned point)
{
	enum letter letter = letter_of(point);
	enum name_flaw flaw = flaw_with(draft, letter);

	if (is_edge(draft, letter))
		return;
	if (flaw == NAME_GOOD) {
		take(draft, bytes, len, letter);
	} else if (draft->name.flaw == NAME_GOOD) {
		draft->name.flaw = flaw;
		draft->name.point = point;
	}
}

struct name name_from(struct pool *pool, const char *text)
{
	struct draft draft = {.points = 0};
	size_t size = strlen(text);
	size_t len;

	str_init(&draft.text, pool);
	for (size_t i = 0; i < size; i += len) {
		unsigned point = 0;

		len = encode_utf8_next(text + i, size - i, &point);
		if (len == 0)
			return (struct name){.flaw = NAME_HIDDEN};
		add(&draft, text + i, len, point);
	}

	if (draft.is_seen)
		draft.name.text = pool_text_n(pool, draft.text.text,
		    draft.shown_len);
	else if (draft.name.flaw == NAME_GOOD)
		draft.name.flaw = NAME_EMPTY;
	return draft.name;
}
