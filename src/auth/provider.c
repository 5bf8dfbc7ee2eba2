/* SPDX-License-Identifier: ISC */
/* The table of providers: what the configuration says, and pins. */
#include "auth/provider.h"

#include <string.h>

#include "auth/discord.h"
#include "auth/oidc.h"
#include "auth/provider_state.h"
#include "auth/refusal.h"
#include "base/clock.h"
#include "config/config_provider.h"
#include "config/preset.h"
#include "store/providers.h"

/* How long a look at the pin may keep a sign-in waiting, and the next look. */
#define LOOK_MOST_MS 1000

/* What providers of each kind can do. */
static const struct provider_ops *const ops[] = {
	[PRESET_KIND_OIDC] = &oidc_ops,
	[PRESET_KIND_DISCORD] = &discord_ops,
};

static struct pool *pool;
static struct provider *table;
static size_t count;

static struct provider make(const struct config_provider *given,
    bool development)
{
	struct provider provider = {
	    .ops = ops[preset_kind_named(given->kind)->id],
	    .name = given->name,
	    .label = given->label,
	    .issuer = given->issuer,
	    .authorize_url = given->authorize_url,
	    .token_url = given->token_url,
	    .userinfo_url = given->userinfo_url,
	    .jwks_url = given->jwks_url,
	    .client_id = given->client_id,
	    .client_secret = pool_text_n(pool,
		(const char *)given->client_secret.bytes,
		given->client_secret.size),
	    .ca_file = given->ca_file[0] != '\0' ? given->ca_file : NULL,
	    .hosted_domain = given->hosted_domain,
	    .internal = given->internal,
	    .plain_http = development,
	    .trusts_email = strcmp(given->trust_email, "yes") == 0,
	    .wants_hosted_email =
		preset_wants_hosted_email(given->name, given->issuer),
	    .announces_iss = given->sends_iss,
	    .state = provider_state_new(),
	};

	/* The configuration has checked the names of kind and algorithm. */
	if (!jws_alg_from(given->algorithm, &provider.alg))
		provider.alg = JWS_RS256;
	return provider;
}

void provider_init(const struct config *config)
{
	pool = pool_new();
	table = pool_alloc(pool, (config->provider_count + 1) *
	    sizeof(*table));
	count = 0;

	for (size_t i = 0; i < config->provider_count; i++)
		if (config_provider_is_on(&config->providers[i]))
			table[count++] = make(&config->providers[i],
			    config->development);
}

void provider_release(void)
{
	for (size_t i = 0; i < count; i++)
		provider_state_free(table[i].state);
	pool_free(pool);
	pool = NULL;
	count = 0;
}

size_t provider_count(void)
{
	return count;
}

const struct provider *provider_at(size_t i)
{
	return &table[i];
}

const struct provider *provider_named(const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(table[i].name, name) == 0)
			return &table[i];

	return NULL;
}

enum rc provider_find(struct op *op, const char *name,
    const struct provider **provider)
{
	const struct provider *found = provider_named(name);

	if (found != NULL) {
		*provider = found;
		return RC_OK;
	}
	return op_refuse(op, RC_ABSENT, REFUSAL_PROVIDER_UNKNOWN,
	    "no provider of that name is configured");
}

bool provider_is_ready(const struct provider *provider)
{
	return provider->ops->is_ready(provider);
}

static enum provider_pin pin_of(const struct provider *provider)
{
	enum provider_pin pin;

	pthread_mutex_lock(&provider->state->lock);
	pin = provider->state->pin;
	pthread_mutex_unlock(&provider->state->lock);
	return pin;
}

bool provider_is_barred(const struct provider *provider)
{
	return pin_of(provider) == PROVIDER_PIN_OTHER;
}

bool provider_stands_for(const struct provider *provider, const char *pinned)
{
	return strcmp(pinned, provider->issuer) == 0;
}

