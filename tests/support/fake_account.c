/* SPDX-License-Identifier: ISC */
/* Who may come in is test_account.c's. */
#include "support/fake_account.h"

#include "support/fake_calls.h"

struct fake_account fake_account;

static enum rc note(struct op *op, const char *name, const char *user_id,
    const struct identity *identity, const char *address)
{
	fake_account.user_id = user_id;
	fake_account.identity = *identity;
	fake_account.address = address;
	return fake_calls_enter(op, name);
}

enum rc account_sign_in(struct op *op, const struct identity *identity,
    const char *address, struct account_entry *entry)
{
	enum rc rc = note(op, "account_sign_in", NULL, identity, address);

	if (rc == RC_OK)
		*entry = (struct account_entry){&fake_account.user,
		    fake_account.has_joined};
	return rc;
}

enum rc account_overrule(struct op *op, const struct identity *identity,
    const struct user **user)
{
	enum rc rc = fake_calls_enter(op, "account_overrule");

	fake_account.identity = *identity;
	if (rc == RC_OK)
		*user = &fake_account.overruled;
	return rc;
}

enum rc account_confirm(struct op *op, const char *user_id,
    const struct identity *identity)
{
	return note(op, "account_confirm", user_id, identity, NULL);
}

enum rc account_link(struct op *op, const char *user_id,
    const struct identity *identity, const char *address,
    const struct account **linked)
{
	enum rc rc = note(op, "account_link", user_id, identity, address);

	if (rc == RC_OK)
		*linked = &fake_account.linked;
	return rc;
}
