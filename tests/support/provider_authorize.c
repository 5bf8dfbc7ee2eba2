/* SPDX-License-Identifier: ISC */
/* Checks what Google and Discord check, and asks for state on top. */
#include "support/provider_authorize.h"

#include <string.h>

#include "base/encode.h"
#include "support/provider_identity.h"
#include "support/provider_json.h"
#include "support/provider_state.h"

#define CHALLENGE_LEN 43
#define CODE_S	      60
#define CONSENT_S     600

static const char BASE64URL[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static bool is_registered(const struct provider *provider,
    struct provider_http *http, const char *redirect_uri)
{
	static const char *const routes[] = {"/auth", "/auth/link"};

	for (size_t i = 0; i < provider_settings.site_count; i++)
		for (size_t j = 0; j < 2; j++)
			if (strcmp(redirect_uri, pool_print(http->pool,
				"%s%s%s/%s/callback",
				provider_settings.sites[i],
				provider_settings.mount, routes[j],
				provider->name)) == 0)
				return true;

	return false;
}

/* Why this request must not even be answered to the client, or NULL. */
static const char *page_error(const struct provider *provider,
    struct provider_http *http)
{
	const char *client = provider_http_get(&http->query, "client_id");
	const char *redirect = provider_http_get(&http->query,
	    "redirect_uri");

	if (http->is_broken || provider_http_repeated(&http->query) != NULL)
		return "invalid_request: a parameter is broken or repeated";
	if (client == NULL || strcmp(client, provider->client_id) != 0)
		return "invalid_client: no such client_id";
	if (redirect == NULL || !is_registered(provider, http, redirect))
		return "redirect_uri_mismatch: not a registered redirect_uri";

	return NULL;
}

/* What is wrong with the challenge (RFC 7636), or NULL. */
static const char *challenge_error(const struct provider *provider,
    struct provider_http *http)
{
	const char *challenge = provider_http_get(&http->query,
	    "code_challenge");
	const char *method = provider_http_get(&http->query,
	    "code_challenge_method");

	if (challenge == NULL && method == NULL &&
	    provider->kind != PROVIDER_DISCORD)
		return NULL;
	if (challenge == NULL || method == NULL ||
	    strcmp(method, "S256") != 0 ||
	    strlen(challenge) != CHALLENGE_LEN ||
	    !str_consists(challenge, BASE64URL))
		return "invalid_request";

	return NULL;
}

/* The error to send back to the client, or NULL. */
static const char *client_error(const struct provider *provider,
    struct provider_http *http)
{
	const char *type = provider_http_get(&http->query, "response_type");
	const char *scope = provider_http_get(&http->query, "scope");
	const char *state = provider_http_get(&http->query, "state");

	if (type == NULL || state == NULL || state[0] == '\0')
		return "invalid_request";
	if (strcmp(type, "code") != 0)
		return "unsupported_response_type";
	if (scope == NULL ||
	    !provider_identity_in_scope(scope, provider->scope))
		return "invalid_scope";

	return challenge_error(provider, http);
}

/* Goes back to the client with code or error, state and perhaps iss. */
static void go_back(const struct provider *provider,
    struct provider_http *http, json_object *consent, const char *name,
    const char *value)
{
	const char *state = provider_json_text(consent, "state");
	const char *iss = provider_json_text(consent, "iss");
	struct str url;

	str_init(&url, http->pool);
	str_add(&url, provider_json_text(consent, "redirect_uri"));
	str_add_char(&url, '?');
	encode_form_pair(&url, name, value);
	if (state != NULL)
		encode_form_pair(&url, "state", state);
	if (iss == NULL && provider->sends_iss)
		iss = provider_issuer(http->pool, provider);
	if (iss != NULL)
		encode_form_pair(&url, "iss", iss);
	provider_http_redirect(http, url.text);
}

/* Ends a consent as wished: deny, error, or a code for an identity. */
static void finish(const struct provider *provider,
    struct provider_http *http, json_object *consent, json_object *wish)
{
	const char *error = provider_json_text(wish, "error");
	json_object *value;
	char *code;

	if (json_object_object_get_ex(wish, "deny", &value) &&
	    json_object_get_boolean(value))
		error = "access_denied";
	provider_json_put(consent, "iss", provider_json_text(wish, "iss"));
	if (error != NULL) {
		go_back(provider, http, consent, "error", error);
		return;
	}

	provider_json_put(consent, "provider", provider->name);
	json_object_object_add(consent, "identity",
	    provider_identity_new(provider, wish));
	code = provider_state_keep(http->pool, PROVIDER_CODES,
	    json_object_get(consent), CODE_S);
	go_back(provider, http, consent, "code", code);
}

static void show_consent(const struct provider *provider,
    struct provider_http *http, json_object *consent)
{
	char *request = provider_state_keep(http->pool, PROVIDER_CONSENTS,
	    json_object_get(consent), CONSENT_S);
	char *link = pool_print(http->pool, "/%s/choose?request=%s",
	    provider->name, request);
	struct str body;

	str_init(&body, http->pool);
	str_print(&body,
	    "<p>A stand-in for %s. Who are you?</p>\n<ul>\n"
	    "<li><a id=\"alice\" href=\"%s&amp;person=alice\">Alice</a></li>\n"
	    "<li><a id=\"bob\" href=\"%s&amp;person=bob\">Bob</a></li>\n"
	    "<li><a id=\"deny\" href=\"%s&amp;deny=1\">Cancel</a></li>\n"
	    "</ul>\n", provider->name, link, link, link);
	str_print(&body,
	    "<form action=\"/%s/choose\">\n"
	    "<input type=\"hidden\" name=\"request\" value=\"%s\">\n"
	    "<p><label>Subject <input name=\"subject\" required></label></p>\n"
	    "<p><label>E-mail <input name=\"email\"></label></p>\n"
	    "<p><label>Name <input name=\"name\"></label></p>\n"
	    "<p><label><input type=\"checkbox\" name=\"email_verified\" "
	    "value=\"1\"> E-mail is verified</label></p>\n"
	    "<p><button id=\"custom\">Sign in as this person</button></p>\n"
	    "</form>\n", provider->name, request);
	provider_http_page(http, 200, "Sign in", body.text);
}

static json_object *consent_from(struct provider_http *http)
{
	static const char *const kept[] = {"redirect_uri", "state", "nonce",
		"scope", "code_challenge"};
	json_object *consent = json_object_new_object();

	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		provider_json_put(consent, kept[i],
		    provider_http_get(&http->query, kept[i]));
	return consent;
}

void provider_authorize(struct provider *provider, struct provider_http *http)
{
	const char *error = page_error(provider, http);
	json_object *consent;
	json_object *next;

	if (error != NULL) {
		provider_http_page(http, 400, "Error", error);
		return;
	}

	consent = consent_from(http);
	error = client_error(provider, http);
	if (error != NULL) {
		go_back(provider, http, consent, "error", error);
		json_object_put(consent);
		return;
	}

	next = provider_state_next(provider->name);
	if (next != NULL)
		finish(provider, http, consent, next);
	else
		show_consent(provider, http, consent);
	json_object_put(next);
	json_object_put(consent);
}

/* The form's fields as a wish; empty ones are not there. */
static json_object *wish_from(struct provider_http *http)
{
	static const char *const texts[] = {"person", "subject", "email",
		"name"};
	json_object *wish = json_object_new_object();

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const char *value = provider_http_get(&http->query, texts[i]);

		if (value != NULL && value[0] != '\0')
			provider_json_put(wish, texts[i], value);
	}
	if (provider_http_get(&http->query, "person") == NULL)
		json_object_object_add(wish, "email_verified",
		    json_object_new_boolean(provider_http_get(&http->query,
			"email_verified") != NULL));
	if (provider_http_get(&http->query, "deny") != NULL)
		json_object_object_add(wish, "deny",
		    json_object_new_boolean(1));
	return wish;
}

void provider_authorize_choice(struct provider *provider,
    struct provider_http *http)
{
	json_object *consent = provider_state_take(PROVIDER_CONSENTS,
	    provider_http_get(&http->query, "request"));
	json_object *wish;

	if (consent == NULL) {
		provider_http_page(http, 400, "Error",
		    "This page is too old, or was used before.");
		return;
	}

	wish = wish_from(http);
	finish(provider, http, consent, wish);
	json_object_put(wish);
	json_object_put(consent);
}
