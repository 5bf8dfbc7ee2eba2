/* SPDX-License-Identifier: ISC */
/*
 * No command is ever sent twice: a script may have run although its answer
 * was lost.  Instead an idle connection is looked at before it is used, and
 * replaced when the server has hung up, so that the first request after a
 * restart finds a new one.
 *
 * Times: hiredis waits in the kernel (SO_RCVTIMEO), for one connect or one
 * part of an answer at most the configured time-out or what is left of the
 * operation, whichever is less.
 */
#include "client/redis.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/time.h>

/* Its inline functions convert without saying so. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#include <hiredis.h>
#pragma GCC diagnostic pop

#include "base/clock.h"
#include "base/encode.h"
#include "base/pool.h"
#include "base/str.h"
#include "client/slots.h"

#define ERROR_SHOWN 120		/* bytes of an error reply in a reason */

struct link {
	redisContext *context;	/* NULL: to be connected */
	int64_t timeout_ms;	/* set on the socket now */
	int64_t used_ms;	/* last answer, on clock_mono_ms */
};

struct reply {
	struct pool *pool;
	const redisReply *raw;	/* an array without arrays */
};

/* The process's one pool. */
static struct {
	struct pool *pool;
	struct redis_settings settings;
	struct slots *slots;
	struct link *links;
} redis;

static void drop(struct link *link)
{
	if (link->context != NULL)
		redisFree(link->context);
	link->context = NULL;
}

void redis_open(const struct redis_settings *settings)
{
	assert(redis.pool == NULL && settings->pool > 0);
	redis.pool = pool_new();
	redis.settings = *settings;
	redis.slots = slots_new(redis.pool, settings->pool);
	redis.links = pool_alloc(redis.pool,
	    settings->pool * sizeof(*redis.links));
}

void redis_close(void)
{
	for (size_t i = 0; i < redis.settings.pool; i++)
		drop(&redis.links[i]);
	pool_free(redis.pool);
	memset(&redis, 0, sizeof(redis));
}

static int64_t time_allowed(const struct op *op)
{
	int64_t left = op_left_ms(op);
	int64_t most = redis.settings.timeout_ms;

	return left < most ? left : most;
}

static struct timeval timeval_from(int64_t ms)
{
	return (struct timeval){
		.tv_sec = (time_t)(ms / 1000),
		.tv_usec = (suseconds_t)(ms % 1000 * 1000),
	};
}

/* Notes why the connection failed and drops it. */
static enum rc lose(struct op *op, struct link *link, const char *doing)
{
	const redisContext *context = link->context;

	/* hiredis has no better word for a time-out than EAGAIN's. */
	if (context == NULL)
		op_fail(op, RC_DOWN, "Redis: %s: out of memory", doing);
	else if (context->err == REDIS_ERR_IO &&
	    (errno == EAGAIN || errno == ETIMEDOUT))
		op_fail(op, RC_DOWN, "Redis: %s: time-out", doing);
	else
		op_fail(op, RC_DOWN, "Redis: %s: %s", doing, context->errstr);

	drop(link);
	return RC_DOWN;
}

/* Gives the next exchange on link its time. */
static enum rc limit_time(struct op *op, struct link *link)
{
	int64_t ms = time_allowed(op);

	if (ms == 0)
		return op_fail(op, RC_DOWN, "Redis: no time was left to ask");
	if (ms == link->timeout_ms)
		return RC_OK;
	if (redisSetTimeout(link->context, timeval_from(ms)) != REDIS_OK)
		return lose(op, link, "setting a time-out");

	link->timeout_ms = ms;
	return RC_OK;
}

/*
 * Whether an error reply is about the command alone.  After any other
 * (READONLY, LOADING, MASTERDOWN, NOAUTH, ...) this server, or our sign-in
 * there, is the wrong one, and the next request connects anew.
 */
static bool is_ordinary(const char *error)
{
	static const char *const codes[] = {"ERR ", "WRONGTYPE ", "NOSCRIPT ",
		"OOM ", "MISCONF ", "BUSY "};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (str_begins(error, codes[i]))
			return true;

	return false;
}

