/* SPDX-License-Identifier: ISC */
/*
 * Certificates for test servers: a certificate authority made on the spot
 * and server certificates it signed.  Keys never reach the disk.  What fails
 * ends the program: a test without certificates is none.
 */
#ifndef SUPPORT_CERT_H
#define SUPPORT_CERT_H

#include <openssl/evp.h>
#include <openssl/x509.h>

/* A certificate with its private key (EC P-256). */
struct cert {
	X509 *x509;
	EVP_PKEY *key;
};

/* A new authority, valid for a day. */
struct cert *cert_new_authority(void);

/*
 * A server certificate signed by authority.  names is a subjectAltName as
 * OpenSSL's configuration spells it ("DNS:localhost,IP:127.0.0.1"); days is
 * how long it is valid, negative for one that expired.
 */
struct cert *cert_new_server(const struct cert *authority, const char *names,
    int days);

/* One that signed itself, for these names, valid for a day. */
struct cert *cert_new_self_signed(const char *names);

/* Writes the certificate, without its key, to path as PEM. */
void cert_write(const struct cert *cert, const char *path);

/* Frees both; NULL is accepted. */
void cert_free(struct cert *cert);

#endif
