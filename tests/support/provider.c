/* SPDX-License-Identifier: ISC */
/*
 *	provider --dir DIR --https-port N --http-port N --site URL …
 *	    [--mount /api] [--sends-iss NAME] [--cert WAY]
 *
 * Serves https://localhost:N/{google,discord,other}/… for latchkey, and
 * consent pages and control (provider_control.h) on http://127.0.0.1:N, so
 * that a site on http://localhost meets its provider cross-site.  Port 0 is
 * any free one; WAY is one of provider_tls.h.  Writes DIR/ca.pem, prints one
 * line that begins with "ready" and ends on SIGTERM or SIGINT.
 */
#include "support/provider.h"

#include <getopt.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "support/provider_authorize.h"
#include "support/provider_control.h"
#include "support/provider_fault.h"
#include "support/provider_http.h"
#include "support/provider_oidc.h"
#include "support/provider_state.h"
#include "support/provider_tls.h"
#include "support/provider_token.h"
#include "support/tls_server.h"

struct provider_settings provider_settings = {
	.mount = "/api",
	.cert = "good",
};

static struct provider providers[] = {
	{.name = "google", .kind = PROVIDER_GOOGLE,
	    .client_id = "test-google",
	    .client_secret = "test-google-secret",
	    .scope = "openid", .authorize = "/google/authorize"},
	{.name = "discord", .kind = PROVIDER_DISCORD,
	    .client_id = "test-discord",
	    .client_secret = "test-discord-secret",
	    .scope = "identify", .authorize = "/discord/oauth2/authorize"},
	{.name = "other", .kind = PROVIDER_OIDC,
	    .client_id = "test-other",
	    .client_secret = "test-other-secret",
	    .scope = "openid", .authorize = "/other/authorize"},
};

typedef void (*handler_fn)(struct provider *provider,
    struct provider_http *http);

struct route {
	const char *path;
	const char *provider;
	const char *endpoint;
	handler_fn handler;
};

static const struct route https_routes[] = {
	{"/google/token", "google", "token", provider_token},
	{"/google/userinfo", "google", "userinfo", provider_token_user},
	{"/google/jwks", "google", "jwks", provider_oidc_jwks},
	{"/google/.well-known/openid-configuration", "google", "discovery",
	    provider_oidc_discovery},
	{"/discord/api/oauth2/token", "discord", "token", provider_token},
	{"/discord/api/users/@me", "discord", "userinfo",
	    provider_token_user},
	{"/other/token", "other", "token", provider_token},
	{"/other/userinfo", "other", "userinfo", provider_token_user},
	{"/other/jwks", "other", "jwks", provider_oidc_jwks},
	{"/other/.well-known/openid-configuration", "other", "discovery",
	    provider_oidc_discovery},
	{NULL, NULL, NULL, NULL},
};

static const struct route http_routes[] = {
	{"/google/authorize", "google", "authorize", provider_authorize},
	{"/google/choose", "google", "choose", provider_authorize_choice},
	{"/discord/oauth2/authorize", "discord", "authorize",
	    provider_authorize},
	{"/discord/choose", "discord", "choose", provider_authorize_choice},
	{"/other/authorize", "other", "authorize", provider_authorize},
	{"/other/choose", "other", "choose", provider_authorize_choice},
	{NULL, NULL, NULL, NULL},
};

struct provider *provider_at(size_t i)
{
	return i < sizeof(providers) / sizeof(providers[0]) ? &providers[i] :
							      NULL;
}

struct provider *provider_find(const char *name)
{
	struct provider *provider;

	for (size_t i = 0; (provider = provider_at(i)) != NULL; i++)
		if (strcmp(provider->name, name) == 0)
			return provider;

	return NULL;
}

char *provider_issuer(struct pool *pool, const struct provider *provider)
{
	return pool_print(pool, "https://localhost:%d/%s",
	    provider_settings.https_port, provider->name);
}

/* Every answer of a provider is made here, faults included. */
static void answer(const struct route *route, struct provider_http *http)
{
	struct provider *provider;

	while (route->path != NULL && strcmp(route->path, http->path) != 0)
		route++;
	if (route->path == NULL) {
		provider_http_page(http, 404, "Not found", "");
		return;
	}

	provider = provider_find(route->provider);
	provider_control_record(provider, route->endpoint, http);
	route->handler(provider, http);
	provider_fault_apply(provider, route->endpoint, http);
}

