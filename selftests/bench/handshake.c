// SPDX-License-Identifier: GPL-2.0
/*
 * A device's handshake with a relay, DTLS 1.2 with PSK and AES-128-CCM-8, by
 * mbedTLS. Its datagrams go through the lower TUN device as all others do. Of
 * the session only the keys are kept: the bench makes its records itself.
 *
 * Copyright (C) 2026 The dgsec authors
 */
#include "handshake.h"

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/ssl.h>
#include <mbedtls/timing.h>
#include <string.h>

#include "gateway.h"
#include "peer.h"
#include "record.h"
#include "relay.h"

enum {
	SECRET_LEN = 48,
	RANDOM_LEN = 32,
};

/* RFC 5246 section 6.3, for an AEAD */
struct key_block {
	uint8_t client_key[16];
	uint8_t server_key[16];
	uint8_t client_salt[RECORD_SALT_LEN];
	uint8_t server_salt[RECORD_SALT_LEN];
};

struct client {
	struct bench *bench;
	mbedtls_entropy_context entropy;
	mbedtls_ctr_drbg_context random_state;
	mbedtls_ssl_config conf;
	mbedtls_ssl_context ssl;
	mbedtls_timing_delay_context timer;
	struct key_block keys;
	int keys_ret;
};

static const int suites[] = { MBEDTLS_TLS_PSK_WITH_AES_128_CCM_8, 0 };

static int transport_send(void *arg, const unsigned char *data, size_t len)
{
	struct bench *bench = ((struct client *)arg)->bench;
	struct packet_flow flow = flow_in_outer(bench);
	uint8_t p[PACKET_MAX];
	size_t ip_len;

	memcpy(p + PACKET_IP_LEN + PACKET_UDP_LEN, data, len);
	ip_len = packet_udp_put(p + PACKET_IP_LEN, &flow, len);
	packet_ip_put(p, &flow, IPPROTO_UDP, ip_len);
	return gateway_inject(bench->fd[SIDE_LOWER], p, PACKET_IP_LEN + ip_len) ?
	       MBEDTLS_ERR_SSL_INTERNAL_ERROR : (int)len;
}

static int transport_recv(void *arg, unsigned char *data, size_t size,
			  uint32_t timeout)
{
	struct bench *bench = ((struct client *)arg)->bench;
	struct packet_flow flow = flow_out_outer(bench);
	uint8_t p[PACKET_MAX];
	const uint8_t *body;
	size_t len;
	long got;

	got = gateway_poll(bench->fd[SIDE_LOWER], p, sizeof(p), timeout);
	if (!got)
		return MBEDTLS_ERR_SSL_TIMEOUT;
	if (got < 0)
		return MBEDTLS_ERR_SSL_INTERNAL_ERROR;
	body = packet_ip_check(p, got, &flow, IPPROTO_UDP, &len);
	if (body)
		body = packet_udp_check(body, len, &flow, &len);
	if (!body || len > size)
		return MBEDTLS_ERR_SSL_INTERNAL_ERROR;
	memcpy(data, body, len);
	return len;
}

static void note_keys(void *arg, mbedtls_ssl_key_export_type type,
		      const unsigned char *secret, size_t secret_len,
		      const unsigned char client_random[RANDOM_LEN],
		      const unsigned char server_random[RANDOM_LEN],
		      mbedtls_tls_prf_types prf)
{
	struct client *c = arg;
	uint8_t seed[2 * RANDOM_LEN];

	if (type != MBEDTLS_SSL_KEY_EXPORT_TLS12_MASTER_SECRET ||
	    secret_len != SECRET_LEN)
		return;
	memcpy(seed, server_random, RANDOM_LEN);
	memcpy(seed + RANDOM_LEN, client_random, RANDOM_LEN);
	c->keys_ret = mbedtls_ssl_tls_prf(prf, secret, secret_len,
					  "key expansion", seed, sizeof(seed),
					  (uint8_t *)&c->keys, sizeof(c->keys));
}

static int client_run(struct client *c)
{
	int ret;

	ret = mbedtls_ctr_drbg_seed(&c->random_state, mbedtls_entropy_func,
				    &c->entropy, NULL, 0);
	if (ret)
		return ret;
	ret = mbedtls_ssl_config_defaults(&c->conf, MBEDTLS_SSL_IS_CLIENT,
					  MBEDTLS_SSL_TRANSPORT_DATAGRAM,
					  MBEDTLS_SSL_PRESET_DEFAULT);
	if (ret)
		return ret;
	mbedtls_ssl_conf_rng(&c->conf, mbedtls_ctr_drbg_random,
			     &c->random_state);
	mbedtls_ssl_conf_ciphersuites(&c->conf, suites);
	ret = mbedtls_ssl_conf_psk(&c->conf, (const unsigned char *)RELAY_PSK,
				   RELAY_PSK_LEN,
				   (const unsigned char *)RELAY_IDENTITY,
				   sizeof(RELAY_IDENTITY) - 1);
	if (ret)
		return ret;
	ret = mbedtls_ssl_setup(&c->ssl, &c->conf);
	if (ret)
		return ret;
	mbedtls_ssl_set_timer_cb(&c->ssl, &c->timer, mbedtls_timing_set_delay,
				 mbedtls_timing_get_delay);
	mbedtls_ssl_set_bio(&c->ssl, c, transport_send, NULL, transport_recv);
	c->keys_ret = MBEDTLS_ERR_SSL_INTERNAL_ERROR;
	mbedtls_ssl_set_export_keys_cb(&c->ssl, note_keys, c);
	ret = mbedtls_ssl_handshake(&c->ssl);
	return ret ? ret : c->keys_ret;
}

int handshake(struct bench *bench)
{
	struct peer *peer = bench->peer;
	static struct client c;
	int ret;

	c.bench = bench;
	mbedtls_entropy_init(&c.entropy);
	mbedtls_ctr_drbg_init(&c.random_state);
	mbedtls_ssl_config_init(&c.conf);
	mbedtls_ssl_init(&c.ssl);
	ret = client_run(&c);
	mbedtls_ssl_free(&c.ssl);
	mbedtls_ssl_config_free(&c.conf);
	mbedtls_ctr_drbg_free(&c.random_state);
	mbedtls_entropy_free(&c.entropy);
	if (ret)
		return bench_error("handshake: mbedTLS -0x%04x", -ret);

	memcpy(peer->rx_raw, c.keys.client_key, sizeof(c.keys.client_key));
	memcpy(peer->rx_raw + sizeof(c.keys.client_key), c.keys.client_salt,
	       RECORD_SALT_LEN);
	memcpy(peer->tx_raw, c.keys.server_key, sizeof(c.keys.server_key));
	memcpy(peer->tx_raw + sizeof(c.keys.server_key), c.keys.server_salt,
	       RECORD_SALT_LEN);
	/* The Finished of either side was number 0. */
	peer->rx_seq = 0;
	peer->tx_seq = 0;
	return 0;
}
