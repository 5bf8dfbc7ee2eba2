/* SPDX-License-Identifier: ISC */
/* Documents are kept as text: what is parsed from them lives per request. */
#include "auth/provider_state.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

const char *provider_state_read(struct op *op, struct provider_state *state,
    const struct provider_document *document, int64_t most_ms)
{
	const char *copy = NULL;

	pthread_mutex_lock(&state->lock);
	if (document->text != NULL &&
	    clock_mono_ms() - document->fetched_ms <= most_ms)
		copy = pool_text(op->pool, document->text);
	pthread_mutex_unlock(&state->lock);
	return copy;
}

void provider_state_write(struct provider_state *state,
    struct provider_document *document, const char *text)
{
	char *copy = strdup(text);

	if (copy == NULL)
		abort();

	pthread_mutex_lock(&state->lock);
	free(document->text);
	document->text = copy;
	document->fetched_ms = clock_mono_ms();
	pthread_mutex_unlock(&state->lock);
}

struct provider_state *provider_state_new(void)
{
	struct provider_state *state = calloc(1, sizeof(*state));

	if (state == NULL)
		abort();
	pthread_mutex_init(&state->lock, NULL);
	return state;
}

void provider_state_free(struct provider_state *state)
{
	if (state == NULL)
		return;

	free(state->metadata.text);
	free(state->keys.text);
	pthread_mutex_destroy(&state->lock);
	free(state);
}
