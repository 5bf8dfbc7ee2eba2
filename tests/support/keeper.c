/* SPDX-License-Identifier: ISC */
/*
 * Starts, watches and ends the servers.  Everything of theirs, logs too, is
 * in one directory, which goes with them.
 */
#include "support/keeper.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define HARD_ERROR  99
#define READY_TRIES 3000	/* of 10 ms: slow machines under sanitizers */
#define STOP_TRIES  1000

static const struct keeper_plan *plan;
static int line;
static pid_t pids[SERVERS_REDIS + 1];

static void complain(const char *what, const char *why)
{
	fprintf(stderr, "servers: %s: %s\n", what, why);
}

__attribute__((noreturn))
static void give_up(const char *what, const char *why)
{
	complain(what, why);
	_exit(HARD_ERROR);
}

static void pause_10ms(void)
{
	nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
}

/* Whom the servers run as, when we are root: PostgreSQL refuses root. */
static const struct passwd *servant(void)
{
	const struct passwd *user = getpwnam("postgres");

	if (user == NULL)
		user = getpwnam("nobody");
	if (user == NULL)
		give_up("postgres, nobody", "no such user");
	return user;
}

static void drop_root(void)
{
	const struct passwd *user;

	if (geteuid() != 0)
		return;

	user = servant();
	if (initgroups(user->pw_name, user->pw_gid) != 0 ||
	    setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0)
		give_up(user->pw_name, strerror(errno));
}

/* In the child: runs a program with its output in log. */
__attribute__((noreturn))
static void become(const char *const *argv, const char *log)
{
	int out = open(log, O_WRONLY | O_CREAT | O_APPEND, 0666);
	int in = open("/dev/null", O_RDONLY);

	if (chdir(plan->home) != 0 || dup2(in, STDIN_FILENO) < 0 ||
	    dup2(out, STDOUT_FILENO) < 0 || dup2(out, STDERR_FILENO) < 0)
		give_up(log, strerror(errno));

	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	setenv("LC_ALL", "C", 1);
	close(line);
	drop_root();
	prctl(PR_SET_PDEATHSIG, SIGINT);
	/* execv changes nothing; its type is older than const. */
	execv(argv[0], (char *const *)argv);
	give_up(argv[0], strerror(errno));
}

static pid_t spawn(const char *const *argv, const char *log)
{
	pid_t pid = fork();

	if (pid < 0)
		give_up("fork", strerror(errno));
	if (pid == 0)
		become(argv, log);
	return pid;
}

static void path_in_home(char path[128], const char *name)
{
	snprintf(path, 128, "%s/%s", plan->home, name);
}

/* Copies a log to stderr, for the one who has to find out why. */
static void show(const char *log)
{
	char bytes[4096];
	FILE *file = fopen(log, "r");
	size_t got;

	if (file == NULL)
		return;

	while ((got = fread(bytes, 1, sizeof(bytes), file)) > 0)
		fwrite(bytes, 1, got, stderr);
	fclose(file);
}

static bool make_cluster(void)
{
	char program[160];
	char data[128];
	char log[128];
	const char *argv[] = {program, "-D", data, "-U", "postgres", "-A",
		"trust", "-E", "UTF8", "--no-locale", "--no-sync", NULL};
	int status;

	if ((plan->wanted & SERVERS_POSTGRES) == 0)
		return true;

	snprintf(program, sizeof(program), "%s/initdb", plan->postgres_bin);
	path_in_home(data, "data");
	path_in_home(log, "initdb.log");
	if (waitpid(spawn(argv, log), &status, 0) > 0 && status == 0)
		return true;

	show(log);
	complain("initdb", "failed");
	return false;
}

static pid_t spawn_postgres(void)
{
	char program[160];
	char data[128];
	char log[128];
	const char *argv[] = {program, "-D", data, "-k", plan->home, "-F", "-p",
		"5432", "-c", "listen_addresses=", "-c", "max_connections=60",
		"-c", "shared_buffers=16MB", "-c", "autovacuum=off", NULL};

	snprintf(program, sizeof(program), "%s/postgres", plan->postgres_bin);
	path_in_home(data, "data");
	path_in_home(log, "postgres.log");
	return spawn(argv, log);
}

/* postmaster.pid's last line tells how far the server is. */
static bool postgres_is_ready(void)
{
	char path[128];
	char text[512] = "";
	FILE *file;
	size_t got;

	path_in_home(path, "data/postmaster.pid");
	file = fopen(path, "r");
	if (file == NULL)
		return false;

	got = fread(text, 1, sizeof(text) - 1, file);
	text[got] = '\0';
	fclose(file);
	return strstr(text, "\nready") != NULL;
}

