/* SPDX-License-Identifier: ISC */
/*
 * All transactions share one hash tag, so that the count of open ones lies in
 * the same slot of a Redis Cluster.
 */
#include "store/transactions.h"

#include <string.h>

#include "base/crypt.h"
#include "client/redis.h"
#include "store/script.h"

static const char *prefix;
static int64_t most;

void transactions_init(const char *given_prefix, int64_t given_most)
{
	prefix = given_prefix;
	most = given_most;
}

static const char *record_key(struct op *op, const char *name)
{
	return pool_print(op->pool, "%stransaction:{transactions}:%s", prefix,
	    name);
}

static const char *index_key(struct op *op)
{
	return pool_print(op->pool, "%stransactions:{transactions}", prefix);
}

enum rc transactions_put(struct op *op, const char *state,
    const char *binding, const struct transaction *transaction)
{
	const char *name = crypt_sha256_hex(op->pool, state);
	const struct reply *reply;
	enum rc rc;

	rc = redis_script(op, SCRIPT_TRANSACTION_PUT,
	    REDIS_WORDS(record_key(op, name), index_key(op)),
	    REDIS_WORDS(name,
		script_number(op, TRANSACTIONS_TTL_S * 1000),
		script_number(op, most),
		"binding", binding,
		"provider", transaction->provider,
		"issuer", transaction->issuer,
		"purpose", transaction->purpose,
		"user", transaction->user_id,
		"session", transaction->sid,
		"verifier", transaction->verifier,
		"nonce", transaction->nonce,
		"redirect_uri", transaction->redirect_uri,
		"needs_iss", transaction->needs_iss), &reply);
	if (rc == RC_OK && script_answers(reply, "full"))
		return op_fail(op, RC_LIMITED,
		    "%lld transactions are open already", (long long)most);
	if (rc == RC_OK && !script_answers(reply, "put"))
		rc = script_odd_answer(op, SCRIPT_TRANSACTION_PUT);
	if (rc != RC_OK)
		return op_while(op, rc, "noting a transaction");

	return RC_OK;
}

/* The value that follows name in a list of pairs, "" when it is not there. */
static const char *field(const struct reply *reply, const char *name)
{
	for (size_t i = 0; i + 1 < redis_count(reply); i += 2) {
		const char *key = redis_text(reply, i);
		const char *value = redis_text(reply, i + 1);

		if (key != NULL && value != NULL && strcmp(key, name) == 0)
			return value;
	}

	return "";
}

enum rc transactions_take(struct op *op, const char *state,
    const char *binding, struct transaction *transaction)
{
	const char *name = crypt_sha256_hex(op->pool, state);
	const struct reply *reply;
	enum rc rc;

	rc = redis_script(op, SCRIPT_TRANSACTION_TAKE,
	    REDIS_WORDS(record_key(op, name), index_key(op)),
	    REDIS_WORDS(name, binding), &reply);
	if (rc != RC_OK)
		return op_while(op, rc, "taking a transaction");
	if (redis_count(reply) == 0)
		return op_fail(op, RC_ABSENT,
		    "no transaction %.8s of this browser", name);

	*transaction = (struct transaction){
	    .provider = field(reply, "provider"),
	    .issuer = field(reply, "issuer"),
	    .purpose = field(reply, "purpose"),
	    .user_id = field(reply, "user"),
	    .sid = field(reply, "session"),
	    .verifier = field(reply, "verifier"),
	    .nonce = field(reply, "nonce"),
	    .redirect_uri = field(reply, "redirect_uri"),
	    .needs_iss = field(reply, "needs_iss"),
	};
	return RC_OK;
}
