// SPDX-License-Identifier: GPL-2.0
/*
 * The far end of DTLS 1.2 (RFC 6347): seals what a device sends, opens what it
 * gets, and sees that numbers go up by one.
 *
 * Copyright (C) 2026 The dgsec authors
 */
#include "record.h"

#include <string.h>

#include "peer.h"

enum {
	DTLS_APPLICATION_DATA = 23,
	DTLS_VERSION_1_2 = 0xfefd,
	DTLS_SEQ_LEN = 8,		/* epoch and sequence number */
	DTLS_HDR_LEN = 13,
	DTLS_NONCE_LEN = 12,
	DTLS_AAD_LEN = 13,
};

/* What the AEAD is told of one record, and room for it */
struct record_call {
	uint8_t nonce[DTLS_NONCE_LEN];
	uint8_t aad[DTLS_AAD_LEN];
	struct cipher_call call;
};

/* What is of the nonce in each record: with ChaCha20-Poly1305 nothing */
static size_t explicit_len(const struct cipher *cipher)
{
	return DTLS_NONCE_LEN - cipher->iv_len;
}

static void call_init(struct record_call *c, const struct cipher *cipher,
		      const uint8_t *raw, const uint8_t *record, size_t len)
{
	uint8_t *rest = c->nonce + RECORD_SALT_LEN;
	size_t i;

	/* RFC 6655 section 3: salt, then the record's explicit part */
	memcpy(c->nonce, raw + cipher->key_len, cipher->iv_len);
	memcpy(c->nonce + cipher->iv_len, record + DTLS_HDR_LEN,
	       explicit_len(cipher));
	/* RFC 7905 section 2: the number is xored into the IV */
	for (i = 0; i < DTLS_SEQ_LEN && !explicit_len(cipher); i++)
		rest[i] ^= record[3 + i];
	/* RFC 5246 section 6.2.3.3: number, type, version, plain length */
	memcpy(c->aad, record + 3, DTLS_SEQ_LEN);
	memcpy(c->aad + DTLS_SEQ_LEN, record, 3);
	packet_put16(c->aad + DTLS_SEQ_LEN + 3, len);
	c->call = (struct cipher_call){
		.cipher = cipher,
		.raw = raw,
		.nonce = c->nonce,
		.nonce_len = sizeof(c->nonce),
		.aad = c->aad,
		.aad_len = sizeof(c->aad),
	};
}

size_t record_in_make(struct bench *bench, uint32_t n, uint8_t *p)
{
	struct packet_flow outer = flow_in_outer(bench);
	uint8_t *record = p + PACKET_IP_LEN + PACKET_UDP_LEN;
	size_t nonce = explicit_len(bench->cipher);
	uint8_t *text = record + DTLS_HDR_LEN + nonce;
	struct peer *peer = bench->peer;
	size_t len = bench->payload;
	struct record_call c;

	record[0] = DTLS_APPLICATION_DATA;
	packet_put16(record + 1, DTLS_VERSION_1_2);
	packet_put16(record + 3, RECORD_EPOCH);
	packet_put16(record + 5, 0);
	packet_put32(record + 7, ++peer->rx_seq);
	packet_put16(record + 11, nonce + len + bench->cipher->tag_len);
	memcpy(record + DTLS_HDR_LEN, record + 3, nonce);
	packet_coap_put(text, len, n, PACKET_COAP_POST);
	call_init(&c, bench->cipher, peer->rx_raw, record, len);
	if (cipher_seal(&c.call, text, len))
		return 0;
	len += DTLS_HDR_LEN + nonce + bench->cipher->tag_len;
	len = packet_udp_put(p + PACKET_IP_LEN, &outer, len);
	packet_ip_put(p, &outer, IPPROTO_UDP, len);
	return PACKET_IP_LEN + len;
}

int record_in_check(struct bench *bench, uint32_t n, uint8_t *p, size_t len)
{
	struct packet_flow inner = flow_in_inner(bench);

	return peer_plain_check(bench, &inner, n, PACKET_COAP_POST, p, len);
}

size_t record_out_make(struct bench *bench, uint32_t n, uint8_t *p)
{
	struct packet_flow inner = flow_out_inner(bench);

	return peer_plain_make(bench, &inner, n, PACKET_COAP_CONTENT, p);
}

int record_out_check(struct bench *bench, uint32_t n, uint8_t *p, size_t len)
{
	const size_t header = DTLS_HDR_LEN + explicit_len(bench->cipher);
	const size_t overhead = header + bench->cipher->tag_len;
	struct packet_flow outer = flow_out_outer(bench);
	struct peer *peer = bench->peer;
	uint8_t *record, *text;
	struct record_call c;
	uint64_t seq;

	p = (uint8_t *)packet_ip_check(p, len, &outer, IPPROTO_UDP, &len);
	if (!p)
		return -1;
	record = (uint8_t *)packet_udp_check(p, len, &outer, &len);
	if (!record)
		return -1;
	if (len < overhead || record[0] != DTLS_APPLICATION_DATA ||
	    packet_get16(record + 1) != DTLS_VERSION_1_2 ||
	    packet_get16(record + 3) != RECORD_EPOCH ||
	    packet_get16(record + 11) != len - DTLS_HDR_LEN)
		return bench_error("no DTLS 1.2 application record of epoch 1");
	seq = (uint64_t)packet_get16(record + 5) << 32 |
	      packet_get32(record + 7);
	if (seq != ++peer->tx_seq)
		return bench_error("sequence number %llu, expected %llu",
				   (unsigned long long)seq,
				   (unsigned long long)peer->tx_seq);
	text = record + header;
	len -= overhead;
	call_init(&c, bench->cipher, peer->tx_raw, record, len);
	if (cipher_open(&c.call, text, len))
		return bench_error("the record does not open");
	return packet_coap_check(text, len, bench->payload, n,
				 PACKET_COAP_CONTENT);
}
