/* SPDX-License-Identifier: ISC */
/* The queries stand in sql/queries/grants.sql. */
#include "store/grants.h"

#include "client/db.h"
#include "store/instant.h"

static struct grant grant_from(const struct row *row)
{
	return (struct grant){
	    .reference = db_text(row, "reference"),
	    .user_id = db_text(row, "user_id"),
	    .until_ms = instant_from(row, "until"),
	    .actor = db_text(row, "actor"),
	    .at_ms = db_int(row, "at"),
	};
}

enum rc grants_of_user(struct op *op, const char *user_id,
    struct grants_list *list)
{
	struct grant *items;
	struct rows rows;
	enum rc rc;

	rc = db_many(op, Q_GRANTS_OF_USER, DB_ARGS(user_id), &rows);
	if (rc != RC_OK)
		return op_while(op, rc, "reading the grants of user %s",
		    user_id);

	items = pool_alloc(op->pool, rows.count * sizeof(*items));
	for (size_t i = 0; i < rows.count; i++)
		items[i] = grant_from(rows.items[i]);
	*list = (struct grants_list){.count = rows.count, .items = items};
	return RC_OK;
}

enum rc grants_by_reference(struct op *op, const char *reference,
    struct grant *grant)
{
	const struct row *row;
	enum rc rc;

	rc = db_one(op, Q_GRANT_BY_REFERENCE, DB_ARGS(reference), &row);
	if (rc != RC_OK)
		return op_while(op, rc, "finding a premium grant");

	*grant = grant_from(row);
	return RC_OK;
}

enum rc grants_add(struct op *op, const struct grant *grant)
{
	const struct row *row;
	enum rc rc;

	rc = db_one(op, Q_GRANT_INSERT, DB_ARGS(grant->reference,
	    grant->user_id, instant_text(op, grant->until_ms),
	    grant->actor), &row);
	if (rc == RC_ABSENT)
		return op_fail(op, RC_TAKEN, "the reference of a premium "
		    "grant was used meanwhile");
	if (rc != RC_OK)
		return op_while(op, rc, "adding a premium grant of user %s",
		    grant->user_id);

	return RC_OK;
}
