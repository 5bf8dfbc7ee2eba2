/* SPDX-License-Identifier: ISC */
/* A store that does not answer fails it all: half an export would be a lie. */
#include "auth/export.h"

#include "auth/account.h"

enum rc export_gather(struct op *op, const struct session *session,
    struct export *export)
{
	const char *id = session->user_id;
	struct export found = {.user = NULL};
	enum rc rc;

	rc = accounts_of_user(op, id, &found.accounts);
	if (rc == RC_OK)
		rc = sessions_list(op, id, &found.sessions);
	if (rc == RC_OK)
		rc = grants_of_user(op, id, &found.grants);
	if (rc == RC_OK)
		rc = events_of_user(op, id, &found.events);
	/* Last: whoever is deleted in between has none rather than a half. */
	if (rc == RC_OK)
		rc = account_of(op, session, &found.user);
	if (rc != RC_OK)
		return op_while(op, rc, "gathering an export");

	*export = found;
	return RC_OK;
}
