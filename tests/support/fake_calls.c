/* SPDX-License-Identifier: ISC */
/* A list of names in a fixed buffer; too many calls are a failing test. */
#include "support/fake_calls.h"

#include <string.h>

#include <check.h>

#define FAILURES_MOST 4

static char text[2048];

static struct failure {
	const char *name;
	enum rc rc;
	int times;
} failures[FAILURES_MOST];

void fake_calls_clear(void)
{
	text[0] = '\0';
	memset(failures, 0, sizeof(failures));
}

void fake_calls_fail(const char *name, enum rc rc, int times)
{
	for (size_t i = 0; i < FAILURES_MOST; i++) {
		if (failures[i].name == NULL) {
			failures[i] = (struct failure){name, rc, times};
			return;
		}
	}

	ck_abort_msg("no room for another failure");
}

enum rc fake_calls_enter(struct op *op, const char *name)
{
	size_t len = strlen(text);

	ck_assert_uint_lt(len + strlen(name) + 2, sizeof(text));
	snprintf(text + len, sizeof(text) - len, "%s%s", len > 0 ? " " : "",
	    name);

	for (size_t i = 0; i < FAILURES_MOST; i++) {
		if (failures[i].name == NULL || failures[i].times == 0 ||
		    strcmp(failures[i].name, name) != 0)
			continue;
		failures[i].times--;
		return op_fail(op, failures[i].rc, "%s was told to fail",
		    name);
	}

	return RC_OK;
}

const char *fake_calls_text(void)
{
	return text;
}

int fake_calls_count(const char *name)
{
	size_t len = strlen(name);
	int count = 0;

	for (const char *p = text; (p = strstr(p, name)) != NULL; p += len)
		if ((p == text || p[-1] == ' ') &&
		    (p[len] == ' ' || p[len] == '\0'))
			count++;

	return count;
}