static pid_t spawn_redis(void)
{
	char config[128];
	char log[128];
	FILE *file;

	path_in_home(config, "redis.conf");
	path_in_home(log, "redis.log");
	file = fopen(config, "w");
	if (file == NULL)
		give_up(config, strerror(errno));
	fprintf(file,
	    "port 0\nunixsocket %s\nunixsocketperm 777\ndir %s\nsave \"\"\n"
	    "user %s on \">%s\" ~* &* +@all\n",
	    plan->redis_socket, plan->home, SERVERS_REDIS_USER,
	    SERVERS_REDIS_PASSWORD);
	fclose(file);
	chmod(config, 0644);

	return spawn((const char *const[]){KEEPER_REDIS, config, NULL}, log);
}

static bool redis_is_ready(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	bool ready;

	snprintf(address.sun_path, sizeof(address.sun_path), "%s",
	    plan->redis_socket);
	ready = connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
	close(fd);
	return ready;
}

static bool start(enum server server)
{
	bool postgres = server == SERVERS_POSTGRES;
	char log[128];

	if (!postgres)
		unlink(plan->redis_socket);
	pids[server] = postgres ? spawn_postgres() : spawn_redis();
	for (int i = 0; i < READY_TRIES; i++) {
		if (postgres ? postgres_is_ready() : redis_is_ready())
			return true;
		if (waitpid(pids[server], NULL, WNOHANG) != 0) {
			pids[server] = 0;
			break;
		}
		pause_10ms();
	}

	path_in_home(log, postgres ? "postgres.log" : "redis.log");
	show(log);
	complain(postgres ? "PostgreSQL" : "Redis", "does not start");
	return false;
}

static pid_t parent_of(const char *pid)
{
	char path[300];
	char text[512] = "";
	const char *end;
	FILE *file;
	int parent = 0;

	snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	file = fopen(path, "r");
	if (file == NULL)
		return 0;

	if (fgets(text, sizeof(text), file) != NULL) {
		end = strrchr(text, ')');
		if (end == NULL || sscanf(end, ") %*c %d", &parent) != 1)
			parent = 0;
	}
	fclose(file);
	return parent;
}

/* Signals a server and its children: PostgreSQL's are no process group. */
static void signal_all(enum server server, int number)
{
	const struct dirent *entry;
	DIR *proc;

	if (pids[server] == 0)
		return;

	kill(pids[server], number);
	proc = opendir("/proc");
	if (proc == NULL)
		give_up("/proc", strerror(errno));
	while ((entry = readdir(proc)) != NULL)
		if (parent_of(entry->d_name) == pids[server])
			kill((pid_t)strtol(entry->d_name, NULL, 10), number);
	closedir(proc);
}

static void stop(enum server server)
{
	if (pids[server] == 0)
		return;

	signal_all(server, SIGCONT);
	kill(pids[server], SIGINT);
	for (int i = 0; waitpid(pids[server], NULL, WNOHANG) == 0; i++) {
		if (i == STOP_TRIES)
			signal_all(server, SIGKILL);
		pause_10ms();
	}
	pids[server] = 0;
}

static int remove_entry(const char *path, const struct stat *status, int type,
    struct FTW *walk)
{
	(void)status;
	(void)type;
	(void)walk;
	return remove(path);
}

static bool obey(enum keeper_order order, enum server server)
{
	switch (order) {
	case KEEPER_START:
		return start(server);
	case KEEPER_STOP:
		stop(server);
		return true;
	case KEEPER_FREEZE:
		signal_all(server, SIGSTOP);
		return true;
	case KEEPER_THAW:
		signal_all(server, SIGCONT);
		return true;
	}

	return false;
}

/* Makes ready what the servers need before they start. */
static bool prepare(void)
{
	const struct passwd *user;

	/* The test program's signals are not for us: we end when it has. */
	setsid();
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);

	if (geteuid() == 0) {
		user = servant();
		if (chown(plan->home, user->pw_uid, user->pw_gid) != 0)
			give_up(plan->home, strerror(errno));
	}

	return make_cluster();
}

void keeper_run(const struct keeper_plan *given, int fd)
{
	unsigned char words[2];
	bool ok;

	plan = given;
	line = fd;
	ok = prepare();
	while (ok && read(line, words, sizeof(words)) == sizeof(words))
		ok = obey(words[0], words[1]) && write(line, words, 1) == 1;

	stop(SERVERS_POSTGRES);
	stop(SERVERS_REDIS);
	nftw(plan->home, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	_exit(ok ? 0 : HARD_ERROR);
}
