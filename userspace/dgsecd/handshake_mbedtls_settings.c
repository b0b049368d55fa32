// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/rsa.h>

#include "handshake_mbedtls_settings.h"
#include "suite.h"

void mbedtls_settings_put(struct mbedtls_settings *settings)
{
	if (!settings || --settings->users)
		return;
	mbedtls_ssl_config_free(&settings->conf);
	x509_free(&settings->x509);
	free(settings);
}

/* The best first; see handshake_choose() why those with pre-shared keys come before. */
static void choose_suites(struct mbedtls_settings *settings,
			  const struct handshake_settings *from)
{
	const bool allowed[SUITE_KEYS] = {
		[SUITE_PSK] = !from->no_psk,
		[SUITE_ECDHE_ECDSA] = from->certificates,
	};
	const struct suite *suite;
	size_t n = 0;

	for (size_t key = 0; key < SUITE_KEYS; key++) {
		for (size_t i = 0; i < HANDSHAKE_CIPHERS_MAX && from->ciphers[i]; i++) {
			suite = suite_of_cipher(from->ciphers[i]);
			if (suite && allowed[key])
				settings->suites[n++] = suite->number[key];
		}
	}
}

struct mbedtls_settings *mbedtls_settings_new(const struct handshake_settings *from, int role,
					      const struct mbedtls_hooks *hooks)
{
	struct mbedtls_settings *settings = calloc(1, sizeof(*settings));
	mbedtls_ssl_config *conf;

	if (!settings)
		return NULL;
	settings->users = 1;
	x509_init(&settings->x509);
	settings->mtu = from->mtu;
	settings->cid_len = from->cid_len;
	settings->cid_prefix = from->cid_prefix;
	settings->extended_required = from->extended_required;
	choose_suites(settings, from);

	conf = &settings->conf;
	mbedtls_ssl_config_init(conf);
	if (mbedtls_ssl_config_defaults(conf, role, MBEDTLS_SSL_TRANSPORT_DATAGRAM,
					MBEDTLS_SSL_PRESET_DEFAULT) ||
	    (from->certificates && (x509_load(&settings->x509, &from->credentials) ||
				    x509_configure(&settings->x509, conf)))) {
		mbedtls_settings_put(settings);
		return NULL;
	}
	mbedtls_ssl_conf_min_tls_version(conf, MBEDTLS_SSL_VERSION_TLS1_2);
	mbedtls_ssl_conf_max_tls_version(conf, MBEDTLS_SSL_VERSION_TLS1_2);
	mbedtls_ssl_conf_rng(conf, mbedtls_ctr_drbg_random, hooks->random);
	mbedtls_ssl_conf_ciphersuites(conf, settings->suites);
	mbedtls_ssl_conf_psk_cb(conf, hooks->psk, NULL);
	mbedtls_ssl_conf_dtls_cookies(conf, hooks->write_cookie, hooks->check_cookie,
				      hooks->cookies);
	mbedtls_ssl_conf_handshake_timeout(conf, from->retransmit_min, from->retransmit_max);
#if defined(MBEDTLS_SSL_DTLS_CONNECTION_ID)
	mbedtls_ssl_conf_cid(conf, from->cid_len, MBEDTLS_SSL_UNEXPECTED_CID_IGNORE);
#endif
#if defined(MBEDTLS_SSL_RENEGOTIATION)
	mbedtls_ssl_conf_renegotiation(conf, MBEDTLS_SSL_RENEGOTIATION_DISABLED);
#endif
#if defined(MBEDTLS_SSL_EXTENDED_MASTER_SECRET)
	mbedtls_ssl_conf_extended_master_secret(conf, MBEDTLS_SSL_EXTENDED_MS_ENABLED);
#endif
#if defined(MBEDTLS_SSL_SESSION_TICKETS) && defined(MBEDTLS_SSL_CLI_C)
	mbedtls_ssl_conf_session_tickets(conf, MBEDTLS_SSL_SESSION_TICKETS_DISABLED);
#endif
	mbedtls_resume_conf(conf, from, hooks->running);
	return settings;
}

/* They have a range of their own, with what is below added. */
static bool is_x509_error(int ret)
{
	return ret <= MBEDTLS_ERR_X509_FEATURE_UNAVAILABLE && ret > MBEDTLS_ERR_X509_FATAL_ERROR;
}

enum handshake_failure mbedtls_failure(int ret, uint32_t verified)
{
	switch (ret) {
	case MBEDTLS_ERR_SSL_HANDSHAKE_FAILURE:
	case MBEDTLS_ERR_SSL_NO_APPLICATION_PROTOCOL:
		return HANDSHAKE_NO_CIPHER;
	case MBEDTLS_ERR_SSL_BAD_PROTOCOL_VERSION:
		return HANDSHAKE_BAD_VERSION;
	case MBEDTLS_ERR_SSL_INVALID_MAC:
		return HANDSHAKE_BAD_KEY;
	case MBEDTLS_ERR_SSL_NO_CLIENT_CERTIFICATE:
		return HANDSHAKE_NO_CERTIFICATE;
	case MBEDTLS_ERR_X509_CERT_VERIFY_FAILED:
	case MBEDTLS_ERR_SSL_BAD_CERTIFICATE:
		return x509_failure(verified);
	case MBEDTLS_ERR_ECP_VERIFY_FAILED:
	case MBEDTLS_ERR_RSA_VERIFY_FAILED:
		return HANDSHAKE_BAD_SIGNATURE;
	case MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE:
	case MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY:
		return HANDSHAKE_ALERT;
	case MBEDTLS_ERR_SSL_TIMEOUT:
		return HANDSHAKE_TIMEOUT;
	case MBEDTLS_ERR_SSL_INTERNAL_ERROR:
	case MBEDTLS_ERR_SSL_ALLOC_FAILED:
	case MBEDTLS_ERR_CTR_DRBG_ENTROPY_SOURCE_FAILED:
		return HANDSHAKE_INTERNAL;
	default:
		return is_x509_error(ret) ? HANDSHAKE_BAD_CERTIFICATE : HANDSHAKE_BAD_MESSAGE;
	}
}
