// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's ESP (RFC 4303) with AES-CCM (RFC 4309) or AES-GCM (RFC 4106), in
 * BEET mode: one stable inner address for each peer, as dgsec gives it.
 *
 * Copyright (C) 2026 The dgsec authors
 */
#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "gateway.h"
#include "peer.h"

enum {
	ESP_SPI_IN = 0x1001,
	ESP_SPI_OUT = 0x1002,
	ESP_HDR_LEN = 8,
	ESP_IV_LEN = 8,
	ESP_TRAILER_LEN = 2,
	ESP_ALIGN = 4,
};

static const char in_ends[] =
	"src " BENCH_ADDR_DEVICE " dst " BENCH_ADDR_GATEWAY;
static const char in_flow[] =
	"src " BENCH_ADDR_INNER " dst " BENCH_ADDR_SERVICE;
static const char out_ends[] =
	"src " BENCH_ADDR_GATEWAY " dst " BENCH_ADDR_DEVICE;
static const char out_flow[] =
	"src " BENCH_ADDR_SERVICE " dst " BENCH_ADDR_INNER;

static int esp_state(struct bench *bench, bool in)
{
	const struct cipher *cipher = bench->cipher;
	const uint8_t *raw = in ? bench->peer->rx_raw : bench->peer->tx_raw;
	char hex[2 * CIPHER_RAW_MAX + 1];
	size_t i;

	for (i = 0; i < cipher->key_len + cipher->esp_salt_len; i++)
		sprintf(hex + 2 * i, "%02x", raw[i]);
	/* The window that dgsec keeps; only the receiver has one. */
	return gateway_ip("xfrm state add %s proto esp spi %u mode beet aead %s 0x%s %zu sel %s %s\n",
			  in ? in_ends : out_ends, in ? ESP_SPI_IN : ESP_SPI_OUT,
			  cipher->esp_name, hex, cipher->tag_len * 8,
			  in ? in_flow : out_flow,
			  in ? "replay-window 64" : "");
}

/* Both directions at once, as on a gateway. */
static int esp_setup(struct bench *bench)
{
	if (esp_state(bench, true) || esp_state(bench, false) ||
	    gateway_ip("xfrm policy add %s dir fwd tmpl %s proto esp mode beet\n"
		       "xfrm policy add %s dir out tmpl %s proto esp mode beet\n"
		       "route add " BENCH_ADDR_INNER "/128 via " BENCH_ADDR_ROUTER
		       " dev " BENCH_LOWER "\n",
		       in_flow, in_ends, out_flow, out_ends))
		return -1;
	return 0;
}

/* What the AEAD is told of one packet, and room for it */
struct esp_call {
	uint8_t nonce[CIPHER_NONCE_MAX];
	struct cipher_call call;
};

/* RFC 4309 section 4, RFC 4106 section 4: salt and IV; SPI and number */
static void call_init(struct esp_call *c, const struct cipher *cipher,
		      const uint8_t *raw, const uint8_t *esp)
{
	size_t salt_len = cipher->esp_salt_len;

	memcpy(c->nonce, raw + cipher->key_len, salt_len);
	memcpy(c->nonce + salt_len, esp + ESP_HDR_LEN, ESP_IV_LEN);
	c->call = (struct cipher_call){
		.cipher = cipher,
		.raw = raw,
		.nonce = c->nonce,
		.nonce_len = salt_len + ESP_IV_LEN,
		.aad = esp,
		.aad_len = ESP_HDR_LEN,
	};
}

static size_t esp_in_make(struct bench *bench, uint32_t n, uint8_t *p)
{
	struct packet_flow inner = flow_in_inner(bench), outer = flow_in_outer(bench);
	uint8_t *esp = p + PACKET_IP_LEN, *iv = esp + ESP_HDR_LEN;
	uint8_t *text = iv + ESP_IV_LEN;
	struct peer *peer = bench->peer;
	struct esp_call c;
	size_t len, i;

	packet_coap_put(text + PACKET_UDP_LEN, bench->payload, n,
			PACKET_COAP_POST);
	len = packet_udp_put(text, &inner, bench->payload);
	for (i = 1; (len + ESP_TRAILER_LEN) % ESP_ALIGN; i++)
		text[len++] = i;
	text[len++] = i - 1;
	text[len++] = IPPROTO_UDP;

	packet_put32(esp, ESP_SPI_IN);
	packet_put32(esp + 4, ++peer->rx_seq);
	packet_put32(iv, 0);
	packet_put32(iv + 4, peer->rx_seq);
	call_init(&c, bench->cipher, peer->rx_raw, esp);
	if (cipher_seal(&c.call, text, len))
		return 0;
	len += ESP_HDR_LEN + ESP_IV_LEN + bench->cipher->tag_len;
	packet_ip_put(p, &outer, IPPROTO_ESP, len);
	return PACKET_IP_LEN + len;
}

static int esp_in_check(struct bench *bench, uint32_t n, uint8_t *p, size_t len)
{
	struct packet_flow inner = flow_in_inner(bench);

	return peer_plain_check(bench, &inner, n, PACKET_COAP_POST, p, len);
}

static size_t esp_out_make(struct bench *bench, uint32_t n, uint8_t *p)
{
	struct packet_flow inner = flow_out_inner(bench);

	return peer_plain_make(bench, &inner, n, PACKET_COAP_CONTENT, p);
}

static int esp_out_check(struct bench *bench, uint32_t n, uint8_t *p,
			 size_t len)
{
	struct packet_flow inner = flow_out_inner(bench), outer = flow_out_outer(bench);
	size_t overhead = ESP_HDR_LEN + ESP_IV_LEN + bench->cipher->tag_len;
	struct peer *peer = bench->peer;
	const uint8_t *payload;
	uint8_t *esp, *text;
	struct esp_call c;

	esp = (uint8_t *)packet_ip_check(p, len, &outer, IPPROTO_ESP, &len);
	if (!esp)
		return -1;
	if (len < overhead + ESP_TRAILER_LEN || packet_get32(esp) != ESP_SPI_OUT)
		return bench_error("no ESP packet of this security association");
	if (packet_get32(esp + 4) != ++peer->tx_seq)
		return bench_error("sequence number %u, expected %llu",
				   packet_get32(esp + 4),
				   (unsigned long long)peer->tx_seq);
	text = esp + ESP_HDR_LEN + ESP_IV_LEN;
	len -= overhead;
	call_init(&c, bench->cipher, peer->tx_raw, esp);
	if (cipher_open(&c.call, text, len))
		return bench_error("the ESP packet does not open");
	if (text[len - 1] != IPPROTO_UDP || text[len - 2] + 2u > len)
		return bench_error("wrong ESP trailer");
	len -= text[len - 2] + ESP_TRAILER_LEN;
	payload = packet_udp_check(text, len, &inner, &len);
	if (!payload)
		return -1;
	return packet_coap_check(payload, len, bench->payload, n,
				 PACKET_COAP_CONTENT);
}

const struct path path_esp_in = {
	.name = "esp",
	.direction = "in",
	.from = SIDE_LOWER,
	.setup = esp_setup,
	.make = esp_in_make,
	.check = esp_in_check,
};

const struct path path_esp_out = {
	.name = "esp",
	.direction = "out",
	.from = SIDE_BACKBONE,
	.setup = esp_setup,
	.make = esp_out_make,
	.check = esp_out_check,
};
