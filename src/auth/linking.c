/* SPDX-License-Identifier: ISC */
/*
 * The order is part of the rules: whoever asks for an identity is told about
 * it first, what is linked goes before what an address says, and what stands
 * against joining goes before joining.
 */
#include "auth/linking.h"

#include <string.h>

static const struct linking_rule rules[] = {
	{"own_identity", LINKING_ASKED | LINKING_ASKERS, 0,
	    LINKING_KEEP, RC_OK, REFUSAL_NONE},
	{"identity_in_use", LINKING_ASKED | LINKING_KNOWN, 0,
	    LINKING_REFUSE, RC_TAKEN, REFUSAL_IDENTITY_IN_USE},
	{"asker_has_provider", LINKING_ASKED | LINKING_ASKER_HAS_PROVIDER, 0,
	    LINKING_REFUSE, RC_TAKEN, REFUSAL_PROVIDER_LINKED},
	{"asked_for", LINKING_ASKED, 0,
	    LINKING_ADD, RC_OK, REFUSAL_NONE},

	{"user_disabled", LINKING_KNOWN | LINKING_DISABLED, 0,
	    LINKING_REFUSE, RC_DENIED, REFUSAL_DISABLED},
	{"known_identity", LINKING_KNOWN, 0,
	    LINKING_ENTER, RC_OK, REFUSAL_NONE},

	/* Who is here already learns the way in, whatever sign_up is. */
	{"holder_disabled", LINKING_HELD | LINKING_HOLDER_DISABLED, 0,
	    LINKING_REFUSE, RC_DENIED, REFUSAL_SIGN_IN},
	{"holder_has_provider", LINKING_HELD | LINKING_HOLDER_HAS_PROVIDER, 0,
	    LINKING_REFUSE, RC_TAKEN, REFUSAL_PROVIDER_LINKED},
	{"linking_is_explicit", LINKING_HELD, LINKING_AUTOMATIC,
	    LINKING_REFUSE, RC_TAKEN, REFUSAL_LINK_REQUIRED},
	{"address_not_backed", LINKING_HELD, LINKING_BACKED,
	    LINKING_REFUSE, RC_TAKEN, REFUSAL_LINK_REQUIRED},
	{"unlinked_before", LINKING_HELD | LINKING_UNLINKED, 0,
	    LINKING_REFUSE, RC_TAKEN, REFUSAL_LINK_REQUIRED},
	{"verified_address", LINKING_HELD, 0,
	    LINKING_JOIN, RC_OK, REFUSAL_NONE},

	{"sign_up_closed", 0, LINKING_SIGN_UP,
	    LINKING_REFUSE, RC_DENIED, REFUSAL_SIGN_UP},
	{"new_user", 0, 0,
	    LINKING_CREATE, RC_OK, REFUSAL_NONE},
};

unsigned linking_facts(const struct accounts_standing *standing,
    const char *asker_id)
{
	unsigned facts = 0;

	if (standing->owner_id != NULL)
		facts |= LINKING_KNOWN;
	if (standing->owner_disabled)
		facts |= LINKING_DISABLED;
	if (standing->holder_id != NULL)
		facts |= LINKING_HELD;
	if (standing->holder_disabled)
		facts |= LINKING_HOLDER_DISABLED;
	if (standing->holder_has_provider)
		facts |= LINKING_HOLDER_HAS_PROVIDER;
	if (standing->holder_is_backed)
		facts |= LINKING_BACKED;
	if (standing->holder_has_unlinked)
		facts |= LINKING_UNLINKED;

	if (asker_id == NULL)
		return facts;

	facts |= LINKING_ASKED;
	if (standing->owner_id != NULL &&
	    strcmp(standing->owner_id, asker_id) == 0)
		facts |= LINKING_ASKERS;
	if (standing->asker_has_provider)
		facts |= LINKING_ASKER_HAS_PROVIDER;
	return facts;
}

const struct linking_rule *linking_decide(unsigned facts)
{
	const struct linking_rule *rule = rules;

	/* The last rule fits whatever is known. */
	while ((facts & rule->with) != rule->with ||
	    (facts & rule->without) != 0)
		rule++;
	return rule;
}