static enum rc refused(struct op *op, struct link *link, const char *doing,
    const redisReply *raw)
{
	op_fail(op, RC_DOWN, "Redis: %s: %s", doing,
	    encode_printable(op->pool, raw->str, ERROR_SHOWN));
	if (!is_ordinary(raw->str))
		drop(link);
	return RC_DOWN;
}

static void free_raw(void *raw)
{
	freeReplyObject(raw);
}

/*
 * Sends one command and awaits its answer, which op->pool adopts and which
 * may be an error.
 */
static enum rc exchange(struct op *op, struct link *link, const char *doing,
    struct redis_words words, const redisReply **raw)
{
	enum rc rc = limit_time(op, link);
	void *answer;

	if (rc != RC_OK)
		return rc;

	/* The words are only read; hiredis's type is older than const. */
	errno = 0;
	answer = redisCommandArgv(link->context, (int)words.count,
	    (const char **)words.items, NULL);
	if (answer == NULL)
		return lose(op, link, doing);
	link->used_ms = clock_mono_ms();

	pool_defer(op->pool, free_raw, answer);
	*raw = answer;
	return RC_OK;
}

static enum rc sign_in(struct op *op, struct link *link)
{
	const struct redis_settings *settings = &redis.settings;
	const redisReply *raw;
	enum rc rc;

	if (settings->password == NULL)
		return RC_OK;

	if (settings->user == NULL)
		rc = exchange(op, link, "signing in",
		    REDIS_WORDS("AUTH", settings->password), &raw);
	else
		rc = exchange(op, link, "signing in",
		    REDIS_WORDS("AUTH", settings->user, settings->password),
		    &raw);
	if (rc == RC_OK && raw->type == REDIS_REPLY_ERROR) {
		rc = refused(op, link, "signing in", raw);
		drop(link);
	}

	return rc;
}

static enum rc connect_link(struct op *op, struct link *link)
{
	const struct redis_settings *settings = &redis.settings;
	struct timeval limit = timeval_from(time_allowed(op));

	errno = 0;
	if (settings->socket != NULL)
		link->context = redisConnectUnixWithTimeout(settings->socket,
		    limit);
	else
		link->context = redisConnectWithTimeout(settings->host,
		    (int)settings->port, limit);
	if (link->context == NULL || link->context->err != 0)
		return lose(op, link, "connecting");

	link->timeout_ms = 0;
	return sign_in(op, link);
}

/* Borrows a place and makes sure that a living connection is in it. */
static enum rc borrow(struct op *op, size_t *slot)
{
	struct link *link;
	enum rc rc = RC_OK;

	if (!slots_borrow(redis.slots, op->deadline_ms, slot))
		return op_fail(op, RC_EXPIRED,
		    "no connection to Redis became free in time");

	link = &redis.links[*slot];
	if (link->context != NULL && !slots_socket_is_idle(link->context->fd,
	    link->used_ms))
		drop(link);
	if (link->context == NULL)
		rc = connect_link(op, link);
	if (rc != RC_OK)
		slots_give_back(redis.slots, *slot);
	return rc;
}

/* A script's words: EVALSHA, its name there, keys, arguments. */
static struct redis_words words_by_name(struct op *op,
    const struct script_text *script, struct redis_words keys,
    struct redis_words args)
{
	size_t count = 3 + keys.count + args.count;
	const char **items = pool_alloc(op->pool, count * sizeof(*items));

	items[0] = "EVALSHA";
	items[1] = script->sha1;
	items[2] = pool_print(op->pool, "%zu", keys.count);
	for (size_t i = 0; i < keys.count; i++)
		items[3 + i] = keys.items[i];
	for (size_t i = 0; i < args.count; i++)
		items[3 + keys.count + i] = args.items[i];

	return (struct redis_words){.count = count, .items = items};
}

