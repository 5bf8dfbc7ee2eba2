/* SPDX-License-Identifier: ISC */
/* One lock, a few json-c containers, an upper bound on each. */
#include "support/provider_state.h"

#include <pthread.h>
#include <stdbool.h>

#include "base/clock.h"
#include "base/crypt.h"

#define ENTRIES_MOST 20000
#define EXPIRES	     "expires_ms"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static json_object *queues;
static json_object *records;
static json_object *faults;
static json_object *tables[PROVIDER_TABLES];

void provider_state_lock(void)
{
	pthread_mutex_lock(&lock);
}

void provider_state_unlock(void)
{
	pthread_mutex_unlock(&lock);
}

static void renew(json_object **place, json_object *value)
{
	json_object_put(*place);
	*place = value;
}

void provider_state_reset(void)
{
	renew(&queues, json_object_new_object());
	renew(&records, json_object_new_array());
	renew(&faults, json_object_new_array());
	for (int i = 0; i < PROVIDER_TABLES; i++)
		renew(&tables[i], json_object_new_object());
}

void provider_state_queue(const char *provider, json_object *next)
{
	json_object *queue;

	if (!json_object_object_get_ex(queues, provider, &queue)) {
		queue = json_object_new_array();
		json_object_object_add(queues, provider, queue);
	}
	json_object_array_add(queue, next);
}

void provider_state_use(json_object *array, size_t i)
{
	json_object *entry = json_object_array_get_idx(array, i);
	json_object *value;
	int times = 1;

	if (json_object_object_get_ex(entry, "sticky", &value) &&
	    json_object_get_boolean(value))
		return;
	if (json_object_object_get_ex(entry, "times", &value))
		times = json_object_get_int(value);

	if (times > 1)
		json_object_object_add(entry, "times",
		    json_object_new_int(times - 1));
	else
		json_object_array_del_idx(array, i, 1);
}

json_object *provider_state_next(const char *provider)
{
	json_object *queue;
	json_object *next;

	if (!json_object_object_get_ex(queues, provider, &queue) ||
	    json_object_array_length(queue) == 0)
		return NULL;

	next = json_object_get(json_object_array_get_idx(queue, 0));
	provider_state_use(queue, 0);
	return next;
}

void provider_state_record(json_object *record)
{
	if (json_object_array_length(records) == ENTRIES_MOST)
		json_object_array_del_idx(records, 0, 1);
	json_object_array_add(records, record);
}

json_object *provider_state_records(void)
{
	return records;
}

void provider_state_fault(json_object *fault)
{
	json_object_array_add(faults, fault);
}

json_object *provider_state_faults(void)
{
	return faults;
}

static void drop_oldest(json_object *table)
{
	json_object_object_foreach(table, key, value) {
		(void)value;
		json_object_object_del(table, key);
		return;
	}
}

char *provider_state_keep(struct pool *pool, enum provider_table table,
    json_object *value, int life_s)
{
	char *key = crypt_random_token(pool);

	if (json_object_object_length(tables[table]) == ENTRIES_MOST)
		drop_oldest(tables[table]);
	json_object_object_add(value, EXPIRES,
	    json_object_new_int64(clock_mono_ms() + 1000L * life_s));
	json_object_object_add(tables[table], key, value);
	return key;
}

json_object *provider_state_find(enum provider_table table, const char *key)
{
	json_object *value;
	json_object *expires;

	if (key == NULL ||
	    !json_object_object_get_ex(tables[table], key, &value) ||
	    !json_object_object_get_ex(value, EXPIRES, &expires) ||
	    json_object_get_int64(expires) <= clock_mono_ms())
		return NULL;

	return value;
}

json_object *provider_state_take(enum provider_table table, const char *key)
{
	json_object *value = json_object_get(provider_state_find(table, key));

	if (value != NULL)
		json_object_object_del(tables[table], key);
	return value;
}
