/* SPDX-License-Identifier: ISC */
/* Asserts nothing of an answer, so that threads of a race may use it. */
#include "support/admin.h"

#include <string.h>

#include <check.h>

#include "support/stack.h"
#include "support/text.h"

const char *admin_secret(void)
{
	const char *text = text_of_file(stack_setting("ADMIN_SECRET_FILE"));

	ck_assert_msg(text != NULL, "the admin secret cannot be read");
	return text_copy(text, strcspn(text, "\n"));
}

struct answer admin_send(struct browser *browser, const char *method,
    const char *url, const char *token, const char *json)
{
	const char *headers[3];
	size_t count = 0;

	if (token != NULL)
		headers[count++] = text_print("Authorization: Bearer %s",
		    token);
	if (json != NULL)
		headers[count++] = "Content-Type: application/json";
	headers[count] = NULL;
	return browser_send(browser, method, url, headers, json);
}

struct answer admin_ask(struct browser *browser, const char *method,
    const char *id, const char *what, const char *json)
{
	return admin_send(browser, method, text_print("%s/admin/users/%s%s",
	    stack_setting("ADMIN_URL"), id, what), admin_secret(), json);
}

struct answer admin_premium(struct browser *browser, const char *id,
    const char *until, const char *reference)
{
	return admin_ask(browser, "PUT", id, "/premium", text_print(
	    "{\"premium_until\": %s%s%s}", until, reference != NULL ?
	    ", \"reference\": " : "", reference != NULL ? reference : ""));
}
