/* SPDX-License-Identifier: ISC */
/* Reads what curl and browsers send; no pipelining, no chunked bodies. */
#include "support/provider_http.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/encode.h"
#include "support/provider_json.h"

#define HEAD_MOST (64 * 1024)
#define BODY_MOST (1024 * 1024)

const char *provider_http_get(const struct provider_pairs *pairs,
    const char *name)
{
	for (size_t i = 0; i < pairs->count; i++)
		if (strcmp(pairs->items[i].name, name) == 0)
			return pairs->items[i].value;

	return NULL;
}

const char *provider_http_repeated(const struct provider_pairs *pairs)
{
	for (size_t i = 0; i < pairs->count; i++)
		for (size_t j = 0; j < i; j++)
			if (strcmp(pairs->items[i].name,
				pairs->items[j].name) == 0)
				return pairs->items[i].name;

	return NULL;
}

static void add_pair(struct provider_pairs *pairs, const char *name,
    const char *value)
{
	if (pairs->count == PROVIDER_HTTP_PAIRS_MOST)
		return;

	pairs->items[pairs->count].name = name;
	pairs->items[pairs->count++].value = value;
}

static void read_form(struct provider_http *http, struct provider_pairs *pairs,
    const char *text)
{
	while (*text != '\0') {
		size_t len = strcspn(text, "&");
		const char *sign = memchr(text, '=', len);
		size_t name_len = sign != NULL ? (size_t)(sign - text) : len;
		size_t from = sign != NULL ? name_len + 1 : len;
		char *name;
		char *value;

		if (encode_from_form(http->pool, text, name_len, &name) &&
		    encode_from_form(http->pool, text + from, len - from,
			&value))
			add_pair(pairs, name, value);
		else
			http->is_broken = true;
		text += len + (text[len] == '&');
	}
}

static bool read_line(struct provider_http *http, char *line)
{
	char *target = strchr(line, ' ');
	char *version = target != NULL ? strrchr(line, ' ') : NULL;
	char *query;

	if (target == NULL || version == target)
		return false;

	*target++ = '\0';
	*version = '\0';
	query = strchr(target, '?');
	if (query != NULL) {
		*query++ = '\0';
		read_form(http, &http->query, query);
	}
	http->method = line;
	http->path = target;
	return true;
}

static void read_field(struct provider_http *http, char *line)
{
	char *value = strchr(line, ':');

	if (value == NULL)
		return;

	*value++ = '\0';
	add_pair(&http->headers, str_lower(http->pool, line),
	    value + strspn(value, " \t"));
}

/* Takes head apart in place; it ends in CR LF CR LF. */
static bool read_head(struct provider_http *http, char *head)
{
	char *end = strstr(head, "\r\n");

	*end = '\0';
	if (!read_line(http, head))
		return false;
	for (char *line = end + 2; *line != '\r'; line = end + 2) {
		end = strstr(line, "\r\n");
		*end = '\0';
		read_field(http, line);
	}

	return true;
}

/* Reads more into text until it holds least bytes. */
static bool read_until(struct str *text, size_t least,
    struct tls_stream *stream)
{
	char bytes[4096];

	while (text->len < least) {
		size_t got = tls_server_read(stream, bytes, sizeof(bytes));

		if (got == 0)
			return false;
		str_add_n(text, bytes, got);
	}

	return true;
}

/* Whoever speaks TLS to a plain port is not kept waiting. */
static bool is_no_http(const struct str *text)
{
	return text->len > 0 && (text->text[0] < 'A' || text->text[0] > 'Z');
}

