/* SPDX-License-Identifier: ISC */
/* pthread_timedjoin_np is glibc's; so is the system this runs on. */
#include "worker_threads.h"

#include <stdlib.h>
#include <time.h>

#include "base/clock.h"

/* Eight libraries deep, with room to spare (measured use: under 64 kB). */
#define STACK_SIZE (512 * 1024)

#define LOOK_EVERY_MS 200

static void *run(void *argument)
{
	struct worker_thread *thread = argument;

	thread->serve(&thread->watch);
	return NULL;
}

void worker_threads_start(struct worker_threads *threads, size_t count,
    void (*serve)(struct worker_watch *watch))
{
	pthread_attr_t attributes;

	threads->items = calloc(count, sizeof(*threads->items));
	if (threads->items == NULL)
		abort();
	threads->count = count;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_SIZE);
	for (size_t i = 0; i < count; i++) {
		struct worker_thread *thread = &threads->items[i];

		worker_watch_init(&thread->watch);
		thread->serve = serve;
		if (pthread_create(&thread->id, &attributes, run, thread) != 0)
			abort();
	}
	pthread_attr_destroy(&attributes);
}

void worker_threads_look(struct worker_threads *threads)
{
	for (size_t i = 0; i < threads->count; i++)
		worker_watch_look(&threads->items[i].watch);
}

static bool join(pthread_t id, int64_t most_ms)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += most_ms / 1000;
	until.tv_nsec += most_ms % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	return pthread_timedjoin_np(id, NULL, &until) == 0;
}

bool worker_threads_join(struct worker_threads *threads, int64_t deadline_ms)
{
	for (size_t i = 0; i < threads->count; i++) {
		while (!join(threads->items[i].id, LOOK_EVERY_MS)) {
			worker_threads_look(threads);
			if (clock_mono_ms() >= deadline_ms)
				return false;
		}
	}

	free(threads->items);
	threads->items = NULL;
	threads->count = 0;
	return true;
}
