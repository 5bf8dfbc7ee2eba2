/* SPDX-License-Identifier: ISC */
/*
 * Linking by hand or at the administrator's word, unlinking, moving.  Whoever
 * changes a user's ways in holds the lock on the user's row: two unlinks
 * cannot both find the other's identity still there.
 */
#include "auth/account.h"

#include <string.h>

#include "auth/change.h"
#include "auth/linking.h"
#include "auth/provider.h"
#include "auth/refusal.h"
#include "store/events.h"
#include "store/sessions.h"

/* An identity on its way to a user. */
struct asking {
	const char *user_id;
	struct account_actor actor;
	struct account account;
	const struct account *linked;
	bool was_linked;		/* the user had it already */
};

static const struct account *find(const struct accounts_list *list,
    const char *provider)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->items[i].provider, provider) == 0)
			return &list->items[i];
	return NULL;
}

static enum rc note(struct op *op, enum event_kind kind, const char *user_id,
    const char *provider, const struct account_actor *actor)
{
	return events_add(op, &(struct event){.kind = kind,
	    .user_id = user_id, .provider = provider,
	    .address = actor->address, .actor = actor->name});
}

static enum rc add(struct op *op, const struct asking *asking)
{
	const struct account *account = &asking->account;
	enum rc rc;

	rc = accounts_insert(op, asking->user_id, account);
	if (rc == RC_OK)
		rc = users_settle_email(op, asking->user_id, false);
	if (rc == RC_OK)
		rc = note(op, EVENT_LINKED, asking->user_id,
		    account->provider, &asking->actor);
	return rc;
}

static enum rc refuse(struct op *op, const struct linking_rule *rule,
    const char *owner)
{
	return op_refuse(op, rule->rc, rule->refusal, "rule %s, owner %s",
	    rule->name, owner != NULL ? owner : "none");
}

/*
 * Locks the row of a user whose identities are to change, by the hand of the
 * user (actor NULL) or of the administrator.
 */
static enum rc lock(struct op *op, const char *id, const char *actor)
{
	struct users_standing standing = {.disabled = false};
	enum rc rc = users_lock(op, id, &standing);

	return refusal_if_gone(op, rc, standing.disabled, actor);
}

/* The row as it is now, for the answer. */
static enum rc read_back(struct op *op, struct asking *asking)
{
	struct accounts_list list;
	enum rc rc;

	rc = accounts_of_user(op, asking->user_id, &list);
	if (rc == RC_OK)
		asking->linked = find(&list, asking->account.provider);
	return rc;
}

static enum rc link_step(struct op *op, void *what)
{
	struct asking *asking = what;
	struct accounts_standing standing;
	const struct linking_rule *rule;
	enum rc rc;

	rc = lock(op, asking->user_id, asking->actor.name);
	if (rc == RC_OK)
		rc = accounts_look(op, &asking->account, asking->user_id,
		    &standing);
	if (rc != RC_OK)
		return rc;

	rule = linking_decide(linking_facts(&standing, asking->user_id));
	op->rule = rule->name;
	if (rule->act == LINKING_REFUSE)
		return refuse(op, rule, standing.owner_id);

	asking->was_linked = rule->act == LINKING_KEEP;
	if (!asking->was_linked)
		rc = add(op, asking);
	return rc == RC_OK ? read_back(op, asking) : rc;
}

static enum rc link_to(struct op *op, struct asking *asking)
{
	enum rc rc = change_run(op, link_step, asking);

	if (rc != RC_OK)
		return op_while(op, rc, "linking a %s identity to user %s",
		    asking->account.provider, asking->user_id);
	return RC_OK;
}

enum rc account_link(struct op *op, const char *user_id,
    const struct identity *identity, const char *address,
    const struct account **linked)
{
	struct asking asking = {.user_id = user_id,
	    .actor = {.address = address},
	    .account = identity_account(identity)};
	enum rc rc = link_to(op, &asking);

	if (rc == RC_OK)
		*linked = asking.linked;
	return rc;
}

enum rc account_give(struct op *op, const char *user_id,
    const struct identity *identity, const char *actor, bool *was_linked)
{
	struct asking asking = {.user_id = user_id,
	    .actor = {.name = actor},
	    .account = identity_account(identity)};
	const struct provider *provider = provider_named(identity->provider);
	enum rc rc;

	/* It would be a way in by which nobody can come. */
	if (provider != NULL && !provider->ops->is_subject(identity->subject))
		return op_refuse(op, RC_BAD, REFUSAL_FIELDS,
		    "%s is nobody's id at %s", identity->subject,
		    provider->name);
	/* Its name stands for one issuer, whoever uses it first. */
	rc = provider_admit(op, identity->provider, &provider);
	if (rc == RC_OK)
		rc = link_to(op, &asking);
	if (rc == RC_OK)
		*was_linked = asking.was_linked;
	return rc;
}

/* An identity on its way out through one transaction. */
struct leaving {
	const char *user_id;
	const char *provider;
	const char *oauth_id;		/* NULL: whichever it is */
	const struct account_actor *actor;
	const char *to_id;		/* who gets it, NULL for nobody */
	struct users_standing standing;	/* of the user without it */
};

/* Whether people can sign in at a provider: configured, and rightly pinned. */
static enum rc lets_in(struct op *op, const char *name, bool *lets)
{
	const struct provider *provider = provider_named(name);
	enum rc rc;

	*lets = false;
	if (provider == NULL)
		return RC_OK;

	rc = provider_look_at_pin(op, provider);
	*lets = rc == RC_OK;
	if (rc == RC_ABSENT) {
		op_clear(op);
		rc = RC_OK;
	}
	return rc;
}

