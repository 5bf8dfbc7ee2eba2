/* SPDX-License-Identifier: ISC */
/* Builds each line on the caller's stack and writes it with one call. */
#include "base/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/encode.h"

/* Room kept for the newline. */
#define LINE_MOST (LOG_LINE_SIZE - 1)

/* The longest form of one code point, "\u0000", and the NUL. */
#define ESCAPED_SIZE 8

static enum log_level threshold = LOG_LEVEL_INFO;

void log_threshold(enum log_level level)
{
	threshold = level;
}

static void add(struct log_line *line, const char *text)
{
	size_t len = strlen(text);

	if (len > LINE_MOST - line->len)
		len = LINE_MOST - line->len;
	memcpy(line->text + line->len, text, len);
	line->len += len;
}

void log_begin(struct log_line *line, enum log_level level, const char *event)
{
	static const char *const names[] = {"debug", "info", "warning",
		"error"};
	char now[CLOCK_TEXT_SIZE];

	clock_print(now, clock_now_ms());
	line->level = level;
	line->len = 0;
	add(line, "time=");
	add(line, now);
	add(line, " level=");
	add(line, names[level]);
	add(line, " event=");
	add(line, event);
}

static bool is_plain(const char *value)
{
	return value[0] != '\0' && strlen(value) <= LOG_VALUE_MOST &&
	    str_consists(value,
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789-._~:/@+,;*!()");
}

/* What a terminal or a reader of lines would obey instead of showing. */
static bool is_shown(unsigned point)
{
	return point >= 0x20 && !(point >= 0x7f && point <= 0x9f) &&
	    !(point >= 0x2028 && point <= 0x202e) &&
	    !(point >= 0x2066 && point <= 0x2069);
}

/* One code point as it may stand between quotes; returns its size in value. */
static size_t escape(const char *value, char text[ESCAPED_SIZE])
{
	unsigned point = 0;
	size_t len = encode_utf8_next(value, strnlen(value, 4), &point);

	memset(text, 0, ESCAPED_SIZE);
	if (len == 0) {
		snprintf(text, ESCAPED_SIZE, "\\x%02x",
		    (unsigned char)value[0]);
		len = 1;
	} else if (point == '"' || point == '\\') {
		snprintf(text, ESCAPED_SIZE, "\\%c", (char)point);
	} else if (!is_shown(point)) {
		snprintf(text, ESCAPED_SIZE, "\\u%04x", point & 0xffff);
	} else {
		memcpy(text, value, len);
	}

	return len;
}

/*
 * The cut counts what is written, not what was given: nobody can push the
 * rest of the line out with bytes that grow when they are escaped.
 */
static void add_quoted(struct log_line *line, const char *value, size_t most)
{
	size_t made = 0;

	add(line, "\"");
	while (*value != '\0') {
		char text[ESCAPED_SIZE];
		size_t taken = escape(value, text);

		made += strlen(text);
		if (made > most) {
			add(line, "...");
			break;
		}
		add(line, text);
		value += taken;
	}
	add(line, "\"");
}

static void add_value(struct log_line *line, const char *key,
    const char *value, size_t most)
{
	if (value == NULL)
		return;

	add(line, " ");
	add(line, key);
	add(line, "=");
	if (is_plain(value))
		add(line, value);
	else
		add_quoted(line, value, most);
}

void log_text(struct log_line *line, const char *key, const char *value)
{
	add_value(line, key, value, LOG_VALUE_MOST);
}

void log_sentence(struct log_line *line, const char *key, const char *value)
{
	add_value(line, key, value, LOG_SENTENCE_MOST);
}

void log_number(struct log_line *line, const char *key, int64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)number);
	log_text(line, key, text);
}

void log_end(struct log_line *line)
{
	ssize_t written;

	if (line->level < threshold)
		return;

	line->text[line->len++] = '\n';
	/* There is nowhere to report a log that cannot be written. */
	written = write(STDERR_FILENO, line->text, line->len);
	(void)written;
}

void log_event(enum log_level level, const char *event, const char *format,
    ...)
{
	struct log_line line;
	char sentence[LOG_SENTENCE_MOST + 1];
	va_list args;

	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);

	log_begin(&line, level, event);
	log_sentence(&line, "message", sentence);
	log_end(&line);
}
