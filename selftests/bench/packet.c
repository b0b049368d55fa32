// SPDX-License-Identifier: GPL-2.0
/*
 * IPv6, UDP and CoAP as the bench sends and expects them.
 *
 * Copyright (C) 2026 The dgsec authors
 */
#include "packet.h"

#include <string.h>

#include "bench.h"

void packet_put16(uint8_t *p, unsigned int v)
{
	p[0] = v >> 8;
	p[1] = v;
}

void packet_put32(uint8_t *p, uint32_t v)
{
	packet_put16(p, v >> 16);
	packet_put16(p + 2, v & 0xffff);
}

unsigned int packet_get16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

uint32_t packet_get32(const uint8_t *p)
{
	return (uint32_t)packet_get16(p) << 16 | packet_get16(p + 2);
}

/*
 * A non-confirmable CoAP message of @len octets (RFC 7252 section 3). Every
 * octet depends on @n, so no packet can pass for another one.
 */
void packet_coap_put(uint8_t *p, size_t len, uint32_t n, uint8_t code)
{
	size_t i;

	p[0] = 0x54;			/* version 1, NON, token of 4 */
	p[1] = code;
	packet_put16(p + 2, n & 0xffff);
	packet_put32(p + 4, n);
	p[8] = 0xff;			/* payload marker */
	for (i = 9; i < len; i++)
		p[i] = n * 7 + i;
}

int packet_coap_check(const uint8_t *p, size_t len, size_t want, uint32_t n,
		      uint8_t code)
{
	uint8_t expect[PACKET_PAYLOAD_MAX];

	if (len != want)
		return bench_error("%zu octets of payload, expected %zu", len,
				   want);
	packet_coap_put(expect, want, n, code);
	if (memcmp(p, expect, want))
		return bench_error("the payload is not the one sent");
	return 0;
}

void packet_ip_put(uint8_t *p, const struct packet_flow *flow, uint8_t next,
		   size_t len)
{
	packet_put32(p, 0x60000000);
	packet_put16(p + 4, len);
	p[6] = next;
	p[7] = 64;
	memcpy(p + 8, &flow->from.addr, 16);
	memcpy(p + 24, &flow->to.addr, 16);
}

/* Returns what the header carries, or NULL if the header is not as expected. */
const uint8_t *packet_ip_check(const uint8_t *p, size_t len,
			       const struct packet_flow *flow, uint8_t next,
			       size_t *inner_len)
{
	if (len < PACKET_IP_LEN || p[0] >> 4 != 6 ||
	    packet_get16(p + 4) != len - PACKET_IP_LEN) {
		bench_error("%zu octets that are no IPv6 packet", len);
		return NULL;
	}
	if (p[6] != next) {
		bench_error("next header %u, expected %u", p[6], next);
		return NULL;
	}
	if (!p[7]) {
		bench_error("hop limit 0");
		return NULL;
	}
	if (memcmp(p + 8, &flow->from.addr, 16)) {
		bench_error("wrong source address");
		return NULL;
	}
	if (memcmp(p + 24, &flow->to.addr, 16)) {
		bench_error("wrong destination address");
		return NULL;
	}
	*inner_len = len - PACKET_IP_LEN;
	return p + PACKET_IP_LEN;
}

static uint16_t udp_sum(const uint8_t *udp, size_t len,
			const struct packet_flow *flow)
{
	const uint8_t *addr[] = { flow->from.addr.s6_addr,
				  flow->to.addr.s6_addr };
	uint32_t sum = len + IPPROTO_UDP;
	size_t i;

	for (i = 0; i < 16; i += 2)
		sum += packet_get16(addr[0] + i) + packet_get16(addr[1] + i);
	for (i = 0; i + 1 < len; i += 2)
		sum += packet_get16(udp + i);
	if (len & 1)
		sum += udp[len - 1] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

/* Puts the UDP header before @len octets that stand at @p + 8 already. */
size_t packet_udp_put(uint8_t *p, const struct packet_flow *flow, size_t len)
{
	uint16_t sum;

	len += PACKET_UDP_LEN;
	packet_put16(p, flow->from.port);
	packet_put16(p + 2, flow->to.port);
	packet_put16(p + 4, len);
	packet_put16(p + 6, 0);
	sum = udp_sum(p, len, flow);
	/* Zero would say "no checksum" (RFC 8200 section 8.1). */
	packet_put16(p + 6, sum ? sum : 0xffff);
	return len;
}

/* Returns the UDP payload, or NULL if anything is not as expected. */
const uint8_t *packet_udp_check(const uint8_t *p, size_t len,
				const struct packet_flow *flow,
				size_t *inner_len)
{
	if (len < PACKET_UDP_LEN || packet_get16(p + 4) != len) {
		bench_error("%zu octets that are no UDP datagram", len);
		return NULL;
	}
	if (packet_get16(p) != flow->from.port ||
	    packet_get16(p + 2) != flow->to.port) {
		bench_error("from port %u to port %u, expected %u and %u",
			    packet_get16(p), packet_get16(p + 2),
			    flow->from.port, flow->to.port);
		return NULL;
	}
	if (!packet_get16(p + 6) || udp_sum(p, len, flow)) {
		bench_error("wrong UDP checksum %04x", packet_get16(p + 6));
		return NULL;
	}
	*inner_len = len - PACKET_UDP_LEN;
	return p + PACKET_UDP_LEN;
}
