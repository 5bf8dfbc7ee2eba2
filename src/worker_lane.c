/* SPDX-License-Identifier: ISC */
/* A ring of jobs, one lock, one condition. */
#include "worker_lane.h"

#include <pthread.h>
#include <stdlib.h>

#include "worker_conn.h"
#include "worker_threads.h"

struct job {
	struct route_exchange *exchange;
	FCGX_Request *fcgi;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static struct job *ring;
static size_t ring_size;
static size_t first;
static size_t waiting;
static bool stopping;

static struct worker_threads threads;

/* The next job; false when there is none and there will be none. */
static bool take(struct job *job)
{
	bool taken = false;

	pthread_mutex_lock(&lock);
	while (waiting == 0 && !stopping)
		pthread_cond_wait(&changed, &lock);
	if (waiting > 0) {
		*job = ring[first];
		first = (first + 1) % ring_size;
		waiting--;
		taken = true;
	}
	pthread_mutex_unlock(&lock);
	return taken;
}

static void serve(struct worker_watch *watch)
{
	struct job job;

	while (take(&job)) {
		worker_watch_begin(watch, job.fcgi->ipcFd,
		    2 * REQUEST_BUDGET_MS);
		route_refuse_late(job.exchange);
		route_answer(job.exchange);
		worker_conn_finish(watch, job.fcgi);
	}
}

void worker_lane_start(size_t count, size_t length)
{
	ring = calloc(length, sizeof(*ring));
	if (ring == NULL)
		abort();
	ring_size = length;
	worker_threads_start(&threads, count, serve);
}

bool worker_lane_admit(struct route_exchange *exchange, FCGX_Request *fcgi)
{
	bool admitted = false;

	pthread_mutex_lock(&lock);
	if (waiting < ring_size) {
		ring[(first + waiting) % ring_size] = (struct job){exchange,
		    fcgi};
		waiting++;
		admitted = true;
		pthread_cond_signal(&changed);
	}
	pthread_mutex_unlock(&lock);
	return admitted;
}

void worker_lane_look(void)
{
	worker_threads_look(&threads);
}

bool worker_lane_stop(int64_t deadline_ms)
{
	pthread_mutex_lock(&lock);
	stopping = true;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);

	if (!worker_threads_join(&threads, deadline_ms))
		return false;
	free(ring);
	return true;
}
