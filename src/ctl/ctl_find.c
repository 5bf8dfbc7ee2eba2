/* SPDX-License-Identifier: ISC */
/* Finding the user, and reading the identity, that an argument names. */
#include "ctl/ctl.h"

#include <string.h>

#include "auth/identity.h"
#include "auth/refusal.h"
#include "base/str.h"
#include "base/uuid.h"
#include "config/config_provider.h"
#include "store/users_find.h"

/* Splits provider:subject; false when word is none. */
static bool split(struct op *op, const char *word,
    struct ctl_identity *identity)
{
	const char *colon = strchr(word, ':');
	const char *provider;

	if (colon == NULL)
		return false;

	provider = pool_text_n(op->pool, word, (size_t)(colon - word));
	if (!config_provider_name_is_valid(provider) ||
	    !identity_subject_is_valid(colon + 1))
		return false;

	identity->provider = provider;
	identity->subject = colon + 1;
	return true;
}

enum rc ctl_find_identity(struct op *op, const char *word,
    struct ctl_identity *identity)
{
	if (split(op, word, identity))
		return RC_OK;

	return op_refuse(op, RC_BAD, REFUSAL_FIELDS, "%s is no identity: "
	    "write provider:subject", word);
}

static enum rc several(struct op *op, const struct users_ids *ids)
{
	struct str names;

	str_init(&names, op->pool);
	for (size_t i = 0; i < ids->count; i++)
		str_print(&names, "%s%s", i > 0 ? ", " : "", ids->items[i]);
	return op_fail(op, RC_BAD, "nobody holds the address as verified, "
	    "and %s%zu users show it: %s",
	    ids->count == USERS_FIND_MOST ? "at least " : "", ids->count,
	    names.text);
}

static enum rc find_by_email(struct op *op, const char *email,
    const struct user **user)
{
	struct users_ids ids;
	enum rc rc;

	rc = users_find_by_email(op, email, &ids);
	if (rc != RC_OK)
		return rc;
	if (ids.count == 0)
		return op_fail(op, RC_ABSENT, "there is no user with the "
		    "address %s", email);
	if (ids.count > 1)
		return several(op, &ids);

	return users_by_id(op, ids.items[0], user);
}

static enum rc find_by_identity(struct op *op,
    const struct ctl_identity *identity, const struct user **user)
{
	const char *id;
	enum rc rc;

	rc = users_id_by_identity(op, identity->provider, identity->subject,
	    &id);
	if (rc == RC_ABSENT)
		return op_fail(op, rc, "nobody has the identity %s:%s",
		    identity->provider, identity->subject);
	return rc == RC_OK ? users_by_id(op, id, user) : rc;
}

enum rc ctl_find(struct op *op, const char *word, const struct user **user)
{
	const char *id = str_lower(op->pool, word);
	struct ctl_identity identity;

	if (uuid_is_valid(id))
		return users_by_id(op, id, user);
	if (split(op, word, &identity))
		return find_by_identity(op, &identity, user);
	if (identity_email(op->pool, word) != NULL)
		return find_by_email(op, word, user);

	return op_refuse(op, RC_BAD, REFUSAL_FIELDS, "%s names no user: "
	    "write the user's id, an e-mail address or provider:subject",
	    word);
}
