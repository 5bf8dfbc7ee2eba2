/* SPDX-License-Identifier: ISC */
/*
 * The grammar of RFC 8259, one function per rule, each leaving the position
 * after what it took.  The NUL behind the text stops every look ahead; it is
 * told from a NUL within only where that matters, at the end.
 */
#include "client/js_scan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"

struct state {
	char *text;
	size_t len;
	size_t at;
	size_t left;		/* levels that may still be opened */
	size_t members;
	const char *rule;
};

static bool scan_value(struct state *s);

/* Notes the rule that does not hold at the present position. */
static bool broken(struct state *s, const char *rule)
{
	s->rule = rule;
	return false;
}

static void skip_space(struct state *s)
{
	s->at += strspn(s->text + s->at, " \t\n\r");
}

/* Takes c if it is next. */
static bool take(struct state *s, char c)
{
	if (s->text[s->at] != c)
		return false;

	s->at++;
	return true;
}

/* Reads four hex digits at the position, without taking them. */
static bool hex4(const struct state *s, unsigned *value)
{
	char digits[5] = "";

	for (size_t i = 0; i < 4; i++) {
		digits[i] = s->text[s->at + i];
		if (strspn(digits, "0123456789abcdefABCDEF") != i + 1)
			return false;
	}

	*value = (unsigned)strtoul(digits, NULL, 16);
	return true;
}

/* What follows a \u. */
static bool scan_code_unit(struct state *s)
{
	unsigned unit;

	if (!hex4(s, &unit))
		return broken(s, "an escape is not \\u and four hex digits");
	if (unit == 0)
		return broken(s, "an escaped NUL");
	if (unit >= 0xdc00 && unit <= 0xdfff)
		return broken(s, "a lone surrogate");

	s->at += 4;
	if (unit < 0xd800 || unit > 0xdbff)
		return true;

	if (!take(s, '\\') || !take(s, 'u') || !hex4(s, &unit) ||
	    unit < 0xdc00 || unit > 0xdfff)
		return broken(s, "a lone surrogate");
	s->at += 4;
	return true;
}

/* What follows a backslash. */
static bool scan_escape(struct state *s)
{
	char c = s->text[s->at];

	if (c == '\0' || strchr("\"\\/bfnrtu", c) == NULL)
		return broken(s, "an unknown escape");

	s->at++;
	return c != 'u' || scan_code_unit(s);
}

static bool scan_character(struct state *s)
{
	unsigned point;
	size_t size;

	if (s->at == s->len)
		return broken(s, "a string is not closed");
	if (take(s, '\\'))
		return scan_escape(s);
	if ((unsigned char)s->text[s->at] < 0x20)
		return broken(s, "a raw control character");

	size = encode_utf8_next(s->text + s->at, s->len - s->at, &point);
	if (size == 0)
		return broken(s, "not valid UTF-8");
	s->at += size;
	return true;
}

/* What needs no look at its neighbours, which is nearly everything. */
static bool is_plain(char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

static bool scan_string(struct state *s)
{
	if (!take(s, '"'))
		return broken(s, "a string should stand here");

	for (;;) {
		while (is_plain(s->text[s->at]))
			s->at++;
		if (take(s, '"'))
			break;
		if (!scan_character(s))
			return false;
	}

	return true;
}

static bool scan_digits(struct state *s)
{
	size_t count = strspn(s->text + s->at, "0123456789");

	if (count == 0)
		return broken(s, "a digit should stand here");

	s->at += count;
	return true;
}

/* See js_scan.h; start is where an integer that ends here begins. */
static void keep_from_saturating(struct state *s, size_t start)
{
	long long ignored;

	errno = 0;
	ignored = strtoll(s->text + start, NULL, 10);
	(void)ignored;
	if (errno != ERANGE)
		return;

	s->text[s->at - 2] = 'e';
	s->text[s->at - 1] = '2';
}

static bool scan_number(struct state *s)
{
	size_t start = s->at;
	bool is_integer = true;

	take(s, '-');
	if (s->text[s->at] == '0' && s->text[s->at + 1] >= '0' &&
	    s->text[s->at + 1] <= '9')
		return broken(s, "a leading zero");
	if (!scan_digits(s))
		return false;

	if (take(s, '.')) {
		is_integer = false;
		if (!scan_digits(s))
			return false;
	}
	if (take(s, 'e') || take(s, 'E')) {
		is_integer = false;
		if (!take(s, '-'))
			take(s, '+');
		if (!scan_digits(s))
			return false;
	}

	if (is_integer)
		keep_from_saturating(s, start);
	return true;
}

static bool scan_word(struct state *s)
{
	static const char *const words[] = {"true", "false", "null"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strncmp(s->text + s->at, words[i], strlen(words[i])) != 0)
			continue;
		s->at += strlen(words[i]);
		return true;
	}

	return broken(s, "a value should stand here");
}

static bool scan_member(struct state *s)
{
	skip_space(s);
	if (!scan_string(s))
		return false;
	skip_space(s);
	if (!take(s, ':'))
		return broken(s, "a colon should stand here");

	s->members++;
	return scan_value(s);
}

/* The inside of an object or array up to its closing bracket. */
static bool scan_items(struct state *s, bool (*item)(struct state *),
    char closing)
{
	if (s->left == 0)
		return broken(s, "too many levels");

	s->left--;
	skip_space(s);
	if (!take(s, closing)) {
		do {
			if (!item(s))
				return false;
			skip_space(s);
		} while (take(s, ','));
		if (!take(s, closing))
			return broken(s, "a comma or the end should stand here");
	}

	s->left++;
	return true;
}

static bool scan_value(struct state *s)
{
	char c;

	skip_space(s);
	c = s->text[s->at];
	if (c == '"')
		return scan_string(s);
	if (take(s, '{'))
		return scan_items(s, scan_member, '}');
	if (take(s, '['))
		return scan_items(s, scan_value, ']');
	if (c == '-' || (c >= '0' && c <= '9'))
		return scan_number(s);
	return scan_word(s);
}

bool js_scan(char *text, size_t len, size_t depth, struct js_scan *scan)
{
	struct state s = {.text = text, .len = len, .left = depth};

	if (scan_value(&s)) {
		skip_space(&s);
		if (s.at != len)
			broken(&s, "something follows the end");
	}

	*scan = (struct js_scan){
		.members = s.members,
		.offset = s.at,
		.rule = s.rule,
	};
	return s.rule == NULL;
}
