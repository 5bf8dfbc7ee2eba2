/* SPDX-License-Identifier: ISC */
/*
 * Results, for people and for programs.  Both are made of the same JSON
 * values, so that no program learns less than a person.  What people see is
 * cut by code points and holds no control characters: names are chosen by
 * strangers, and a terminal obeys.
 */
#include "ctl/ctl.h"

#include <stdio.h>
#include <string.h>

#include "base/encode.h"

/* Code points of a cell; ids and instants are shorter. */
#define CELL_MOST 48

static size_t points(const char *text)
{
	size_t count = 0;

	for (; *text != '\0'; text++)
		if ((*text & 0xc0) != 0x80)
			count++;
	return count;
}

/* The text with at most CELL_MOST code points, "..." at its end if cut. */
static const char *cut(struct op *op, const char *text)
{
	const char *end = text;
	size_t count = 0;

	if (points(text) <= CELL_MOST)
		return text;

	/* Up to where the three dots begin. */
	for (; *end != '\0'; end++)
		if ((*end & 0xc0) != 0x80 && count++ == CELL_MOST - 3)
			break;
	return pool_print(op->pool, "%.*s...", (int)(end - text), text);
}

/* A value as people read it. */
static const char *readable(struct op *op, const struct js *value)
{
	const char *text;

	switch (js_type(value)) {
	case JS_NULL:
		return "-";
	case JS_TEXT:
		text = js_as_text(value);
		return encode_printable(op->pool, text, strlen(text));
	case JS_BOOL:
		return strcmp(js_print(op, value), "true") == 0 ? "yes" : "no";
	default:
		return js_print(op, value);
	}
}

static const char *cell(struct op *op, const struct js *row,
    const struct ctl_column *column)
{
	return cut(op, readable(op, js_get(row, column->member)));
}

static size_t width(struct op *op, const struct js *array,
    const struct ctl_column *column)
{
	size_t most = points(column->title);

	for (size_t i = 0; i < js_count(array); i++) {
		size_t count = points(cell(op, js_at(array, i), column));

		if (count > most)
			most = count;
	}

	return most;
}

/* printf counts bytes, so blanks are added by hand; none at a line's end. */
static void print_cell(const char *text, size_t most, bool is_last)
{
	fputs(text, stdout);
	if (is_last) {
		putchar('\n');
		return;
	}
	for (size_t i = points(text); i < most + 2; i++)
		putchar(' ');
}

void ctl_view_table(struct op *op, const struct ctl_column *columns,
    const struct js *array)
{
	size_t count = 0;
	size_t *widths;

	while (columns[count].member != NULL)
		count++;
	widths = pool_alloc(op->pool, count * sizeof(*widths));
	for (size_t k = 0; k < count; k++) {
		widths[k] = width(op, array, &columns[k]);
		print_cell(columns[k].title, widths[k], k + 1 == count);
	}

	for (size_t i = 0; i < js_count(array); i++)
		for (size_t k = 0; k < count; k++)
			print_cell(cell(op, js_at(array, i), &columns[k]),
			    widths[k], k + 1 == count);
}

void ctl_view_list(struct op *op, const struct ctl_call *call,
    const struct ctl_column *columns, const char *name, struct js *array)
{
	struct js *object;

	if (!call->json) {
		ctl_view_table(op, columns, array);
		return;
	}

	object = js_object(op);
	js_put(object, name, array);
	puts(js_print(op, object));
}

void ctl_view_object(struct op *op, const struct ctl_call *call,
    const struct js *object)
{
	size_t most = 0;

	if (call->json) {
		puts(js_print(op, object));
		return;
	}

	for (size_t i = 0; i < js_count(object); i++)
		if (strlen(js_name(object, i)) > most)
			most = strlen(js_name(object, i));
	for (size_t i = 0; i < js_count(object); i++) {
		const char *name = js_name(object, i);
		const struct js *value = js_get(object, name);

		if (js_type(value) != JS_ARRAY)
			printf("%-*s  %s\n", (int)most, name,
			    readable(op, value));
	}
}
