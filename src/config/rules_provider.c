/* SPDX-License-Identifier: ISC */
/*
 * What makes a provider usable.  A name stands in paths, in the database and
 * for one issuer, so it is kept plain and its issuer its own.
 */
#include "config/rules.h"

#include <ctype.h>
#include <string.h>

#include "config/config_provider.h"
#include "config/preset.h"

/* Last parts of our own paths below /auth and /auth/link. */
#define RESERVED "providers token refresh logout logout-all verify link signin"

static bool is_on(const struct draft_provider *provider)
{
	return config_provider_is_on(&provider->values);
}

static void check_name(struct draft *draft, struct draft_provider *provider)
{
	const char *name = provider->values.name;

	if (options_has_word(RESERVED, name))
		draft_wrong(draft, &provider->group, "is a name that latchkey "
		    "has for a path of its own; choose another");
	else if (!config_provider_name_is_valid(name))
		draft_wrong(draft, &provider->group, "is not a provider's name; "
		    "write a lower-case letter, then letters, digits or -, "
		    "%d in all at most", CONFIG_PROVIDER_NAME_MOST);
}

/* The kind that the name alone decides, or NULL. */
static const char *kind_by_name(const struct draft_provider *provider)
{
	const struct preset *preset = preset_named(provider->values.name);

	return preset != NULL ? preset->kind->name : NULL;
}

static void check_kind(struct draft *draft, struct draft_provider *provider)
{
	struct draft_given *given = &provider->given[PROVIDER_kind];
	const char *fixed = kind_by_name(provider);

	if (given->is_wrong)
		return;

	if (provider->values.kind[0] == '\0' && fixed == NULL)
		draft_wrong(draft, given, "is missing; write kind = \"oidc\" "
		    "or kind = \"discord\"");
	else if (provider->values.kind[0] == '\0')
		provider->values.kind = fixed;
	else if (preset_kind_named(provider->values.kind) == NULL)
		draft_wrong(draft, given, "is not known; write \"oidc\" or "
		    "\"discord\"");
	else if (fixed != NULL && strcmp(provider->values.kind, fixed) != 0)
		draft_wrong(draft, given, "does not fit the name; write "
		    "\"%s\", or choose another name", fixed);
}

static void check_words(struct draft *draft, struct draft_provider *provider)
{
	struct draft_given *algorithm = &provider->given[PROVIDER_algorithm];
	struct draft_given *trust = &provider->given[PROVIDER_trust_email];
	struct config_provider *values = &provider->values;
	const struct preset *preset = preset_named(values->name);

	if (!algorithm->is_wrong &&
	    !options_has_word("RS256 ES256", values->algorithm))
		draft_wrong(draft, algorithm,
		    "is not known; write \"RS256\" or \"ES256\"");

	if (trust->is_wrong)
		return;
	if (values->trust_email[0] == '\0')
		values->trust_email = preset != NULL && preset->trusts_email
		    ? "yes" : "no";
	else if (!options_has_word("yes no", values->trust_email))
		draft_wrong(draft, trust,
		    "is not known; write \"yes\" or \"no\"");
}

static void check_client(struct draft *draft, struct draft_provider *provider)
{
	struct draft_given *secret = &provider->given[PROVIDER_client_secret];

	if (is_on(provider) && !secret->is_wrong &&
	    (!secret->is_given || secret->text[0] == '\0'))
		draft_wrong(draft, secret, "is missing although there is a "
		    "client_id; write the path of the file with the secret "
		    "that the provider issued");
}

static bool has_endpoints(const struct draft_provider *provider)
{
	return provider->values.authorize_url[0] != '\0' &&
	    provider->values.token_url[0] != '\0' &&
	    provider->values.userinfo_url[0] != '\0';
}

static void fill_url(const char **url, const char *preset)
{
	if ((*url)[0] == '\0')
		*url = preset;
}

/*
 * A configured issuer of one's own under the name google means that its
 * endpoints are its own, too: Google's would answer for another one.
 */
