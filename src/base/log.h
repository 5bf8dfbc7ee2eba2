/* SPDX-License-Identifier: ISC */
/*
 * Lines for the administrator on stderr, in logfmt: one event is one line
 * and one write, whatever a client sent.  Values that are not plain are
 * quoted and escaped, and cut so that at most LOG_VALUE_MOST bytes stand
 * between the quotes; "..." then marks the cut.
 *
 *	time=2026-01-02T03:04:05.678Z level=info event=request status=200 ...
 *
 * Floors 0 to 3 do not log failures: they return them.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stddef.h>
#include <stdint.h>

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARNING,
	LOG_LEVEL_ERROR };

#define LOG_VALUE_MOST	  128
#define LOG_SENTENCE_MOST 512
#define LOG_LINE_SIZE	  4096

/* A line in the making; on the stack of the one who writes it. */
struct log_line {
	enum log_level level;
	size_t len;
	char text[LOG_LINE_SIZE];
};

/* Lines below level are dropped.  Set once, before threads start. */
void log_threshold(enum log_level level);

/* Begins a line: time, level and event (a fixed word of ours). */
void log_begin(struct log_line *line, enum log_level level, const char *event);

/* Adds key=value, cut to LOG_VALUE_MOST bytes; NULL adds nothing. */
void log_text(struct log_line *line, const char *key, const char *value);

/* Adds key="…" for a sentence of ours, cut to LOG_SENTENCE_MOST bytes. */
void log_sentence(struct log_line *line, const char *key, const char *value);

/* Adds key=number. */
void log_number(struct log_line *line, const char *key, int64_t number);

/* Writes the line out. */
void log_end(struct log_line *line);

/* A whole line that holds nothing but an event and a sentence. */
void log_event(enum log_level level, const char *event, const char *format,
    ...) __attribute__((format(printf, 3, 4)));

#endif
