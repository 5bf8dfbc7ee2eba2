/* SPDX-License-Identifier: ISC */
/*
 * The test program's side: says what it wants over a socket pair whose other
 * end the keeper holds.  Check's forked tests inherit it; the end of file,
 * which comes when the last of us is gone, is the keeper's order to clean up.
 */
#include "support/servers.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/keeper.h"
#include "support/wait.h"

#define HARD_ERROR 99

static struct keeper_plan plan = {.home = "/tmp/lk-XXXXXX"};
static char conninfo[96];
static pid_t keeper;
static int line = -1;

__attribute__((noreturn))
static void give_up(const char *what, const char *why)
{
	fprintf(stderr, "servers: %s: %s\n", what, why);
	_exit(HARD_ERROR);
}

/* The newest installed PostgreSQL's programs. */
static bool find_postgres(void)
{
	const char *path;
	glob_t found;

	if (glob("/usr/lib/postgresql/*/bin/initdb", 0, NULL, &found) != 0)
		return false;

	path = found.gl_pathv[found.gl_pathc - 1];
	snprintf(plan.postgres_bin, sizeof(plan.postgres_bin), "%.*s",
	    (int)(strrchr(path, '/') - path), path);
	globfree(&found);
	return true;
}

static bool are_installed(unsigned wanted)
{
	const char *missing = NULL;

	if ((wanted & SERVERS_POSTGRES) != 0 && !find_postgres())
		missing = "PostgreSQL";
	if ((wanted & SERVERS_REDIS) != 0 && access(KEEPER_REDIS, X_OK) != 0)
		missing = "Redis";
	if (missing != NULL)
		printf("1..0 # SKIP %s is not installed\n", missing);
	return missing == NULL;
}

static void order(enum keeper_order what, enum server server)
{
	unsigned char words[2] = {(unsigned char)what, (unsigned char)server};

	if (write(line, words, sizeof(words)) != sizeof(words) ||
	    read(line, words, 1) != 1)
		give_up("an order was not carried out", "see above");
}

static void fork_keeper(void)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		give_up("socketpair", strerror(errno));

	fflush(NULL);
	keeper = fork();
	if (keeper < 0)
		give_up("fork", strerror(errno));
	if (keeper == 0) {
		close(ends[0]);
		keeper_run(&plan, ends[1]);
	}

	close(ends[1]);
	line = ends[0];
}

bool servers_begin(unsigned wanted)
{
	if (!are_installed(wanted))
		return false;

	plan.wanted = wanted;
	if (mkdtemp(plan.home) == NULL || chmod(plan.home, 0755) != 0)
		give_up(plan.home, strerror(errno));
	snprintf(plan.redis_socket, sizeof(plan.redis_socket),
	    "%s/redis.sock", plan.home);
	snprintf(conninfo, sizeof(conninfo),
	    "host=%s port=5432 user=postgres dbname=postgres", plan.home);

	wait_whole();
	fork_keeper();
	if ((wanted & SERVERS_POSTGRES) != 0)
		servers_start(SERVERS_POSTGRES);
	if ((wanted & SERVERS_REDIS) != 0)
		servers_start(SERVERS_REDIS);
	return true;
}

void servers_end(void)
{
	close(line);
	line = -1;
	waitpid(keeper, NULL, 0);
}

const char *servers_conninfo(void)
{
	return conninfo;
}

const char *servers_redis_socket(void)
{
	return plan.redis_socket;
}

void servers_start(enum server server)
{
	order(KEEPER_START, server);
}

void servers_stop(enum server server)
{
	order(KEEPER_STOP, server);
}

void servers_freeze(enum server server)
{
	order(KEEPER_FREEZE, server);
}

void servers_thaw(enum server server)
{
	order(KEEPER_THAW, server);
}