static void fill_urls(struct draft_provider *provider)
{
	struct config_provider *values = &provider->values;
	const struct preset *preset = preset_of(values->name, values->kind);

	if (values->issuer[0] != '\0' &&
	    strcmp(values->issuer, preset->issuer) != 0)
		return;

	values->issuer = preset->issuer;
	fill_url(&values->authorize_url, preset->authorize_url);
	fill_url(&values->token_url, preset->token_url);
	fill_url(&values->userinfo_url, preset->userinfo_url);
	fill_url(&values->jwks_url, preset->jwks_url);
}

static void check_issuer(struct draft *draft, struct draft_provider *provider)
{
	struct draft_given *issuer = &provider->given[PROVIDER_issuer];
	const struct preset_kind *kind =
	    preset_kind_named(provider->values.kind);

	if (!issuer->is_wrong && strchr(provider->values.issuer, '?') != NULL)
		draft_wrong(draft, issuer, "has a query; an issuer is scheme, "
		    "host and path only");
	if (kind == NULL || !is_on(provider) || issuer->is_wrong)
		return;

	if (provider->values.issuer[0] == '\0')
		draft_wrong(draft, issuer, "is missing; write the provider's "
		    "issuer, as its discovery document spells it");
	else if (!kind->has_discovery && !has_endpoints(provider))
		draft_wrong(draft, issuer, "is another than kind \"%s\" stands "
		    "for, which has no discovery; give authorize_url, "
		    "token_url and userinfo_url, too", kind->name);
}

static void check_hosted_domain(struct draft *draft,
    struct draft_provider *provider)
{
	struct draft_given *hosted = &provider->given[PROVIDER_hosted_domain];
	const struct preset_kind *kind =
	    preset_kind_named(provider->values.kind);

	if (kind != NULL && !kind->has_hosted_domains && !hosted->is_wrong &&
	    provider->values.hosted_domain[0] != '\0')
		draft_wrong(draft, hosted, "keeps nobody out here: kind "
		    "\"%s\" has no hosted domains; take it out", kind->name);
}

/* Compared without one slash at the end. */
static bool is_same_issuer(const char *a, const char *b)
{
	size_t a_len = strlen(a);
	size_t b_len = strlen(b);

	a_len -= str_ends(a, "/") ? 1 : 0;
	b_len -= str_ends(b, "/") ? 1 : 0;
	return a_len > 0 && a_len == b_len && memcmp(a, b, a_len) == 0;
}

/* One person at one issuer must not be two identities. */
static void check_shared_issuer(struct draft *draft, size_t index)
{
	struct draft_provider *provider = &draft->providers[index];
	const char *issuer = provider->values.issuer;

	if (!is_on(provider) || provider->given[PROVIDER_issuer].is_wrong)
		return;

	for (size_t i = 0; i < index; i++) {
		const struct draft_provider *other = &draft->providers[i];

		if (!is_on(other) ||
		    !is_same_issuer(issuer, other->values.issuer))
			continue;
		draft_wrong(draft, &provider->given[PROVIDER_issuer],
		    "is the issuer of %s, too; take one of the two providers "
		    "out", other->group.name);
		return;
	}
}

static void fill_label(struct draft *draft, struct draft_provider *provider)
{
	char *label;

	if (provider->values.label[0] != '\0')
		return;

	label = pool_text(draft->pool, provider->values.name);
	label[0] = (char)toupper((unsigned char)label[0]);
	provider->values.label = label;
}

void rules_provider_check(struct draft *draft)
{
	for (size_t i = 0; i < draft->provider_count; i++) {
		struct draft_provider *provider = &draft->providers[i];

		check_name(draft, provider);
		check_kind(draft, provider);
		check_words(draft, provider);
		check_client(draft, provider);
		fill_urls(provider);
		check_issuer(draft, provider);
		check_hosted_domain(draft, provider);
		check_shared_issuer(draft, i);
		fill_label(draft, provider);
	}
}
