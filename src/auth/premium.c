/* SPDX-License-Identifier: ISC */
/*
 * One grant, one transaction under the lock of the user's row, so that of two
 * changes the later one has the higher version: wherever Redis hears of them
 * in the other order, the version says which stands.
 */
#include "auth/premium.h"

#include <string.h>

#include "auth/change.h"
#include "auth/letter.h"
#include "auth/refusal.h"
#include "auth/standing.h"
#include "base/clock.h"
#include "base/encode.h"
#include "base/uuid.h"
#include "store/events.h"
#include "store/grants.h"
#include "store/sessions.h"

/* A change on its way through one transaction. */
struct setting {
	struct grant grant;
	int64_t extend_ms;
	struct users_standing standing;
	bool is_published;
};

static enum rc publish(struct op *op, struct setting *setting,
    bool takes_away)
{
	struct sessions_standing standing = standing_of(
	    setting->grant.user_id, &setting->standing);
	enum rc rc;

	standing.takes_away = takes_away;
	rc = sessions_publish(op, &standing);
	setting->is_published = rc == RC_OK;
	return rc;
}

/* Never is 0, and so earlier than any instant. */
static enum rc change(struct op *op, struct setting *setting)
{
	const struct grant *grant = &setting->grant;
	bool takes_away = grant->until_ms < setting->standing.premium_until_ms;
	enum rc rc;

	rc = grants_add(op, grant);
	if (rc == RC_OK)
		rc = users_set_premium(op, grant->user_id, grant->until_ms,
		    &setting->standing);
	if (rc == RC_OK)
		rc = events_add(op, &(struct event){
		    .kind = EVENT_PREMIUM_CHANGED, .user_id = grant->user_id,
		    .actor = grant->actor});
	if (rc == RC_OK && takes_away)
		rc = publish(op, setting, true);
	return rc;
}

/* Under the lock: of two extensions at once each adds to the other. */
static int64_t extended(const struct setting *setting)
{
	int64_t end_ms = clock_now_ms();

	if (setting->standing.premium_until_ms > end_ms)
		end_ms = setting->standing.premium_until_ms;
	return setting->extend_ms < CLOCK_LAST_MS - end_ms
	    ? end_ms + setting->extend_ms : CLOCK_LAST_MS;
}

static enum rc step(struct op *op, void *what)
{
	struct setting *setting = what;
	struct grant *grant = &setting->grant;
	struct grant known;
	enum rc rc;

	setting->is_published = false;
	rc = users_lock(op, grant->user_id, &setting->standing);
	if (rc != RC_OK)
		return rc;

	rc = grants_by_reference(op, grant->reference, &known);
	if (rc == RC_ABSENT) {
		if (setting->extend_ms > 0)
			grant->until_ms = extended(setting);
		return change(op, setting);
	}
	if (rc == RC_OK && (strcmp(known.user_id, grant->user_id) != 0 ||
	    (setting->extend_ms == 0 && known.until_ms != grant->until_ms)))
		return op_refuse(op, RC_TAKEN, REFUSAL_REFERENCE,
		    "the reference was used with other values");
	return rc;
}

/*
 * Two references that look alike would be two payments: é can be a letter, or
 * one and a mark.
 */
static bool can_be_told(unsigned point)
{
	return letter_of(point) == LETTER_SHOWN || point == ' ';
}

bool premium_reference_is_valid(const char *reference)
{
	size_t size = strlen(reference);
	int points = 0;
	size_t len;

	for (size_t i = 0; i < size; i += len) {
		unsigned point = 0;

		len = encode_utf8_next(reference + i, size - i, &point);
		if (len == 0 || !can_be_told(point) ||
		    ++points > PREMIUM_REFERENCE_MOST)
			return false;
	}

	return size > 0 && reference[0] != ' ' && reference[size - 1] != ' ';
}

const char *premium_reference_new(struct pool *pool)
{
	char id[UUID_SIZE];

	uuid_new(id);
	return pool_text(pool, id);
}

bool premium_end_from(const char *text, int64_t *until_ms)
{
	int64_t ms;

	if (!clock_from_rfc3339(text, &ms) || ms <= 0)
		return false;

	*until_ms = ms;
	return true;
}

enum rc premium_set(struct op *op, const char *user_id,
    const struct premium_change *given, const struct user **user)
{
	struct setting setting = {.grant = {
	    .reference = given->reference,
	    .user_id = user_id,
	    .until_ms = given->until_ms,
	    .actor = given->actor,
	}, .extend_ms = given->extend_ms};
	enum rc rc;

	rc = change_run(op, step, &setting);
	if (rc == RC_OK && !setting.is_published)
		rc = publish(op, &setting, false);
	if (rc == RC_OK)
		rc = users_by_id(op, user_id, user);
	if (rc != RC_OK)
		return op_while(op, rc, "setting the premium of user %s",
		    user_id);

	return RC_OK;
}
