/* SPDX-License-Identifier: ISC */
/*
 * What a test sees of the stack beside its HTTP: the stores, the workers, the
 * log.  Servers come and go: what is connected may be so no longer.
 */
#include "support/stack.h"

#include <dirent.h>
#include <glob.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <check.h>
#include <hiredis/hiredis.h>
#include <libpq-fe.h>

#include "base/clock.h"
#include "base/str.h"
#include "support/browser.h"
#include "support/text.h"
#include "support/wait.h"

#define WORDS_MOST   64
#define WORKERS_MOST 16
#define HOLD_MOST_MS 10000

/* A supervisor may start the last one a while after the first. */
#define WORKERS_MS 10000

bool stack_is_ready_within(int ms)
{
	int64_t until = clock_mono_ms() + ms;
	struct browser *browser = browser_new();
	bool ready;

	for (;;) {
		ready = browser_get(browser,
		    stack_local_url("/health/ready")).status == 200;
		if (ready || clock_mono_ms() >= until)
			break;
		nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
	}
	browser_free(browser);
	return ready;
}

/* Of the main thread, in this process; a new one is much of a server's work. */
static struct {
	PGconn *conn;
	pid_t pid;
} database;

/* The main thread's connection, made anew where it is a parent's or broken. */
static PGconn *connected(void)
{
	if (gettid() != getpid())
		return PQconnectdb(stack_setting("PG_CONNINFO"));

	if (database.pid == getpid() &&
	    PQstatus(database.conn) == CONNECTION_OK)
		return database.conn;
	if (database.pid == getpid())
		PQfinish(database.conn);
	database.conn = PQconnectdb(stack_setting("PG_CONNINFO"));
	database.pid = getpid();
	return database.conn;
}

/* Runs SQL; once more where the server has been stopped in between. */
static PGresult *run(PGconn **db, const char *sql)
{
	PGresult *result;

	*db = connected();
	result = PQexec(*db, sql);
	if (PQstatus(*db) == CONNECTION_OK || *db != database.conn)
		return result;

	PQclear(result);
	*db = connected();
	return PQexec(*db, sql);
}

const char *stack_sql(const char *sql)
{
	PGconn *db;
	PGresult *result = run(&db, sql);
	ExecStatusType status = PQresultStatus(result);
	const char *value = "";
	const char *words = text_print("%s", PQerrorMessage(db));

	if (status == PGRES_TUPLES_OK && PQntuples(result) > 0 &&
	    PQnfields(result) > 0)
		value = text_print("%s", PQgetvalue(result, 0, 0));
	PQclear(result);
	if (db != database.conn)
		PQfinish(db);

	ck_assert_msg(status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK,
	    "%s: %s", sql, words);
	return value;
}

long stack_count(const char *sql)
{
	const char *value = stack_sql(sql);
	int64_t number;

	ck_assert_msg(str_int(value, INT64_MIN, INT64_MAX, &number),
	    "%s: no number but \"%s\"", sql, value);
	return (long)number;
}

bool stack_counts_within(const char *sql, int ms)
{
	int64_t until = clock_mono_ms() + ms;

	while (stack_count(sql) == 0)
		if (!wait_more(until))
			return false;
	return true;
}

static const char *redis_password(void)
{
	const char *text = text_of_file(stack_setting("REDIS_PASSWORD_FILE"));

	ck_assert_msg(text != NULL, "Redis's password cannot be read");
	return text_copy(text, strcspn(text, "\n"));
}

static redisContext *redis_open(void)
{
	redisContext *redis = redisConnectUnixWithTimeout(
	    stack_setting("REDIS_SOCKET"), (struct timeval){.tv_sec = 5});
	redisReply *reply;

	ck_assert_msg(redis != NULL && redis->err == 0,
	    "Redis cannot be reached");
	redisSetTimeout(redis, (struct timeval){.tv_sec = 10});
	reply = redisCommand(redis, "AUTH %s %s",
	    stack_setting("REDIS_ADMIN"), redis_password());
	ck_assert_msg(reply != NULL && reply->type == REDIS_REPLY_STATUS,
	    "Redis refuses the administrator");
	freeReplyObject(reply);
	return redis;
}

