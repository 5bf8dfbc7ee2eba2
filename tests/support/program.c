/* SPDX-License-Identifier: ISC */
/* What it writes goes to memory files, which nobody needs to drain. */
#include "support/program.h"

#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <check.h>

#include "base/clock.h"
#include "support/stack.h"
#include "support/text.h"
#include "support/wait.h"

#define ARGUMENTS_MOST 10
#define NOT_RUN	       127

/*
 * What the child of a fork becomes, made before: there another thread may hold
 * any lock for ever, such as that of text.c or malloc's.
 */
struct becoming {
	const char *path;
	const char *argv[ARGUMENTS_MOST + 2];
	int fds[3];
	bool drops_root;
	struct stat owner;		/* of the stack's configuration */
	sigset_t mask;
};

static bool drop_root(const struct stat *owner)
{
	return setgroups(0, NULL) == 0 && setgid(owner->st_gid) == 0 &&
	    setuid(owner->st_uid) == 0;
}

/* Check's handlers for these would end the test, not the program. */
static const int handled[] = {SIGTERM, SIGINT, SIGALRM};

#define HANDLED_COUNT (sizeof(handled) / sizeof(handled[0]))

/* Holds them back from fork until the program has no handlers of Check's. */
static void hold_signals(sigset_t *before)
{
	sigset_t held;

	sigemptyset(&held);
	for (size_t i = 0; i < HANDLED_COUNT; i++)
		sigaddset(&held, handled[i]);
	pthread_sigmask(SIG_BLOCK, &held, before);
}

static struct becoming prepared(const struct program_plan *plan,
    const struct program *program)
{
	struct becoming becoming = {
	    .path = text_print("%s/bin/%s", stack_dir(), plan->name),
	    .argv = {plan->name},
	    .fds = {plan->input, plan->output != 0 ? plan->output
						   : program->out,
		program->err},
	    .drops_root = !plan->as_root && getuid() == 0,
	};

	for (size_t i = 0; i < ARGUMENTS_MOST; i++)
		becoming.argv[i + 1] = plan->arguments[i];
	if (becoming.drops_root)
		ck_assert_int_eq(stat(stack_setting("CONF"),
		    &becoming.owner), 0);
	return becoming;
}

__attribute__((noreturn))
static void become(const struct becoming *becoming)
{
	bool ready = true;

	for (size_t i = 0; i < HANDLED_COUNT; i++)
		signal(handled[i], SIG_DFL);
	pthread_sigmask(SIG_SETMASK, &becoming->mask, NULL);

	for (int i = 0; i < 3; i++) {
		int fd = becoming->fds[i] != 0 ? becoming->fds[i]
					       : open("/dev/null", O_RDONLY);

		ready = ready && dup2(fd, i) == i;
	}
	/* execv changes nothing; its type is older than const. */
	if (ready && (!becoming->drops_root || drop_root(&becoming->owner)))
		execv(becoming->path, (char *const *)becoming->argv);
	_exit(NOT_RUN);
}

struct program program_start(const struct program_plan *plan)
{
	struct program program = {
	    .out = memfd_create("out", MFD_CLOEXEC),
	    .err = memfd_create("err", MFD_CLOEXEC),
	    .started_ms = clock_mono_ms(),
	};
	struct becoming becoming;

	ck_assert_int_ge(program.out, 0);
	ck_assert_int_ge(program.err, 0);
	becoming = prepared(plan, &program);
	hold_signals(&becoming.mask);
	program.pid = fork();
	if (program.pid == 0)
		become(&becoming);
	pthread_sigmask(SIG_SETMASK, &becoming.mask, NULL);
	ck_assert_int_ge(program.pid, 0);
	return program;
}

static const char *written(int fd)
{
	return text_of_file(text_print("/proc/self/fd/%d", fd));
}

bool program_says_within(const struct program *program, const char *words,
    int ms)
{
	int64_t until = clock_mono_ms() + ms;

	while (strstr(written(program->err), words) == NULL)
		if (!wait_more(until))
			return false;
	return true;
}

struct program_end program_wait(struct program *program)
{
	struct program_end end;
	int status;

	ck_assert_int_eq(waitpid(program->pid, &status, 0), program->pid);
	end = (struct program_end){
	    .code = WIFEXITED(status) ? WEXITSTATUS(status)
				      : 128 + WTERMSIG(status),
	    .ms = clock_mono_ms() - program->started_ms,
	    .out = written(program->out),
	    .err = written(program->err),
	};
	ck_assert_msg(end.code != NOT_RUN, "the program did not start");
	close(program->out);
	close(program->err);
	return end;
}

struct program_end program_run(const struct program_plan *plan)
{
	struct program program = program_start(plan);

	return program_wait(&program);
}

/* text with every old replaced by new. */
static const char *replaced(const char *text, const char *old,
    const char *new)
{
	const char *made = "";
	const char *found;

	while ((found = strstr(text, old)) != NULL) {
		made = text_print("%s%.*s%s", made, (int)(found - text), text,
		    new);
		text = found + strlen(old);
	}
	return text_print("%s%s", made, text);
}

const char *program_conf(const char *old, const char *new)
{
	static int count;
	const char *whole = text_of_file(stack_setting("CONF"));
	const char *path = text_print("%s/tmp/%d-%d.conf", stack_dir(),
	    (int)getpid(), ++count);
	FILE *file;

	ck_assert_msg(whole != NULL && strstr(whole, old) != NULL,
	    "latchkey.conf has no %s", old);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fputs(replaced(whole, old, new), file);
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_int_eq(chmod(path, 0644), 0);
	return path;
}
