/* SPDX-License-Identifier: ISC */
/* The least of X.509 that libcurl and browsers accept. */
#include "support/cert.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#define DAY_S 86400L

static void require(bool ok, const char *what)
{
	if (ok)
		return;

	fprintf(stderr, "cert: OpenSSL failed: %s\n", what);
	abort();
}

static void add_extension(X509 *x509, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *extension;

	X509V3_set_ctx(&ctx, issuer, x509, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	require(extension != NULL && X509_add_ext(x509, extension, -1) == 1,
	    "extension");
	X509_EXTENSION_free(extension);
}

/* The number keeps two authorities apart. */
static void set_name(X509 *x509, const char *what, long number)
{
	X509_NAME *name = X509_NAME_new();
	char common_name[64];

	snprintf(common_name, sizeof(common_name), "%s %ld", what, number);
	require(name != NULL &&
	    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
		(const unsigned char *)common_name, -1, -1, 0) == 1 &&
	    X509_set_subject_name(x509, name) == 1, "name");
	X509_NAME_free(name);
}

/* A certificate that still lacks issuer, extensions and signature. */
static struct cert *cert_new(const char *what, int days)
{
	struct cert *cert = calloc(1, sizeof(*cert));
	long number = 0;
	long start_s = days < 0 ? 2 * days * DAY_S : -DAY_S;

	require(cert != NULL && RAND_bytes((unsigned char *)&number, 4) == 1,
	    "random");
	cert->key = EVP_EC_gen("P-256");
	cert->x509 = X509_new();
	require(cert->key != NULL && cert->x509 != NULL, "key");
	require(X509_set_version(cert->x509, X509_VERSION_3) == 1 &&
	    ASN1_INTEGER_set(X509_get_serialNumber(cert->x509), number) == 1 &&
	    X509_gmtime_adj(X509_getm_notBefore(cert->x509), start_s) != NULL &&
	    X509_gmtime_adj(X509_getm_notAfter(cert->x509), days * DAY_S) !=
		NULL &&
	    X509_set_pubkey(cert->x509, cert->key) == 1, "certificate");
	set_name(cert->x509, what, number);
	return cert;
}

static void sign(struct cert *cert, const struct cert *by)
{
	require(X509_set_issuer_name(cert->x509,
		    X509_get_subject_name(by->x509)) == 1 &&
	    X509_sign(cert->x509, by->key, EVP_sha256()) > 0, "signature");
}

struct cert *cert_new_authority(void)
{
	struct cert *cert = cert_new("latchkey test authority", 1);

	add_extension(cert->x509, cert->x509, NID_basic_constraints,
	    "critical,CA:TRUE");
	add_extension(cert->x509, cert->x509, NID_key_usage,
	    "critical,keyCertSign");
	sign(cert, cert);
	return cert;
}

struct cert *cert_new_server(const struct cert *authority, const char *names,
    int days)
{
	struct cert *cert = cert_new("latchkey test server", days);

	add_extension(cert->x509, authority->x509, NID_subject_alt_name,
	    names);
	sign(cert, authority);
	return cert;
}

struct cert *cert_new_self_signed(const char *names)
{
	struct cert *cert = cert_new("latchkey test server", 1);

	add_extension(cert->x509, cert->x509, NID_subject_alt_name, names);
	sign(cert, cert);
	return cert;
}

void cert_write(const struct cert *cert, const char *path)
{
	FILE *file = fopen(path, "w");

	require(file != NULL && PEM_write_X509(file, cert->x509) == 1 &&
	    fclose(file) == 0, path);
}

void cert_free(struct cert *cert)
{
	if (cert == NULL)
		return;

	X509_free(cert->x509);
	EVP_PKEY_free(cert->key);
	free(cert);
}
