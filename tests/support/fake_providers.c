/* SPDX-License-Identifier: ISC */
/* First come, first pinned. */
#include "support/fake_providers.h"

#include "store/providers.h"
#include "support/fake_calls.h"

const char *fake_providers_pinned;

enum rc providers_pin(struct op *op, const char *name, const char *issuer,
    const char **pinned)
{
	enum rc rc = fake_calls_enter(op, "providers_pin");

	if (rc != RC_OK)
		return op_while(op, rc, "pinning %s", name);

	if (fake_providers_pinned == NULL)
		fake_providers_pinned = issuer;
	*pinned = fake_providers_pinned;
	return RC_OK;
}

enum rc providers_issuer(struct op *op, const char *name,
    const char **issuer)
{
	enum rc rc = fake_calls_enter(op, "providers_issuer");

	if (rc == RC_OK && fake_providers_pinned == NULL)
		rc = op_fail(op, RC_ABSENT, "%s is not pinned", name);
	if (rc == RC_OK)
		*issuer = fake_providers_pinned;
	return rc;
}
