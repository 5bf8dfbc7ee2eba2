/* SPDX-License-Identifier: ISC */
/* One authority as long as the program lives, so that ca.pem stays true. */
#include "support/provider_tls.h"

#include <string.h>

#include <openssl/ssl.h>

#include "base/pool.h"
#include "support/provider.h"
#include "support/provider_json.h"

static const char names[] = "DNS:localhost,IP:127.0.0.1";

static struct cert *authority;
static struct cert *current;
static struct tls_server *watched;

/* Sets *cert to a certificate made that way; false when there is none. */
static bool make(const char *way, struct cert **cert)
{
	struct cert *foreign;

	if (strcmp(way, "good") == 0) {
		*cert = cert_new_server(authority, names, 1);
	} else if (strcmp(way, "expired") == 0) {
		*cert = cert_new_server(authority, names, -1);
	} else if (strcmp(way, "name") == 0) {
		*cert = cert_new_server(authority, "DNS:wrong.example", 1);
	} else if (strcmp(way, "self") == 0) {
		*cert = cert_new_self_signed(names);
	} else if (strcmp(way, "foreign") == 0) {
		foreign = cert_new_authority();
		*cert = cert_new_server(foreign, names, 1);
		cert_free(foreign);
	} else if (strcmp(way, "none") == 0) {
		*cert = NULL;
	} else {
		return false;
	}
	return true;
}

bool provider_tls_begin(void)
{
	struct pool *pool = pool_new();

	authority = cert_new_authority();
	cert_write(authority,
	    pool_print(pool, "%s/ca.pem", provider_settings.dir));
	pool_free(pool);
	return make(provider_settings.cert, &current);
}

const struct cert *provider_tls_cert(void)
{
	return current;
}

void provider_tls_watch(struct tls_server *server)
{
	watched = server;
}

static bool version_from(const char *text, int *version)
{
	static const struct {
		const char *name;
		int version;
	} versions[] = {
		{"1.0", TLS1_VERSION},
		{"1.1", TLS1_1_VERSION},
		{"1.2", TLS1_2_VERSION},
	};

	*version = 0;
	for (size_t i = 0; text != NULL &&
	    i < sizeof(versions) / sizeof(versions[0]); i++)
		if (strcmp(text, versions[i].name) == 0)
			*version = versions[i].version;
	return text == NULL || *version != 0;
}

bool provider_tls_use(json_object *wish)
{
	const char *way = provider_json_text(wish, "cert");
	struct cert *cert;
	int version;

	if (way == NULL ||
	    !version_from(provider_json_text(wish, "version"), &version) ||
	    !make(way, &cert))
		return false;

	tls_server_use(watched, cert, version);
	cert_free(current);
	current = cert;
	return true;
}

void provider_tls_end(void)
{
	cert_free(current);
	cert_free(authority);
}
