/* SPDX-License-Identifier: ISC */
/* latchkeyctl user disable, enable, delete, premium. */
#include "ctl/user.h"

#include <stdio.h>
#include <string.h>

#include "auth/account.h"
#include "auth/premium.h"
#include "auth/refusal.h"
#include "base/clock.h"
#include "base/str.h"

enum rc user_disable(struct op *op, const struct ctl_call *call)
{
	const struct user *user;
	enum rc rc;

	rc = ctl_find(op, call->words[0], &user);
	if (rc == RC_OK)
		rc = account_disable(op, user->id, CTL_ACTOR);
	if (rc == RC_OK)
		printf("user %s is disabled, every session has ended\n",
		    user->id);
	return rc;
}

enum rc user_enable(struct op *op, const struct ctl_call *call)
{
	const struct user *user;
	enum rc rc;

	rc = ctl_find(op, call->words[0], &user);
	if (rc == RC_OK)
		rc = account_enable(op, user->id, CTL_ACTOR);
	if (rc == RC_OK)
		printf("user %s may sign in\n", user->id);
	return rc;
}

enum rc user_delete(struct op *op, const struct ctl_call *call)
{
	const struct user *user;
	enum rc rc;

	rc = ctl_find(op, call->words[0], &user);
	if (rc == RC_OK)
		rc = ctl_confirm(op, call, pool_print(op->pool,
		    "User %s (%s, %s) will be deleted with everything known "
		    "about them. There is no way back.", user->id,
		    user->display_name != NULL ? user->display_name : "-",
		    user->email != NULL ? user->email : "-"));
	if (rc != RC_OK)
		return rc;

	/* Whoever was asked may have thought for a long time. */
	op->deadline_ms = clock_mono_ms() + CTL_BUDGET_MS;
	rc = account_delete(op, user->id, CTL_ACTOR);
	if (rc == RC_OK)
		printf("user %s is deleted\n", user->id);
	return rc;
}

static enum rc read_end(struct op *op, const char *word,
    struct premium_change *change)
{
	bool good;

	if (strcmp(word, "clear") == 0)
		good = true;
	else if (word[0] == '+')
		good = str_duration(word + 1, &change->extend_ms) &&
		    change->extend_ms > 0;
	else
		good = premium_end_from(word, &change->until_ms);
	if (good)
		return RC_OK;

	return op_refuse(op, RC_BAD, REFUSAL_FIELDS, "%s is no end of "
	    "premium: write an instant such as 2027-01-31T00:00:00Z, an "
	    "extension such as +30d, or clear", word);
}

static enum rc take_reference(struct op *op, const struct ctl_call *call,
    struct premium_change *change)
{
	change->reference = call->reference != NULL ? call->reference
	    : premium_reference_new(op->pool);
	if (premium_reference_is_valid(change->reference))
		return RC_OK;

	return op_refuse(op, RC_BAD, REFUSAL_FIELDS,
	    "--reference takes 1 to %d characters, each seen by itself, with "
	    "spaces only between them", PREMIUM_REFERENCE_MOST);
}

/*
 * It may have been done: with another reference an extension counts twice.
 * Who gave one knows it; a long one would be cut here.
 */
static enum rc set_premium(struct op *op, const char *id,
    const struct premium_change *change, bool is_given,
    const struct user **user)
{
	enum rc rc = premium_set(op, id, change, user);

	if (rc != RC_DOWN && rc != RC_EXPIRED)
		return rc;
	if (is_given)
		return op_while(op, rc, "try again with the same --reference");
	return op_while(op, rc, "try again with --reference \"%s\"",
	    change->reference);
}

enum rc user_premium(struct op *op, const struct ctl_call *call)
{
	struct premium_change change = {.actor = CTL_ACTOR};
	const struct user *user;
	enum rc rc;

	rc = take_reference(op, call, &change);
	if (rc == RC_OK)
		rc = ctl_find(op, call->words[0], &user);
	if (rc == RC_OK)
		rc = read_end(op, call->words[1], &change);
	if (rc == RC_OK)
		rc = set_premium(op, user->id, &change,
		    call->reference != NULL, &user);
	if (rc != RC_OK)
		return rc;

	if (user->premium_until_ms == 0)
		printf("user %s has no premium\n", user->id);
	else
		printf("user %s has premium until %s\n", user->id,
		    clock_rfc3339(op->pool, user->premium_until_ms));
	return RC_OK;
}
