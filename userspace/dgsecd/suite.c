// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include <libdgsec.h>

#include "array.h"
#include "handshake.h"
#include "record.h"
#include "suite.h"

/* RFC 6655, RFC 5487, RFC 7251, RFC 5289, RFC 7905 */
static const struct suite suites[] = {
	{ DGSEC_CIPHER_AES_128_CCM_8, { 0xc0a8, 0xc0ae }, "AES-128-CCM-8" },
	{ DGSEC_CIPHER_AES_128_CCM, { 0xc0a4, 0xc0ac }, "AES-128-CCM" },
	{ DGSEC_CIPHER_AES_128_GCM, { 0x00a8, 0xc02b }, "AES-128-GCM" },
	{ DGSEC_CIPHER_AES_256_CCM_8, { 0xc0a9, 0xc0af }, "AES-256-CCM-8" },
	{ DGSEC_CIPHER_AES_256_CCM, { 0xc0a5, 0xc0ad }, "AES-256-CCM" },
	{ DGSEC_CIPHER_AES_256_GCM, { 0x00a9, 0xc02c }, "AES-256-GCM" },
	{ DGSEC_CIPHER_CHACHA20_POLY1305, { 0xccab, 0xcca9 }, "CHACHA20-POLY1305" },
};

const struct suite *suite_of_cipher(uint32_t cipher)
{
	for (size_t i = 0; i < ARRAY_SIZE(suites); i++)
		if (suites[i].cipher == cipher)
			return &suites[i];
	return NULL;
}

const struct suite *suite_of_gnutls(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(suites); i++)
		if (name && !strcmp(suites[i].gnutls, name))
			return &suites[i];
	return NULL;
}

const struct suite *suite_of_number(uint16_t number)
{
	for (size_t i = 0; i < ARRAY_SIZE(suites); i++)
		for (size_t k = 0; k < SUITE_KEYS; k++)
			if (suites[i].number[k] == number)
				return &suites[i];
	return NULL;
}

bool suite_offered(const uint32_t *ciphers, enum suite_key key, const uint8_t *hello, size_t len)
{
	const struct suite *suite;

	for (size_t i = 0; i < HANDSHAKE_CIPHERS_MAX && ciphers[i]; i++) {
		suite = suite_of_cipher(ciphers[i]);
		if (suite && hello_offers(hello, len, suite->number[key]))
			return true;
	}
	return false;
}
