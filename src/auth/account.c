/* SPDX-License-Identifier: ISC */
/*
 * Get-or-create without locks of our own: the unique indexes decide races,
 * and the loser begins again, when it finds what the winner made.
 */
#include "auth/account.h"

#include <string.h>
#include <strings.h>

#include "auth/refusal.h"
#include "base/uuid.h"
#include "client/db.h"
#include "store/accounts.h"
#include "store/events.h"

/* A loser finds the winner's rows the second time; once more for luck. */
#define TRIES 3

static const struct config *config;

void account_init(const struct config *given)
{
	config = given;
}

static struct account account_from(const struct identity *identity)
{
	return (struct account){
	    .provider = identity->provider,
	    .oauth_id = identity->subject,
	    .email = identity->email,
	    .email_verified = identity->email_verified,
	    .display_name = identity->display_name,
	    .avatar_url = identity->avatar_url,
	};
}

static bool is_listed_domain(struct op *op, const struct identity *identity)
{
	const char *domain;

	if (!identity->email_verified)
		return false;

	domain = identity_email_domain(op->pool, identity->email);
	for (size_t i = 0; i < config->email_domains.count; i++)
		if (strcasecmp(config->email_domains.items[i], domain) == 0)
			return true;

	return false;
}

/* Who may become a user (sign_up). */
static enum rc check_sign_up(struct op *op, const struct identity *identity)
{
	if (strcmp(config->sign_up, "open") == 0)
		return RC_OK;
	if (strcmp(config->sign_up, "domains") == 0 &&
	    is_listed_domain(op, identity))
		return RC_OK;

	return op_refuse(op, RC_DENIED, REFUSAL_SIGN_UP,
	    "sign_up = %s takes no such new user", config->sign_up);
}

/* What stands against a new account when somebody holds its address. */
static enum rc check_holder(struct op *op, const struct identity *identity)
{
	struct users_holder holder;
	enum rc rc;

	if (!identity->email_verified)
		return RC_OK;

	rc = users_by_verified_email(op, identity->email, identity->provider,
	    &holder);
	if (rc == RC_ABSENT) {
		op_clear(op);
		return RC_OK;
	}
	if (rc != RC_OK)
		return rc;

	if (holder.disabled)
		return op_refuse(op, RC_DENIED, REFUSAL_SIGN_IN,
		    "the disabled user %s holds the address", holder.id);
	if (holder.has_provider)
		return op_refuse(op, RC_TAKEN, REFUSAL_PROVIDER_LINKED,
		    "user %s holds the address with another %s identity",
		    holder.id, identity->provider);
	return op_refuse(op, RC_TAKEN, REFUSAL_LINK_REQUIRED,
	    "user %s holds the address", holder.id);
}

static enum rc insert(struct op *op, const struct identity *identity,
    const char *id)
{
	struct account account = account_from(identity);
	struct user user = {
	    .id = id,
	    .email = identity->email,
	    .email_verified = identity->email_verified,
	    .oauth_provider = identity->provider,
	    .oauth_id = identity->subject,
	};
	enum rc rc;

	rc = users_insert(op, &user);
	if (rc == RC_OK)
		rc = accounts_insert(op, id, &account);
	return rc;
}

static enum rc newcomer(struct op *op, const struct identity *identity,
    const char *address, const struct user **user)
{
	char *id = pool_alloc(op->pool, UUID_SIZE);
	enum rc rc;

	uuid_new(id);
	/* Whoever is here already learns the way in, whatever sign_up is. */
	rc = check_holder(op, identity);
	if (rc == RC_OK)
		rc = check_sign_up(op, identity);
	if (rc == RC_OK)
		rc = insert(op, identity, id);
	if (rc == RC_OK)
		rc = events_add(op, &(struct event){.kind = "signed_up",
		    .user_id = id, .provider = identity->provider,
		    .address = address});
	if (rc == RC_OK)
		rc = users_by_id(op, id, user);
	return rc;
}

/* Lets the user's address follow the primary identity's. */
static enum rc follow_email(struct op *op, const struct user *user,
    const struct identity *identity)
{
	struct users_holder holder;
	bool is_free = false;
	enum rc rc;

	if (strcmp(user->oauth_provider, identity->provider) != 0 ||
	    strcmp(user->oauth_id, identity->subject) != 0)
		return RC_OK;

	if (identity->email_verified) {
		rc = users_by_verified_email(op, identity->email,
		    identity->provider, &holder);
		if (rc != RC_OK && rc != RC_ABSENT)
			return rc;
		is_free = rc == RC_ABSENT || strcmp(holder.id, user->id) == 0;
		op_clear(op);
	}

	return users_follow_email(op, user->id, identity->email, is_free);
}

static enum rc known(struct op *op, const struct identity *identity,
    const char *id, const char *address, const struct user **user)
{
	struct account account = account_from(identity);
	const struct user *found;
	enum rc rc;

	rc = users_signed_in(op, id);
	if (rc == RC_ABSENT)
		return op_refuse(op, RC_DENIED, REFUSAL_DISABLED,
		    "user %s is disabled", id);
	if (rc == RC_OK)
		rc = users_by_id(op, id, &found);
	if (rc == RC_OK)
		rc = follow_email(op, found, identity);
	if (rc == RC_OK)
		rc = accounts_seen(op, &account);
	if (rc == RC_OK)
		rc = events_add(op, &(struct event){.kind = "signed_in",
		    .user_id = id, .provider = identity->provider,
		    .address = address});
	if (rc == RC_OK)
		rc = users_by_id(op, id, user);
	return rc;
}

static enum rc attempt(struct op *op, const struct identity *identity,
    const char *address, const struct user **user)
{
	const struct user *found;
	const char *id;
	enum rc rc;

	rc = db_begin(op);
	if (rc != RC_OK)
		return rc;

	rc = users_id_by_identity(op, identity->provider, identity->subject,
	    &id);
	if (rc == RC_OK) {
		rc = known(op, identity, id, address, &found);
	} else if (rc == RC_ABSENT) {
		op_clear(op);
		rc = newcomer(op, identity, address, &found);
	}
	if (rc != RC_OK) {
		db_rollback(op);
		return rc;
	}

	rc = db_commit(op);
	if (rc == RC_OK)
		*user = found;
	return rc;
}

enum rc account_sign_in(struct op *op, const struct identity *identity,
    const char *address, const struct user **user)
{
	enum rc rc = RC_TAKEN;

	for (int i = 0; i < TRIES; i++) {
		op_clear(op);
		rc = attempt(op, identity, address, user);
		if (rc != RC_TAKEN || op->refusal != REFUSAL_NONE)
			break;
	}
	if (rc == RC_TAKEN && op->refusal == REFUSAL_NONE)
		rc = op_recast(op, RC_DOWN, REFUSAL_NONE);
	if (rc != RC_OK)
		return op_while(op, rc, "signing a %s identity in",
		    identity->provider);

	return RC_OK;
}

enum rc account_of(struct op *op, const struct session *session,
    const struct user **user)
{
	const struct user *found = NULL;
	enum rc rc;

	rc = users_by_id(op, session->user_id, &found);
	if (rc == RC_ABSENT || (rc == RC_OK && found->disabled))
		return op_refuse(op, RC_DENIED, REFUSAL_TOKEN,
		    "user %s is disabled or gone", session->user_id);
	if (rc != RC_OK)
		return rc;

	*user = found;
	return RC_OK;
}
