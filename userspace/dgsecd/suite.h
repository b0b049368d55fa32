/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Cipher suites: one for each cipher of the kernel's and each way to
 * authenticate. The numbers are IANA's, the same in every library.
 */
#ifndef DGSECD_SUITE_H
#define DGSECD_SUITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum suite_key { SUITE_PSK, SUITE_ECDHE_ECDSA, SUITE_KEYS };

struct suite {
	uint32_t cipher;		/* enum dgsec_cipher */
	uint16_t number[SUITE_KEYS];
	const char *gnutls;		/* the cipher's name there */
};

/* Of a cipher, of its name in GnuTLS, or of a number; NULL: none of ours. */
const struct suite *suite_of_cipher(uint32_t cipher);
const struct suite *suite_of_gnutls(const char *name);
const struct suite *suite_of_number(uint16_t number);

/**
 * suite_offered() - has a ClientHello one of these?
 * @ciphers:	those configured, 0 ends
 * @hello:	from its handshake header on
 */
bool suite_offered(const uint32_t *ciphers, enum suite_key key, const uint8_t *hello, size_t len);

#endif
