// SPDX-License-Identifier: GPL-2.0
/*
 * The devices that the bench plays: their addresses, keys and numbers, all
 * different, and their plain packets.
 *
 * Copyright (C) 2026 The dgsec authors
 */
#include "peer.h"

#include <arpa/inet.h>
#include <stdlib.h>

/* Splitmix64: the same numbers in each run. */
static uint64_t mix(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static void end_make(struct packet_end *end, const char *addr, unsigned int add,
		     uint16_t port)
{
	inet_pton(AF_INET6, addr, &end->addr);
	packet_put32(end->addr.s6_addr + 12,
		     packet_get32(end->addr.s6_addr + 12) + add);
	end->port = port;
}

int peers_make(struct bench *bench, unsigned int count)
{
	uint64_t state = 0;
	struct peer *peer;
	unsigned int i;
	size_t k;

	bench->peers = calloc(count, sizeof(*bench->peers));
	if (!bench->peers)
		return bench_error("no memory");
	bench->n_peers = count;
	for (i = 0; i < count; i++) {
		peer = &bench->peers[i];
		end_make(&peer->device, BENCH_ADDR_DEVICE, i, 40000 + i % 16384);
		end_make(&peer->inner, BENCH_ADDR_INNER, i, 5683);
		for (k = 0; k < sizeof(peer->rx_raw); k++) {
			peer->rx_raw[k] = mix(&state);
			peer->tx_raw[k] = mix(&state);
		}
	}
	bench->peer = &bench->peers[0];
	return 0;
}

struct peer *peer_at_random(struct bench *bench)
{
	static uint64_t state = 1;

	return &bench->peers[mix(&state) % bench->n_peers];
}

struct packet_flow flow_in_inner(const struct bench *bench)
{
	return (struct packet_flow){ bench->peer->inner, bench->service };
}

struct packet_flow flow_in_outer(const struct bench *bench)
{
	return (struct packet_flow){ bench->peer->device, bench->gateway };
}

struct packet_flow flow_out_inner(const struct bench *bench)
{
	return (struct packet_flow){ bench->service, bench->peer->inner };
}

struct packet_flow flow_out_outer(const struct bench *bench)
{
	return (struct packet_flow){ bench->gateway, bench->peer->device };
}

/* A whole packet: IPv6, UDP, CoAP. */
size_t peer_plain_make(struct bench *bench, const struct packet_flow *flow,
		       uint32_t n, uint8_t code, uint8_t *p)
{
	size_t len;

	packet_coap_put(p + PACKET_IP_LEN + PACKET_UDP_LEN, bench->payload, n,
			code);
	len = packet_udp_put(p + PACKET_IP_LEN, flow, bench->payload);
	packet_ip_put(p, flow, IPPROTO_UDP, len);
	return PACKET_IP_LEN + len;
}

int peer_plain_check(struct bench *bench, const struct packet_flow *flow,
		     uint32_t n, uint8_t code, const uint8_t *p, size_t len)
{
	p = packet_ip_check(p, len, flow, IPPROTO_UDP, &len);
	if (p)
		p = packet_udp_check(p, len, flow, &len);
	if (!p)
		return -1;
	return packet_coap_check(p, len, bench->payload, n, code);
}
