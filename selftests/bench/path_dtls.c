// SPDX-License-Identifier: GPL-2.0
/*
 * DTLS 1.2 (RFC 6347) through dgsec: dg0 stacked on the lower TUN device, one
 * peer with one association installed by hand, the service on the backbone.
 *
 * Copyright (C) 2026 The dgsec authors
 */
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include <libdgsec.h>

#include "bench.h"
#include "gateway.h"

enum {
	DTLS_APPLICATION_DATA = 23,
	DTLS_VERSION_1_2 = 0xfefd,
	DTLS_EPOCH = 1,
	DTLS_SEQ_LEN = 8,		/* epoch and sequence number */
	DTLS_HDR_LEN = 13,
	DTLS_SALT_LEN = 4,
	DTLS_NONCE_LEN = 12,
	DTLS_AAD_LEN = 13,
	/* Where design and daemon let the kernel begin. */
	DTLS_TX_FIRST = 32,
};

#define DTLS_DEV "dg0"

static struct packet_flow in_inner(struct bench *bench)
{
	return (struct packet_flow){ bench->inner, bench->service };
}

static struct packet_flow in_outer(struct bench *bench)
{
	return (struct packet_flow){ bench->device, bench->gateway };
}

static struct packet_flow out_inner(struct bench *bench)
{
	return (struct packet_flow){ bench->service, bench->inner };
}

static struct packet_flow out_outer(struct bench *bench)
{
	return (struct packet_flow){ bench->gateway, bench->device };
}

/* The socket that a daemon would own; it stays open until the bench ends. */
static int dtls_socket(struct bench *bench)
{
	struct sockaddr_in6 addr = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(bench->gateway.port),
	};
	const int on = 1;
	int fd;

	fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) ||
	    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, BENCH_LOWER,
		       sizeof(BENCH_LOWER)) ||
	    bind(fd, (struct sockaddr *)&addr, sizeof(addr)))
		return bench_error("UDP socket: %s", strerror(errno));
	return fd;
}

static int dtls_install(struct bench *bench, struct dgsec *dg)
{
	struct dgsec_ref dev = { .ifindex = if_nametoindex(DTLS_DEV) };
	struct dgsec_peer peer = {};
	struct dgsec_assoc assoc = {};
	struct dgsec_keys keys = {
		.key_len = CIPHER_KEY_LEN,
		.iv_len = DTLS_SALT_LEN,
	};
	int fd = dtls_socket(bench);

	if (fd < 0)
		return -1;
	if (dgsec_socket_add(dg, dev, fd, DGSEC_PROTOCOL_DTLS12))
		return bench_error("socket: %s", dgsec_error(dg));

	DGSEC_PUT(&peer, DGSEC_A_PEER_INNER_ADDR, inner_addr, bench->inner.addr);
	DGSEC_PUT(&peer, DGSEC_A_PEER_SERVICE_ADDR, service_addr,
		  bench->service.addr);
	DGSEC_PUT(&peer, DGSEC_A_PEER_SERVICE_PORT, service_port,
		  bench->service.port);
	if (dgsec_peer_new(dg, dev, &peer, &peer))
		return bench_error("peer: %s", dgsec_error(dg));

	memcpy(keys.rx_key, bench_rx_raw, CIPHER_KEY_LEN);
	memcpy(keys.rx_iv, bench_rx_raw + CIPHER_KEY_LEN, DTLS_SALT_LEN);
	memcpy(keys.tx_key, bench_tx_raw, CIPHER_KEY_LEN);
	memcpy(keys.tx_iv, bench_tx_raw + CIPHER_KEY_LEN, DTLS_SALT_LEN);
	DGSEC_PUT(&assoc, DGSEC_A_ASSOC_PEER_ID, peer_id, peer.id);
	DGSEC_PUT(&assoc, DGSEC_A_ASSOC_PROTOCOL, protocol,
		  DGSEC_PROTOCOL_DTLS12);
	DGSEC_PUT(&assoc, DGSEC_A_ASSOC_CIPHER, cipher,
		  dgsec_cipher_value(bench->cipher->name));
	DGSEC_PUT(&assoc, DGSEC_A_ASSOC_ROLE, role, DGSEC_ROLE_SERVER);
	DGSEC_PUT(&assoc, DGSEC_A_ASSOC_EPOCH, epoch, DTLS_EPOCH);
	DGSEC_PUT(&assoc, DGSEC_A_ASSOC_REMOTE_ADDR, remote_addr,
		  bench->device.addr);
	DGSEC_PUT(&assoc, DGSEC_A_ASSOC_REMOTE_PORT, remote_port,
		  bench->device.port);
	DGSEC_PUT(&assoc, DGSEC_A_ASSOC_LOCAL_ADDR, local_addr,
		  bench->gateway.addr);
	DGSEC_PUT(&assoc, DGSEC_A_ASSOC_LOCAL_PORT, local_port,
		  bench->gateway.port);
	DGSEC_PUT(&assoc, DGSEC_A_ASSOC_TX_SEQ, tx_seq, DTLS_TX_FIRST);
	if (dgsec_assoc_new(dg, dev, &assoc, &keys, NULL))
		return bench_error("association: %s", dgsec_error(dg));
	bench->tx_seq = DTLS_TX_FIRST - 1;
	return 0;
}

