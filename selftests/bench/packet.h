/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 The dgsec authors */
#ifndef BENCH_PACKET_H
#define BENCH_PACKET_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>

enum {
	PACKET_MAX = 2048,
	PACKET_IP_LEN = 40,
	PACKET_UDP_LEN = 8,
	PACKET_COAP_POST = 0x02,
	PACKET_COAP_CONTENT = 0x45,
	PACKET_PAYLOAD_MIN = 16,
	PACKET_PAYLOAD_MAX = 1200,
};

struct packet_end {
	struct in6_addr addr;
	uint16_t port;
};

struct packet_flow {
	struct packet_end from;
	struct packet_end to;
};

void packet_put16(uint8_t *p, unsigned int v);
void packet_put32(uint8_t *p, uint32_t v);
unsigned int packet_get16(const uint8_t *p);
uint32_t packet_get32(const uint8_t *p);

void packet_coap_put(uint8_t *p, size_t len, uint32_t n, uint8_t code);
int packet_coap_check(const uint8_t *p, size_t len, size_t want, uint32_t n,
		      uint8_t code);
void packet_ip_put(uint8_t *p, const struct packet_flow *flow, uint8_t next,
		   size_t len);
const uint8_t *packet_ip_check(const uint8_t *p, size_t len,
			       const struct packet_flow *flow, uint8_t next,
			       size_t *inner_len);
size_t packet_udp_put(uint8_t *p, const struct packet_flow *flow, size_t len);
const uint8_t *packet_udp_check(const uint8_t *p, size_t len,
				const struct packet_flow *flow,
				size_t *inner_len);

#endif