/* Remembers and says whether the name is pinned to the right issuer. */
static enum rc judge_pin(struct op *op, const struct provider *provider,
    const char *pinned)
{
	bool ours = provider_stands_for(provider, pinned);

	pthread_mutex_lock(&provider->state->lock);
	provider->state->pin = ours ? PROVIDER_PIN_OURS : PROVIDER_PIN_OTHER;
	provider->state->pin_asked_ms = clock_mono_ms();
	pthread_mutex_unlock(&provider->state->lock);
	if (ours)
		return RC_OK;

	return op_refuse(op, RC_ABSENT, REFUSAL_PROVIDER_UNKNOWN,
	    "provider %s was first used with the issuer %s and stands for it; "
	    "configured is %s: configure the old issuer, or another name; where "
	    "the subjects are the same people, run latchkeyctl provider rebind "
	    "%s", provider->name, pinned, provider->issuer, provider->name);
}

/* Whether the pin is to be asked for again, of all threads by this one. */
static bool takes_turn(const struct provider *provider)
{
	struct provider_state *state = provider->state;
	int64_t now_ms = clock_mono_ms();
	bool is_due;

	pthread_mutex_lock(&state->lock);
	is_due = now_ms - state->pin_asked_ms >= PROVIDER_PIN_MOST_MS;
	if (is_due)
		state->pin_asked_ms = now_ms;
	pthread_mutex_unlock(&state->lock);
	return is_due;
}

/* Pins the name, unless it is, and judges to what. */
static enum rc ask_pin(struct op *op, const struct provider *provider)
{
	const char *pinned;
	enum rc rc;

	rc = providers_pin(op, provider->name, provider->issuer, &pinned);
	return rc == RC_OK ? judge_pin(op, provider, pinned) : rc;
}

/*
 * What was ours may have been rebound by an administrator whose configuration
 * is newer than this worker's.  A database that does not answer bars nobody;
 * it is asked again soon.
 */
static enum rc ask_again(struct op *op, const struct provider *provider)
{
	int64_t deadline_ms = op_shorten(op, LOOK_MOST_MS);
	enum rc rc = ask_pin(op, provider);

	op->deadline_ms = deadline_ms;
	if (rc != RC_DOWN && rc != RC_EXPIRED)
		return rc;

	pthread_mutex_lock(&provider->state->lock);
	provider->state->pin_asked_ms = clock_mono_ms() -
	    PROVIDER_PIN_MOST_MS + LOOK_MOST_MS;
	pthread_mutex_unlock(&provider->state->lock);
	op_clear(op);
	return RC_OK;
}

static enum rc check_pin(struct op *op, const struct provider *provider)
{
	if (pin_of(provider) != PROVIDER_PIN_OURS)
		return ask_pin(op, provider);

	return takes_turn(provider) ? ask_again(op, provider) : RC_OK;
}

enum rc provider_admit(struct op *op, const char *name,
    const struct provider **provider)
{
	const struct provider *found = NULL;
	enum rc rc;

	rc = provider_find(op, name, &found);
	if (rc == RC_OK)
		rc = check_pin(op, found);
	if (rc != RC_OK)
		return rc;

	*provider = found;
	return RC_OK;
}

enum rc provider_look_at_pin(struct op *op, const struct provider *provider)
{
	const char *pinned;
	enum rc rc;

	rc = providers_issuer(op, provider->name, &pinned);
	if (rc == RC_ABSENT) {
		op_clear(op);
		return RC_OK;
	}
	return rc == RC_OK ? judge_pin(op, provider, pinned) : rc;
}

enum rc provider_authorize(struct op *op, const struct provider *provider,
    const struct provider_question *question, const char **url)
{
	enum rc rc = provider->ops->authorize(op, provider, question, url);

	if (rc != RC_OK)
		return op_while(op, rc, "asking %s", provider->name);
	return RC_OK;
}

enum rc provider_sends_iss(struct op *op, const struct provider *provider,
    bool *sends)
{
	return provider->ops->sends_iss(op, provider, sends);
}

enum rc provider_identify(struct op *op, const struct provider *provider,
    const struct provider_grant *grant, struct identity *identity)
{
	enum rc rc = provider->ops->identify(op, provider, grant, identity);

	if (rc != RC_OK)
		return op_while(op, rc, "exchanging a code with %s",
		    provider->name);
	return RC_OK;
}
