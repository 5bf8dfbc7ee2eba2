/* SPDX-License-Identifier: ISC */
/* One request after the other until the client leaves. */
#include "support/fetch_server.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MANY 300000

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char last[8192];

void fetch_server_last(char *text, size_t size)
{
	pthread_mutex_lock(&lock);
	snprintf(text, size, "%s", last);
	pthread_mutex_unlock(&lock);
}

static bool say(struct tls_stream *stream, const char *text)
{
	return tls_server_write(stream, text, strlen(text));
}

/* Whether a whole request is in text: head, and as much body as it says. */
static bool is_whole(const char *text)
{
	const char *end = strstr(text, "\r\n\r\n");
	const char *length = strstr(text, "Content-Length: ");

	if (end == NULL)
		return false;
	if (length == NULL || length > end)
		return true;

	return strlen(end + 4) >= strtoul(length + 16, NULL, 10);
}

static bool read_request(struct tls_stream *stream, char *text, size_t size)
{
	size_t len = 0;

	do {
		size_t got = tls_server_read(stream, text + len,
		    size - len - 1);

		if (got == 0)
			return false;
		len += got;
		text[len] = '\0';
	} while (!is_whole(text));

	pthread_mutex_lock(&lock);
	snprintf(last, sizeof(last), "%s", text);
	pthread_mutex_unlock(&lock);
	return true;
}

static bool send_many(struct tls_stream *stream, const char *head)
{
	char block[1000];

	memset(block, ' ', sizeof(block));
	if (!say(stream, head))
		return false;
	for (int i = 0; i < MANY / 1000; i++)
		if (!tls_server_write(stream, block, sizeof(block)))
			return false;

	return false;
}

static bool send_headers(struct tls_stream *stream)
{
	if (!say(stream, "HTTP/1.1 200 OK\r\n"))
		return false;
	for (int i = 0; i < 400; i++) {
		char line[128];

		snprintf(line, sizeof(line), "X-%03d: %089d\r\n", i, i);
		if (!say(stream, line))
			return false;
	}

	return say(stream, "Content-Length: 2\r\n\r\n{}");
}

static bool drip(struct tls_stream *stream)
{
	bool there = say(stream,
	    "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");

	for (int i = 0; there && i < 24; i++) {
		char block[65];

		snprintf(block, sizeof(block), "%64d", i);
		there = say(stream, block) && tls_server_pause(stream, 500);
	}

	return false;
}

static bool stay_silent(struct tls_stream *stream)
{
	char byte;

	/* The client leaving ends it sooner than its patience. */
	tls_server_read(stream, &byte, 1);
	return false;
}

static bool send_after(struct tls_stream *stream, const char *path)
{
	char value[64] = "";
	char head[256];

	sscanf(path, "/after/%63[^ ]", value);
	for (char *p = value; *p != '\0'; p++)
		if (*p == '_')
			*p = ' ';
	snprintf(head, sizeof(head),
	    "HTTP/1.1 429 Slow\r\nRetry-After: %s\r\n"
	    "Content-Length: 0\r\n\r\n", value);
	return say(stream, head);
}

/* Answers; false when the connection ends with it. */
static bool answer(struct tls_stream *stream, const char *path)
{
	if (strncmp(path, "/ok", 3) == 0)
		return say(stream,
		    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
		    "Set-Cookie: crumb=1\r\n"
		    "Content-Length: 11\r\n\r\n{\"ok\":true}");
	if (strncmp(path, "/teapot ", 8) == 0)
		return say(stream,
		    "HTTP/1.1 418 No\r\nContent-Length: 5\r\n\r\nshort");
	if (strncmp(path, "/redirect ", 10) == 0)
		return say(stream,
		    "HTTP/1.1 302 Found\r\nLocation: /ok\r\n"
		    "Content-Length: 0\r\n\r\n");
	if (strncmp(path, "/big ", 5) == 0)
		return send_many(stream,
		    "HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n");
	if (strncmp(path, "/endless ", 9) == 0)
		return send_many(stream,
		    "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
	if (strncmp(path, "/headers ", 9) == 0)
		return send_headers(stream);
	if (strncmp(path, "/silent", 7) == 0)
		return stay_silent(stream);
	if (strncmp(path, "/drip ", 6) == 0)
		return drip(stream);
	if (strncmp(path, "/cut ", 5) == 0) {
		say(stream, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"
			    "0123456789");
		return false;
	}
	if (strncmp(path, "/after/", 7) == 0)
		return send_after(stream, path);

	say(stream, "220 mail.example ESMTP\r\n\r\n");
	return false;
}

void fetch_server_serve(struct tls_stream *stream, void *arg)
{
	char text[sizeof(last)];
	const char *path;

	(void)arg;
	do {
		if (!read_request(stream, text, sizeof(text)))
			return;
		path = strchr(text, ' ');
	} while (path != NULL && answer(stream, path + 1));
}
