/* SPDX-License-Identifier: ISC */
/*
 * The test program's side: its keeper holds the other end of a socket pair.
 * Check's forked tests inherit ours; the end of file, which comes when the
 * last of us is gone, is the keeper's order to clean up.
 */
#include "support/stack.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <check.h>

#include "support/stack_keeper.h"
#include "support/text.h"
#include "support/wait.h"

#define HARD_ERROR    99
#define SETTINGS_MOST 32

static struct stack_plan plan = {.home = "/tmp/lk-XXXXXX"};
static const char *names[SETTINGS_MOST];
static const char *values[SETTINGS_MOST];
static size_t setting_count;
static pid_t keeper;
static int line = -1;

__attribute__((noreturn))
static void give_up(const char *what, const char *why)
{
	fprintf(stderr, "stack: %s: %s\n", what, why);
	exit(HARD_ERROR);
}

static bool are_installed(void)
{
	static const char *const patterns[] = {"/usr/sbin/nginx",
		"/usr/bin/redis-server", "/usr/bin/spawn-fcgi",
		"/usr/bin/multiwatch", "/usr/lib/postgresql/*/bin/postgres"};
	glob_t found;

	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		if (glob(patterns[i], 0, NULL, &found) != 0) {
			printf("1..0 # SKIP %s is not installed\n",
			    patterns[i]);
			return false;
		}
		globfree(&found);
	}

	return true;
}

/* dev/run is in the source tree, which make check names. */
static const char *command(void)
{
	const char *top = getenv("srcdir");
	char *path = realpath(text_print("%s/dev/run",
	    top != NULL ? top : "."), NULL);
	const char *copy;

	if (path == NULL)
		give_up("dev/run; set srcdir to the source tree",
		    strerror(errno));
	copy = text_copy(path, strlen(path));
	free(path);
	return copy;
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
		stack_keeper_run(&plan, ends[1]);
	}

	close(ends[1]);
	line = ends[0];
}

/* D/env: lines of NAME='value'. */
static void read_settings(void)
{
	const char *text = text_of_file(text_print("%s/env", plan.dir));

	if (text == NULL)
		give_up(plan.dir, "dev/run wrote no env");
	while (*text != '\0' && setting_count < SETTINGS_MOST) {
		size_t name = strcspn(text, "=");
		size_t value = strcspn(text + name + 2, "'");

		names[setting_count] = text_copy(text, name);
		values[setting_count++] = text_copy(text + name + 2, value);
		text += name + 2 + value;
		text += strspn(text, "'\n");
	}
}

bool stack_begin(const char *const arguments[])
{
	char byte;

	if (!are_installed())
		return false;
	if (mkdtemp(plan.home) == NULL || chmod(plan.home, 0755) != 0)
		give_up(plan.home, strerror(errno));

	snprintf(plan.dir, sizeof(plan.dir), "%s/d", plan.home);
	snprintf(plan.printed, sizeof(plan.printed), "%s/printed", plan.home);
	plan.command = command();
	plan.arguments = arguments;
	wait_whole();
	fork_keeper();
	if (read(line, &byte, 1) != 1)
		give_up("dev/run did not start the stack", "see above");
	read_settings();
	return true;
}

void stack_end(void)
{
	int status;

	close(line);
	line = -1;
	if (waitpid(keeper, &status, 0) != keeper || status != 0)
		give_up("the stack did not end well", "see above");
}

const char *stack_setting(const char *name)
{
	for (size_t i = 0; i < setting_count; i++)
		if (strcmp(names[i], name) == 0)
			return values[i];

	ck_abort_msg("D/env has no %s", name);
}

const char *stack_dir(void)
{
	return plan.dir;
}

const char *stack_printed(void)
{
	return text_of_file(plan.printed);
}

const char *stack_url(const char *path)
{
	return text_print("%s%s", stack_setting("BASE_URL"), path);
}

const char *stack_local_url(const char *path)
{
	return text_print("%s%s", stack_setting("ADMIN_URL"), path);
}

void stack_service(const char *action, const char *name)
{
	const char *const argv[] = {plan.command, "--service", plan.dir,
		action, name, NULL};

	ck_assert_msg(stack_keeper_command(argv, "/dev/null") == 0,
	    "dev/run --service D %s %s failed", action, name);
}
