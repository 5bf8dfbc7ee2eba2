/* SPDX-License-Identifier: ISC */
/*
 * IL-02: after a round with everything that goes well and goes wrong, no log
 * of any server holds a code, state, verifier, token, secret, cookie or
 * address.  IL-03: nor does what a worker's process shows of itself.
 */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <check.h>

#include "auth/signin.h"
#include "base/crypt.h"
#include "support/attempt.h"
#include "support/outage.h"
#include "support/raw_http.h"
#include "support/stack.h"
#include "support/steer.h"
#include "support/text.h"

#define NEEDLES_MOST 128
#define WORKERS_MOST 8
#define SHOWN_MOST   65536

/* Enough of a random text to know it, also where a line was cut. */
#define TELLING 16

static struct needle {
	const char *name;
	const char *text;
} needles[NEEDLES_MOST];
static size_t needle_count;

static struct browser *alice;
static struct browser *mallory;

static void setup(void)
{
	flow_reset();
	alice = browser_new();
	mallory = browser_new();
}

static void teardown(void)
{
	browser_free(alice);
	browser_free(mallory);
}

static void hide_whole(const char *name, const char *text)
{
	ck_assert_msg(text != NULL && text[0] != '\0', "no %s", name);
	ck_assert_uint_lt(needle_count, NEEDLES_MOST);
	needles[needle_count++] = (struct needle){name, text};
}

static void hide(const char *name, const char *text)
{
	ck_assert_msg(text != NULL && strlen(text) >= TELLING, "no %s", name);
	hide_whole(name, text_copy(text, TELLING));
}

/* A token's last part; its first ones, "eyJ…", nobody may write at all. */
static void hide_token(const char *name, const char *token)
{
	ck_assert_ptr_nonnull(token);
	hide(name, strrchr(token, '.') + 1);
}

static void hide_tokens(struct flow_tokens tokens)
{
	hide_token("access token", tokens.access);
	hide_token("refresh token", tokens.refresh);
}

static void hide_secret(const char *file)
{
	const char *text = text_of_file(text_print("%s/secrets/%s",
	    stack_dir(), file));

	ck_assert_ptr_nonnull(text);
	hide_whole(file, text_copy(text, strcspn(text, "\n")));
}

static void hide_what_is_known(void)
{
	static const char *const files[] = {"secret", "jwt", "redis",
		"client-google", "client-discord", "client-other"};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		hide_secret(files[i]);
	hide_whole("any token", "eyJ");
	hide_whole("address", "il02.address");
	hide_whole("address", "IL02.Address");
	hide_whole("provider's token", "provider-access-mark");
}

/* Somebody goes to a provider and comes back: the callback, all noted. */
static const char *callback_of(const char *provider)
{
	const char *consent;
	const char *callback;
	const char *cookie;
	struct pool *pool = pool_new();

	flow_next("{\"provider\": \"%s\", \"subject\": \"102030\", "
	    "\"email\": \"IL02.Address@gmail.com\", \"email_verified\": "
	    "true, \"token\": {\"access_token\": \"provider-access-mark\"}}",
	    provider);
	consent = flow_start(alice, provider);
	callback = flow_consent(alice, consent);
	hide("state", flow_parameter(alice, callback, "state"));
	hide("code", flow_parameter(alice, callback, "code"));
	hide("challenge", flow_parameter(alice, consent, "code_challenge"));
	cookie = browser_cookie(alice, text_print(SIGNIN_COOKIE "%.8s",
	    crypt_sha256_hex(pool, flow_parameter(alice, callback,
		"state"))));
	ck_assert_ptr_nonnull(cookie);
	hide("cookie", strchr(cookie, '.') + 1);
	pool_free(pool);
	return callback;
}

/* The round as it should go, and its tokens used, renewed and used up. */
static struct flow_tokens succeed(void)
{
	struct answer answer = browser_get(alice, callback_of("google"));
	struct flow_tokens tokens = {
	    .access = answer_member(alice, &answer, "access_token"),
	    .refresh = answer_member(alice, &answer, "refresh_token")};

	ck_assert_int_eq(answer.status, 200);
	hide_tokens(tokens);
	hide("verifier", flow_recorded_parameter(alice, "google", "token",
	    "code_verifier"));
	ck_assert_str_eq(attempt_me(alice, tokens, "email"),
	    "IL02.Address@gmail.com");
	answer = flow_refresh(alice, tokens.refresh);
	ck_assert_int_eq(answer.status, 200);
	tokens.access = answer_member(alice, &answer, "access_token");
	tokens.refresh = answer_member(alice, &answer, "refresh_token");
	hide_tokens(tokens);
	return tokens;
}

