/* SPDX-License-Identifier: ISC */
/*
 * What the administrator's settings make of a sign-in: who may become a user,
 * which provider counts, how many may be on their way.  Each case restarts
 * latchkey with one change, over the same stores.
 */
#include <string.h>
#include <unistd.h>

#include <check.h>

#include "auth/signin.h"
#include "base/clock.h"
#include "support/attempt.h"
#include "support/reconfigure.h"
#include "support/stack.h"
#include "support/text.h"

#define MOST_OPEN 5

/* How long the workers may take to say that a provider is barred. */
#define BARRED_MS 5000

/* Where a line of the top level can go. */
static const char TOP[] = "development = true\n";

static struct browser *alice;

static void setup(void)
{
	flow_reset();
	alice = browser_new();
}

static void teardown(void)
{
	browser_free(alice);
}

static void set_at_top(const char *lines)
{
	reconfigure(TOP, text_print("%s%s", TOP, lines));
}

/* Discord says that this address is verified. */
static void next_with(const char *subject, const char *email)
{
	flow_next("{\"provider\": \"discord\", \"subject\": \"%s\", "
	    "\"email\": \"%s\", \"email_verified\": true}", subject, email);
}

static void close_to_newcomers(void)
{
	struct browser *browser = browser_new();

	flow_sign_in(browser, "google", "old-friend");
	browser_free(browser);
	set_at_top("sign_up = \"closed\"\n"
	    "account_linking = \"explicit\"\n");
}

START_TEST(closed_takes_nobody_new)
{
	next_with("601", "601@gmail.com");
	attempt_refused(alice, "discord", 403, "sign_up_closed");
	flow_next("{\"provider\": \"google\", \"subject\": \"newcomer\"}");
	attempt_refused(alice, "google", 403, "sign_up_closed");
}
END_TEST

/* Who holds an account's address is no newcomer. */
START_TEST(closed_shows_users_the_way_in)
{
	next_with("602", "old-friend@gmail.com");
	attempt_refused(alice, "discord", 409, "account_link_required");
}
END_TEST

START_TEST(closed_lets_users_in)
{
	struct flow_tokens tokens = flow_sign_in(alice, "google",
	    "old-friend");

	ck_assert_str_eq(attempt_me(alice, tokens, "email"),
	    "old-friend@gmail.com");
}
END_TEST

static void open_to_domains(void)
{
	set_at_top("sign_up = \"domains\"\n"
	    "email_domains = [ \"good.example\", \"corp.example\" ]\n");
}

START_TEST(a_listed_domain_may_sign_up)
{
	static const char *const emails[] = {"a@good.example",
		"b@GOOD.example", "c@corp.example"};

	for (size_t i = 0; i < 3; i++) {
		next_with(text_print("70%zu", i), emails[i]);
		ck_assert_str_eq(attempt_me(alice,
		    attempt_accepted(alice, "discord"), "email"), emails[i]);
	}
	flow_next("{\"provider\": \"google\", \"subject\": \"listed\", "
	    "\"email\": \"d@good.example\", \"email_verified\": true, "
	    "\"hd\": \"good.example\"}");
	attempt_accepted(alice, "google");
}
END_TEST

START_TEST(no_other_domain_may)
{
	static const char *const emails[] = {"a@gmail.com",
		"a@sub.good.example", "a@notgood.example", "a@example",
		"a@good.example.org", "good.example@gmail.com",
		"a@good.example."};

	for (size_t i = 0; i < sizeof(emails) / sizeof(emails[0]); i++) {
		next_with(text_print("71%zu", i), emails[i]);
		attempt_refused(alice, "discord", 403, "sign_up_closed");
	}
}
END_TEST

START_TEST(a_listed_domain_counts_only_where_it_is_verified)
{
	static const char *const nexts[] = {
		"\"provider\": \"discord\", \"email_verified\": false",
		"\"provider\": \"discord\", \"claims\": {\"verified\": 1}",
		("\"provider\": \"discord\", \"email_verified\": true, "
		"\"without\": [\"email\"]"),
		"\"provider\": \"google\", \"email_verified\": true",
		"\"provider\": \"other\", \"email_verified\": true",
	};

	for (size_t i = 0; i < sizeof(nexts) / sizeof(nexts[0]); i++) {
		const char *name = strchr(nexts[i], ' ') + 2;

		flow_next("{\"subject\": \"72%zu\", \"email\": "
		    "\"u@good.example\", %s}", i, nexts[i]);
		attempt_refused(alice, text_copy(name, strcspn(name, "\"")),
		    403, "sign_up_closed");
	}
}
END_TEST

