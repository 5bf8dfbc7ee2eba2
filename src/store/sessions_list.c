/* SPDX-License-Identifier: ISC */
/*
 * What goes through all sessions of a user: the index first, then the records
 * in chunks, so that Redis serves others in between.
 */
#include "store/sessions.h"

#include <stdlib.h>
#include <string.h>

#include "client/redis.h"
#include "store/script.h"
#include "store/sessions_keys.h"

#define CHUNK 500		/* records per script */
#define WORDS_PER_ENTRY 7	/* of session_list's answer */

/* Some of the sessions that a user's index names. */
struct chunk {
	const char *user_id;
	const struct reply *index;
	size_t first;
	size_t count;
};

/* Makes the first chunk, or the next one; false when there is none. */
static bool next(struct chunk *chunk)
{
	size_t left;

	chunk->first += chunk->count;
	left = redis_count(chunk->index) - chunk->first;
	chunk->count = left < CHUNK ? left : CHUNK;
	return left > 0;
}

/* head, then the records' keys or, without keys, the sids themselves. */
static struct redis_words words(struct op *op, struct redis_words head,
    const struct chunk *chunk, bool keys)
{
	size_t count = head.count + chunk->count;
	const char **items = pool_alloc(op->pool, count * sizeof(*items));

	for (size_t i = 0; i < head.count; i++)
		items[i] = head.items[i];
	for (size_t i = 0; i < chunk->count; i++) {
		const char *sid = redis_text(chunk->index, chunk->first + i);

		items[head.count + i] = keys
		    ? sessions_record_key(op, chunk->user_id, sid) : sid;
	}

	return (struct redis_words){.count = count, .items = items};
}

/* An entry of each WORDS_PER_ENTRY words; returns where the next one goes. */
static struct sessions_entry *put_entries(struct sessions_entry *entry,
    const struct reply *reply)
{
	for (size_t i = 0; i < redis_count(reply); i += WORDS_PER_ENTRY)
		*entry++ = (struct sessions_entry){
		    .sid = redis_text(reply, i),
		    .provider = redis_text(reply, i + 1),
		    .user_agent = redis_text(reply, i + 2),
		    .address = redis_text(reply, i + 3),
		    .created_ms = redis_int(reply, i + 4, 0),
		    .last_used_ms = redis_int(reply, i + 5, 0),
		    .expires_ms = redis_int(reply, i + 6, 0),
		};
	return entry;
}

static int newest_first(const void *a, const void *b)
{
	const struct sessions_entry *one = a;
	const struct sessions_entry *other = b;

	if (one->created_ms != other->created_ms)
		return one->created_ms < other->created_ms ? 1 : -1;
	return strcmp(other->sid, one->sid);
}

enum rc sessions_list(struct op *op, const char *user_id,
    struct sessions_list *list)
{
	const char *index = sessions_index_key(op, user_id);
	const char *user = sessions_user_key(op, user_id);
	struct chunk chunk = {.user_id = user_id};
	struct sessions_entry *items;
	struct sessions_entry *end;
	enum rc rc;

	rc = redis_script(op, SCRIPT_SESSION_INDEX, REDIS_WORDS(index),
	    REDIS_NONE, &chunk.index);
	if (rc != RC_OK)
		return op_while(op, rc, "finding the sessions of user %s",
		    user_id);

	items = pool_alloc(op->pool,
	    (redis_count(chunk.index) + 1) * sizeof(*items));
	end = items;
	while (next(&chunk)) {
		const struct reply *reply;

		rc = redis_script(op, SCRIPT_SESSION_LIST,
		    words(op, REDIS_WORDS(index, user), &chunk, true),
		    words(op, REDIS_NONE, &chunk, false), &reply);
		if (rc != RC_OK)
			return op_while(op, rc,
			    "reading the sessions of user %s", user_id);
		end = put_entries(end, reply);
	}

	list->items = items;
	list->count = (size_t)(end - items);
	qsort(items, list->count, sizeof(*items), newest_first);
	return RC_OK;
}

enum rc sessions_erase(struct op *op, const char *user_id,
    const struct reply *reply, size_t first)
{
	const char *index = sessions_index_key(op, user_id);
	struct chunk chunk = {
	    .user_id = user_id, .index = reply, .first = first};

	while (next(&chunk)) {
		const struct reply *erased;
		enum rc rc = redis_script(op, SCRIPT_SESSION_ERASE,
		    words(op, REDIS_WORDS(index), &chunk, true),
		    words(op, REDIS_NONE, &chunk, false), &erased);

		if (rc != RC_OK)
			return op_while(op, rc,
			    "erasing the sessions of user %s", user_id);
	}

	return RC_OK;
}

enum rc sessions_trim(struct op *op, const char *user_id,
    const struct reply *reply, size_t first)
{
	const char *limit = script_number(op, sessions_keys_rules()->limit);
	const char *index = sessions_index_key(op, user_id);
	const struct reply *ended;

	/* Which are the least recently used, one script must say of all. */
	struct chunk all = {.user_id = user_id, .index = reply,
	    .first = first, .count = redis_count(reply) - first};

	return redis_script(op, SCRIPT_SESSION_TRIM,
	    words(op, REDIS_WORDS(index), &all, true),
	    words(op, REDIS_WORDS(limit), &all, false), &ended);
}

enum rc sessions_close_provider(struct op *op, const char *user_id,
    const char *provider, int64_t version)
{
	const char *index = sessions_index_key(op, user_id);
	struct chunk chunk = {.user_id = user_id};
	enum rc rc;

	rc = redis_script(op, SCRIPT_USER_UNLINK,
	    REDIS_WORDS(sessions_user_key(op, user_id), index),
	    REDIS_WORDS(provider, script_number(op, version),
		script_number(op, sessions_keys_rules()->absolute_ms)),
	    &chunk.index);
	while (rc == RC_OK && next(&chunk)) {
		const struct reply *ended;

		rc = redis_script(op, SCRIPT_SESSION_CLOSE_PROVIDER,
		    words(op, REDIS_WORDS(index), &chunk, true),
		    words(op, REDIS_WORDS(provider), &chunk, false), &ended);
	}
	if (rc != RC_OK)
		return op_while(op, rc, "ending the sessions of user %s at %s",
		    user_id, provider);

	return RC_OK;
}
