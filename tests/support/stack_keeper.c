/* SPDX-License-Identifier: ISC */
/* Has a session of its own, which the test program's end does not reach. */
#include "support/stack_keeper.h"

#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define HARD_ERROR     99
#define ARGUMENTS_MOST 40

/* Below the ports that the kernel gives to clients. */
#define PORTS_FROM 10000
#define PORTS_STEP 10
#define PORTS_SETS 2000

/*
 * The test program's signals are not for its keeper; and the program may be
 * gone before the stack is ready, when there is nobody to write to.
 */
static const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};

/* What the keeper ignores is nothing to the programs it starts. */
static void forget_signals(posix_spawnattr_t *attributes)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		sigaddset(&set, ignored[i]);
	posix_spawnattr_init(attributes);
	posix_spawnattr_setsigdefault(attributes, &set);
	posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGDEF);
}

int stack_keeper_command(const char *const argv[], const char *out)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int status = -1;
	pid_t pid;
	int rc;

	forget_signals(&attributes);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null",
	    O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out,
	    O_WRONLY | O_CREAT | O_TRUNC, 0644);
	/* posix_spawn changes nothing; its type is older than const. */
	rc = posix_spawn(&pid, argv[0], &actions, &attributes,
	    (char *const *)argv, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	if (rc != 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;

	return WEXITSTATUS(status);
}

/*
 * Four ports from a set that no other test program has: whoever holds the
 * name of a set has its ports, until the end of its process.
 */
static int reserve_ports(void)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	for (int i = 0; i < PORTS_SETS; i++) {
		int set = (getpid() + i) % PORTS_SETS;
		int len = snprintf(name.sun_path + 1,
		    sizeof(name.sun_path) - 1, "latchkey-ports-%d", set);

		if (bind(fd, (struct sockaddr *)&name,
		    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
			(size_t)len)) == 0)
			return PORTS_FROM + set * PORTS_STEP;
	}

	return PORTS_FROM;
}

static int start(const struct stack_plan *plan)
{
	const char *argv[ARGUMENTS_MOST + 1] = {plan->command, "--detach",
		"--dir", plan->dir, "--port"};
	size_t count = 5;
	char port[16];

	snprintf(port, sizeof(port), "%d", reserve_ports());
	argv[count++] = port;
	for (size_t i = 0; plan->arguments != NULL &&
	    plan->arguments[i] != NULL && count < ARGUMENTS_MOST; i++)
		argv[count++] = plan->arguments[i];

	return stack_keeper_command(argv, plan->printed);
}

static int remove_entry(const char *path, const struct stat *status, int type,
    struct FTW *walk)
{
	(void)status;
	(void)type;
	(void)walk;
	return remove(path);
}

void stack_keeper_run(const struct stack_plan *plan, int fd)
{
	const char *const stop[] = {plan->command, "--stop", plan->dir, NULL};
	int code;
	char byte = 1;

	setsid();
	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		signal(ignored[i], SIG_IGN);
	code = start(plan);
	if (code == 0) {
		if (write(fd, &byte, 1) == 1)
			while (read(fd, &byte, 1) > 0)
				continue;
		code = stack_keeper_command(stop, "/dev/null");
	}

	nftw(plan->home, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	_exit(code == 0 ? 0 : HARD_ERROR);
}
