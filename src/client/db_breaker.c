/* SPDX-License-Identifier: ISC */
/* Three flags behind a lock. */
#include "client/db_breaker.h"

#define SILENCE_MS 500

bool db_breaker_is_silence(int64_t waited_ms, int64_t most_ms)
{
	return waited_ms >= SILENCE_MS ||
	    (most_ms > 0 && waited_ms >= most_ms);
}

void db_breaker_init(struct db_breaker *breaker)
{
	*breaker = (struct db_breaker){.open = false};
	pthread_mutex_init(&breaker->lock, NULL);
}

bool db_breaker_may_wait(struct db_breaker *breaker)
{
	bool may;

	pthread_mutex_lock(&breaker->lock);
	may = !breaker->open || !breaker->asking;
	pthread_mutex_unlock(&breaker->lock);
	return may;
}

bool db_breaker_may_ask(struct db_breaker *breaker, size_t slot)
{
	bool may;

	pthread_mutex_lock(&breaker->lock);
	may = !breaker->open || !breaker->asking;
	if (may && breaker->open) {
		breaker->asking = true;
		breaker->slot = slot;
	}
	pthread_mutex_unlock(&breaker->lock);
	return may;
}

void db_breaker_note(struct db_breaker *breaker, size_t slot, bool silent,
    bool alive)
{
	pthread_mutex_lock(&breaker->lock);
	if (silent)
		breaker->open = true;
	else if (alive)
		breaker->open = false;
	if (breaker->slot == slot)
		breaker->asking = false;
	pthread_mutex_unlock(&breaker->lock);
}
