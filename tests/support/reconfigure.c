/* SPDX-License-Identifier: ISC */
/*
 * The first configuration is kept as a file: each test may be a process of
 * its own, and one that dies must not take it along.
 */
#include "support/reconfigure.h"

#include <stdio.h>
#include <string.h>

#include <check.h>

#include "support/stack.h"
#include "support/text.h"

#define READY_MS 10000

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	ck_assert_msg(file != NULL && fputs(text, file) >= 0 &&
	    fclose(file) == 0, "%s cannot be written", path);
}

static const char *present(void)
{
	const char *text = text_of_file(stack_setting("CONF"));

	ck_assert_ptr_nonnull(text);
	return text;
}

static const char *first(void)
{
	const char *kept = text_print("%s/tmp/latchkey.conf.first",
	    stack_dir());
	const char *text = text_of_file(kept);

	if (text == NULL) {
		text = present();
		write_file(kept, text);
	}
	return text;
}

/* The file keeps its owner and mode. */
static void restart(const char *text)
{
	stack_service("stop", "latchkey");
	write_file(stack_setting("CONF"), text);
	stack_service("start", "latchkey");
	ck_assert(stack_is_ready_within(READY_MS));
}

void reconfigure(const char *old, const char *new)
{
	const char *text = first();
	const char *at = strstr(text, old);

	ck_assert_msg(at != NULL && strstr(at + 1, old) == NULL,
	    "latchkey.conf has not one %s", old);
	restart(text_print("%.*s%s%s", (int)(at - text), text, new,
	    at + strlen(old)));
}

void reconfigure_back(void)
{
	restart(first());
}

void reconfigure_undo(void)
{
	if (strcmp(present(), first()) != 0)
		reconfigure_back();
}
