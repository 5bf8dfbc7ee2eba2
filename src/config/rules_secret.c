/* SPDX-License-Identifier: ISC */
/*
 * Which secret comes from where, and which must differ.  The two kinds of
 * keys are for different eyes: who knows one must not know the other.
 */
#include "config/rules.h"

#include "config/config_provider.h"
#include "config/secret.h"

static bool is_key(enum option_site id)
{
	return id == SITE_secret || id == SITE_previous_secret ||
	    id == SITE_jwt_secret || id == SITE_jwt_previous_secret ||
	    id == SITE_admin_secret;
}

/* Reads the file that given names; leaves secret empty when it names none. */
static void load(struct draft *draft, struct draft_given *given,
    struct secret *secret)
{
	const char *problem;

	if (given->is_wrong || !given->is_given || given->text[0] == '\0')
		return;

	problem = secret_read(draft->pool, given->text,
	    draft->values.development, secret);
	if (problem != NULL)
		draft_wrong(draft, given, "%s", problem);
}

static void load_site(struct draft *draft, enum option_site id,
    struct secret *secret)
{
	struct draft_given *given = &draft->given[id];
	const char *problem = NULL;

	load(draft, given, secret);
	if (given->is_wrong)
		return;

	if (secret->size == 0 && options_site[id].standard == NULL)
		problem = pool_print(draft->pool, "is missing; write the path "
		    "of a file with at least %d random bytes, made by: "
		    "openssl rand -hex %d", SECRET_KEY_LEAST,
		    SECRET_KEY_LEAST);
	else if (secret->size > 0 && is_key(id))
		problem = secret_weakness(draft->pool, *secret);
	if (problem != NULL)
		draft_wrong(draft, given, "%s", problem);
}

/* What the environment gives goes before the file, which may be absent. */
static void load_or_take(struct draft *draft, enum option_site id,
    const char *variable, struct secret from_environment)
{
	struct secret *secret = id == SITE_secret ? &draft->values.secret :
	    &draft->values.jwt_secret;
	const char *problem;

	if (from_environment.bytes == NULL) {
		load_site(draft, id, secret);
		return;
	}

	*secret = from_environment;
	problem = secret_weakness(draft->pool, *secret);
	if (problem != NULL)
		draft_mistake(draft, "environment: %s: %s", variable,
		    problem);
}

static void check_different(struct draft *draft, struct secret secret,
    enum option_site id, struct secret other, enum option_site other_id)
{
	if (secret_is_same(secret, other))
		draft_wrong(draft, &draft->given[id], "is the same secret as "
		    "%s: who %s; make one of them anew",
		    draft->given[other_id].name, id == SITE_admin_secret
			? "administers could then forge tokens"
			: "may check access tokens could then forge all else");
}

/* The administrator's is sent over the wire: it must be no key. */
static void check_admin(struct draft *draft)
{
	const struct config *values = &draft->values;
	struct secret admin = values->admin_secret;

	check_different(draft, admin, SITE_admin_secret, values->secret,
	    SITE_secret);
	check_different(draft, admin, SITE_admin_secret,
	    values->previous_secret, SITE_previous_secret);
	check_different(draft, admin, SITE_admin_secret, values->jwt_secret,
	    SITE_jwt_secret);
	check_different(draft, admin, SITE_admin_secret,
	    values->jwt_previous_secret, SITE_jwt_previous_secret);
}

void rules_secret_load(struct draft *draft)
{
	struct config *values = &draft->values;

	load_or_take(draft, SITE_secret, "LATCHKEY_SECRET", draft->env_secret);
	load_or_take(draft, SITE_jwt_secret, "LATCHKEY_JWT_SECRET",
	    draft->env_jwt_secret);
	load_site(draft, SITE_previous_secret, &values->previous_secret);
	load_site(draft, SITE_jwt_previous_secret,
	    &values->jwt_previous_secret);
	load_site(draft, SITE_admin_secret, &values->admin_secret);
	load_site(draft, SITE_redis_password, &values->redis_password);

	check_different(draft, values->jwt_secret, SITE_jwt_secret,
	    values->secret, SITE_secret);
	check_different(draft, values->jwt_secret, SITE_jwt_secret,
	    values->previous_secret, SITE_previous_secret);
	check_different(draft, values->jwt_previous_secret,
	    SITE_jwt_previous_secret, values->secret, SITE_secret);
	check_different(draft, values->jwt_previous_secret,
	    SITE_jwt_previous_secret, values->previous_secret,
	    SITE_previous_secret);
	check_admin(draft);

	for (size_t i = 0; i < draft->provider_count; i++) {
		struct draft_provider *provider = &draft->providers[i];

		if (config_provider_is_on(&provider->values))
			load(draft, &provider->given[PROVIDER_client_secret],
			    &provider->values.client_secret);
	}
}
