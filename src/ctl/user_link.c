/* SPDX-License-Identifier: ISC */
/*
 * latchkeyctl user link, unlink, move-identity.  Linking by hand asks no
 * provider: the administrator vouches for the identity.
 */
#include "ctl/user.h"

#include <stdio.h>

#include "auth/account.h"
#include "auth/refusal.h"

enum rc user_link(struct op *op, const struct ctl_call *call)
{
	struct ctl_identity identity;
	const struct user *user;
	bool was_linked = false;
	enum rc rc;

	rc = ctl_find_identity(op, call->words[1], &identity);
	if (rc == RC_OK)
		rc = ctl_find(op, call->words[0], &user);
	if (rc == RC_OK)
		rc = account_give(op, user->id, &(struct identity){
		    .provider = identity.provider,
		    .subject = identity.subject}, CTL_ACTOR, &was_linked);
	if (rc == RC_TAKEN && op->refusal == REFUSAL_IDENTITY_IN_USE)
		return op_while(op, rc, "move-identity would give it away");
	if (rc != RC_OK)
		return rc;

	printf(was_linked ? "%s was linked to user %s before\n"
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
