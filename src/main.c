/* SPDX-License-Identifier: ISC */
/* The worker program: options, configuration, exit codes. */
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/log.h"
#include "config/config.h"
#include "worker.h"

/* A supervisor starts us again at once: a refusal must not spin. */
#define REFUSAL_PAUSE_S 1

static const char usage[] =
    "usage: latchkey [-c file] [-t | -h | -V]\n"
    "\n"
    "Answers FastCGI requests on standard input, a listening socket as\n"
    "spawn-fcgi and systemd pass it.\n"
    "\n"
    "  -c file  read the configuration from file (default:\n"
    "           " CONFIG_FILE ")\n"
    "  -t       check the configuration, print it without secrets, and exit\n"
    "  -h       print this and exit\n"
    "  -V       print the version and exit\n";

/*
 * GnuTLS comes with libldap and librtmp, which come with libpq and libcurl;
 * nobody uses it.  This name, which it looks for, keeps it from setting
 * itself up when it is loaded (GNUTLS_SKIP_GLOBAL_INIT in its header), which
 * takes 0.9 MB per worker.
 */
#pragma redefine_extname main_skips_gnutls _gnutls_global_init_skip
int main_skips_gnutls(void);

int main_skips_gnutls(void)
{
	return 1;
}

enum mode { MODE_SERVE, MODE_TEST, MODE_HELP, MODE_VERSION, MODE_USAGE };

static enum mode read_options(int argc, char **argv, const char **file)
{
	enum mode mode = MODE_SERVE;
	int option;

	while ((option = getopt(argc, argv, "c:thV")) != -1) {
		switch (option) {
		case 'c':
			*file = optarg;
			break;
		case 't':
			mode = MODE_TEST;
			break;
		case 'h':
			return MODE_HELP;
		case 'V':
			return MODE_VERSION;
		default:
			return MODE_USAGE;
		}
	}

	return optind == argc ? mode : MODE_USAGE;
}

/* What is in our memory is not for files or other processes. */
static void forbid_dumps(void)
{
	const struct rlimit none = {0, 0};

	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0);
}

/* Threads would each get a heap of their own; two for all are enough. */
static void save_memory(void)
{
	mallopt(M_ARENA_MAX, 2);
}

static int test_config(const char *file)
{
	struct pool *pool = pool_new();
	const struct config *config;
	const char *errors;
	int code = EX_OK;

	if (config_load(pool, file, &config, &errors)) {
		config_print(config, stdout);
	} else {
		fputs(errors, stderr);
		code = EX_CONFIG;
	}
	pool_free(pool);
	return code;
}

static void apply_log_level(const char *name)
{
	static const char *const names[] = {"debug", "info", "warning",
		"error"};

	for (int i = 0; i < 4; i++)
		if (strcmp(name, names[i]) == 0)
			log_threshold((enum log_level)i);
}

static int serve(const char *file)
{
	struct pool *pool;
	const struct config *config;
	const char *errors;
	int code;

	if (getuid() == 0 || geteuid() == 0) {
		log_event(LOG_LEVEL_ERROR, "refused", "latchkey does not run "
		    "as root: start it as a user of its own");
		sleep(REFUSAL_PAUSE_S);
		return EX_NOPERM;
	}

	worker_block_signals();
	forbid_dumps();
	save_memory();
	pool = pool_new();
	if (config_load(pool, file, &config, &errors)) {
		apply_log_level(config->log_level);
		code = worker_run(config);
	} else {
		log_event(LOG_LEVEL_ERROR, "refused", "%s", errors);
		code = EX_CONFIG;
	}

	/* Threads still run: nothing may be freed under them. */
	if (code == EX_SOFTWARE)
		_exit(code);

	pool_free(pool);
	if (code == EX_CONFIG || code == EX_USAGE)
		sleep(REFUSAL_PAUSE_S);
	return code;
}

int main(int argc, char **argv)
{
	const char *file = CONFIG_FILE;

	switch (read_options(argc, argv, &file)) {
	case MODE_SERVE:
		return serve(file);
	case MODE_TEST:
		return test_config(file);
	case MODE_HELP:
		fputs(usage, stdout);
		return EX_OK;
	case MODE_VERSION:
		puts("latchkey " VERSION);
		return EX_OK;
	case MODE_USAGE:
		break;
	}

	fputs(usage, stderr);
	return EX_USAGE;
}
