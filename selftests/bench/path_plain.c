// SPDX-License-Identifier: GPL-2.0
/*
 * Plain IPv6 forwarding: what every other path is compared with.
 *
 * Copyright (C) 2026 The dgsec authors
 */
#include "bench.h"
#include "peer.h"

static struct packet_flow in_flow(struct bench *bench)
{
	return (struct packet_flow){ bench->peer->device, bench->service };
}

static struct packet_flow out_flow(struct bench *bench)
{
	return (struct packet_flow){ bench->service, bench->peer->device };
}

static int plain_setup(struct bench *bench)
{
	(void)bench;
	return 0;
}

static size_t plain_in_make(struct bench *bench, uint32_t n, uint8_t *p)
{
	struct packet_flow flow = in_flow(bench);

	return peer_plain_make(bench, &flow, n, PACKET_COAP_POST, p);
}

static int plain_in_check(struct bench *bench, uint32_t n, uint8_t *p,
			  size_t len)
{
	struct packet_flow flow = in_flow(bench);

	return peer_plain_check(bench, &flow, n, PACKET_COAP_POST, p, len);
}

static size_t plain_out_make(struct bench *bench, uint32_t n, uint8_t *p)
{
	struct packet_flow flow = out_flow(bench);

	return peer_plain_make(bench, &flow, n, PACKET_COAP_CONTENT, p);
}

static int plain_out_check(struct bench *bench, uint32_t n, uint8_t *p,
			   size_t len)
{
	struct packet_flow flow = out_flow(bench);

	return peer_plain_check(bench, &flow, n, PACKET_COAP_CONTENT, p, len);
}

const struct path path_plain_in = {
	.name = "forwarding",
	.direction = "in",
	.from = SIDE_LOWER,
	.many = true,
	.stateless = true,
	.setup = plain_setup,
	.make = plain_in_make,
	.check = plain_in_check,
};

const struct path path_plain_out = {
	.name = "forwarding",
	.direction = "out",
	.from = SIDE_BACKBONE,
	.many = true,
	.stateless = true,
	.setup = plain_setup,
	.make = plain_out_make,
	.check = plain_out_check,
};
