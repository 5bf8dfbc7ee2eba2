/* SPDX-License-Identifier: ISC */
/* Without a secret nothing is right: an empty text never is one. */
#include "auth/admin.h"

#include "auth/refusal.h"
#include "base/crypt.h"

static struct secret secret;

void admin_init(const struct config *config)
{
	secret = config->admin_secret;
}

bool admin_is_enabled(void)
{
	return secret.size > 0;
}

enum rc admin_check(struct op *op, const char *text)
{
	const char *right = pool_text_n(op->pool,
	    secret.size > 0 ? (const char *)secret.bytes : "", secret.size);

	if (!admin_is_enabled() || text == NULL || !crypt_equal(text, right))
		return op_refuse(op, RC_DENIED, REFUSAL_ADMIN,
		    text == NULL ? "no administrator's secret"
				 : "a wrong administrator's secret");
	return RC_OK;
}
