/* SPDX-License-Identifier: ISC */
/* A malformed token is refused like a wrong one. */
#include "http/guard.h"

#include <string.h>
#include <strings.h>

#include "auth/admin.h"
#include "auth/refusal.h"

/* The token behind the scheme, NULL where there is none. */
static const char *bearer(const struct request *request)
{
	static const char scheme[] = "bearer";
	const char *text = request->authorization;

	if (text == NULL || strncasecmp(text, scheme, strlen(scheme)) != 0 ||
	    (text[strlen(scheme)] != ' ' && text[strlen(scheme)] != '\0'))
		return NULL;

	text += strlen(scheme);
	return *text == ' ' ? text + 1 : text;
}

enum rc guard_session(struct request *request)
{
	const char *token = bearer(request);

	if (token == NULL)
		return op_refuse(request->op, RC_DENIED, REFUSAL_TOKEN_MISSING,
		    "no access token");
	return session_check(request->op, token, &request->session);
}

enum rc guard_admin(struct request *request)
{
	return admin_check(request->op, bearer(request));
}
