/* SPDX-License-Identifier: ISC */
/* Alice has one verified address at Google and Discord: they can be linked. */
#include "support/provider_identity.h"

#include <string.h>

#include "support/provider_json.h"

static const struct {
	const char *person;
	enum provider_kind kind;
	const char *json;
} people[] = {
	{"alice", PROVIDER_GOOGLE,
	    "{\"subject\":\"100000000000000000001\","
	    "\"email\":\"alice@gmail.com\",\"email_verified\":true,"
	    "\"name\":\"Alice Example\","
	    "\"picture\":\"https://pictures.example/alice.png\"}"},
	{"bob", PROVIDER_GOOGLE,
	    "{\"subject\":\"100000000000000000002\","
	    "\"email\":\"bob@gmail.com\",\"email_verified\":true,"
	    "\"name\":\"Bob Example\"}"},
	{"alice", PROVIDER_DISCORD,
	    "{\"subject\":\"80351110224678912\",\"username\":\"alice\","
	    "\"name\":\"Alice\",\"email\":\"alice@gmail.com\","
	    "\"email_verified\":true,"
	    "\"avatar\":\"8342729096ea3675442027381ff50dfe\"}"},
	{"bob", PROVIDER_DISCORD,
	    "{\"subject\":\"80351110224678913\",\"username\":\"bob\","
	    "\"email\":\"bob@mail.example\",\"email_verified\":false}"},
	{"alice", PROVIDER_OIDC,
	    "{\"subject\":\"other-alice\",\"email\":\"alice@gmail.com\","
	    "\"email_verified\":true,\"name\":\"Alice Other\"}"},
	{"bob", PROVIDER_OIDC,
	    "{\"subject\":\"other-bob\",\"name\":\"Bob Other\"}"},
};

json_object *provider_identity_new(const struct provider *provider,
    json_object *wish)
{
	const char *person = provider_json_text(wish, "person");
	json_object *identity = NULL;

	if (person == NULL &&
	    !json_object_object_get_ex(wish, "subject", NULL))
		person = "alice";
	for (size_t i = 0; i < sizeof(people) / sizeof(people[0]); i++)
		if (person != NULL && provider->kind == people[i].kind &&
		    strcmp(people[i].person, person) == 0)
			identity = json_tokener_parse(people[i].json);
	if (identity == NULL)
		identity = json_object_new_object();

	provider_json_merge(identity, wish);
	return identity;
}

bool provider_identity_in_scope(const char *scope, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = scope; (at = strstr(at, name)) != NULL; at++)
		if ((at == scope || at[-1] == ' ') &&
		    (at[len] == '\0' || at[len] == ' '))
			return true;

	return false;
}

/* Copies a member under another name; what is not there is left out. */
static void copy(json_object *to, const char *as, json_object *identity,
    const char *name)
{
	json_object *value;

	if (json_object_object_get_ex(identity, name, &value))
		json_object_object_add(to, as, json_object_get(value));
}

void provider_identity_without(json_object *object, json_object *identity,
    const char *list)
{
	json_object *names;

	if (!json_object_object_get_ex(identity, list, &names) ||
	    !json_object_is_type(names, json_type_array))
		return;

	for (size_t i = 0; i < json_object_array_length(names); i++)
		json_object_object_del(object, json_object_get_string(
		    json_object_array_get_idx(names, i)));
}

void provider_identity_claims(json_object *claims, json_object *identity,
    const char *scope)
{
	copy(claims, "sub", identity, "subject");
	copy(claims, "hd", identity, "hd");
	if (provider_identity_in_scope(scope, "email")) {
		copy(claims, "email", identity, "email");
		copy(claims, "email_verified", identity, "email_verified");
	}
	if (provider_identity_in_scope(scope, "profile")) {
		copy(claims, "name", identity, "name");
		copy(claims, "picture", identity, "picture");
	}
}

/* Discord's user object: members that are always there may be null. */
static json_object *discord_user(json_object *identity, const char *scope)
{
	json_object *user = json_object_new_object();

	copy(user, "id", identity, "subject");
	provider_json_put(user, "username", "someone");
	copy(user, "username", identity, "username");
	provider_json_put(user, "discriminator", "0");
	copy(user, "discriminator", identity, "discriminator");
	provider_json_put(user, "global_name", NULL);
	copy(user, "global_name", identity, "name");
	provider_json_put(user, "avatar", NULL);
	copy(user, "avatar", identity, "avatar");
	provider_json_put(user, "locale", "en-GB");
	json_object_object_add(user, "mfa_enabled",
	    json_object_new_boolean(0));
	if (!provider_identity_in_scope(scope, "email"))
		return user;

	provider_json_put(user, "email", NULL);
	copy(user, "email", identity, "email");
	copy(user, "verified", identity, "email_verified");
	return user;
}

json_object *provider_identity_user(const struct provider *provider,
    json_object *identity, const char *scope)
{
	json_object *user;
	json_object *over = NULL;

	if (provider->kind == PROVIDER_DISCORD) {
		user = discord_user(identity, scope);
		json_object_object_get_ex(identity, "claims", &over);
		provider_json_merge(user, over);
		provider_identity_without(user, identity, "without");
	} else {
		user = json_object_new_object();
		provider_identity_claims(user, identity, scope);
	}
	if (provider->kind == PROVIDER_GOOGLE) {
		/* Version 2 has its own spelling of two of them. */
		copy(user, "id", user, "sub");
		copy(user, "verified_email", user, "email_verified");
		json_object_object_del(user, "sub");
		json_object_object_del(user, "email_verified");
	}

	over = NULL;
	json_object_object_get_ex(identity, "userinfo", &over);
	provider_json_merge(user, over);
	provider_identity_without(user, identity, "without_userinfo");
	return user;
}
