/* SPDX-License-Identifier: ISC */
/* Any code is good, unless fake_calls says otherwise. */
#include "support/fake_provider.h"

#include <string.h>

#include "support/fake_calls.h"

struct fake_provider fake_provider;

static const struct provider_ops ops = {
	.is_subject = identity_subject_is_valid};
static const struct provider_ops ops_with_nonce = {.takes_nonce = true,
	.is_subject = identity_subject_is_valid};

void fake_provider_reset(void)
{
	fake_provider = (struct fake_provider){
	    .provider = {.name = "google", .issuer = "https://issuer.example",
		.ops = &ops_with_nonce},
	    .takes_nonce = true,
	    .identity = {.provider = "google", .subject = "alice"}};
}

const struct provider *provider_named(const char *name)
{
	bool known = strcmp(name, fake_provider.provider.name) == 0 ||
	    (fake_provider.also != NULL &&
		strcmp(name, fake_provider.also) == 0);

	return known ? &fake_provider.provider : NULL;
}

enum rc provider_look_at_pin(struct op *op, const struct provider *provider)
{
	enum rc rc = fake_calls_enter(op, "provider_look_at_pin");

	if (rc == RC_OK && fake_provider.barred)
		return op_fail(op, RC_ABSENT, "%s is barred", provider->name);
	return rc;
}

enum rc provider_admit(struct op *op, const char *name,
    const struct provider **provider)
{
	enum rc rc = fake_calls_enter(op, "provider_admit");

	if (rc == RC_OK && strcmp(name, fake_provider.provider.name) != 0)
		rc = op_fail(op, RC_ABSENT, "no such provider");
	if (rc != RC_OK)
		return rc;

	fake_provider.provider.ops = fake_provider.takes_nonce
	    ? &ops_with_nonce : &ops;
	*provider = &fake_provider.provider;
	return RC_OK;
}

enum rc provider_authorize(struct op *op, const struct provider *provider,
    const struct provider_question *question, const char **url)
{
	enum rc rc = fake_calls_enter(op, "provider_authorize");

	fake_provider.question = *question;
	if (rc == RC_OK)
		*url = pool_print(op->pool, "%s/consent", provider->issuer);
	return rc;
}

enum rc provider_sends_iss(struct op *op, const struct provider *provider,
    bool *sends)
{
	enum rc rc = fake_calls_enter(op, "provider_sends_iss");

	if (rc != RC_OK)
		return op_while(op, rc, "asking %s", provider->name);

	*sends = fake_provider.sends_iss;
	return RC_OK;
}

enum rc provider_identify(struct op *op, const struct provider *provider,
    const struct provider_grant *grant, struct identity *identity)
{
	enum rc rc = fake_calls_enter(op, "provider_identify");

	fake_provider.grant = *grant;
	if (rc != RC_OK)
		return op_while(op, rc, "asking %s", provider->name);

	*identity = fake_provider.identity;
	return RC_OK;
}
