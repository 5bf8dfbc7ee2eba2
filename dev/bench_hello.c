/* SPDX-License-Identifier: ISC */
/*
 * The ceiling of dev/bench: the least a threaded FastCGI worker can do.  It
 * reads the request to its end, answers a constant, detaches and finishes, as
 * latchkey does; whatever latchkey needs beyond this is latchkey's own cost.
 * Takes the number of threads as its only argument and the socket on fd 0.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <fcgiapp.h>

static const char answer[] = "Status: 200 OK\r\n"
			     "Content-Type: application/json\r\n"
			     "Cache-Control: no-store\r\n\r\n"
			     "{\"hello\":\"world\"}\n";

static void drain(FCGX_Stream *in)
{
	char bytes[4096];

	while (FCGX_GetStr(bytes, sizeof(bytes), in) > 0)
		continue;
}

static void *serve(void *unused)
{
	FCGX_Request request;

	(void)unused;
	if (FCGX_InitRequest(&request, 0, FCGI_FAIL_ACCEPT_ON_INTR) != 0)
		return NULL;

	while (FCGX_Accept_r(&request) == 0) {
		drain(request.in);
		FCGX_PutStr(answer, sizeof(answer) - 1, request.out);
		FCGX_Detach(&request);
		FCGX_Finish_r(&request);
	}
	return NULL;
}

/* multiwatch ends its children with USR1. */
static void wait_for_the_end(void)
{
	sigset_t ends;
	int got;

	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGUSR1);
	sigwait(&ends, &got);
}

int main(int argc, char **argv)
{
	long threads = argc == 2 ? strtol(argv[1], NULL, 10) : 0;
	pthread_t thread;
	sigset_t all;

	if (threads < 1 || threads > 256 || FCGX_Init() != 0) {
		fputs("usage: bench_hello THREADS <socket on fd 0>\n", stderr);
		return 64;
	}
	signal(SIGPIPE, SIG_IGN);
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, NULL);

	for (long i = 0; i < threads; i++)
		if (pthread_create(&thread, NULL, serve, NULL) != 0)
			return 71;
	wait_for_the_end();
	_exit(0);
}
