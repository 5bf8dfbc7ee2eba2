/* SPDX-License-Identifier: ISC */
/*
 * latchkeyctl provider: which issuer each name stands for, and the way out
 * where an issuer has moved.
 */
#include "ctl/ctl.h"

#include <stdio.h>
#include <string.h>

#include "auth/change.h"
#include "auth/provider.h"
#include "base/clock.h"
#include "store/events.h"
#include "store/providers.h"

static const struct ctl_column columns[] = {
	{"name", "NAME"},
	{"state", "STATE"},
	{"issuer", "CONFIGURED ISSUER"},
	{"pinned_issuer", "PINNED ISSUER"},
	{"pinned_at", "PINNED"},
	{NULL, NULL},
};

static const struct providers_pinned *pin_of(
    const struct providers_list *pins, const char *name)
{
	for (size_t i = 0; i < pins->count; i++)
		if (strcmp(pins->items[i].name, name) == 0)
			return &pins->items[i];
	return NULL;
}

static const char *state_of(const struct provider *provider,
    const struct providers_pinned *pin)
{
	if (provider == NULL)
		return "not configured";
	if (pin == NULL)
		return "unused";
	return provider_stands_for(provider, pin->issuer) ? "ready"
							  : "other issuer";
}

/* One line; provider or pin may be NULL, not both. */
static struct js *line(struct op *op, const struct provider *provider,
    const struct providers_pinned *pin)
{
	struct js *object = js_object(op);

	js_put_text(object, "name",
	    provider != NULL ? provider->name : pin->name);
	js_put_text(object, "state", state_of(provider, pin));
	js_put_text(object, "issuer",
	    provider != NULL ? provider->issuer : NULL);
	js_put_text(object, "pinned_issuer", pin != NULL ? pin->issuer : NULL);
	js_put_time(op, object, "pinned_at", pin != NULL ? pin->at_ms : 0);
	return object;
}

static enum rc list(struct op *op, const struct ctl_call *call)
{
	struct js *array = js_array(op);
	struct providers_list pins;
	enum rc rc;

	rc = providers_all(op, &pins);
	if (rc != RC_OK)
		return rc;

	for (size_t i = 0; i < provider_count(); i++) {
		const struct provider *provider = provider_at(i);

		js_append(array, line(op, provider,
		    pin_of(&pins, provider->name)));
	}
	for (size_t i = 0; i < pins.count; i++)
		if (provider_named(pins.items[i].name) == NULL)
			js_append(array, line(op, NULL, &pins.items[i]));
	ctl_view_list(op, call, columns, "providers", array);
	return RC_OK;
}

static enum rc pin(struct op *op, void *what)
{
	const struct provider **given = what;
	const struct provider *provider = *given;
	enum rc rc;

	rc = providers_rebind(op, provider->name, provider->issuer);
	if (rc == RC_OK)
		rc = events_add(op, &(struct event){
		    .kind = EVENT_PROVIDER_REBOUND,
		    .provider = provider->name, .actor = CTL_ACTOR});
	return rc;
}

static enum rc confirm(struct op *op, const struct ctl_call *call,
    const struct provider *provider, const char *pinned)
{
	enum rc rc;

	rc = ctl_confirm(op, call, pool_print(op->pool,
	    "%s stands for %s. From now on it will stand for %s, and whoever "
	    "that issuer gives a subject known here signs in as that user. "
	    "Go on only if the same subjects are the same people there.",
	    provider->name, pinned, provider->issuer));

	/* Whoever was asked may have thought for a long time. */
	op->deadline_ms = clock_mono_ms() + CTL_BUDGET_MS;
	return rc;
}

static enum rc rebind(struct op *op, const struct ctl_call *call)
{
	const struct provider *provider;
	const char *pinned = NULL;
	enum rc rc;

	rc = provider_find(op, call->words[0], &provider);
	if (rc != RC_OK)
		return rc;

	rc = providers_issuer(op, provider->name, &pinned);
	if (rc == RC_OK && provider_stands_for(provider, pinned)) {
		printf("%s stands for %s already\n", provider->name, pinned);
		return RC_OK;
	}
	/* A name that nobody has used can take nobody's account. */
	if (rc == RC_OK)
		rc = confirm(op, call, provider, pinned);
	if (rc == RC_OK || rc == RC_ABSENT)
		rc = change_run(op, pin, &provider);
	if (rc == RC_OK)
		printf("%s stands for %s\n", provider->name,
		    provider->issuer);
	return rc;
}

static const struct ctl_command commands[] = {
	{
	    .verb = "list",
	    .arguments = "[--json]",
	    .help = "names, the issuers configured and those pinned",
	    .options = "j",
	    .needs = CTL_STORES,
	    .run = list,
	}, {
	    .verb = "rebind",
	    .arguments = "[--yes] name",
	    .help = "let a name stand for the issuer that is configured now",
	    .options = "y",
	    .words_least = 1,
	    .words_most = 1,
	    .needs = CTL_STORES,
	    .run = rebind,
	},
};

const struct ctl_noun ctl_provider = {
	.name = "provider",
	.commands = commands,
	.count = sizeof(commands) / sizeof(commands[0]),
};