/* What a provider does wrong, and a callback that is not as it should be. */
static void fail_to_sign_in(void)
{
	const char *callback;

	browser_get(mallory, callback_of("google"));
	browser_get(alice, callback_of("discord"));
	hide("verifier", flow_recorded_parameter(alice, "discord", "token",
	    "code_verifier"));
	steer_fault("google", "token", "status", "500");
	browser_get(alice, callback_of("google"));
	steer_fault("google", "token", "body", "\"{\\\"error\\\": 1\"");
	browser_get(alice, callback_of("google"));
	steer_fault("discord", "userinfo", "status", "401");
	browser_get(alice, callback_of("discord"));
	steer_fault("google", "token", "cut", "-1");
	browser_get(alice, callback_of("google"));

	callback = callback_of("google");
	browser_get(alice, text_print("%s%%zz", callback));
	browser_get(alice, text_print("%s&state=x", callback));
	browser_send(alice, "POST", callback, NULL, strchr(callback, '?'));
	browser_send(alice, "DELETE", callback, NULL, NULL);
	browser_get(alice, text_print("%s&error=access_denied", callback));
	browser_get(alice, callback);
}

/* Tokens where they do not belong. */
static void misuse(struct flow_tokens tokens)
{
	const char *refresh = stack_url("/api/auth/refresh");
	const char *const forms[] = {"{\"refresh_token\":\"%s\"",
		"{\"refresh_token\":[\"%s\"]}", "refresh_token=%s",
		"{\"%s\":1,\"refresh_token\":\"x\"}"};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		const char *at = strstr(forms[i], "%s");

		browser_post(alice, refresh, text_print("%.*s%s%s",
		    (int)(at - forms[i]), forms[i], tokens.refresh, at + 2));
	}
	browser_get(alice, stack_url(text_print(
	    "/api/users/me?access_token=%s", tokens.access)));
	browser_get_as(alice, stack_url("/api/users/me"),
	    text_print("%sx", tokens.access));
	browser_get_as(alice, stack_url("/api/users/me"), tokens.refresh);
	flow_refresh(alice, tokens.access);
	flow_refresh(alice, text_print("%s.%s", tokens.refresh,
	    tokens.refresh));
}

/* What nginx refuses by itself. */
static void ask_too_much(struct flow_tokens tokens, const char *callback)
{
	struct pool *pool = pool_new();
	const char *path = strstr(callback, "/api/");
	const char *long_one = pool_print(pool, "%s&x=%09000d", path, 0);

	ck_assert_int_eq(raw_http_status(raw_http_ask(pool, "GET", long_one,
	    "")), 414);
	raw_http_ask(pool, "GET", path, pool_print(pool,
	    "Authorization: Bearer %s\r\nCookie: %09000d\r\n",
	    tokens.access, 0));
	raw_http_ask(pool, "GET", pool_print(pool, "%s%%", path), "");
	raw_http_ask(pool, "TRACE", path, "");
	raw_http_ask(pool, "POST", path, "Content-Length: 5\r\n"
	    "Transfer-Encoding: chunked\r\n");
	raw_http_ask(pool, "POST", path, "Content-Length: 99999999\r\n");
	pool_free(pool);
}

/* The service, then each store, is down where all of these come. */
static void find_it_down(struct flow_tokens tokens)
{
	static const char *const names[] = {"latchkey", "redis", "postgres"};

	for (size_t i = 0; i < 3; i++) {
		const char *callback = callback_of("google");
		struct answer answer;

		stack_service("stop", names[i]);
		answer = browser_get(alice, callback);
		ck_assert_int_ge(answer.status, 502);
		browser_get_as(alice, stack_url(text_print(
		    "/api/users/me?access_token=%s", tokens.access)),
		    tokens.access);
		flow_refresh(alice, "x");
		stack_service("start", names[i]);
		ck_assert(stack_is_ready_within(10000));
	}
}

/* Fails the test where the text of a log holds what it must not. */
static void assert_clean(const char *name, const char *text)
{
	for (size_t i = 0; i < needle_count; i++) {
		const char *at = strstr(text, needles[i].text);

		ck_assert_msg(at == NULL, "%s holds a %s: %.200s", name,
		    needles[i].name, at != NULL ? at : "");
	}
}

