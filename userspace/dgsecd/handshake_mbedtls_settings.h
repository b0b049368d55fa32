/* SPDX-License-Identifier: GPL-2.0 */
/* dgsecd's terms in mbedTLS': settings, and why a handshake has failed. */
#ifndef DGSECD_HANDSHAKE_MBEDTLS_SETTINGS_H
#define DGSECD_HANDSHAKE_MBEDTLS_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include <mbedtls/ssl.h>

#include "handshake.h"
#include "handshake_mbedtls_resume.h"
#include "suite.h"
#include "x509.h"

/* Shared by all handshakes that began with them. */
struct mbedtls_settings {
	mbedtls_ssl_config conf;
	struct x509 x509;
	unsigned int cid_len;
	struct dgsec_cid cid_prefix;
	bool extended_required;
	int suites[SUITE_KEYS * HANDSHAKE_CIPHERS_MAX + 1];
	unsigned int mtu;
	unsigned int users;
};

/* What the library calls. */
struct mbedtls_hooks {
	void *random;			/* a CTR_DRBG */
	int (*psk)(void *arg, mbedtls_ssl_context *ssl, const unsigned char *identity, size_t len);
	mbedtls_ssl_cookie_write_t *write_cookie;
	mbedtls_ssl_cookie_check_t *check_cookie;
	void *cookies;			/* for these two */
	struct mbedtls_resume **running;
};

/* With one user. @role: as the library has it. NULL: out of memory. */
struct mbedtls_settings *mbedtls_settings_new(const struct handshake_settings *from, int role,
					      const struct mbedtls_hooks *hooks);
/* One user less. NULL is fine. */
void mbedtls_settings_put(struct mbedtls_settings *settings);

/* @verified: the library's verify result. */
enum handshake_failure mbedtls_failure(int ret, uint32_t verified);

#endif
