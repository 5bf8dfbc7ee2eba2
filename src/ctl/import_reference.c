/* SPDX-License-Identifier: ISC */
/*
 * latchkeyctl import-reference: users and linked accounts from the reference
 * design's database.  One page of users is one transaction with everything
 * that belongs to them, so that it can be stopped and run again: whoever is
 * here already is left alone.  Nothing there is changed.
 */
#include "ctl/ctl.h"

#include <stdio.h>

#include "auth/change.h"
#include "base/uuid.h"
#include "client/db.h"
#include "ctl/import_page.h"
#include "sql/schema.h"

#define PAGE	       1000
#define PAGE_BUDGET_MS (INT64_C(5) * 60 * 1000)

/* The users seen so far. */
struct progress {
	bool has_begun;
	bool is_done;
	char last[UUID_SIZE];
	struct import_tally users;
	struct import_tally identities;
};

static enum rc read_rows(struct op *op, const char *after,
    struct import_page *page)
{
	const char *last = NULL;
	enum rc rc = reference_begin(op);

	if (rc == RC_OK)
		rc = reference_read_users(op, after, PAGE, &page->users);
	if (rc != RC_OK)
		return rc;

	if (page->users.count == PAGE)
		last = page->users.items[PAGE - 1].id;
	return reference_read_accounts(op, after, last, &page->accounts);
}

static enum rc read_page(struct op *op, const char *conninfo,
    const char *after, struct import_page *page)
{
	enum rc rc;

	db_open(&(struct db_settings){.conninfo = conninfo, .pool = 1});
	rc = read_rows(op, after, page);
	db_rollback(op);
	db_close();
	if (rc != RC_OK)
		return op_while(op, rc, "the reference's database");
	return RC_OK;
}

static enum rc try_out(struct op *op, struct import_page *page)
{
	enum rc rc;

	rc = db_begin(op);
	if (rc == RC_OK)
		rc = import_page_put(op, page);
	db_rollback(op);
	return rc;
}

static enum rc put_page(struct op *op, const struct ctl_call *call,
    struct import_page *page)
{
	enum rc rc;

	db_open(&(struct db_settings){
	    .conninfo = call->config->postgres_conninfo,
	    .pool = 1,
	    .prepare = call->config->postgres_prepare,
	    .schema = SCHEMA_VERSION,
	});
	rc = call->dry ? try_out(op, page)
		       : change_run(op, import_page_put, page);
	db_close();
	return rc;
}

static void add(struct import_tally *sum, const struct import_tally *tally)
{
	sum->imported += tally->imported;
	sum->there += tally->there;
	sum->refused += tally->refused;
}

static enum rc import_page(struct op *op, const struct ctl_call *call,
    struct progress *progress)
{
	struct import_page page = {.users = {0}, .accounts = {0}};
	enum rc rc;

	rc = read_page(op, call->words[0],
	    progress->has_begun ? progress->last : NULL, &page);
	if (rc == RC_OK)
		rc = put_page(op, call, &page);
	if (rc != RC_OK)
		return rc;

	fputs(page.refusals.text, stderr);
	add(&progress->users, &page.user_tally);
	add(&progress->identities, &page.identity_tally);
	progress->is_done = page.users.count < PAGE;
	if (page.users.count > 0)
		snprintf(progress->last, sizeof(progress->last), "%s",
		    page.users.items[page.users.count - 1].id);
	progress->has_begun = true;
	return RC_OK;
}

static void print_tally(const char *what, const struct import_tally *tally,
    bool dry)
{
	printf("%s: %lld %s, %lld here already, %lld refused\n", what,
	    tally->imported, dry ? "to import" : "imported", tally->there,
	    tally->refused);
}

static enum rc run(struct op *op, const struct ctl_call *call)
{
	struct progress progress = {.has_begun = false};
	enum rc rc = RC_OK;

	/* Each page has memory of its own, however many there are. */
	while (rc == RC_OK && !progress.is_done) {
		struct op *page_op = op_new(op->id, PAGE_BUDGET_MS);

		rc = import_page(page_op, call, &progress);
		if (rc != RC_OK)
			op_fail(op, rc, "%s", op_reason(page_op));
		op_free(page_op);
	}

	print_tally("users", &progress.users, call->dry);
	print_tally("identities", &progress.identities, call->dry);
	if (rc == RC_OK && progress.users.refused +
	    progress.identities.refused > 0)
		return op_fail(op, RC_BAD, "not everything could be imported");
	return rc;
}

static const struct ctl_command command = {
	.arguments = "[-n] conninfo",
	.help = "import users from the reference design's database; -n: only "
	    "show what would come",
	.options = "d",
	.words_least = 1,
	.words_most = 1,
	.needs = CTL_CONFIG,
	.run = run,
};

const struct ctl_noun ctl_import_reference = {
	.name = "import-reference",
	.commands = &command,
	.count = 1,
};
