/* SPDX-License-Identifier: ISC */
/* Small helpers over json-c for the stand-in provider. */
#ifndef SUPPORT_PROVIDER_JSON_H
#define SUPPORT_PROVIDER_JSON_H

#include <json-c/json.h>

/* The text of a member, NULL when it is not there or no string. */
const char *provider_json_text(json_object *object, const char *name);

/* Adds a string member; NULL adds null. */
void provider_json_put(json_object *object, const char *name,
    const char *text);

/* Copies all members of from into to; a from of NULL is none. */
void provider_json_merge(json_object *to, json_object *from);

/* The compact text of a value; lives as long as the value. */
const char *provider_json_print(json_object *value);

#endif