/* The same words with EVAL and the script's text. */
static struct redis_words words_by_text(struct op *op,
    const struct script_text *script, struct redis_words by_name)
{
	const char **items = pool_copy(op->pool, by_name.items,
	    by_name.count * sizeof(*items));

	items[0] = "EVAL";
	items[1] = script->text;
	return (struct redis_words){.count = by_name.count, .items = items};
}

static bool is_noscript(const redisReply *raw)
{
	return raw->type == REDIS_REPLY_ERROR &&
	    str_begins(raw->str, "NOSCRIPT ");
}

static enum rc run_script(struct op *op, struct link *link,
    const struct script_text *script, struct redis_words by_name,
    const redisReply **raw)
{
	enum rc rc = exchange(op, link, script->name, by_name, raw);

	/* It did not run; EVAL also makes the server remember it. */
	if (rc == RC_OK && is_noscript(*raw))
		rc = exchange(op, link, script->name,
		    words_by_text(op, script, by_name), raw);
	if (rc == RC_OK && (*raw)->type == REDIS_REPLY_ERROR)
		rc = refused(op, link, script->name, *raw);

	return rc;
}

/* A script's answer is a flat list; an error may hide inside one. */
static bool is_flat_array(const redisReply *raw)
{
	if (raw->type != REDIS_REPLY_ARRAY)
		return false;

	for (size_t i = 0; i < raw->elements; i++)
		if (raw->element[i]->type == REDIS_REPLY_ARRAY ||
		    raw->element[i]->type == REDIS_REPLY_ERROR)
			return false;

	return true;
}

enum rc redis_script(struct op *op, enum script script,
    struct redis_words keys, struct redis_words args,
    const struct reply **reply)
{
	const struct script_text *text = &script_texts[script];
	const redisReply *raw;
	struct reply *made;
	size_t slot;
	enum rc rc;

	rc = borrow(op, &slot);
	if (rc != RC_OK)
		return op_while(op, rc, "script %s", text->name);

	rc = run_script(op, &redis.links[slot], text,
	    words_by_name(op, text, keys, args), &raw);
	slots_give_back(redis.slots, slot);
	if (rc != RC_OK)
		return rc;
	if (!is_flat_array(raw))
		return op_fail(op, RC_DOWN,
		    "Redis: %s: the answer is not a flat list", text->name);

	made = pool_alloc(op->pool, sizeof(*made));
	made->pool = op->pool;
	made->raw = raw;
	*reply = made;
	return RC_OK;
}

enum rc redis_ping(struct op *op)
{
	const redisReply *raw;
	size_t slot;
	enum rc rc;

	rc = borrow(op, &slot);
	if (rc != RC_OK)
		return rc;

	rc = exchange(op, &redis.links[slot], "PING", REDIS_WORDS("PING"),
	    &raw);
	if (rc == RC_OK && raw->type == REDIS_REPLY_ERROR)
		rc = refused(op, &redis.links[slot], "PING", raw);
	slots_give_back(redis.slots, slot);
	if (rc == RC_OK && raw->type != REDIS_REPLY_STATUS)
		return op_fail(op, RC_DOWN, "Redis: PING was not answered");
	return rc;
}

size_t redis_count(const struct reply *reply)
{
	return reply->raw->elements;
}

const char *redis_text(const struct reply *reply, size_t i)
{
	const redisReply *element;

	if (i >= reply->raw->elements)
		return NULL;

	element = reply->raw->element[i];
	if (element->type == REDIS_REPLY_INTEGER)
		return pool_print(reply->pool, "%lld", element->integer);
	return element->type == REDIS_REPLY_NIL ? NULL : element->str;
}

int64_t redis_int(const struct reply *reply, size_t i, int64_t otherwise)
{
	const char *text;
	int64_t number;

	if (i < reply->raw->elements &&
	    reply->raw->element[i]->type == REDIS_REPLY_INTEGER)
		return reply->raw->element[i]->integer;

	text = redis_text(reply, i);
	if (text == NULL || !str_int(text, INT64_MIN, INT64_MAX, &number))
		return otherwise;
	return number;
}
