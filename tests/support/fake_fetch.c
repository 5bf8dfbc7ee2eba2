/* SPDX-License-Identifier: ISC */
/* A list of answers, and a list of what was asked. */
#include "support/fake_fetch.h"

#include <string.h>

#include <check.h>

#define CALLS_MOST 32

static struct pool *pool;
static size_t scripted;
static size_t made;

static struct {
	const char *url;
	enum rc rc;
	struct fetch_answer answer;
	struct fetch_request request;	/* once it was made */
} calls[CALLS_MOST];

void fake_fetch_begin(void)
{
	pool = pool_new();
	scripted = 0;
	made = 0;
}

void fake_fetch_end(void)
{
	ck_assert_uint_eq(made, scripted);
	pool_free(pool);
	pool = NULL;
}

static void add(const char *url, enum rc rc, struct fetch_answer answer)
{
	ck_assert_uint_lt(scripted, CALLS_MOST);
	if (answer.body != NULL) {
		answer.len = strlen(answer.body);
		answer.body = pool_text(pool, answer.body);
	}
	calls[scripted].url = pool_text(pool, url);
	calls[scripted].rc = rc;
	calls[scripted++].answer = answer;
}

void fake_fetch_says(const char *url, const char *json)
{
	add(url, RC_OK, (struct fetch_answer){.status = 200,
	    .content_type = "application/json", .body = json});
}

void fake_fetch_answers(const char *url, struct fetch_answer answer)
{
	add(url, RC_OK, answer);
}

void fake_fetch_fails(const char *url, enum rc rc)
{
	add(url, rc, (struct fetch_answer){.status = 0});
}

size_t fake_fetch_count(void)
{
	return made;
}

const struct fetch_request *fake_fetch_call(size_t i)
{
	ck_assert_uint_lt(i, made);
	return &calls[i].request;
}

static const char *kept(const char *text)
{
	return text != NULL ? pool_text(pool, text) : NULL;
}

enum rc fetch_run(struct op *op, const struct fetch_request *request,
    const struct fetch_answer **answer)
{
	size_t i = made++;

	ck_assert_msg(i < scripted, "a call too many: %s", request->url);
	ck_assert_str_eq(request->url, calls[i].url);
	calls[i].request = *request;
	calls[i].request.url = calls[i].url;
	calls[i].request.form = kept(request->form);
	calls[i].request.bearer = kept(request->bearer);
	if (calls[i].rc != RC_OK)
		return op_fail(op, calls[i].rc, "the call was told to fail");

	*answer = pool_copy(op->pool, &calls[i].answer,
	    sizeof(calls[i].answer));
	return RC_OK;
}
