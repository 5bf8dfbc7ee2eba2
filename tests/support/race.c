/* SPDX-License-Identifier: ISC */
/* A barrier lets all of them go at once. */
#include "support/race.h"

#include <pthread.h>
#include <stdlib.h>

#include <check.h>

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
