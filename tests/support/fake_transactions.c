/* SPDX-License-Identifier: ISC */
/* The record is handed out for any state and binding. */
#include "support/fake_transactions.h"

#include "support/fake_calls.h"

struct fake_transactions fake_transactions;

enum rc transactions_put(struct op *op, const char *state,
    const char *binding, const struct transaction *transaction)
{
	fake_transactions.state = state;
	fake_transactions.binding = binding;
	fake_transactions.record = *transaction;
	return fake_calls_enter(op, "transactions_put");
}

enum rc transactions_take(struct op *op, const char *state,
    const char *binding, struct transaction *transaction)
{
	enum rc rc = fake_calls_enter(op, "transactions_take");

	fake_transactions.state = state;
	fake_transactions.binding = binding;
	if (rc == RC_OK)
		*transaction = fake_transactions.record;
	return rc;
}
