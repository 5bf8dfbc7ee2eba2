/* SPDX-License-Identifier: ISC */
/* The queries stand in sql/queries/ctl.sql. */
#include "store/users_find.h"

#include "client/db.h"

static void collect(struct op *op, const struct rows *rows,
    struct users_ids *ids)
{
	const char **items = pool_alloc(op->pool,
	    rows->count * sizeof(*items));

	for (size_t i = 0; i < rows->count; i++)
		items[i] = db_text(rows->items[i], "id");
	*ids = (struct users_ids){.count = rows->count, .items = items};
}

enum rc users_find_by_email(struct op *op, const char *email,
    struct users_ids *ids)
{
	struct rows rows;
	enum rc rc;

	rc = db_many(op, Q_USER_IDS_BY_EMAIL, DB_ARGS(email,
	    pool_print(op->pool, "%d", USERS_FIND_MOST)), &rows);
	if (rc != RC_OK)
		return op_while(op, rc, "finding who has an address");

	collect(op, &rows, ids);
	return RC_OK;
}

enum rc users_find_page(struct op *op, const char *after, int64_t limit,
    struct users_ids *ids)
{
	struct rows rows;
	enum rc rc;

	rc = db_many(op, Q_USER_IDS_AFTER, DB_ARGS(after,
	    pool_print(op->pool, "%lld", (long long)limit)), &rows);
	if (rc != RC_OK)
		return op_while(op, rc, "listing users");

	collect(op, &rows, ids);
	return RC_OK;
}
