/* SPDX-License-Identifier: ISC */
/*
 * What becomes of one page of the reference's users: who is put here, who is
 * here already, who cannot be and why.
 */
#include "ctl/import_page.h"

#include <string.h>

#include "auth/identity.h"
#include "base/encode.h"
#include "config/config_provider.h"
#include "ctl/ctl.h"
#include "store/events.h"

/* Of a subject that is none; a real one may have IDENTITY_SUBJECT_MOST. */
#define SHOWN_MOST 64

/* A user with all identities, fit for us. */
struct arrival {
	struct import_page *page;
	struct reference_user user;
	struct reference_account primary;
	struct reference_accounts linked;	/* without the primary */
};

static bool is_usable(const char *provider, const char *oauth_id)
{
	return provider != NULL && config_provider_name_is_valid(provider) &&
	    identity_subject_is_valid(oauth_id);
}

static const char *lower(struct op *op, const char *text)
{
	return text != NULL ? str_lower(op->pool, text) : NULL;
}

static bool is_same(const struct reference_account *account,
    const char *provider, const char *oauth_id)
{
	return provider != NULL && oauth_id != NULL &&
	    strcmp(account->provider, provider) == 0 &&
	    strcmp(account->oauth_id, oauth_id) == 0;
}

/* A text of the other database, fit for a terminal. */
static const char *shown(struct op *op, const char *text)
{
	return text != NULL ? encode_printable(op->pool, text, SHOWN_MOST)
			    : "-";
}

static void refuse(struct op *op, struct import_page *page,
    const struct reference_account *account, const char *why)
{
	str_print(&page->refusals, "user %s: %s:%s %s\n", account->user_id,
	    shown(op, account->provider), shown(op, account->oauth_id), why);
}

/*
 * Takes a user's linked accounts that could sign in; names and pictures are
 * cleaned as a provider's are.
 */
static void take_accounts(struct op *op, struct arrival *arrival,
    const struct reference_accounts *given)
{
	struct reference_account *items = pool_alloc(op->pool,
	    given->count * sizeof(*items));
	size_t count = 0;

	for (size_t i = 0; i < given->count; i++) {
		struct reference_account account = given->items[i];

		account.provider = lower(op, account.provider);
		if (!is_usable(account.provider, account.oauth_id)) {
			arrival->page->identity_tally.refused++;
			refuse(op, arrival->page, &account, "is no identity");
			continue;
		}
		account.email = identity_email(op->pool, account.email);
		account.display_name = identity_name(op->pool,
		    account.display_name);
		account.avatar_url = identity_avatar(op->pool,
		    account.avatar_url);
		items[count++] = account;
	}
	arrival->linked = (struct reference_accounts){.count = count,
	    .items = items};
}

/* Takes item i out of the linked accounts: it is the primary identity. */
static void take_primary(struct op *op, struct arrival *arrival, size_t i)
{
	size_t count = arrival->linked.count;
	struct reference_account *items = pool_copy(op->pool,
	    arrival->linked.items, count * sizeof(*items));

	arrival->primary = items[i];
	memmove(&items[i], &items[i + 1], (count - i - 1) * sizeof(*items));
	arrival->linked.items = items;
	arrival->linked.count--;
}

/*
 * The reference names the primary identity in the user's row alone; it may
 * have a row of its own, too.  Without a usable one the oldest other is it.
 */
static bool choose_primary(struct op *op, struct arrival *arrival)
{
	struct reference_user *user = &arrival->user;

	for (size_t i = 0; i < arrival->linked.count; i++) {
		if (is_same(&arrival->linked.items[i], user->provider,
			user->oauth_id)) {
			take_primary(op, arrival, i);
			return true;
		}
	}

	arrival->primary = (struct reference_account){
	    .user_id = user->id, .provider = user->provider,
	    .oauth_id = user->oauth_id, .email = user->email,
	    .linked_at_ms = user->created_at_ms};
	if (is_usable(user->provider, user->oauth_id))
		return true;
	if (arrival->linked.count == 0)
		return false;
	take_primary(op, arrival, 0);
	return true;
}

/* What the primary identity does not say itself is the person's own. */
static const char *own(const char *text, const char *said)
{
	return text != NULL && said != NULL && strcmp(text, said) == 0 ? NULL
								       : text;
}

static bool prepare(struct op *op, struct arrival *arrival,
    const struct reference_accounts *given)
{
	struct reference_user *user = &arrival->user;

	user->provider = lower(op, user->provider);
	user->email = identity_email(op->pool, user->email);
	take_accounts(op, arrival, given);
	if (!choose_primary(op, arrival))
		return false;

	user->provider = arrival->primary.provider;
	user->oauth_id = arrival->primary.oauth_id;
	user->display_name = own(identity_name(op->pool, user->display_name),
	    arrival->primary.display_name);
	user->avatar_url = own(identity_avatar(op->pool, user->avatar_url),
	    arrival->primary.avatar_url);
	if (user->is_not_premium)
		user->premium_until_ms = 0;
	return true;
}

