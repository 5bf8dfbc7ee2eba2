/* SPDX-License-Identifier: ISC */
/* Every identity is welcome, unless fake_calls says otherwise. */
#include "support/fake_accounts.h"

#include "support/fake_calls.h"

struct account fake_accounts_last;

enum rc accounts_insert(struct op *op, const char *user_id,
    const struct account *account)
{
	enum rc rc = fake_calls_enter(op, "accounts_insert");

	if (rc != RC_OK)
		return op_while(op, rc, "user %s", user_id);

	fake_accounts_last = *account;
	return RC_OK;
}

enum rc accounts_seen(struct op *op, const struct account *account)
{
	enum rc rc = fake_calls_enter(op, "accounts_seen");

	if (rc != RC_OK)
		return rc;

	fake_accounts_last = *account;
	return RC_OK;
}
