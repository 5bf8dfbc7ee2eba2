/* SPDX-License-Identifier: ISC */
/*
 * What a refusal must leave alone: users, identities, sessions, and what the
 * providers were asked behind the browser's back; and what either store holds
 * of somebody.
 */
#ifndef SUPPORT_FACTS_H
#define SUPPORT_FACTS_H

#include "support/browser.h"

struct facts {
	long users;
	long identities;
	size_t sessions;	/* of all users, in Redis */
	size_t calls;		/* to token endpoints, since flow_reset */
};

/* The facts as they are now. */
struct facts facts_now(void);

/* Fails the test where one is not as it was. */
void facts_assert_same(const struct facts *before);

/* Fails the test where an answer carries a token, a cookie (clearing is
 * fine) or a Location. */
void facts_assert_gives_nothing(struct browser *browser,
    const struct answer *answer);

/*
 * Fails the test unless the answer is a problem of status and code, carries
 * no token, sets no cookie (clearing is fine), and changed no fact.
 */
void facts_assert_refused(struct browser *browser, const struct answer *answer,
    long status, const char *code, const struct facts *before);

/*
 * The tables with word in any column, in whatever case; the keys of Redis with
 * word in their names or in anything they hold.  Their names, "" for none.
 */
const char *facts_tables_with(const char *word);
const char *facts_keys_with(const char *word);

#endif
