/* SPDX-License-Identifier: ISC */
/*
 * A barrier lets all of them go at once; an advisory lock tells that what
 * they are to wait for is held.
 */
#include "support/race.h"

#include <pthread.h>
#include <stdlib.h>

#include <check.h>

#include "support/stack.h"
#include "support/text.h"

struct race {
	pthread_barrier_t start;
	void (*act)(struct browser *browser, size_t i, void *argument);
	void *argument;
};

struct runner {
	struct race *race;
	struct browser *browser;
	size_t number;
	pthread_t thread;
};

static void *run(void *argument)
{
	struct runner *runner = argument;
	struct race *race = runner->race;

	pthread_barrier_wait(&race->start);
	race->act(runner->browser, runner->number, race->argument);
	return NULL;
}

void race_run(size_t count,
    void (*act)(struct browser *browser, size_t i, void *argument),
    void *argument)
{
	struct race race = {.act = act, .argument = argument};
	struct runner *runners = calloc(count, sizeof(*runners));

	ck_assert_ptr_nonnull(runners);
	ck_assert_int_eq(pthread_barrier_init(&race.start, NULL,
	    (unsigned)count), 0);
	for (size_t i = 0; i < count; i++)
		runners[i] = (struct runner){
		    .race = &race, .browser = browser_new(), .number = i};
	for (size_t i = 0; i < count; i++)
		ck_assert_int_eq(pthread_create(&runners[i].thread, NULL, run,
		    &runners[i]), 0);
	for (size_t i = 0; i < count; i++)
		pthread_join(runners[i].thread, NULL);
	for (size_t i = 0; i < count; i++)
		browser_free(runners[i].browser);
	pthread_barrier_destroy(&race.start);
	free(runners);
}

static void *hold(void *argument)
{
	const char *const *statement = argument;

	stack_sql(*statement);
	return NULL;
}

void race_run_behind(const char *statement, size_t waiting, size_t count,
    void (*act)(struct browser *browser, size_t i, void *argument),
    void *argument)
{
	const char *holding = text_print("do $$ begin %s; "
	    "perform pg_advisory_xact_lock(1); "
	    "for i in 1 .. 500 loop exit when (select count(*) >= %zu from "
	    "pg_locks where not granted); perform pg_sleep(0.002); end loop; "
	    "end $$", statement, waiting);
	pthread_t holder;

	ck_assert_int_eq(pthread_create(&holder, NULL, hold, &holding), 0);
	while (stack_count("select count(*) from pg_locks where granted and "
	    "locktype = 'advisory'") == 0)
		continue;
	race_run(count, act, argument);
	pthread_join(holder, NULL);
}
