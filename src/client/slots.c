/* SPDX-License-Identifier: ISC */
/*
 * A stack of free places behind one mutex, which also hands a place's
 * connection from one thread to the next.  A semaphore counts them: unlike a
 * condition it wakes nobody in vain, and whoever it wakes finds the mutex
 * free.
 */
#include "client/slots.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/socket.h>
#include <time.h>

#include "base/clock.h"

struct slots {
	pthread_mutex_t mutex;
	sem_t places;		/* as many as stand in stack, less those
				   who are about to take one */
	size_t count;
	size_t free;		/* how many stand in stack */
	size_t stack[];
};

static void slots_end(void *object)
{
	struct slots *slots = object;

	assert(slots->free == slots->count);
	sem_destroy(&slots->places);
	pthread_mutex_destroy(&slots->mutex);
}

struct slots *slots_new(struct pool *pool, size_t count)
{
	struct slots *slots;

	assert(count > 0);
	slots = pool_alloc(pool, sizeof(*slots) + count * sizeof(size_t));
	pthread_mutex_init(&slots->mutex, NULL);
	sem_init(&slots->places, 0, (unsigned)count);

	slots->count = count;
	while (slots->free < count) {
		slots->stack[slots->free] = count - 1 - slots->free;
		slots->free++;
	}

	pool_defer(pool, slots_end, slots);
	return slots;
}

bool slots_borrow(struct slots *slots, int64_t deadline_ms, size_t *slot)
{
	struct timespec until = {
		.tv_sec = (time_t)(deadline_ms / 1000),
		.tv_nsec = (long)(deadline_ms % 1000 * 1000000),
	};

	if (deadline_ms <= clock_mono_ms())
		return false;
	while (sem_clockwait(&slots->places, CLOCK_MONOTONIC, &until) != 0)
		if (errno != EINTR)
			return false;

	pthread_mutex_lock(&slots->mutex);
	assert(slots->free > 0);
	*slot = slots->stack[--slots->free];
	pthread_mutex_unlock(&slots->mutex);
	return true;
}

void slots_give_back(struct slots *slots, size_t slot)
{
	pthread_mutex_lock(&slots->mutex);
	assert(slots->free < slots->count && slot < slots->count);
	slots->stack[slots->free++] = slot;
	pthread_mutex_unlock(&slots->mutex);
	sem_post(&slots->places);
}

bool slots_socket_is_idle(int fd, int64_t used_ms)
{
	char byte;

	if (clock_mono_ms() - used_ms < SLOTS_TRUSTED_MS)
		return true;
	return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
	    errno == EAGAIN;
}
