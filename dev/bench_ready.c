/* SPDX-License-Identifier: ISC */
/*
 * How long a worker needs from its start to its first answer, for dev/bench.
 * Stands in for nginx and the supervisor: listens on a socket, puts one
 * request into its queue, and only then starts the worker, which so finds
 * its first client waiting.  Prints the milliseconds, a line for each start;
 * the clock runs from before fork to the last byte of the answer.
 */
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include <fastcgi.h>

#define ANSWER_MS 10000
#define BACKLOG	  16

/* One request: begin, its parameters, their end, the end of no body. */
struct wire {
	unsigned char bytes[1024];
	size_t len;
};

static void die(const char *what)
{
	perror(what);
	exit(EX_OSERR);
}

static void add(struct wire *wire, const void *bytes, size_t len)
{
	if (len > sizeof(wire->bytes) - wire->len) {
		fputs("bench_ready: the path is too long\n", stderr);
		exit(EX_USAGE);
	}
	memcpy(wire->bytes + wire->len, bytes, len);
	wire->len += len;
}

static void add_record(struct wire *wire, int type, const void *content,
    size_t len)
{
	const FCGI_Header header = {
	    .version = FCGI_VERSION_1,
	    .type = (unsigned char)type,
	    .requestIdB0 = 1,
	    .contentLengthB1 = (unsigned char)(len >> 8),
	    .contentLengthB0 = (unsigned char)(len & 0xff),
	};

	add(wire, &header, sizeof(header));
	add(wire, content, len);
}

/* Lengths up to 127 are one byte. */
static void add_parameter(struct wire *params, const char *name,
    const char *value)
{
	const unsigned char lengths[2] = {
	    (unsigned char)strlen(name), (unsigned char)strlen(value)};

	add(params, lengths, sizeof(lengths));
	add(params, name, strlen(name));
	add(params, value, strlen(value));
}

static void compose(struct wire *wire, const char *path)
{
	const FCGI_BeginRequestBody begin = {.roleB0 = FCGI_RESPONDER};
	struct wire params = {.len = 0};

	add_parameter(&params, "REQUEST_METHOD", "GET");
	add_parameter(&params, "PATH_INFO", path);
	add_parameter(&params, "QUERY_STRING", "");
	add_parameter(&params, "REMOTE_ADDR", "127.0.0.1");
	add_parameter(&params, "LATCHKEY_LISTENER", "local");

	add_record(wire, FCGI_BEGIN_REQUEST, &begin, sizeof(begin));
	add_record(wire, FCGI_PARAMS, params.bytes, params.len);
	add_record(wire, FCGI_PARAMS, "", 0);
	add_record(wire, FCGI_STDIN, "", 0);
}

static int listen_at(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	unlink(address->sun_path);
	if (fd < 0 || bind(fd, (const struct sockaddr *)address,
	    sizeof(*address)) != 0 || listen(fd, BACKLOG) != 0)
		die(address->sun_path);
	return fd;
}

/* A connection with the request in it. */
static int ask(const struct sockaddr_un *address, const struct wire *wire)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (const struct sockaddr *)address,
	    sizeof(*address)) != 0 ||
	    send(fd, wire->bytes, wire->len, 0) != (ssize_t)wire->len)
		die(address->sun_path);
	return fd;
}

static pid_t start(int listening, char **program)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid == 0) {
		dup2(listening, STDIN_FILENO);
		execv(program[0], program);
		perror(program[0]);
		_exit(EX_UNAVAILABLE);
	}
	return pid;
}

/* Reads to the end; false unless it is an answer with status 200. */
static bool answered(int fd)
{
	char bytes[8192];
	size_t len = 0;

	while (len < sizeof(bytes) - 1) {
		struct pollfd wait = {.fd = fd, .events = POLLIN};
		ssize_t got;

		if (poll(&wait, 1, ANSWER_MS) <= 0)
			return false;
		got = recv(fd, bytes + len, sizeof(bytes) - 1 - len, 0);
		if (got <= 0)
			break;
		len += (size_t)got;
	}
	return memmem(bytes, len, "Status: 200", 11) != NULL;
}

static double now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* One start; false when the worker gave no good answer. */
static bool measure(const struct sockaddr_un *address,
    const struct wire *wire, char **program)
{
	int listening = listen_at(address);
	int fd = ask(address, wire);
	double begun = now_ms();
	pid_t pid = start(listening, program);
	bool good = answered(fd);

	if (good)
		printf("%.2f\n", now_ms() - begun);
	close(fd);
	close(listening);
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
	return good;
}

int main(int argc, char **argv)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct wire wire = {.len = 0};
	long times = argc > 4 ? strtol(argv[1], NULL, 10) : 0;

	if (times < 1 || strlen(argv[2]) >= sizeof(address.sun_path) ||
	    strlen(argv[3]) > 127) {
		fputs("usage: bench_ready TIMES SOCKET PATH PROGRAM ARG...\n",
		    stderr);
		return EX_USAGE;
	}
	memcpy(address.sun_path, argv[2], strlen(argv[2]));
	compose(&wire, argv[3]);

	while (times-- > 0)
		if (!measure(&address, &wire, argv + 4)) {
			fprintf(stderr, "bench_ready: no answer from %s\n",
			    argv[4]);
			return EX_UNAVAILABLE;
		}
	unlink(address.sun_path);
	return EX_OK;
}
