/* SPDX-License-Identifier: ISC */
/* Catches what a test's subject writes to stderr, such as log lines. */
#ifndef SUPPORT_FAKE_STDERR_H
#define SUPPORT_FAKE_STDERR_H

/* Catches stderr from now on. */
void fake_stderr_begin(void);

/* Gives stderr back; what was written until then, "" for nothing. */
const char *fake_stderr_end(void);

#endif
