/* SPDX-License-Identifier: ISC */
/*
 * In place of auth/provider.c: a table of one provider.  Calls are named
 * provider_admit, provider_authorize, provider_identify, provider_look_at_pin
 * and provider_sends_iss.
 */
#ifndef SUPPORT_FAKE_PROVIDER_H
#define SUPPORT_FAKE_PROVIDER_H

#include <stdbool.h>

#include "auth/provider.h"

struct fake_provider {
	struct provider provider;
	bool takes_nonce;
	bool sends_iss;
	struct identity identity;	/* who comes with any code */
	bool barred;			/* all of them, by their pins */
	const char *also;		/* another configured name, or NULL */

	/* What was asked, last. */
	struct provider_question question;
	struct provider_grant grant;
};

extern struct fake_provider fake_provider;

/* Puts the table back to the provider "google" of https://issuer.example. */
void fake_provider_reset(void);

#endif