static int dtls_setup(struct bench *bench)
{
	struct dgsec *dg;
	int ret;

	if (gateway_ip("link add link " BENCH_LOWER " name " DTLS_DEV
		       " type dgsec") ||
	    gateway_ip("link set " DTLS_DEV " up") ||
	    gateway_ip("addr add fd00:d9::1/64 dev " DTLS_DEV " nodad"))
		return -1;
	ret = dgsec_open(&dg);
	if (ret)
		return bench_error("dgsec over netlink: %s", strerror(-ret));
	ret = dtls_install(bench, dg);
	dgsec_close(dg);
	return ret;
}

/* RFC 5246 section 6.2.3.3: sequence number, type, version, plain length. */
static void dtls_aad(const uint8_t *record, size_t len, uint8_t *aad)
{
	memcpy(aad, record + 3, DTLS_SEQ_LEN);
	memcpy(aad + DTLS_SEQ_LEN, record, 3);
	packet_put16(aad + DTLS_SEQ_LEN + 3, len);
}

static void dtls_nonce(const uint8_t *raw, const uint8_t *explicit_part,
		       uint8_t *nonce)
{
	memcpy(nonce, raw + CIPHER_KEY_LEN, DTLS_SALT_LEN);
	memcpy(nonce + DTLS_SALT_LEN, explicit_part, DTLS_SEQ_LEN);
}

static size_t dtls_in_make(struct bench *bench, uint32_t n, uint8_t *p)
{
	struct packet_flow outer = in_outer(bench);
	uint8_t *record = p + PACKET_IP_LEN + PACKET_UDP_LEN;
	uint8_t *text = record + DTLS_HDR_LEN + DTLS_SEQ_LEN;
	uint8_t nonce[DTLS_NONCE_LEN], aad[DTLS_AAD_LEN];
	size_t len = bench->payload;

	record[0] = DTLS_APPLICATION_DATA;
	packet_put16(record + 1, DTLS_VERSION_1_2);
	packet_put16(record + 3, DTLS_EPOCH);
	packet_put16(record + 5, 0);
	packet_put32(record + 7, n);
	packet_put16(record + 11, DTLS_SEQ_LEN + len + bench->cipher->tag_len);
	memcpy(record + DTLS_HDR_LEN, record + 3, DTLS_SEQ_LEN);
	packet_coap_put(text, len, n, PACKET_COAP_POST);
	dtls_aad(record, len, aad);
	dtls_nonce(bench_rx_raw, record + DTLS_HDR_LEN, nonce);
	if (cipher_seal(&bench->rx_key, nonce, sizeof(nonce), aad, sizeof(aad),
			text, len))
		return 0;
	len += DTLS_HDR_LEN + DTLS_SEQ_LEN + bench->cipher->tag_len;
	len = packet_udp_put(p + PACKET_IP_LEN, &outer, len);
	packet_ip_put(p, &outer, IPPROTO_UDP, len);
	return PACKET_IP_LEN + len;
}

static int dtls_in_check(struct bench *bench, uint32_t n, uint8_t *p,
			 size_t len)
{
	struct packet_flow inner = in_inner(bench);

	return bench_inner_check(bench, &inner, n, PACKET_COAP_POST, p, len);
}

static size_t dtls_out_make(struct bench *bench, uint32_t n, uint8_t *p)
{
	struct packet_flow inner = out_inner(bench);

	return bench_inner_make(bench, &inner, n, PACKET_COAP_CONTENT, p);
}

static int dtls_out_check(struct bench *bench, uint32_t n, uint8_t *p,
			  size_t len)
{
	const size_t overhead = DTLS_HDR_LEN + DTLS_SEQ_LEN +
				bench->cipher->tag_len;
	struct packet_flow outer = out_outer(bench);
	uint8_t nonce[DTLS_NONCE_LEN], aad[DTLS_AAD_LEN];
	uint8_t *record, *text;
	uint64_t seq;

	p = (uint8_t *)packet_ip_check(p, len, &outer, IPPROTO_UDP, &len);
	if (!p)
		return -1;
	record = (uint8_t *)packet_udp_check(p, len, &outer, &len);
	if (!record)
		return -1;
	if (len < overhead || record[0] != DTLS_APPLICATION_DATA ||
	    packet_get16(record + 1) != DTLS_VERSION_1_2 ||
	    packet_get16(record + 3) != DTLS_EPOCH ||
	    packet_get16(record + 11) != len - DTLS_HDR_LEN)
		return bench_error("no DTLS 1.2 application record of epoch 1");
	seq = (uint64_t)packet_get16(record + 5) << 32 |
	      packet_get32(record + 7);
	if (seq != ++bench->tx_seq)
		return bench_error("sequence number %llu, expected %llu",
				   (unsigned long long)seq,
				   (unsigned long long)bench->tx_seq);
	text = record + DTLS_HDR_LEN + DTLS_SEQ_LEN;
	len -= overhead;
	dtls_aad(record, len, aad);
	dtls_nonce(bench_tx_raw, record + DTLS_HDR_LEN, nonce);
	if (cipher_open(&bench->tx_key, nonce, sizeof(nonce), aad, sizeof(aad),
			text, len))
		return bench_error("the record does not open");
	return packet_coap_check(text, len, bench->payload, n,
				 PACKET_COAP_CONTENT);
}

const struct path path_dtls_in = {
	.name = "dgsec-dtls12",
	.direction = "in",
	.from = SIDE_LOWER,
	.setup = dtls_setup,
	.make = dtls_in_make,
	.check = dtls_in_check,
};

const struct path path_dtls_out = {
	.name = "dgsec-dtls12",
	.direction = "out",
	.from = SIDE_BACKBONE,
	.setup = dtls_setup,
	.make = dtls_out_make,
	.check = dtls_out_check,
};
