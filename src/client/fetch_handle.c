/* SPDX-License-Identifier: ISC */
/* A stack, so that the last used goes first and the others fall idle. */
#include "client/fetch_handle.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct fetch_handle *handles;

static struct fetch_handle *new_handle(bool internal)
{
	struct fetch_handle *handle = calloc(1, sizeof(*handle));

	if (handle != NULL)
		handle->easy = curl_easy_init();
	if (handle == NULL || handle->easy == NULL) {
		fputs("latchkey: out of memory\n", stderr);
		abort();
	}

	handle->internal = internal;
	return handle;
}

struct fetch_handle *fetch_handle_borrow(bool internal)
{
	struct fetch_handle **at = &handles;
	struct fetch_handle *handle;

	pthread_mutex_lock(&lock);
	while (*at != NULL && (*at)->internal != internal)
		at = &(*at)->next;
	handle = *at;
	if (handle != NULL)
		*at = handle->next;
	pthread_mutex_unlock(&lock);

	return handle != NULL ? handle : new_handle(internal);
}

void fetch_handle_give_back(struct fetch_handle *handle)
{
	/* Its options point into the memory of the call. */
	curl_easy_reset(handle->easy);

	pthread_mutex_lock(&lock);
	handle->used_ms = clock_mono_ms();
	handle->next = handles;
	handles = handle;
	pthread_mutex_unlock(&lock);
}

/*
 * Takes out those idle since until_ms: the last used stand first.  *any tells
 * whether some are left.
 */
static struct fetch_handle *take_idle(int64_t until_ms, bool *any)
{
	struct fetch_handle **at = &handles;
	struct fetch_handle *idle;

	pthread_mutex_lock(&lock);
	while (*at != NULL && (*at)->used_ms > until_ms)
		at = &(*at)->next;
	idle = *at;
	*at = NULL;
	*any = handles != NULL;
	pthread_mutex_unlock(&lock);
	return idle;
}

bool fetch_handle_close_idle(int64_t until_ms)
{
	bool any;
	struct fetch_handle *idle = take_idle(until_ms, &any);
	bool were_last = idle != NULL && !any;

	while (idle != NULL) {
		struct fetch_handle *next = idle->next;

		curl_easy_cleanup(idle->easy);
		free(idle);
		idle = next;
	}

	return were_last;
}
