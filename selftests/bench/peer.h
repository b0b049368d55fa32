/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 The dgsec authors */
#ifndef BENCH_PEER_H
#define BENCH_PEER_H

#include "bench.h"

int peers_make(struct bench *bench, unsigned int count);
struct peer *peer_at_random(struct bench *bench);

/* bench->peer's packets, inside and outside of what protects them */
struct packet_flow flow_in_inner(const struct bench *bench);
struct packet_flow flow_in_outer(const struct bench *bench);
struct packet_flow flow_out_inner(const struct bench *bench);
struct packet_flow flow_out_outer(const struct bench *bench);

size_t peer_plain_make(struct bench *bench, const struct packet_flow *flow,
		       uint32_t n, uint8_t code, uint8_t *p);
int peer_plain_check(struct bench *bench, const struct packet_flow *flow,
		     uint32_t n, uint8_t code, const uint8_t *p, size_t len);

#endif
