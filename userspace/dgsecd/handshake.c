// SPDX-License-Identifier: GPL-2.0
#include "handshake.h"
#include "record.h"
#include "suite.h"

/* RFC 7250 section 7 */
enum { TYPE_X509 = 0, TYPE_RAW_PUBLIC_KEY = 2 };

/* What the client prefers among the kinds that we take. */
static bool wants_raw_key(const struct handshake_settings *settings, const uint8_t *hello,
			  size_t len)
{
	const uint8_t *types;
	int size = hello_extension(hello, len, EXTENSION_CLIENT_CERTIFICATE_TYPE, &types);

	for (int i = 1; i < size && i <= types[0]; i++) {
		if (types[i] == TYPE_RAW_PUBLIC_KEY)
			return true;
		if (types[i] == TYPE_X509 && settings->certificates)
			return false;
	}
	return false;
}

/*
 * A pre-shared key comes first: who offers one has one, and it costs least. Suites
 * with certificates are offered also by clients that have none.
 */
const struct handshake_backend *handshake_choose(const struct handshake_settings *settings,
						 const uint8_t *data, size_t len)
{
	const uint32_t *ciphers = settings->ciphers;
	struct record rec;

	if (!settings->public_keys || !record_next(&data, &len, 0, &rec) ||
	    (!settings->no_psk && suite_offered(ciphers, SUITE_PSK, rec.body, rec.body_len)) ||
	    !suite_offered(ciphers, SUITE_ECDHE_ECDSA, rec.body, rec.body_len) ||
	    !wants_raw_key(settings, rec.body, rec.body_len))
		return &handshake_mbedtls;
	return &handshake_gnutls;
}
