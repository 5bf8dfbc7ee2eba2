/* SPDX-License-Identifier: ISC */
/* Used by the stand-in alone: latchkey itself reads JSON by client/js.c. */
#include "support/provider_json.h"

const char *provider_json_text(json_object *object, const char *name)
{
	json_object *value;

	if (!json_object_object_get_ex(object, name, &value) ||
	    !json_object_is_type(value, json_type_string))
		return NULL;

	return json_object_get_string(value);
}

void provider_json_put(json_object *object, const char *name, const char *text)
{
	json_object_object_add(object, name,
	    text != NULL ? json_object_new_string(text) : NULL);
}

void provider_json_merge(json_object *to, json_object *from)
{
	if (!json_object_is_type(from, json_type_object))
		return;

	json_object_object_foreach(from, name, value)
		json_object_object_add(to, name, json_object_get(value));
}

const char *provider_json_print(json_object *value)
{
	return json_object_to_json_string_ext(value,
	    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
}
