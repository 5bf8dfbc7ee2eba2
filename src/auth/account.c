/* SPDX-License-Identifier: ISC */
/*
 * Signing in: the facts are read in one statement, linking.c decides, and the
 * unique indexes and row locks settle races: a loser begins again, when it
 * finds what the winner made.
 */
#include "auth/account.h"

#include <string.h>
#include <strings.h>

#include "auth/change.h"
#include "auth/linking.h"
#include "auth/refusal.h"
#include "base/uuid.h"
#include "store/events.h"

static const struct config *config;

void account_init(const struct config *given)
{
	config = given;
}

/* A sign-in on its way through one transaction. */
struct signing {
	const struct identity *identity;
	const char *address;
	struct account account;
	struct accounts_standing standing;
	struct account_entry entry;
};

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
static bool may_sign_up(struct op *op, const struct identity *identity)
{
	return strcmp(config->sign_up, "open") == 0 ||
	    (strcmp(config->sign_up, "domains") == 0 &&
		is_listed_domain(op, identity));
}

/* The facts of an identity that signs in, and of what the site allows. */
static unsigned facts_of(struct op *op, const struct signing *signing)
{
	unsigned facts = linking_facts(&signing->standing, NULL);

	if (strcmp(config->account_linking, "verified") == 0)
		facts |= LINKING_AUTOMATIC;
	if (may_sign_up(op, signing->identity))
		facts |= LINKING_SIGN_UP;
	return facts;
}

static enum rc note(struct op *op, const struct signing *signing,
    enum event_kind kind, const char *user_id)
{
	return events_add(op, &(struct event){.kind = kind,
	    .user_id = user_id, .provider = signing->identity->provider,
	    .address = signing->address});
}

static enum rc create(struct op *op, struct signing *signing)
{
	const struct account *account = &signing->account;
	char *id = pool_alloc(op->pool, UUID_SIZE);
	enum rc rc;

	uuid_new(id);
	rc = users_insert(op, &(struct user){
	    .id = id,
	    .email = account->email,
	    .email_verified = account->email_verified,
	    .oauth_provider = account->provider,
	    .oauth_id = account->oauth_id,
	});
	if (rc == RC_OK)
		rc = accounts_insert(op, id, account);
	if (rc == RC_OK)
		rc = note(op, signing, EVENT_SIGNED_UP, id);
	if (rc == RC_OK)
		rc = users_by_id(op, id, &signing->entry.user);
	return rc;
}

/* Looks how things stand now, and which rule decides then, for the log, too. */
static enum rc look(struct op *op, struct signing *signing,
    const struct linking_rule **rule)
{
	enum rc rc;

	rc = accounts_look(op, &signing->account, NULL, &signing->standing);
	if (rc != RC_OK)
		return rc;

	*rule = linking_decide(facts_of(op, signing));
	op->rule = (*rule)->name;
	return RC_OK;
}

/* As whom an identity comes in. */
static const char *who(const struct signing *signing, enum linking_act act)
{
	return act == LINKING_JOIN ? signing->standing.holder_id
				   : signing->standing.owner_id;
}

/*
 * Locks the row of the user who comes in, and decides again: before that they
 * may have been disabled or deleted, have given up the address or taken an
 * identity away.
 */
static enum rc lock_and_look(struct op *op, struct signing *signing,
    enum linking_act act)
{
	const char *id = who(signing, act);
	const struct linking_rule *rule;
	enum rc rc;

	rc = users_note_sign_in(op, id);
	if (rc == RC_ABSENT)
		return op_recast(op, RC_TAKEN, REFUSAL_NONE);
	if (rc == RC_OK)
		rc = look(op, signing, &rule);
	if (rc == RC_OK &&
	    (rule->act != act || strcmp(who(signing, act), id) != 0))
		return op_fail(op, RC_TAKEN, "user %s has just changed", id);
	return rc;
}

static enum rc enter(struct op *op, struct signing *signing)
{
	const char *id = who(signing, LINKING_ENTER);
	bool follows = false;
	enum rc rc;

	rc = lock_and_look(op, signing, LINKING_ENTER);
	if (rc == RC_OK)
		rc = accounts_note_use(op, id, &signing->account, &follows);
	if (rc == RC_OK)
		rc = users_settle_email(op, id, follows);
	if (rc == RC_OK)
		rc = users_by_id(op, id, &signing->entry.user);
	/* Only who changes the rows without our lock brings this about. */
	return rc == RC_ABSENT ? op_recast(op, RC_TAKEN, REFUSAL_NONE) : rc;
}

static enum rc join(struct op *op, struct signing *signing)
{
	const char *id = who(signing, LINKING_JOIN);
	enum rc rc;