/* The oldest identity left that still lets its user in, NULL for none. */
static enum rc way_in(struct op *op, const struct accounts_list *list,
    const char *without, const struct account **left)
{
	bool lets = false;
	enum rc rc = RC_OK;

	*left = NULL;
	for (size_t i = 0; rc == RC_OK && !lets && i < list->count; i++) {
		if (strcmp(list->items[i].provider, without) == 0)
			continue;
		rc = lets_in(op, list->items[i].provider, &lets);
		if (lets)
			*left = &list->items[i];
	}
	return rc;
}

/* Makes room: whoever loses their primary identity gets another one. */
static enum rc promote(struct op *op, const struct leaving *leaving,
    bool *has_new_primary)
{
	const struct account *gone, *left;
	struct accounts_list list;
	enum rc rc;

	rc = accounts_of_user(op, leaving->user_id, &list);
	if (rc != RC_OK)
		return rc;

	gone = find(&list, leaving->provider);
	if (gone == NULL || (leaving->oauth_id != NULL &&
	    strcmp(leaving->oauth_id, gone->oauth_id) != 0))
		return op_refuse(op, RC_ABSENT, REFUSAL_NOT_LINKED,
		    "there is no %s identity", leaving->provider);
	rc = way_in(op, &list, leaving->provider, &left);
	if (rc != RC_OK)
		return rc;
	if (left == NULL)
		return op_refuse(op, RC_TAKEN, REFUSAL_LAST_METHOD,
		    "it is the user's last way in: link another identity "
		    "of a configured provider first");

	*has_new_primary = gone->is_primary;
	if (!gone->is_primary)
		return RC_OK;
	return users_set_primary(op, leaving->user_id, left->provider,
	    left->oauth_id);
}

static enum rc take_away(struct op *op, struct leaving *leaving)
{
	bool has_new_primary = false;
	enum rc rc;

	rc = promote(op, leaving, &has_new_primary);
	if (rc == RC_OK && leaving->to_id == NULL)
		rc = accounts_delete(op, leaving->user_id, leaving->provider);
	if (rc == RC_OK && leaving->to_id != NULL)
		rc = accounts_move(op, leaving->user_id, leaving->provider,
		    leaving->to_id);
	if (rc == RC_OK)
		rc = users_settle_email(op, leaving->user_id,
		    has_new_primary);
	if (rc == RC_OK)
		rc = users_raise_version(op, leaving->user_id,
		    &leaving->standing);
	if (rc == RC_OK)
		rc = note(op, EVENT_UNLINKED, leaving->user_id,
		    leaving->provider, leaving->actor);
	return rc;
}

/*
 * Ends the sessions begun through the identity.  Before COMMIT, so that none
 * outlives it; after every statement, so that none ends where one fails.
 */
static enum rc end_sessions(struct op *op, const struct leaving *leaving)
{
	return sessions_close_provider(op, leaving->user_id,
	    leaving->provider, leaving->standing.version);
}

static enum rc unlink_step(struct op *op, void *what)
{
	struct leaving *leaving = what;
	enum rc rc = lock(op, leaving->user_id, leaving->actor->name);

	if (rc == RC_OK)
		rc = take_away(op, leaving);
	if (rc == RC_OK)
		rc = end_sessions(op, leaving);
	return rc;
}

enum rc account_unlink(struct op *op, const char *user_id,
    const char *provider, const struct account_actor *actor)
{
	struct leaving leaving = {.user_id = user_id, .provider = provider,
	    .actor = actor};
	enum rc rc;

	rc = change_run(op, unlink_step, &leaving);
	if (rc != RC_OK)
		return op_while(op, rc, "unlinking %s from user %s", provider,
		    user_id);
	return RC_OK;
}

/* Locks two users, always in the same order, so that nobody waits in a ring. */
static enum rc lock_both(struct op *op, const char *one, const char *other)
{
	struct users_standing standing;
	bool in_order = strcmp(one, other) < 0;
	enum rc rc;

	rc = users_lock(op, in_order ? one : other, &standing);
	if (rc == RC_OK)
		rc = users_lock(op, in_order ? other : one, &standing);
	return rc;
}

static enum rc move_step(struct op *op, void *what)
{
	struct leaving *leaving = what;
	struct accounts_list list;
	enum rc rc;

	rc = lock_both(op, leaving->user_id, leaving->to_id);
	if (rc == RC_OK)
		rc = accounts_of_user(op, leaving->to_id, &list);
	if (rc != RC_OK)
		return rc;
	if (find(&list, leaving->provider) != NULL)
		return op_refuse(op, RC_TAKEN, REFUSAL_PROVIDER_LINKED,
		    "user %s has an identity of %s", leaving->to_id,
		    leaving->provider);

	rc = take_away(op, leaving);
	if (rc == RC_OK)
		rc = users_settle_email(op, leaving->to_id, false);
	if (rc == RC_OK)
		rc = note(op, EVENT_LINKED, leaving->to_id,
		    leaving->provider, leaving->actor);
	if (rc == RC_OK)
		rc = end_sessions(op, leaving);
	return rc;
}

enum rc account_move(struct op *op, const char *provider,
    const char *oauth_id, const char *to_id, const char *actor)
{
	struct leaving leaving = {.provider = provider,
	    .oauth_id = oauth_id, .to_id = to_id,
	    .actor = &(struct account_actor){.name = actor}};
	enum rc rc;

	rc = users_id_by_identity(op, provider, oauth_id, &leaving.user_id);
	if (rc == RC_OK)
		rc = change_run(op, move_step, &leaving);
	if (rc != RC_OK)
		return op_while(op, rc, "moving a %s identity to user %s",
		    provider, to_id);
	return RC_OK;
}
