/* SPDX-License-Identifier: ISC */
/* The jar would not hold many: each sign-in carries its own cookie. */
#include "support/ready.h"

#include <check.h>

#include "auth/signin.h"
#include "base/crypt.h"
#include "support/flow.h"
#include "support/text.h"

struct ready ready_from(struct browser *browser, const char *provider,
    const char *consent_url, const char *subject)
{
	struct pool *pool = pool_new();
	const char *name = crypt_sha256_hex(pool, flow_parameter(browser,
	    consent_url, "state"));
	struct ready ready = {
	    .callback = flow_consent_as(browser, provider, consent_url,
		subject),
	    .cookie_name = text_print(SIGNIN_COOKIE "%.8s", name),
	};
	const char *cookie = browser_cookie(browser, ready.cookie_name);

	ck_assert_ptr_nonnull(cookie);
	ready.callback = text_print("%s", ready.callback);
	ready.cookie = text_print("%s", cookie);
	browser_drop_cookies(browser);
	pool_free(pool);
	return ready;
}

struct ready ready_make(struct browser *browser, const char *subject)
{
	return ready_from(browser, "google", flow_start(browser, "google"),
	    subject);
}

struct answer ready_finish(struct browser *own, const struct ready *ready)
{
	browser_set_cookie(own, ready->cookie_name, ready->cookie);
	return browser_get(own, ready->callback);
}