	rc = lock_and_look(op, signing, LINKING_JOIN);
	if (rc == RC_OK)
		rc = accounts_insert(op, id, &signing->account);
	if (rc == RC_OK)
		rc = users_settle_email(op, id, false);
	if (rc == RC_OK)
		rc = note(op, signing, EVENT_LINKED, id);
	if (rc == RC_OK)
		rc = users_by_id(op, id, &signing->entry.user);

	signing->entry.has_joined = rc == RC_OK;
	return rc;
}

static enum rc refuse(struct op *op, const struct linking_rule *rule,
    const struct signing *signing)
{
	const char *owner = signing->standing.owner_id;
	const char *holder = signing->standing.holder_id;

	return op_refuse(op, rule->rc, rule->refusal, "rule %s, user %s",
	    rule->name, owner != NULL ? owner :
		holder != NULL ? holder : "none");
}

static enum rc decide(struct op *op, void *what)
{
	struct signing *signing = what;
	const struct linking_rule *rule;
	enum rc rc;

	/* Nothing is left of a try before, which may have joined. */
	signing->entry = (struct account_entry){.user = NULL};
	rc = look(op, signing, &rule);
	if (rc != RC_OK)
		return rc;

	switch (rule->act) {
	case LINKING_ENTER:
		return enter(op, signing);
	case LINKING_JOIN:
		return join(op, signing);
	case LINKING_CREATE:
		return create(op, signing);
	default:
		return refuse(op, rule, signing);
	}
}

enum rc account_sign_in(struct op *op, const struct identity *identity,
    const char *address, struct account_entry *entry)
{
	struct signing signing = {.identity = identity, .address = address,
	    .account = identity_account(identity)};
	enum rc rc;

	rc = change_run(op, decide, &signing);
	if (rc != RC_OK)
		return op_while(op, rc, "signing a %s identity in",
		    identity->provider);

	*entry = signing.entry;
	return RC_OK;
}

/* No change can be between Redis and COMMIT while its row's lock is ours. */
static enum rc overrule(struct op *op, void *what)
{
	struct signing *signing = what;
	const char *id = signing->entry.user->id;
	struct users_standing standing;
	const struct linking_rule *rule;
	enum rc rc;

	/* What let them in does not decide here. */
	op->rule = NULL;
	rc = users_lock(op, id, &standing);
	if (rc == RC_ABSENT)
		return op_recast(op, RC_DENIED, REFUSAL_DISABLED);
	if (rc == RC_OK)
		rc = look(op, signing, &rule);
	if (rc == RC_OK && (signing->standing.owner_id == NULL ||
	    strcmp(signing->standing.owner_id, id) != 0))
		return op_refuse(op, RC_DENIED, REFUSAL_TRANSACTION,
		    "the identity is not of user %s any more", id);
	if (rc == RC_OK && rule->act != LINKING_ENTER)
		return refuse(op, rule, signing);
	if (rc == RC_OK)
		rc = users_raise_version(op, id, &standing);
	if (rc == RC_OK)
		rc = users_by_id(op, id, &signing->entry.user);
	return rc;
}

enum rc account_overrule(struct op *op, const struct identity *identity,
    const struct user **user)
{
	struct signing signing = {.identity = identity,
	    .account = identity_account(identity), .entry.user = *user};
	enum rc rc;

	rc = change_run(op, overrule, &signing);
	if (rc != RC_OK)
		return op_while(op, rc, "opening a session Redis refuses");

	*user = signing.entry.user;
	return RC_OK;
}

enum rc account_confirm(struct op *op, const char *user_id,
    const struct identity *identity)
{
	const char *id = "";
	enum rc rc;

	rc = users_id_by_identity(op, identity->provider, identity->subject,
	    &id);
	if (rc == RC_ABSENT || (rc == RC_OK && strcmp(id, user_id) != 0))
		return op_refuse(op, RC_DENIED, REFUSAL_WRONG_ACCOUNT,
		    "the identity is not of user %s", user_id);
	return rc;
}

enum rc account_of(struct op *op, const struct session *session,
    const struct user **user)
{
	const struct user *found = NULL;
	enum rc rc;

	rc = users_by_id(op, session->user_id, &found);
	rc = refusal_if_gone(op, rc, rc == RC_OK && found->disabled, NULL);
	if (rc == RC_OK)
		*user = found;
	return rc;
}

enum rc account_identities(struct op *op, const struct session *session,
    struct accounts_list *list)
{
	struct accounts_list found;
	const struct user *user;
	enum rc rc;

	rc = accounts_of_user(op, session->user_id, &found);
	/* Whoever is deleted in between has no list rather than an empty one. */
	if (rc == RC_OK)
		rc = account_of(op, session, &user);
	if (rc == RC_OK)
		*list = found;
	return rc;
}