/* As redis-cli does when nobody watches: one element a line, nil is empty. */
static const char *rendered(const redisReply *reply)
{
	const char *text = "";

	switch (reply->type) {
	case REDIS_REPLY_STRING:
	case REDIS_REPLY_STATUS:
		return text_copy(reply->str, (size_t)reply->len);
	case REDIS_REPLY_INTEGER:
		return text_print("%lld", reply->integer);
	case REDIS_REPLY_ARRAY:
		for (size_t i = 0; i < reply->elements; i++)
			text = text_print("%s%s%s", text, i > 0 ? "\n" : "",
			    rendered(reply->element[i]));
		return text;
	case REDIS_REPLY_ERROR:
		ck_abort_msg("Redis: %s", reply->str);
	default:
		return "";
	}
}

const char *stack_redis(const char *word, ...)
{
	const char *words[WORDS_MOST];
	int count = 0;
	redisContext *redis;
	redisReply *reply;
	const char *text;
	va_list args;

	va_start(args, word);
	for (; word != NULL && count < WORDS_MOST;
	    word = va_arg(args, const char *))
		words[count++] = word;
	va_end(args);

	redis = redis_open();
	reply = redisCommandArgv(redis, count, words, NULL);
	ck_assert_msg(reply != NULL, "Redis: %s", redis->errstr);
	text = rendered(reply);
	freeReplyObject(reply);
	redisFree(redis);
	return text;
}

/* Whether /proc/PID/stat is a living latchkey that multiwatch started. */
static bool is_worker(const char *pid, int supervisor)
{
	const char *text = text_of_file(text_print("/proc/%s/stat", pid));
	char name[32];
	char state;
	int parent;

	return text != NULL &&
	    sscanf(text, "%*d (%31[^)]) %c %d", name, &state, &parent) == 3 &&
	    strcmp(name, "latchkey") == 0 && state != 'Z' &&
	    parent == supervisor;
}

size_t stack_workers(pid_t *pids, size_t most)
{
	const char *text = text_of_file(text_print("%s/latchkey.pid",
	    stack_dir()));
	const struct dirent *entry;
	int supervisor;
	size_t count = 0;
	DIR *proc;

	ck_assert_msg(text != NULL && sscanf(text, "%d", &supervisor) == 1,
	    "latchkey is not running");
	proc = opendir("/proc");
	ck_assert_ptr_nonnull(proc);
	while ((entry = readdir(proc)) != NULL && count < most)
		if (str_consists(entry->d_name, "0123456789") &&
		    is_worker(entry->d_name, supervisor))
			pids[count++] = (pid_t)strtol(entry->d_name, NULL, 10);
	closedir(proc);
	return count;
}

size_t stack_all_workers(pid_t *pids, size_t most)
{
	size_t wanted = strtoul(stack_setting("WORKERS"), NULL, 10);
	int64_t until = clock_mono_ms() + WORKERS_MS;
	size_t count;

	ck_assert_uint_le(wanted, most);
	while ((count = stack_workers(pids, most)) != wanted)
		ck_assert_msg(wait_more(until), "%zu workers of %zu", count,
		    wanted);
	return count;
}

/* Whether every thread of a process is stopped. */
static bool is_stopped(pid_t pid)
{
	size_t running = 0;
	glob_t threads;

	ck_assert_int_eq(glob(text_print("/proc/%d/task/*/stat", (int)pid), 0,
	    NULL, &threads), 0);
	for (size_t i = 0; i < threads.gl_pathc; i++) {
		const char *text = text_of_file(threads.gl_pathv[i]);

		if (text != NULL && strstr(text, ") T ") == NULL)
			running++;
	}
	globfree(&threads);
	return running == 0;
}

void stack_hold(pid_t worker)
{
	int64_t until = clock_mono_ms() + HOLD_MOST_MS;

	ck_assert_int_eq(kill(worker, SIGSTOP), 0);
	while (!is_stopped(worker))
		ck_assert(wait_more(until));
}

void stack_release(void)
{
	pid_t workers[WORKERS_MOST];
	size_t count = stack_workers(workers, WORKERS_MOST);

	for (size_t i = 0; i < count; i++)
		kill(workers[i], SIGCONT);
}

const char *stack_log(void)
{
	const char *text = text_of_file(text_print("%s/log/latchkey.log",
	    stack_dir()));

	ck_assert_msg(text != NULL, "latchkey's log cannot be read");
	return text;
}