/* Whose an identity is here; NULL for nobody's. */
static enum rc find_owner(struct op *op,
    const struct reference_account *account, const char **owner)
{
	enum rc rc;

	*owner = NULL;
	rc = users_id_by_identity(op, account->provider, account->oauth_id,
	    owner);
	if (rc != RC_ABSENT)
		return rc;

	op_clear(op);
	return RC_OK;
}

static enum rc put_linked(struct op *op, struct arrival *arrival,
    const struct reference_account *account)
{
	struct import_tally *tally = &arrival->page->identity_tally;
	const char *owner;
	enum rc rc;

	rc = reference_put_account(op, account);
	if (rc == RC_OK)
		tally->imported++;
	if (rc != RC_TAKEN)
		return rc;

	op_clear(op);
	tally->refused++;
	rc = find_owner(op, account, &owner);
	if (rc == RC_OK)
		refuse(op, arrival->page, account, owner != NULL ?
		    pool_print(op->pool, "is user %s's", owner) :
		    "is the second of its provider");
	return rc;
}

/* Puts a user who is not here, with all identities and the event. */
static enum rc put_all(struct op *op, struct arrival *arrival)
{
	enum rc rc;

	/* Somebody may have signed in with it just now: begin again then. */
	rc = reference_put_account(op, &arrival->primary);
	for (size_t i = 0; rc == RC_OK && i < arrival->linked.count; i++)
		rc = put_linked(op, arrival, &arrival->linked.items[i]);
	if (rc == RC_OK)
		rc = events_add(op, &(struct event){.kind = EVENT_IMPORTED,
		    .user_id = arrival->user.id, .actor = CTL_ACTOR});
	if (rc != RC_OK)
		return rc;

	arrival->page->user_tally.imported++;
	arrival->page->identity_tally.imported++;
	if (arrival->user.is_premium && arrival->user.premium_until_ms == 0)
		str_print(&arrival->page->refusals, "user %s: premium without "
		    "an end was left out\n", arrival->user.id);
	return RC_OK;
}

static enum rc put(struct op *op, struct arrival *arrival)
{
	struct import_page *page = arrival->page;
	long long identities = (long long)arrival->linked.count + 1;
	const char *owner;
	enum rc rc;

	rc = find_owner(op, &arrival->primary, &owner);
	if (rc != RC_OK)
		return rc;
	if (owner != NULL && strcmp(owner, arrival->user.id) != 0) {
		refuse(op, page, &arrival->primary, pool_print(op->pool,
		    "is user %s's: not imported", owner));
		page->user_tally.refused++;
		page->identity_tally.refused += identities;
		return RC_OK;
	}

	rc = reference_put_user(op, &arrival->user);
	if (rc != RC_TAKEN)
		return rc == RC_OK ? put_all(op, arrival) : rc;

	op_clear(op);
	page->user_tally.there++;
	page->identity_tally.there += identities;
	return RC_OK;
}

/*
 * Passes over the page's accounts before a user's, all of them for NULL: their
 * user is not there, or was not yet when users were read.
 */
static void pass_over(struct op *op, struct import_page *page,
    const char *user_id, size_t *at)
{
	const struct reference_account *items = page->accounts.items;

	while (*at < page->accounts.count && (user_id == NULL ||
	    strcmp(items[*at].user_id, user_id) < 0)) {
		page->identity_tally.refused++;
		refuse(op, page, &items[*at], "has no user there, or a new "
		    "one: run again then");
		(*at)++;
	}
}

/* Those of the page's accounts that are a user's; both are in order. */
static struct reference_accounts slice(struct op *op,
    struct import_page *page, const char *user_id, size_t *at)
{
	const struct reference_account *items = page->accounts.items;
	size_t first;

	pass_over(op, page, user_id, at);
	first = *at;
	while (*at < page->accounts.count &&
	    strcmp(items[*at].user_id, user_id) == 0)
		(*at)++;
	return (struct reference_accounts){.count = *at - first,
	    .items = items + first};
}

static enum rc put_user(struct op *op, struct import_page *page,
    const struct reference_user *user, size_t *at)
{
	struct arrival arrival = {.page = page, .user = *user};
	struct reference_accounts given = slice(op, page, user->id, at);

	if (prepare(op, &arrival, &given))
		return put(op, &arrival);

	page->user_tally.refused++;
	str_print(&page->refusals, "user %s has no identity to sign in with: "
	    "not imported\n", user->id);
	return RC_OK;
}

enum rc import_page_put(struct op *op, void *what)
{
	struct import_page *page = what;
	enum rc rc = RC_OK;
	size_t at = 0;

	str_init(&page->refusals, op->pool);
	page->user_tally = (struct import_tally){0};
	page->identity_tally = (struct import_tally){0};
	for (size_t i = 0; rc == RC_OK && i < page->users.count; i++)
		rc = put_user(op, page, &page->users.items[i], &at);
	if (rc == RC_OK)
		pass_over(op, page, NULL, &at);

	return rc;
}
