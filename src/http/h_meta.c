/* SPDX-License-Identifier: ISC */
/* Health is asked by machines on this host; it costs one ping per store. */
#include "http/h_meta.h"

#include "auth/provider.h"
#include "auth/refusal.h"
#include "auth/signin.h"
#include "client/db.h"
#include "client/redis.h"
#include "http/problem.h"

/* How long a store may take to show that it is there. */
#define PING_BUDGET_MS 1000

enum rc h_meta_live(struct request *request, struct response *response)
{
	struct js *status = js_object(request->op);

	js_put_text(status, "status", "ok");
	response_json(response, 200, status);
	return RC_OK;
}

/* Pings a store with an operation of its own; the reason goes to our log. */
static bool answers(struct op *op, const char *store, enum rc (*ping)(
    struct op *))
{
	struct op *own = op_new(op->id, PING_BUDGET_MS);
	enum rc rc = ping(own);

	if (rc != RC_OK)
		op_fail(op, rc, "%s: %.300s", store, op_reason(own));
	op_free(own);
	return rc == RC_OK;
}

enum rc h_meta_ready(struct request *request, struct response *response)
{
	struct op *op = request->op;
	bool postgresql = answers(op, "PostgreSQL", db_ping);
	bool redis = answers(op, "Redis", redis_ping);
	bool ready = postgresql && redis;
	struct js *status = ready ? js_object(op)
				  : problem_document(op, RC_DOWN, REFUSAL_NONE);

	if (ready)
		js_put_text(status, "status", "ok");
	js_put_text(status, "postgresql", postgresql ? "ok" : "down");
	js_put_text(status, "redis", redis ? "ok" : "down");
	if (ready)
		response_json(response, 200, status);
	else
		problem_answer_document(response, RC_DOWN, status);
	return RC_OK;
}

enum rc h_meta_providers(struct request *request, struct response *response)
{
	struct op *op = request->op;
	struct js *answer = js_object(op);
	struct js *list = js_array(op);

	for (size_t i = 0; i < provider_count(); i++) {
		const struct provider *provider = provider_at(i);
		struct js *entry;

		if (provider_is_barred(provider))
			continue;
		entry = js_object(op);
		js_put_text(entry, "name", provider->name);
		js_put_text(entry, "label", provider->label);
		js_put_text(entry, "path",
		    signin_path(op, SIGNIN_ENTER, provider->name));
		js_append(list, entry);
	}
	js_put(answer, "providers", list);
	response_json(response, 200, answer);
	return RC_OK;
}
