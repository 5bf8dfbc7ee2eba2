/* SPDX-License-Identifier: ISC */
/* Messages say what to do, for they stand beside a form's field. */
#include "auth/profile.h"

#include <stdlib.h>
#include <string.h>

#include "auth/account.h"
#include "auth/change.h"
#include "auth/identity.h"
#include "auth/name.h"
#include "base/str.h"
#include "store/events.h"

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define ALNUM LOWER "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
#define HEX   "0123456789abcdefABCDEF"

/* RFC 3986 section 3.3 and 3.4, without the quote. */
#define URL_TEXT ALNUM "-._~!$&()*+,;=:@/?%"

#define HOST_MOST  253
#define LABEL_MOST 63

/* What is wrong with a name, NULL for nothing. */
static const char *flaw_in_name(struct pool *pool, const struct name *name)
{
	switch (name->flaw) {
	case NAME_GOOD:
		break;
	case NAME_HIDDEN:
		return pool_print(pool, "Leave out the character U+%04X, "
		    "which cannot be seen.", name->point);
	case NAME_MARKED:
		return pool_print(pool, "Put at most %d marks on a letter.",
		    NAME_MARKS_MOST);
	case NAME_LONG:
		return pool_print(pool, "Use at most %d characters.",
		    NAME_MOST);
	case NAME_EMPTY:
		return "Use at least one character that can be seen.";
	}

	return NULL;
}

/* Whether a host is called so or lies under it. */
static bool lies_under(const char *host, const char *name)
{
	size_t host_len = strlen(host);
	size_t len = strlen(name);

	return host_len >= len && strcmp(host + host_len - len, name) == 0 &&
	    (host_len == len || host[host_len - len - 1] == '.');
}

/* RFC 6761, RFC 6762, RFC 8375, and what ICANN keeps for private use. */
static bool is_local(const char *host)
{
	static const char *const names[] = {"localhost", "local", "internal",
	    "localdomain", "home.arpa", "lan", "test", "invalid"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (lies_under(host, names[i]))
			return true;
	return false;
}

/*
 * Whether host is a name as DNS has them: labels of letters, digits and inner
 * hyphens.  The last one begins with a letter: whatever else could be read as
 * an IPv4 address, in any of its spellings.
 */
static bool is_host_name(const char *host)
{
	const char *label = host;
	size_t len;

	if (strlen(host) > HOST_MOST || strchr(host, '.') == NULL)
		return false;

	for (;;) {
		len = strspn(label, LOWER "0123456789-");
		if (len == 0 || len > LABEL_MOST || label[0] == '-' ||
		    label[len - 1] == '-')
			return false;
		if (label[len] == '\0')
			return strchr(LOWER, label[0]) != NULL;
		if (label[len] != '.')
			return false;
		label += len + 1;
	}
}

/* Whether every % begins an escape, and none of a control character. */
static bool has_sound_escapes(const char *text)
{
	while ((text = strchr(text, '%')) != NULL) {
		char digits[3] = {text[1], text[1] == '\0' ? '\0' : text[2]};
		long byte = strtol(digits, NULL, 16);

		if (strspn(digits, HEX) != 2 || byte < 0x20 || byte == 0x7f)
			return false;
		text += 3;
	}

	return true;
}

static const char *flaw_in_avatar(struct pool *pool, const char *url)
{
	const char *host;
	size_t len;

	if (strlen(url) > IDENTITY_AVATAR_MOST)
		return pool_print(pool, "Use an address of at most %d "
		    "characters.", IDENTITY_AVATAR_MOST);
	if (!str_begins(url, "https://"))
		return "Use an address that begins with https://.";

	url += strlen("https://");
	len = strcspn(url, "/?");
	host = str_lower(pool, pool_text_n(pool, url, len));
	if (!is_host_name(host) || is_local(host))
		return "Use the public name of a host, without user or port.";
	if (!str_consists(url + len, URL_TEXT) || !has_sound_escapes(url))
		return "Leave out what no address holds, and the part from #.";

	return NULL;
}

void profile_check(struct pool *pool, struct users_profile *change,
    struct refusal_fields *wrong)
{
	const char *flaw = NULL;

	if (change->display_name != NULL) {
		struct name name = name_from(pool, change->display_name);

		change->display_name = name.text;
		flaw = flaw_in_name(pool, &name);
	}
	if (flaw != NULL)
		refusal_add(wrong, "display_name", flaw);

	if (change->avatar_url == NULL)
		return;
	flaw = flaw_in_avatar(pool, change->avatar_url);
	if (flaw != NULL)
		refusal_add(wrong, "avatar_url", flaw);
}

/* A change on its way through one transaction. */
struct updating {
	const struct session *session;
	const char *address;
	const struct users_profile *change;
	const struct user *user;
};

static enum rc update(struct op *op, void *what)
{
	struct updating *updating = what;
	const struct session *session = updating->session;
	bool changed = false;
	enum rc rc;

	rc = users_set_profile(op, session->user_id, updating->change,
	    &changed);
	if (rc == RC_OK && changed)
		rc = events_add(op, &(struct event){
		    .kind = EVENT_PROFILE_CHANGED,
		    .user_id = session->user_id, .session_id = session->sid,
		    .address = updating->address});
	if (rc == RC_OK)
		rc = account_of(op, session, &updating->user);
	return rc;
}

enum rc profile_update(struct op *op, const struct session *session,
    const char *address, const struct users_profile *change,
    const struct user **user)
{
	struct updating updating = {
	    .session = session, .address = address, .change = change};
	enum rc rc = change_run(op, update, &updating);

	if (rc != RC_OK)
		return op_while(op, rc, "changing a profile");

	*user = updating.user;
	return RC_OK;
}