bool provider_http_read(struct provider_http *http, struct tls_stream *stream)
{
	struct str text;
	const char *end;
	const char *length;
	const char *type;
	size_t head_len;

	str_init(&text, http->pool);
	while ((end = strstr(text.text, "\r\n\r\n")) == NULL)
		if (text.len > HEAD_MOST || is_no_http(&text) ||
		    !read_until(&text, text.len + 1, stream))
			return false;

	head_len = (size_t)(end - text.text) + 4;
	if (!read_head(http, pool_text_n(http->pool, text.text, head_len)))
		return false;

	length = provider_http_get(&http->headers, "content-length");
	if (length != NULL)
		http->body_len = strtoul(length, NULL, 10);
	if (http->body_len > BODY_MOST ||
	    !read_until(&text, head_len + http->body_len, stream))
		return false;
	http->body = pool_text_n(http->pool, text.text + head_len,
	    http->body_len);

	type = provider_http_get(&http->headers, "content-type");
	if (type != NULL && strncasecmp(type,
		"application/x-www-form-urlencoded", 33) == 0)
		read_form(http, &http->form, http->body);
	return true;
}

static void begin_answer(struct provider_http *http, int status,
    const char *content_type)
{
	http->status = status;
	http->content_type = content_type;
	str_init(&http->answer, http->pool);
}

void provider_http_json(struct provider_http *http, int status,
    json_object *object)
{
	begin_answer(http, status, "application/json; charset=utf-8");
	str_add(&http->answer, provider_json_print(object));
	json_object_put(object);
}

void provider_http_page(struct provider_http *http, int status,
    const char *title, const char *body)
{
	begin_answer(http, status, "text/html; charset=utf-8");
	str_print(&http->answer,
	    "<!doctype html>\n<html lang=\"en\"><head><title>%s</title></head>"
	    "\n<body>\n<h1>%s</h1>\n%s</body></html>\n", title, title, body);
}

void provider_http_redirect(struct provider_http *http, const char *url)
{
	begin_answer(http, 303, NULL);
	str_print(&http->head, "Location: %s\r\n", url);
}

/* One byte at a time, for as long as the other side bears it. */
static bool drip(const struct provider_http *http, struct tls_stream *stream,
    const struct str *text)
{
	for (size_t i = 0; i < text->len; i++)
		if (!tls_server_pause(stream, http->drip_ms) ||
		    !tls_server_write(stream, text->text + i, 1))
			return false;
	return true;
}

/* Spaces until the body has its size; the other side may well hang up. */
static bool fill(const struct provider_http *http, struct tls_stream *stream)
{
	char block[4096];
	size_t done = http->answer.len;

	memset(block, ' ', sizeof(block));
	while (done < http->fill_to) {
		size_t len = http->fill_to - done;

		if (len > sizeof(block))
			len = sizeof(block);
		if (!tls_server_write(stream, block, len))
			return false;
		done += len;
	}
	return true;
}

bool provider_http_write(const struct provider_http *http,
    struct tls_stream *stream)
{
	bool whole = http->cut_at < 0 ||
	    (size_t)http->cut_at >= http->answer.len;
	bool stays = whole && !http->no_length;
	struct str text;
	size_t size = http->answer.len > http->fill_to ? http->answer.len :
							 http->fill_to;

	if (!tls_server_pause(stream, http->delay_ms) || http->drop)
		return false;

	str_init(&text, http->pool);
	str_print(&text, "HTTP/1.1 %d Stand-in\r\nCache-Control: no-store\r\n",
	    http->status);
	if (http->content_type != NULL)
		str_print(&text, "Content-Type: %s\r\n", http->content_type);
	str_add(&text, http->head.text);
	if (!http->no_length)
		str_print(&text, "Content-Length: %zu\r\n", size);
	str_print(&text, "Connection: %s\r\n\r\n",
	    stays ? "keep-alive" : "close");
	if (strcmp(http->method, "HEAD") != 0)
		str_add_n(&text, http->answer.text,
		    whole ? http->answer.len : (size_t)http->cut_at);
	if (http->drip_ms > 0)
		return drip(http, stream, &text) && stays;
	return tls_server_write(stream, text.text, text.len) &&
	    (!whole || fill(http, stream)) && stays;
}
