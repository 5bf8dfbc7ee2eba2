/* SPDX-License-Identifier: ISC */
/*
 * From a file to a frozen configuration: read the tree, turn it into values,
 * hold the rules against them.  Every mistake is found before any is told.
 */
#include "config/config.h"

#include "config/draft.h"
#include "config/rules.h"
#include "config/secret.h"
#include "config/tree.h"

static void gather_providers(struct draft *draft)
{
	struct config_provider *providers = pool_alloc(draft->pool,
	    draft->provider_count * sizeof(*providers));

	for (size_t i = 0; i < draft->provider_count; i++)
		providers[i] = draft->providers[i].values;

	draft->values.provider_count = draft->provider_count;
	draft->values.providers = providers;
}

bool config_load(struct pool *pool, const char *path,
    const struct config **config, const char **errors)
{
	struct draft *draft = draft_new(pool, path);

	/* First of all: no later failure leaves them in the environment. */
	draft->env_secret = secret_from_environment(pool, "LATCHKEY_SECRET");
	draft->env_jwt_secret = secret_from_environment(pool,
	    "LATCHKEY_JWT_SECRET");

	if (tree_read(draft)) {
		draft_set_values(draft);
		rules_check(draft);
	}
	if (draft->mistakes.len > 0) {
		*errors = draft->mistakes.text;
		return false;
	}

	gather_providers(draft);
	*config = &draft->values;
	return true;
}
