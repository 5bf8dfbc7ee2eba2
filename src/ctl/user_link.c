/* SPDX-License-Identifier: ISC */
/*
 * latchkeyctl user link, unlink, move-identity.  Linking by hand asks no
 * provider: the administrator vouches for the identity.
 */
#include "ctl/user.h"

#include <stdio.h>
#include <string.h>

#include "auth/account.h"
#include "auth/change.h"
#include "auth/provider.h"
#include "auth/refusal.h"
#include "store/accounts.h"
#include "store/events.h"

/* An identity that the administrator gives to a user. */
struct gift {
	const char *user_id;
	struct account account;
	bool is_there;			/* the user had it already */
};

static enum rc look(struct op *op, struct gift *gift)
{
	struct accounts_standing standing;
	enum rc rc;

	rc = accounts_look(op, &gift->account, gift->user_id, &standing);
	if (rc != RC_OK)
		return rc;

	gift->is_there = standing.owner_id != NULL &&
	    strcmp(standing.owner_id, gift->user_id) == 0;
	if (gift->is_there)
		return RC_OK;
	if (standing.owner_id != NULL)
		return op_refuse(op, RC_TAKEN, REFUSAL_IDENTITY_IN_USE,
		    "it is user %s's: move-identity gives it to another one",
		    standing.owner_id);
	if (standing.asker_has_provider)
		return op_refuse(op, RC_TAKEN, REFUSAL_PROVIDER_LINKED,
		    "the user has another identity of %s",
		    gift->account.provider);
	return RC_OK;
}

static enum rc link_step(struct op *op, void *what)
{
	struct users_standing standing;
	struct gift *gift = what;
	enum rc rc;

	rc = users_lock(op, gift->user_id, &standing);
	if (rc == RC_OK)
		rc = look(op, gift);
	if (rc != RC_OK || gift->is_there)
		return rc;

	rc = accounts_insert(op, gift->user_id, &gift->account);
	if (rc == RC_OK)
		rc = events_add(op, &(struct event){.kind = "linked",
		    .user_id = gift->user_id,
		    .provider = gift->account.provider, .actor = CTL_ACTOR});
	return rc;
}

/* A name stands for one issuer, whoever uses it first. */
static enum rc check_provider(struct op *op, const char *name)
{
	const struct provider *provider;
	enum rc rc;

	rc = provider_find(op, name, &provider);
	if (rc == RC_OK)
		rc = provider_check_pin(op, provider);
	return rc;
}

enum rc user_link(struct op *op, const struct ctl_call *call)
{
	struct ctl_identity identity;
	const struct user *user;
	struct gift gift = {.user_id = NULL};
	enum rc rc;

	rc = ctl_find_identity(op, call->words[1], &identity);
	if (rc == RC_OK)
		rc = ctl_find(op, call->words[0], &user);
	if (rc == RC_OK)
		rc = check_provider(op, identity.provider);
	if (rc != RC_OK)
		return rc;

	gift.user_id = user->id;
	gift.account.provider = identity.provider;
	gift.account.oauth_id = identity.subject;
	rc = change_run(op, link_step, &gift);
	if (rc != RC_OK)
		return op_while(op, rc, "linking %s", call->words[1]);

	printf(gift.is_there ? "%s was linked to user %s before\n"
			     : "%s is linked to user %s\n",
	    call->words[1], user->id);
	return RC_OK;
}

enum rc user_unlink(struct op *op, const struct ctl_call *call)
{
	const struct account_actor actor = {.name = CTL_ACTOR};
	const struct user *user;
	enum rc rc;

	rc = ctl_find(op, call->words[0], &user);
	if (rc == RC_OK)
		rc = account_unlink(op, user->id, call->words[1], &actor);
	if (rc == RC_OK)
		printf("%s is unlinked from user %s\n", call->words[1],
		    user->id);
	return rc;
}

enum rc user_move(struct op *op, const struct ctl_call *call)
{
	struct ctl_identity identity;
	const struct user *user;
	enum rc rc;

	rc = ctl_find_identity(op, call->words[0], &identity);
	if (rc == RC_OK)
		rc = ctl_find(op, call->words[1], &user);
	if (rc == RC_OK)
		rc = account_move(op, identity.provider, identity.subject,
		    user->id, CTL_ACTOR);
	if (rc == RC_OK)
		printf("%s is linked to user %s\n", call->words[0],
		    user->id);
	return rc;
}
