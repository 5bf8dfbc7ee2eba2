/* SPDX-License-Identifier: ISC */
/*
 * Misbehaviour on request.  A fault is a JSON object:
 *
 *	provider	whose answers; all providers' when absent
 *	endpoint	authorize, token, userinfo, jwks or discovery
 *	kind, value	what to do, below
 *	times, sticky	how often (1 when absent), or until forgotten
 *
 *	delay N			answer N ms later
 *	status N		with this status
 *	cut N			close after N bytes of the body; N < 0: say nothing
 *	drip N			byte by byte, N ms between any two
 *	bloat N			fill the body up to N bytes of spaces
 *	bloat_unknown N		the same without a Content-Length
 *	gzip N			Content-Encoding: gzip; N spaces at the end
 *	body TEXT		this body instead
 *	content_type TEXT	this type; "" for none
 *	header TEXT		one more header line
 *	redirect URL		302 to there
 *	member OBJECT		its members go over those of the body
 *	key OBJECT		of a key set: over those of its first key
 *	key_again OBJECT	a second one like the first, with these members
 *	keys N			N keys that are no use, after the others
 */
#ifndef SUPPORT_PROVIDER_FAULT_H
#define SUPPORT_PROVIDER_FAULT_H

#include "support/provider.h"
#include "support/provider_http.h"

/*
 * Applies every fault that is meant for this endpoint to the finished
 * answer, in the order they came, and counts their use.  Call with
 * provider_state's lock held.
 */
void provider_fault_apply(const struct provider *provider,
    const char *endpoint, struct provider_http *http);

/* Whether this is a fault, so that a typing mistake does not go unseen. */
bool provider_fault_is_valid(json_object *fault);

#endif
