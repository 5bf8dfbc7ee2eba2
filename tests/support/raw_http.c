/* SPDX-License-Identifier: ISC */
/* One connection per request; a peer that never closes ends by time-out. */
#include "support/raw_http.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <check.h>

#include "base/str.h"
#include "support/stack.h"

#define ANSWER_SECONDS 20

static int connect_to_site(void)
{
	const char *url = stack_setting("BASE_URL");
	struct timeval limit = {.tv_sec = ANSWER_SECONDS};
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)strtoul(strrchr(url, ':') + 1,
		    NULL, 10)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_ge(fd, 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	ck_assert_int_eq(connect(fd, (const struct sockaddr *)&address,
	    sizeof(address)), 0);
	return fd;
}

const char *raw_http_send_n(struct pool *pool, const char *bytes, size_t len)
{
	int fd = connect_to_site();
	char chunk[8192];
	struct str answer;
	ssize_t got;

	str_init(&answer, pool);
	while (len > 0) {
		ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL);

		/* Refused early: the answer is there to be read. */
		if (sent <= 0)
			break;
		bytes += sent;
		len -= (size_t)sent;
	}
	while ((got = recv(fd, chunk, sizeof(chunk), 0)) > 0)
		str_add_n(&answer, chunk, (size_t)got);
	close(fd);
	return answer.text;
}

const char *raw_http_send(struct pool *pool, const char *text)
{
	return raw_http_send_n(pool, text, strlen(text));
}

const char *raw_http_ask(struct pool *pool, const char *method,
    const char *target, const char *headers)
{
	return raw_http_send(pool, pool_print(pool,
	    "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s\r\n",
	    method, target, headers));
}

int raw_http_status(const char *answer)
{
	if (!str_begins(answer, "HTTP/1.1 "))
		return 0;
	return (int)strtol(answer + strlen("HTTP/1.1 "), NULL, 10);
}

const char *raw_http_body(const char *answer)
{
	const char *end = strstr(answer, "\r\n\r\n");

	return end != NULL ? end + 4 : "";
}

const char *raw_http_header(struct pool *pool, const char *answer,
    const char *name)
{
	const char *line = answer;
	size_t len = strlen(name);

	while ((line = strstr(line, "\r\n")) != NULL) {
		line += 2;
		if (str_begins(line, "\r\n"))
			return NULL;
		if (strncasecmp(line, name, len) == 0 && line[len] == ':') {
			line += len + 1;
			line += strspn(line, " ");
			return pool_text_n(pool, line, strcspn(line, "\r"));
		}
	}

	return NULL;
}