/* Every log but the stand-in's, which is none of ours. */
static size_t search_logs(void)
{
	const char *folder = text_print("%s/log", stack_dir());
	const struct dirent *entry;
	DIR *dir = opendir(folder);
	size_t count = 0;

	ck_assert_ptr_nonnull(dir);
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.' ||
		    strcmp(entry->d_name, "provider.log") == 0)
			continue;
		assert_clean(entry->d_name, text_of_file(text_print("%s/%s",
		    folder, entry->d_name)));
		count++;
	}
	closedir(dir);
	return count;
}

static const char *log_of(const char *name)
{
	return text_of_file(text_print("%s/log/%s", stack_dir(), name));
}

/*
 * With what the administrator is to set for the role: what PostgreSQL logs
 * of a statement's parameters only a superuser decides.
 */
static void log_every_statement(void)
{
	stack_sql("alter role latchkey set log_parameter_max_length = 0");
	outage_hang_up();
	stack_sql("alter system set log_min_duration_statement = 0");
	stack_sql("select pg_reload_conf()");
}

START_TEST(il_02_no_log_holds_a_secret)
{
	struct flow_tokens tokens;

	log_every_statement();
	hide_what_is_known();
	tokens = succeed();
	fail_to_sign_in();
	misuse(tokens);
	ask_too_much(tokens, callback_of("google"));
	find_it_down(tokens);
	browser_post(alice, stack_url("/api/auth/logout"), text_print(
	    "{\"refresh_token\":\"%s\"}", tokens.refresh));

	/* All of this was logged, and this is where. */
	ck_assert_ptr_nonnull(strstr(log_of("latchkey.log"),
	    "event=request"));
	ck_assert_ptr_nonnull(strstr(log_of("nginx-access.log"),
	    "/api/auth/google/callback"));
	ck_assert_ptr_nonnull(strstr(log_of("postgres.log"),
	    "insert into oauth_linked_accounts"));
	ck_assert_uint_ge(search_logs(), 4);
}
END_TEST

/* The words of /proc/<pid>/<name>, one a line; fails where there are none. */
static const char *shown(pid_t pid, const char *name)
{
	static char words[SHOWN_MOST + 1];
	const char *path = text_print("/proc/%d/%s", (int)pid, name);
	FILE *file = fopen(path, "r");
	size_t size;

	ck_assert_msg(file != NULL, "%s cannot be read", path);
	size = fread(words, 1, SHOWN_MOST, file);
	fclose(file);
	ck_assert_uint_gt(size, 0);
	ck_assert_uint_lt(size, SHOWN_MOST);
	for (size_t i = 0; i < size; i++)
		if (words[i] == '\0')
			words[i] = '\n';
	words[size] = '\0';
	return words;
}

/* What proc(5) gives to root whose process may not be dumped. */
static void assert_closed(pid_t pid)
{
	struct stat memory;

	ck_assert_int_eq(stat(text_print("/proc/%d/mem", (int)pid), &memory),
	    0);
	ck_assert_uint_eq(memory.st_uid, 0);
	/* The worker itself is somebody else. */
	ck_assert_ptr_null(strstr(shown(pid, "status"), "Uid:\t0\t"));
	ck_assert_ptr_nonnull(strstr(shown(pid, "limits"),
	    "Max core file size        0                    0 "));
}

START_TEST(il_03_a_worker_shows_no_secret_and_leaves_no_dump)
{
	pid_t workers[WORKERS_MOST];
	size_t count = stack_all_workers(workers, WORKERS_MOST);

	hide_what_is_known();
	succeed();
	ck_assert_uint_gt(count, 0);
	for (size_t i = 0; i < count; i++) {
		assert_closed(workers[i]);
		assert_clean("cmdline", shown(workers[i], "cmdline"));
		/* It is closed to everybody else. */
		if (geteuid() == 0)
			assert_clean("environ", shown(workers[i], "environ"));
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("log_secrets");
	TCase *t = tcase_create("log_secrets");
	SRunner *r;
	int n;

	if (!stack_begin(NULL))
		return 0;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, il_02_no_log_holds_a_secret);
	tcase_add_test(t, il_03_a_worker_shows_no_secret_and_leaves_no_dump);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	n = srunner_ntests_failed(r);
	srunner_free(r);
	stack_end();
	return n == 0 ? 0 : 1;
}