START_TEST(the_list_binds_newcomers_only)
{
	flow_sign_in(alice, "google", "old-friend");
}
END_TEST

static void bind_to_a_hosted_domain(void)
{
	reconfigure("client_id = \"test-google\"\n",
	    "client_id = \"test-google\"\n"
	    "hosted_domain = \"corp.example\"\n");
}

START_TEST(em_14_only_the_token_says_who_hosts)
{
	static const char *const wrong[] = {"\"name\": \"None\"",
		"\"hd\": \"other.example\"", "\"hd\": \"CORP.EXAMPLE\"",
		"\"hd\": \"corp.example.\"", "\"hd\": \"\"",
		"\"claims\": {\"hd\": [\"corp.example\"]}",
		"\"claims\": {\"hd\": true}",
		"\"userinfo\": {\"hd\": \"corp.example\"}"};
	struct attempt before;
	struct answer answer;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		flow_next("{\"provider\": \"google\", \"subject\": "
		    "\"em-14\", \"email\": \"em-14@corp.example\", "
		    "\"email_verified\": true, %s}", wrong[i]);
		attempt_refused(alice, "google", 403, "sign_in_refused");
	}

	/* Nor does a parameter of the callback. */
	flow_next("{\"provider\": \"google\", \"subject\": \"em-14\"}");
	before = attempt_begin();
	before.calls++;
	answer = browser_get(alice, text_print("%s&hd=corp.example",
	    attempt_callback(alice, "google")));
	attempt_assert_refused(alice, &answer, 403, "sign_in_refused",
	    &before);
}
END_TEST

START_TEST(em_14_the_hosted_domain_gets_in)
{
	flow_next("{\"provider\": \"google\", \"subject\": \"em-14\", "
	    "\"email\": \"em-14@corp.example\", \"email_verified\": true, "
	    "\"hd\": \"corp.example\"}");
	attempt_accepted(alice, "google");
	/* It binds Google's people only. */
	flow_sign_in(alice, "discord", "1400");
}
END_TEST

static void allow_few_transactions(void)
{
	reconfigure("redis = {\n", text_print(
	    "redis = {\ntransactions = %d\n", MOST_OPEN));
	stack_redis("DEL", "latchkey:transactions:{transactions}", NULL);
}

START_TEST(beyond_the_most_open_transactions_a_start_is_503)
{
	const char *urls[MOST_OPEN];
	struct attempt before;
	struct answer answer;
	const char *wait;

	for (size_t i = 0; i < MOST_OPEN; i++)
		urls[i] = flow_start(alice, "google");
	for (int i = 0; i < 2; i++) {
		before = attempt_begin();
		answer = browser_get(alice, stack_url("/api/auth/discord"));
		attempt_assert_refused(alice, &answer, 503, "busy", &before);
		wait = answer_header(alice, &answer, "Retry-After", 0);
		ck_assert_ptr_nonnull(wait);
		ck_assert_str_ne(wait, "0");
		ck_assert_ptr_null(answer_header(alice, &answer,
		    "Set-Cookie", 0));
	}
	ck_assert_str_eq(stack_redis("ZCARD",
	    "latchkey:transactions:{transactions}", NULL), "5");

	/* Those on their way still arrive, and make room. */
	answer = browser_get(alice, flow_consent_as(alice, "google", urls[0],
	    "arrives"));
	ck_assert_int_eq(answer.status, 200);
	flow_start(alice, "google");
}
END_TEST

START_TEST(cb_13_a_provider_switched_off_is_not_there)
{
	const char *callback = flow_consent_as(alice, "discord",
	    flow_start(alice, "discord"), "1300");

	reconfigure("client_id = \"test-discord\"", "client_id = \"\"");
	attempt_refused_at(alice, stack_url("/api/auth/discord"), 404,
	    "provider_not_configured");
	attempt_refused_at(alice, callback, 404, "provider_not_configured");
	ck_assert_ptr_null(strstr(browser_get(alice,
	    stack_url("/api/auth/providers")).body, "discord"));
	flow_sign_in(alice, "google", "cb-13");
}
END_TEST

/* Whether both workers have said so since the log was that long. */
static bool both_have_barred(size_t size)
{
	const char *first = strstr(stack_log() + size,
	    "event=provider_barred");

	return first != NULL &&
	    strstr(first + 1, "event=provider_barred") != NULL;
}

