/* SPDX-License-Identifier: GPL-2.0 */
/* Certificates, lists of revoked ones, and keys, as mbedTLS reads them. */
#ifndef DGSECD_X509_H
#define DGSECD_X509_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mbedtls/pk.h>
#include <mbedtls/ssl.h>
#include <mbedtls/x509_crl.h>
#include <mbedtls/x509_crt.h>

#include "handshake.h"

struct x509 {
	mbedtls_pk_context key;
	mbedtls_x509_crt chain;
	mbedtls_x509_crt anchors;
	mbedtls_x509_crl revoked;
	bool have_key, have_chain, have_revoked;
};

void x509_init(struct x509 *x509);
void x509_free(struct x509 *x509);

/*
 * Each takes one text in PEM, and returns NULL or what is wrong with it, for
 * people. The key is one of an elliptic curve.
 */
const char *x509_add_key(struct x509 *x509, const char *pem);
const char *x509_add_chain(struct x509 *x509, const char *pem);
const char *x509_add_anchors(struct x509 *x509, const char *pem);
const char *x509_add_revoked(struct x509 *x509, const char *pem);

/* Is it the key of the first certificate? */
bool x509_match(const struct x509 *x509);

/* All of them: 0 or -EINVAL. */
int x509_load(struct x509 *x509, const struct handshake_credentials *from);

/* Also into the settings of a server, which then asks clients for certificates. */
int x509_configure(struct x509 *x509, mbedtls_ssl_config *conf);

/* SHA-256 of the SubjectPublicKeyInfo in this text, or in these octets. */
bool x509_public_key_hash(const uint8_t *der, size_t len, uint8_t hash[HANDSHAKE_HASH]);
bool x509_public_key_hash_pem(const char *pem, uint8_t hash[HANDSHAKE_HASH]);

/* One client's certificate, while it is verified. */
struct x509_check {
	const struct x509 *own;
	const struct handshake_events *events;
	void *user;
	uint32_t issuers;		/* what is wrong above it */
	int64_t until;			/* when something above it expires; 0: not yet looked at */
};

/* For mbedtls_ssl_set_verify(), with a struct x509_check. */
int x509_verify(void *arg, mbedtls_x509_crt *crt, int depth, uint32_t *flags);

/* What the library's verify result means. */
enum handshake_failure x509_failure(uint32_t flags);

#endif
