// SPDX-License-Identifier: GPL-2.0
/*
 * The relay's DTLS 1.2 by mbedTLS.
 *
 * Copyright (C) 2026 The dgsec authors
 */
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/ssl.h>
#include <mbedtls/timing.h>

#include "relay.h"

static const int suites[] = { MBEDTLS_TLS_PSK_WITH_AES_128_CCM_8, 0 };

static mbedtls_entropy_context entropy;
static mbedtls_ctr_drbg_context random_state;
static mbedtls_ssl_config conf;
static mbedtls_ssl_context ssl;
static mbedtls_timing_delay_context timer;

static int transport_send(void *relay, const unsigned char *data, size_t len)
{
	return relay_to_device(relay, data, len) ?
	       MBEDTLS_ERR_SSL_INTERNAL_ERROR : (int)len;
}

static int transport_recv(void *relay, unsigned char *data, size_t size)
{
	long len = relay_take_datagram(relay, data, size);

	return len > 0 ? len : MBEDTLS_ERR_SSL_WANT_READ;
}

static int mbedtls_open(struct relay *relay)
{
	int ret;

	mbedtls_entropy_init(&entropy);
	mbedtls_ctr_drbg_init(&random_state);
	mbedtls_ssl_config_init(&conf);
	mbedtls_ssl_init(&ssl);
	ret = mbedtls_ctr_drbg_seed(&random_state, mbedtls_entropy_func,
				    &entropy, NULL, 0);
	if (!ret)
		ret = mbedtls_ssl_config_defaults(&conf, MBEDTLS_SSL_IS_SERVER,
						  MBEDTLS_SSL_TRANSPORT_DATAGRAM,
						  MBEDTLS_SSL_PRESET_DEFAULT);
	mbedtls_ssl_conf_rng(&conf, mbedtls_ctr_drbg_random, &random_state);
	mbedtls_ssl_conf_ciphersuites(&conf, suites);
	mbedtls_ssl_conf_dtls_cookies(&conf, NULL, NULL, NULL);
	if (!ret)
		ret = mbedtls_ssl_conf_psk(&conf,
					   (const unsigned char *)RELAY_PSK,
					   RELAY_PSK_LEN,
					   (const unsigned char *)RELAY_IDENTITY,
					   sizeof(RELAY_IDENTITY) - 1);
	if (!ret)
		ret = mbedtls_ssl_setup(&ssl, &conf);
	if (ret)
		return relay_error("mbedTLS: -0x%04x", -ret);
	mbedtls_ssl_set_timer_cb(&ssl, &timer, mbedtls_timing_set_delay,
				 mbedtls_timing_get_delay);
	mbedtls_ssl_set_bio(&ssl, relay, transport_send, transport_recv, NULL);
	return 0;
}

static long mbedtls_unseal(struct relay *relay, uint8_t *text, size_t size)
{
	int ret;

	(void)relay;
	/* it goes on with a handshake by itself */
	ret = mbedtls_ssl_read(&ssl, text, size);
	if (ret == MBEDTLS_ERR_SSL_WANT_READ)
		return 0;
	return ret > 0 ? ret : relay_error("mbedTLS reads: -0x%04x", -ret);
}

static int mbedtls_seal(struct relay *relay, const uint8_t *text, size_t len)
{
	int ret = mbedtls_ssl_write(&ssl, text, len);

	(void)relay;
	return ret == (int)len ? 0 : relay_error("mbedTLS writes: %d", ret);
}

const struct relay_tls relay_mbedtls = {
	.name = "mbedtls",
	.open = mbedtls_open,
	.unseal = mbedtls_unseal,
	.seal = mbedtls_seal,
};
