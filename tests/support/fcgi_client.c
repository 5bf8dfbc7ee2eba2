/* SPDX-License-Identifier: ISC */
/* Knows the wire only: what a request should hold is for the tests. */
#include "support/fcgi_client.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <check.h>

#include "base/clock.h"
#include "support/stack.h"

#define VERSION_1   1
#define RESPONDER   1
#define KEEP_CONN   1
#define STDOUT	    6
#define HEADER_SIZE 8

#define ANSWER_MS 5000

int fcgi_client_open(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_ge(fd, 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s",
	    stack_setting("FCGI_SOCKET"));
	ck_assert_int_eq(connect(fd, (const struct sockaddr *)&address,
	    sizeof(address)), 0);
	return fd;
}

void fcgi_client_record(struct str *out, int type, const char *content,
    size_t len)
{
	str_add_char(out, VERSION_1);
	str_add_char(out, (char)type);
	str_add_n(out, "\0\1", 2);
	str_add_char(out, (char)(len >> 8));
	str_add_char(out, (char)(len & 0xff));
	str_add_n(out, "\0\0", 2);
	str_add_n(out, content, len);
}

void fcgi_client_begin(struct str *out, bool keep)
{
	const char content[8] = {0, RESPONDER, keep ? KEEP_CONN : 0};

	fcgi_client_record(out, FCGI_CLIENT_BEGIN, content, sizeof(content));
}

static void add_length(struct str *params, size_t len)
{
	if (len > 127) {
		str_add_char(params, (char)(0x80 | (len >> 24)));
		str_add_char(params, (char)(len >> 16 & 0xff));
		str_add_char(params, (char)(len >> 8 & 0xff));
	}
	str_add_char(params, (char)(len & 0xff));
}

void fcgi_client_param(struct str *params, const char *name,
    const char *value)
{
	add_length(params, strlen(name));
	add_length(params, strlen(value));
	str_add(params, name);
	str_add(params, value);
}

void fcgi_client_head(struct str *out, const char *method, const char *path,
    const char *const further[])
{
	struct str params;

	str_init(&params, out->pool);
	fcgi_client_param(&params, "REQUEST_METHOD", method);
	fcgi_client_param(&params, "PATH_INFO", path);
	fcgi_client_param(&params, "QUERY_STRING", "");
	fcgi_client_param(&params, "REMOTE_ADDR", "192.0.2.7");
	fcgi_client_param(&params, "LATCHKEY_LISTENER", "public");
	for (size_t i = 0; further != NULL && further[i] != NULL; i += 2)
		fcgi_client_param(&params, further[i], further[i + 1]);

	fcgi_client_begin(out, false);
	fcgi_client_record(out, FCGI_CLIENT_PARAMS, params.text, params.len);
	fcgi_client_record(out, FCGI_CLIENT_PARAMS, "", 0);
}

void fcgi_client_body(struct str *out, const char *body)
{
	if (body[0] != '\0')
		fcgi_client_record(out, FCGI_CLIENT_STDIN, body, strlen(body));
	fcgi_client_record(out, FCGI_CLIENT_STDIN, "", 0);
}

bool fcgi_client_write(int fd, const struct str *out)
{
	size_t done = 0;

	while (done < out->len) {
		ssize_t sent = send(fd, out->text + done, out->len - done,
		    MSG_NOSIGNAL);

		if (sent <= 0)
			return false;
		done += (size_t)sent;
	}

	return true;
}

/* What the STDOUT records among these bytes hold. */
static const char *answer_in(const struct str *bytes)
{
	const unsigned char *at = (const unsigned char *)bytes->text;
	size_t left = bytes->len;
	struct str answer;

	str_init(&answer, bytes->pool);
	while (left >= HEADER_SIZE) {
		size_t len = (size_t)at[4] << 8 | at[5];
		size_t whole = HEADER_SIZE + len + at[6];

		ck_assert_uint_le(whole, left);
		if (at[1] == STDOUT)
			str_add_n(&answer, (const char *)at + HEADER_SIZE, len);
		at += whole;
		left -= whole;
	}

	return answer.text;
}

const char *fcgi_client_read(struct pool *pool, int fd, int ms)
{
	int64_t deadline = clock_mono_ms() + ms;
	struct str bytes;

	str_init(&bytes, pool);
	for (;;) {
		struct pollfd wait = {.fd = fd, .events = POLLIN};
		int64_t left = deadline - clock_mono_ms();
		char chunk[8192];
		ssize_t got;

		if (left <= 0 || poll(&wait, 1, (int)left) <= 0)
			return NULL;
		got = recv(fd, chunk, sizeof(chunk), 0);
		if (got <= 0)
			return answer_in(&bytes);
		str_add_n(&bytes, chunk, (size_t)got);
	}
}

const char *fcgi_client_exchange(const struct str *out)
{
	int fd = fcgi_client_open();
	const char *answer;

	ck_assert(fcgi_client_write(fd, out));
	answer = fcgi_client_read(out->pool, fd, ANSWER_MS);
	close(fd);
	ck_assert_msg(answer != NULL, "no answer, or the connection is open");
	return answer;
}

int fcgi_client_status(const char *answer)
{
	const char *status = strstr(answer, "Status: ");

	if (status == NULL)
		return 0;
	return (int)strtol(status + strlen("Status: "), NULL, 10);
}

int fcgi_client_get(struct pool *pool, const char *path,
    const char *const further[])
{
	struct str out;

	str_init(&out, pool);
	fcgi_client_head(&out, "GET", path, further);
	fcgi_client_body(&out, "");
	return fcgi_client_status(fcgi_client_exchange(&out));
}
