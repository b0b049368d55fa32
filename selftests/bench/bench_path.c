// SPDX-License-Identifier: GPL-2.0
/*
 * bench-path: instructions that one packet costs on its way through a gateway.
 *
 * Meant for a machine whose clock advances one nanosecond for each instruction
 * (QEMU's -icount shift=0,sleep=off with one processor): there a difference of
 * two times is a number of instructions. Every packet that comes out is opened
 * and compared with the one that went in.
 *
 * Copyright (C) 2026 The dgsec authors
 */
#include <arpa/inet.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "measure.h"
#include "peer.h"

static const struct path * const paths[] = {
	&path_plain_in, &path_plain_out,
	&path_esp_in, &path_esp_out,
	&path_wireguard_in, &path_wireguard_out,
	&path_relay_in, &path_relay_out,
	&path_relay_mbedtls_in, &path_relay_mbedtls_out,
	&path_relay_gnutls_in, &path_relay_gnutls_out,
	&path_dgsec_in, &path_dgsec_out,
};

static char doing[128] = "options";

void bench_doing(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(doing, sizeof(doing), format, args);
	va_end(args);
}

int bench_error(const char *format, ...)
{
	va_list args;

	fprintf(stderr, "bench-path: %s: ", doing);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return -1;
}

static void usage(FILE *out)
{
	size_t i;

	fputs("usage: bench-path [-n PACKETS] [-l PAYLOAD] [-c CIPHER] [-a PEERS] [-b BURST] PATH WAY\n"
	      "  -n  how many packets to count (500)\n"
	      "  -l  octets of UDP payload (60)\n"
	      "  -c  aes-128-ccm-8 (default), aes-128-ccm, aes-128-gcm, and the same of 256\n"
	      "  -a  devices, each with an association; packets are of any (1)\n"
	      "  -b  packets that arrive together, in one NAPI poll\n"
	      "Prints, tab-separated: packet, path, way, cipher, payload, peers, burst,\n"
	      "packets, waits, and the least, median and mean number of instructions for a\n"
	      "packet. With 100 peers or more also lines of memory: path, cipher, peers,\n"
	      "what, objects and octets for each peer.\n"
	      "paths:\n", out);
	for (i = 0; i < ARRAY_SIZE(paths); i++)
		fprintf(out, "  %s %s\n", paths[i]->name, paths[i]->direction);
}

static int number(const char *text, unsigned int min, unsigned int max,
		  unsigned int *value)
{
	char *end;
	unsigned long v = strtoul(text, &end, 10);

	if (!*text || *end || v < min || v > max)
		return bench_error("%s is not a number from %u to %u", text, min,
				   max);
	*value = v;
	return 0;
}

static const struct path *path_find(const char *name, const char *direction)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(paths); i++)
		if (!strcmp(paths[i]->name, name) &&
		    !strcmp(paths[i]->direction, direction))
			return paths[i];
	bench_error("no path %s %s (bench-path -h lists them)", name,
		    direction);
	return NULL;
}

static void end_init(struct packet_end *end, const char *addr, uint16_t port)
{
	inet_pton(AF_INET6, addr, &end->addr);
	end->port = port;
}

int main(int argc, char **argv)
{
	unsigned int count = 500, payload = 60, n_peers = 1;
	static struct bench bench;
	const struct path *path;
	int opt, ret = 0;

	bench.cipher = cipher_find("aes-128-ccm-8");
	while (!ret && (opt = getopt(argc, argv, "n:l:c:a:b:h")) != -1) {
		switch (opt) {
		case 'n':
			ret = number(optarg, 1, 10000000, &count);
			break;
		case 'l':
			ret = number(optarg, PACKET_PAYLOAD_MIN,
				     PACKET_PAYLOAD_MAX, &payload);
			break;
		case 'c':
			bench.cipher = cipher_find(optarg);
			if (!bench.cipher)
				ret = bench_error("%s is no known cipher",
						  optarg);
			break;
		case 'a':
			ret = number(optarg, 1, BENCH_PEERS_MAX, &n_peers);
			break;
		case 'b':
			ret = number(optarg, 1, BENCH_BURST_MAX, &bench.burst);
			break;
		case 'h':
			usage(stdout);
			return 0;
		default:
			usage(stderr);
			return 2;
		}
	}
	if (ret)
		return 2;
	if (argc - optind != 2) {
		usage(stderr);
		return 2;
	}
	path = path_find(argv[optind], argv[optind + 1]);
	if (!path)
		return 2;
	if (n_peers > 1 && !path->many) {
		bench_error("%s takes one peer only", path->name);
		return 2;
	}
	bench.payload = payload;
	end_init(&bench.gateway, BENCH_ADDR_GATEWAY, 5684);
	end_init(&bench.service, BENCH_ADDR_SERVICE, 5683);
	if (peers_make(&bench, n_peers))
		return 1;
	return measure_path(&bench, path, count) ? 1 : 0;
}
