/* SPDX-License-Identifier: ISC */
/* The rules that bind single options, or two of different sections. */
#include "config/rules.h"

#include <string.h>
#include <strings.h>

/* Notes a mistake when the earlier duration must not be the longer one. */
static void check_order(struct draft *draft, enum option_site shorter,
    enum option_site longer)
{
	struct draft_given *first = &draft->given[shorter];
	struct draft_given *second = &draft->given[longer];
	const int64_t *least = options_member(&options_site[shorter],
	    &draft->values);
	const int64_t *most = options_member(&options_site[longer],
	    &draft->values);

	if (first->is_wrong || second->is_wrong || *least <= *most)
		return;

	draft_wrong(draft, first->is_given ? first : second,
	    "does not fit: %s is longer than %s; shorten the one or lengthen "
	    "the other", first->name, second->name);
}

static bool is_domain(const char *text)
{
	size_t len = strlen(text);

	return len <= 253 && strchr(text, '.') != NULL &&
	    str_consists(text, "abcdefghijklmnopqrstuvwxyz0123456789-.") &&
	    text[0] != '.' && text[len - 1] != '.' &&
	    strstr(text, "..") == NULL;
}

static void check_sign_up(struct draft *draft)
{
	struct draft_given *given = &draft->given[SITE_email_domains];
	const struct config_list *domains = &draft->values.email_domains;
	const char *sign_up = draft->values.sign_up;

	if (given->is_wrong || draft->given[SITE_sign_up].is_wrong)
		return;

	for (size_t i = 0; i < domains->count; i++)
		if (!is_domain(domains->items[i]))
			draft_wrong(draft, given, "entry %zu is not a domain; "
			    "write it in lower case, such as \"example.org\"",
			    i + 1);

	if (strcmp(sign_up, "domains") == 0 && domains->count == 0)
		draft_wrong(draft, given, "is empty although sign_up is "
		    "\"domains\"; list the domains that may sign up");
	if (strcmp(sign_up, "open") == 0 && domains->count > 0)
		draft_wrong(draft, given, "keeps nobody out while sign_up is "
		    "\"open\"; write sign_up = \"domains\"");
}

/* Whether conninfo, in either of libpq's forms, holds a password. */
static bool has_password(const char *conninfo)
{
	const char *host = strstr(conninfo, "://");
	const char *word = conninfo;

	while ((word = strcasestr(word, "password")) != NULL) {
		word += strlen("password");
		if (word[strspn(word, " \t")] == '=')
			return true;
	}
	if (!str_begins(conninfo, "postgres") || host == NULL)
		return false;

	host += strlen("://");
	host += strcspn(host, ":/?@");
	return host[0] == ':' && host[strcspn(host, "/?@")] == '@';
}

static void check_conninfo(struct draft *draft, enum option_site id)
{
	const char *const *conninfo = options_member(&options_site[id],
	    &draft->values);

	if (!draft->given[id].is_wrong && has_password(*conninfo))
		draft_wrong(draft, &draft->given[id], "holds a password; put "
		    "it into a file as in libpq's passfile, and write "
		    "passfile=/path/of/it here");
}

/* Braces would move the hash tag; other signs mean something in ACLs. */
static void check_prefix(struct draft *draft)
{
	struct draft_given *given = &draft->given[SITE_redis_prefix];

	if (!given->is_wrong &&
	    !str_consists(draft->values.redis_prefix,
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789:._-"))
		draft_wrong(draft, given, "holds a sign that means something "
		    "to Redis; use letters, digits and : . _ - only");
}

/* Without a password Redis would take us for its default user. */
static void check_redis_user(struct draft *draft)
{
	struct draft_given *given = &draft->given[SITE_redis_user];

	if (!given->is_wrong && draft->values.redis_user[0] != '\0' &&
	    draft->values.redis_password.size == 0 &&
	    !draft->given[SITE_redis_password].is_wrong)
		draft_wrong(draft, given, "names a user without a password; "
		    "give redis.password_file, too");
}

/* What stands for an option that was left empty. */
static void fill_in(struct draft *draft)
{
	struct config *values = &draft->values;

	if (values->jwt_issuer[0] == '\0')
		values->jwt_issuer = values->base_url;
	if (values->postgres_migrate_conninfo[0] == '\0')
		values->postgres_migrate_conninfo = values->postgres_conninfo;
}

void rules_check(struct draft *draft)
{
	rules_url_check(draft);
	check_order(draft, SITE_session_idle_ms, SITE_session_absolute_ms);
	check_order(draft, SITE_jwt_access_ms, SITE_session_absolute_ms);
	check_sign_up(draft);
	check_conninfo(draft, SITE_postgres_conninfo);
	check_conninfo(draft, SITE_postgres_migrate_conninfo);
	check_prefix(draft);
	rules_provider_check(draft);
	rules_secret_load(draft);
	check_redis_user(draft);
	fill_in(draft);
}
