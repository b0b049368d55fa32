// SPDX-License-Identifier: GPL-2.0
/*
 * A relay in userspace (relay.c) instead of dgsec: without any security, on
 * mbedTLS, on GnuTLS. It is given the inner address, so that what comes out is
 * what comes out of dgsec. When packets come in bursts it takes and sends up to
 * 32 at a time.
 *
 * Copyright (C) 2026 The dgsec authors
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "bench.h"
#include "gateway.h"
#include "handshake.h"
#include "peer.h"
#include "record.h"
#include "relay.h"

static void relay_exec(struct bench *bench, const char *library, int out)
{
	char batch[16], port[16], inner_port[16], service_port[16];

	snprintf(batch, sizeof(batch), "%d", bench->burst ? RELAY_BATCH_MAX : 1);
	snprintf(port, sizeof(port), "%u", bench->gateway.port);
	snprintf(inner_port, sizeof(inner_port), "%u", bench->peer->inner.port);
	snprintf(service_port, sizeof(service_port), "%u", bench->service.port);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || dup2(out, STDOUT_FILENO) < 0)
		_exit(127);
	execlp("bench-relay", "bench-relay", library, batch, BENCH_ADDR_GATEWAY,
	       port, BENCH_ADDR_INNER, inner_port, BENCH_ADDR_SERVICE,
	       service_port, NULL);
	_exit(127);
}

/* It goes when the bench does. */
static int relay_start(struct bench *bench, const char *library)
{
	int fds[2];
	pid_t pid;
	char c;

	if (gateway_ip("link set lo up\n"
		       "addr add " BENCH_ADDR_INNER "/128 dev lo nodad\n"))
		return -1;
	if (pipe(fds))
		return bench_error("pipe: %s", strerror(errno));
	pid = fork();
	if (pid < 0)
		return bench_error("fork: %s", strerror(errno));
	if (!pid)
		relay_exec(bench, library, fds[1]);
	close(fds[1]);
	if (read(fds[0], &c, 1) != 1)
		return bench_error("bench-relay does not start");
	close(fds[0]);
	return 0;
}

static int tls_start(struct bench *bench, const char *library)
{
	if (strcmp(bench->cipher->name, "aes-128-ccm-8"))
		return bench_error("the relays have only aes-128-ccm-8");
	if (relay_start(bench, library))
		return -1;
	return handshake(bench);
}

static int mbedtls_setup(struct bench *bench)
{
	return tls_start(bench, "mbedtls");
}

static int gnutls_setup(struct bench *bench)
{
	return tls_start(bench, "gnutls");
}

static size_t relay_in_make(struct bench *bench, uint32_t n, uint8_t *p)
{
	struct packet_flow outer = flow_in_outer(bench);

	return peer_plain_make(bench, &outer, n, PACKET_COAP_POST, p);
}

/* It learns where the device is. */
static int relay_setup(struct bench *bench)
{
	uint8_t p[PACKET_MAX];
	long len;

	if (relay_start(bench, "none") ||
	    gateway_inject(bench->fd[SIDE_LOWER], p, relay_in_make(bench, 0, p)))
		return -1;
	len = gateway_collect(bench, SIDE_BACKBONE, p, sizeof(p));
	return len < 0 ? -1 : record_in_check(bench, 0, p, len);
}

static int relay_out_check(struct bench *bench, uint32_t n, uint8_t *p,
			   size_t len)
{
	struct packet_flow outer = flow_out_outer(bench);

	return peer_plain_check(bench, &outer, n, PACKET_COAP_CONTENT, p, len);
}

const struct path path_relay_in = {
	.name = "relay",
	.direction = "in",
	.from = SIDE_LOWER,
	.setup = relay_setup,
	.make = relay_in_make,
	.check = record_in_check,
};

const struct path path_relay_out = {
	.name = "relay",
	.direction = "out",
	.from = SIDE_BACKBONE,
	.setup = relay_setup,
	.make = record_out_make,
	.check = relay_out_check,
};

const struct path path_relay_mbedtls_in = {
	.name = "relay-mbedtls",
	.direction = "in",
	.from = SIDE_LOWER,
	.setup = mbedtls_setup,
	.make = record_in_make,
	.check = record_in_check,
};

const struct path path_relay_mbedtls_out = {
	.name = "relay-mbedtls",
	.direction = "out",
	.from = SIDE_BACKBONE,
	.setup = mbedtls_setup,
	.make = record_out_make,
	.check = record_out_check,
};

const struct path path_relay_gnutls_in = {
	.name = "relay-gnutls",
	.direction = "in",
	.from = SIDE_LOWER,
	.setup = gnutls_setup,
	.make = record_in_make,
	.check = record_in_check,
};

const struct path path_relay_gnutls_out = {
	.name = "relay-gnutls",
	.direction = "out",
	.from = SIDE_BACKBONE,
	.setup = gnutls_setup,
	.make = record_out_make,
	.check = record_out_check,
};