/*
 * Starts the workers with another issuer of google's.  Each finds out right
 * after its start and says why, unless PostgreSQL takes more than a second to
 * answer: on a busy machine it may, but not each time.
 */
static void move_google(const char *url)
{
	bool barred = false;

	for (int i = 0; i < 3 && !barred; i++) {
		size_t size = strlen(stack_log());
		int64_t until = clock_mono_ms() + BARRED_MS;

		reconfigure(text_print("issuer = \"%s/google\"", url),
		    text_print("issuer = \"%s/another\"", url));
		while (!(barred = both_have_barred(size)) &&
		    clock_mono_ms() < until)
			usleep(100000);
	}
	ck_assert(barred);
}

START_TEST(a_provider_stays_with_its_first_issuer)
{
	const char *url = stack_setting("PROVIDER_URL");
	const char *callback;
	struct answer page;
	const char *reason = text_print("provider google was first used with "
	    "the issuer %s/google and stands for it; configured is "
	    "%s/another", url, url);

	flow_sign_in(alice, "google", "pinned");
	callback = flow_consent_as(alice, "google",
	    flow_start(alice, "google"), "pinned");
	ck_assert_ptr_null(strstr(stack_log(), "was first used with"));

	move_google(url);
	for (int i = 0; i < 8; i++) {
		struct answer answer = browser_get(alice,
		    stack_url("/api/auth/providers"));

		ck_assert_ptr_null(strstr(answer.body, "google"));
		ck_assert_ptr_nonnull(strstr(answer.body, "discord"));
	}
	for (int i = 0; i < 8; i++)
		attempt_refused_at(alice, stack_url("/api/auth/google"), 404,
		    "provider_not_configured");
	attempt_refused_at(alice, callback, 404, "provider_not_configured");
	/* Nor is anybody sent there again. */
	page = browser_send(alice, "GET", stack_url("/api/auth/google"),
	    (const char *const[]){"Accept: text/html", NULL}, NULL);
	ck_assert_int_eq(page.status, 404);
	ck_assert_ptr_nonnull(strstr(page.body, "Back to the site"));
	ck_assert_ptr_null(strstr(page.body, "Start again"));
	ck_assert_ptr_nonnull(strstr(stack_log(), reason));
	flow_sign_in(alice, "discord", "1301");
	flow_next("{\"provider\": \"other\", \"subject\": \"unpinned\"}");
	attempt_accepted(alice, "other");

	reconfigure_back();
	flow_sign_in(alice, "google", "pinned");
}
END_TEST

/* A case with latchkey as configure sets it. */
static TCase *with(Suite *s, const char *name, void (*configure)(void))
{
	TCase *t = tcase_create(name);

	tcase_add_unchecked_fixture(t, configure, NULL);
	tcase_add_checked_fixture(t, setup, teardown);
	suite_add_tcase(s, t);
	return t;
}

static Suite *tests(void)
{
	Suite *s = suite_create("settings");
	TCase *t = with(s, "closed", close_to_newcomers);

	tcase_add_test(t, closed_takes_nobody_new);
	tcase_add_test(t, closed_shows_users_the_way_in);
	tcase_add_test(t, closed_lets_users_in);

	t = with(s, "domains", open_to_domains);
	tcase_add_test(t, a_listed_domain_may_sign_up);
	tcase_add_test(t, no_other_domain_may);
	tcase_add_test(t, a_listed_domain_counts_only_where_it_is_verified);
	tcase_add_test(t, the_list_binds_newcomers_only);

	t = with(s, "hosted_domain", bind_to_a_hosted_domain);
	tcase_add_test(t, em_14_only_the_token_says_who_hosts);
	tcase_add_test(t, em_14_the_hosted_domain_gets_in);

	t = with(s, "transactions", allow_few_transactions);
	tcase_add_test(t, beyond_the_most_open_transactions_a_start_is_503);

	t = with(s, "off", reconfigure_back);
	tcase_add_test(t, cb_13_a_provider_switched_off_is_not_there);

	t = with(s, "issuer", reconfigure_back);
	tcase_add_test(t, a_provider_stays_with_its_first_issuer);
	return s;
}

int main(void)
{
	SRunner *r;
	int n;

	if (!stack_begin(NULL))
		return 0;

	r = srunner_create(tests());
	srunner_run_all(r, CK_ENV);
	n = srunner_ntests_failed(r);
	srunner_free(r);
	stack_end();
	return n == 0 ? 0 : 1;
}
