/* SPDX-License-Identifier: ISC */
/* The queries stand in sql/queries/providers.sql and ctl.sql. */
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

enum rc providers_all(struct op *op, struct providers_list *list)
{
	struct providers_pinned *items;
	struct rows rows;
	enum rc rc;

	rc = db_many(op, Q_PROVIDERS_ALL, DB_NONE, &rows);
	if (rc != RC_OK)
		return op_while(op, rc, "reading the issuers");

	items = pool_alloc(op->pool, rows.count * sizeof(*items));
	for (size_t i = 0; i < rows.count; i++)
		items[i] = (struct providers_pinned){
		    .name = db_text(rows.items[i], "name"),
		    .issuer = db_text(rows.items[i], "issuer"),
		    .at_ms = db_int(rows.items[i], "pinned_at"),
		};
	*list = (struct providers_list){.count = rows.count, .items = items};
	return RC_OK;
}

enum rc providers_rebind(struct op *op, const char *name, const char *issuer)
{
	enum rc rc;

	rc = db_run(op, Q_PROVIDER_REBIND, DB_ARGS(name, issuer), NULL);
	if (rc != RC_OK)
		return op_while(op, rc, "pinning %s to another issuer", name);

	return RC_OK;
}
