/* SPDX-License-Identifier: ISC */
/* A pipe in stderr's place; a few lines of log fit into it without a reader. */
#include "support/fake_stderr.h"

#include <fcntl.h>
#include <unistd.h>

#include <check.h>

static int ends[2];
static int real;
static char text[16384];

void fake_stderr_begin(void)
{
	ck_assert_int_eq(pipe2(ends, O_NONBLOCK), 0);
	real = dup(STDERR_FILENO);
	ck_assert_int_ge(dup2(ends[1], STDERR_FILENO), 0);
}

const char *fake_stderr_end(void)
{
	ssize_t len;

	ck_assert_int_ge(dup2(real, STDERR_FILENO), 0);
	close(real);
	close(ends[1]);
	len = read(ends[0], text, sizeof(text) - 1);
	close(ends[0]);
	ck_assert_int_ge(len, 0);
	text[len] = '\0';
	return text;
}
