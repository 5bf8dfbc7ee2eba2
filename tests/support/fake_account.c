/* SPDX-License-Identifier: ISC */
/* Who may come in is test_account.c's. */
#include "support/fake_account.h"

#include "support/fake_calls.h"

struct fake_account fake_account;

enum rc account_sign_in(struct op *op, const struct identity *identity,
    const char *address, const struct user **user)
{
	enum rc rc = fake_calls_enter(op, "account_sign_in");

	fake_account.identity = *identity;
	fake_account.address = address;
	if (rc == RC_OK)
		*user = &fake_account.user;
	return rc;
}
