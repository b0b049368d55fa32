// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gnutls/abstract.h>

#include "handshake_gnutls_settings.h"
#include "suite.h"

void gnutls_settings_put(struct gnutls_settings *settings)
{
	if (!settings || --settings->users)
		return;
	if (settings->priorities)
		gnutls_priority_deinit(settings->priorities);
	if (settings->credentials)
		gnutls_certificate_free_credentials(settings->credentials);
	free(settings);
}

static void datum(gnutls_datum_t *out, const char *text)
{
	out->data = (unsigned char *)text;
	out->size = (unsigned int)strlen(text);
}

/* What clients get to see: the public key of our private one. */
static int set_public_key(gnutls_certificate_credentials_t credentials, const gnutls_datum_t *pem)
{
	gnutls_datum_t spki = { .data = NULL };
	gnutls_privkey_t key = NULL;
	gnutls_pubkey_t pub = NULL;
	int ret;

	ret = gnutls_privkey_init(&key);
	if (!ret)
		ret = gnutls_privkey_import_x509_raw(key, pem, GNUTLS_X509_FMT_PEM, NULL, 0);
	if (!ret)
		ret = gnutls_pubkey_init(&pub);
	if (!ret)
		ret = gnutls_pubkey_import_privkey(pub, key, 0, 0);
	if (!ret)
		ret = gnutls_pubkey_export2(pub, GNUTLS_X509_FMT_PEM, &spki);
	if (!ret)
		ret = gnutls_certificate_set_rawpk_key_mem(credentials, &spki, pem,
							   GNUTLS_X509_FMT_PEM, NULL, 0, NULL, 0,
							   0);
	gnutls_free(spki.data);
	if (pub)
		gnutls_pubkey_deinit(pub);
	if (key)
		gnutls_privkey_deinit(key);
	return ret;
}

static int set_credentials(struct gnutls_settings *settings,
			   const struct handshake_credentials *from)
{
	gnutls_datum_t key, chain;
	int ret;

	datum(&key, from->key);
	ret = set_public_key(settings->credentials, &key);
	/* For clients that have a raw public key themselves, but want our certificate. */
	if (!ret && from->chain) {
		datum(&chain, from->chain);
		ret = gnutls_certificate_set_x509_key_mem(settings->credentials, &chain, &key,
							  GNUTLS_X509_FMT_PEM);
	}
	return ret < 0 ? ret : 0;
}

static int set_priorities(struct gnutls_settings *settings, const struct handshake_settings *from)
{
	char text[512];
	const struct suite *suite;
	size_t at;

	strcpy(text,
	       "NONE:+VERS-DTLS1.2:+ECDHE-ECDSA:+AEAD:+COMP-NULL:+CTYPE-CLI-RAWPK:+CTYPE-SRV-RAWPK:+SIGN-ECDSA-SHA256:+SIGN-ECDSA-SHA384:+SIGN-ECDSA-SHA512:+GROUP-SECP256R1:+GROUP-X25519:+GROUP-SECP384R1:%SERVER_PRECEDENCE");
	at = strlen(text);
	if (from->credentials.chain)
		at += (size_t)snprintf(text + at, sizeof(text) - at, ":+CTYPE-SRV-X509");
	for (size_t i = 0; i < HANDSHAKE_CIPHERS_MAX && from->ciphers[i]; i++) {
		suite = suite_of_cipher(from->ciphers[i]);
		if (suite)
			at += (size_t)snprintf(text + at, sizeof(text) - at, ":+%s",
					       suite->gnutls);
	}
	return gnutls_priority_init(&settings->priorities, text, NULL);
}

/* The waits from the first one on, each twice the last, up to the longest. */
static unsigned int all_waits(unsigned int first, unsigned int longest)
{
	unsigned int sum = 0;

	for (; first < longest; first *= 2)
		sum += first;
	return sum + longest;
}

struct gnutls_settings *
gnutls_settings_new(const struct handshake_settings *from,
		    gnutls_certificate_verify_function *verify)
{
	struct gnutls_settings *settings = calloc(1, sizeof(*settings));

	if (!settings)
		return NULL;
	settings->users = 1;
	settings->mtu = from->mtu;
	settings->extended_required = from->extended_required;
	settings->retransmit_min = from->retransmit_min;
	settings->give_up = all_waits(from->retransmit_min, from->retransmit_max);
	if (gnutls_certificate_allocate_credentials(&settings->credentials) ||
	    set_credentials(settings, &from->credentials) || set_priorities(settings, from)) {
		gnutls_settings_put(settings);
		return NULL;
	}
	gnutls_certificate_set_verify_function(settings->credentials, verify);
	return settings;
}
