/* SPDX-License-Identifier: ISC */
/*
 * latchkey restarted with another configuration while the stores and the
 * providers stay: what an administrator does.
 */
#ifndef SUPPORT_RECONFIGURE_H
#define SUPPORT_RECONFIGURE_H

/*
 * Restarts latchkey with the stack's first configuration in which old, which
 * must occur once, is replaced by new; returns when it is ready.
 */
void reconfigure(const char *old, const char *new);

/* The same with the first configuration as it was. */
void reconfigure_back(void);

/* The same where another one is in use, as a test that failed leaves it. */
void reconfigure_undo(void);

#endif
