/* SPDX-License-Identifier: ISC */
/* The queries stand in sql/queries/providers.sql. */
#include "store/providers.h"

#include "client/db.h"

enum rc providers_issuer(struct op *op, const char *name,
    const char **issuer)
{
	const struct row *row;
	enum rc rc;

	rc = db_one(op, Q_PROVIDER_ISSUER, DB_ARGS(name), &row);
	if (rc == RC_OK)
		*issuer = db_text(row, "issuer");
	return rc;
}

enum rc providers_pin(struct op *op, const char *name, const char *issuer,
    const char **pinned)
{
	enum rc rc;

	rc = providers_issuer(op, name, pinned);
	if (rc == RC_ABSENT) {
		rc = db_run(op, Q_PROVIDER_PIN, DB_ARGS(name, issuer), NULL);
		/* Another worker may have been first: ask again. */
		if (rc == RC_OK)
			rc = providers_issuer(op, name, pinned);
	}
	if (rc != RC_OK)
		return op_while(op, rc, "reading the issuer of %s", name);

	return RC_OK;
}
