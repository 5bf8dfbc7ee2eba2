/* SPDX-License-Identifier: ISC */
/*
 * A barrier lets all of them go at once; an advisory lock tells that what
 * they are to wait for is held.
 */
#include "support/race.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include <check.h>

#include "base/clock.h"
#include "support/stack.h"
#include "support/text.h"
#include "support/wait.h"

#define HELD_WITHIN_MS 10000

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

struct holding {
	const char *sql;
	atomic_bool over;
};

static void *hold(void *argument)
{
	struct holding *holding = argument;

	stack_sql(holding->sql);
	atomic_store(&holding->over, true);
	return NULL;
}

/*
 * Each waiter's lock_timeout of 1500 ms counts from when it began to wait; the
 * first, which began before all others, is not kept for more than half of it.
 */
static const char *holding_sql(const char *statement, size_t waiting)
{
	return text_print("do $$ begin %s; "
	    "perform pg_advisory_xact_lock(1); "
	    "loop exit when (select count(*) >= %zu or min(waitstart) < "
	    "clock_timestamp() - interval '700 ms' from pg_locks where not "
	    "granted) or clock_timestamp() > now() + interval '5 s'; "
	    "perform pg_sleep(0.002); end loop; end $$", statement, waiting);
}

void race_run_behind(const char *statement, size_t waiting, size_t count,
    void (*act)(struct browser *browser, size_t i, void *argument),
    void *argument)
{
	static struct holding holding;	/* outlives a test that fails */
	int64_t until = clock_mono_ms() + HELD_WITHIN_MS;
	pthread_t holder;

	holding.sql = holding_sql(statement, waiting);
	atomic_store(&holding.over, false);
	ck_assert_int_eq(pthread_create(&holder, NULL, hold, &holding), 0);
	/* A holder that had to wait itself may be gone before it is seen. */
	while (!atomic_load(&holding.over) && stack_count("select count(*) "
	    "from pg_locks where granted and locktype = 'advisory'") == 0)
		ck_assert(wait_more(until));
	race_run(count, act, argument);
	pthread_join(holder, NULL);
}