static void serve(struct tls_stream *stream, void *arg)
{
	const struct route *routes = arg;
	bool stays = true;

	while (stays) {
		struct pool *pool = pool_new();
		struct provider_http *http = pool_alloc(pool, sizeof(*http));

		http->pool = pool;
		http->cut_at = -1;
		str_init(&http->head, pool);
		str_init(&http->answer, pool);
		stays = provider_http_read(http, stream);
		if (stays) {
			provider_state_lock();
			if (routes != http_routes || !provider_control(http))
				answer(routes, http);
			provider_state_unlock();
			stays = provider_http_write(http, stream);
		}
		pool_free(pool);
	}
}

static void die(const char *what)
{
	fprintf(stderr, "provider: %s\n", what);
	exit(64);
}

static int port_from(const char *text)
{
	int64_t port;

	if (!str_int(text, 0, 65535, &port))
		die("a port is a number up to 65535");
	return (int)port;
}

static void mark_sends_iss(const char *name)
{
	struct provider *provider = provider_find(name);

	if (provider == NULL)
		die("--sends-iss takes google, discord or other");
	else
		provider->sends_iss = true;
}

static void add_site(const char *url)
{
	if (provider_settings.site_count == PROVIDER_SITES_MOST)
		die("too many sites");
	provider_settings.sites[provider_settings.site_count++] = url;
}

static void set_option(int option, const char *value)
{
	switch (option) {
	case 'd':
		provider_settings.dir = value;
		break;
	case 's':
		provider_settings.https_port = port_from(value);
		break;
	case 'h':
		provider_settings.http_port = port_from(value);
		break;
	case 'u':
		add_site(value);
		break;
	case 'm':
		provider_settings.mount = value;
		break;
	case 'i':
		mark_sends_iss(value);
		break;
	case 'c':
		provider_settings.cert = value;
		break;
	default:
		die("usage: provider --dir DIR --https-port N --http-port N "
		    "--site URL …");
	}
}

static void read_options(int argc, char **argv)
{
	static const struct option options[] = {
		{"dir", required_argument, NULL, 'd'},
		{"https-port", required_argument, NULL, 's'},
		{"http-port", required_argument, NULL, 'h'},
		{"site", required_argument, NULL, 'u'},
		{"mount", required_argument, NULL, 'm'},
		{"sends-iss", required_argument, NULL, 'i'},
		{"cert", required_argument, NULL, 'c'},
		{NULL, 0, NULL, 0},
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		set_option(option, optarg);
	if (provider_settings.dir == NULL || optind != argc)
		die("--dir is missing, or there is too much");
}

/* Starts one port; *port is the one it got. */
static struct tls_server *listen_on(int *port, const struct cert *cert,
    const struct route *routes)
{
	struct tls_server_settings settings = {
		.port = *port,
		.cert = cert,
		.serve = serve,
		.arg = (void *)routes,
	};
	struct tls_server *server = tls_server_start(&settings);

	if (server == NULL)
		die("the port is not free");
	else
		*port = tls_server_port(server);
	return server;
}

static void print_ready(void)
{
	struct provider *provider;

	printf("ready https=https://localhost:%d http=http://127.0.0.1:%d "
	       "ca=%s/ca.pem", provider_settings.https_port,
	    provider_settings.http_port, provider_settings.dir);
	for (size_t i = 0; (provider = provider_at(i)) != NULL; i++)
		printf(" %s=%s:%s", provider->name, provider->client_id,
		    provider->client_secret);
	printf("\n");
	fflush(stdout);
}

int main(int argc, char **argv)
{
	struct tls_server *https;
	struct tls_server *http;
	sigset_t stop;
	int got;

	read_options(argc, argv);
	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	sigaddset(&stop, SIGINT);
	pthread_sigmask(SIG_BLOCK, &stop, NULL);

	if (!provider_tls_begin())
		die("--cert takes a way of provider_tls.h");
	provider_state_reset();
	provider_oidc_new_key(provider_find("google"), 2048);
	provider_oidc_new_key(provider_find("other"), 2048);
	/* Nobody is answered before both ports are known. */
	provider_state_lock();
	https = listen_on(&provider_settings.https_port,
	    provider_tls_cert(), https_routes);
	provider_tls_watch(https);
	http = listen_on(&provider_settings.http_port, NULL, http_routes);
	provider_state_unlock();
	print_ready();

	sigwait(&stop, &got);
	tls_server_stop(http);
	tls_server_stop(https);
	provider_tls_end();
	return 0;
}
