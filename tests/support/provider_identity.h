/* SPDX-License-Identifier: ISC */
/*
 * Who a person is to a provider.  An identity is a JSON object: subject,
 * email, email_verified, name, picture, hd, username, discriminator, avatar;
 * further members steer tokens (provider_control.h).
 */
#ifndef SUPPORT_PROVIDER_IDENTITY_H
#define SUPPORT_PROVIDER_IDENTITY_H

#include <json-c/json.h>

#include "support/provider.h"

/*
 * A complete identity from what was wished for: its "person" ("alice" or
 * "bob"; Alice where there is neither person nor subject) is the ground, its
 * members go over that.  The caller puts it.
 */
json_object *provider_identity_new(const struct provider *provider,
    json_object *wish);

/*
 * What the provider's user endpoint says: Discord's user object, Google's
 * v2 userinfo, or OpenID Connect's.  Only what scope allows; the identity's
 * "userinfo" goes over it, its "without_userinfo" is taken out.  The caller
 * puts it.
 */
json_object *provider_identity_user(const struct provider *provider,
    json_object *identity, const char *scope);

/* Adds the id_token's claims about the person, as far as scope allows. */
void provider_identity_claims(json_object *claims, json_object *identity,
    const char *scope);

/* Takes the members named in the array identity[list] out of object. */
void provider_identity_without(json_object *object, json_object *identity,
    const char *list);

/* Whether a scope stands in a list with spaces between. */
bool provider_identity_in_scope(const char *scope, const char *name);

#endif
