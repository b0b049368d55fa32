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
#include <time.h>

#include "bench.h"
#include "gateway.h"
#include "mark.h"

enum {
	WARM_UP = 300,
	CLOCK_LOOPS = 1000000,
	CLOCK_TRIES = 10,
};

static const struct path * const paths[] = {
	&path_plain_in, &path_plain_out,
	&path_esp_in, &path_esp_out,
	&path_dtls_in, &path_dtls_out,
};

/* Any will do; the tables of a cipher do not care. */
const uint8_t bench_rx_raw[CIPHER_KEY_LEN + 4] = {
	0x11, 0x5b, 0xe0, 0x9d, 0x20, 0x46, 0x7a, 0x36, 0xc8, 0x02,
	0x7f, 0xd5, 0x51, 0x8e, 0xa4, 0x3b, 0x6c, 0xf9, 0x13, 0xd2,
};

const uint8_t bench_tx_raw[CIPHER_KEY_LEN + 4] = {
	0x8a, 0x2d, 0x71, 0x04, 0xbb, 0x69, 0x3e, 0xf2, 0x95, 0x4c,
	0x10, 0xe7, 0xd8, 0x63, 0x2f, 0xac, 0x07, 0x5e, 0xb1, 0x88,
};

static const char *doing = "start";

/* Always -1, so that a caller can return it. */
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

size_t bench_inner_make(struct bench *bench, const struct packet_flow *flow,
			uint32_t n, uint8_t code, uint8_t *p)
{
	size_t len;

	packet_coap_put(p + PACKET_IP_LEN + PACKET_UDP_LEN, bench->payload, n,
			code);
	len = packet_udp_put(p + PACKET_IP_LEN, flow, bench->payload);
	packet_ip_put(p, flow, IPPROTO_UDP, len);
	return PACKET_IP_LEN + len;
}

int bench_inner_check(struct bench *bench, const struct packet_flow *flow,
		      uint32_t n, uint8_t code, const uint8_t *p, size_t len)
{
	p = packet_ip_check(p, len, flow, IPPROTO_UDP, &len);
	if (p)
		p = packet_udp_check(p, len, flow, &len);
	if (!p)
		return -1;
	return packet_coap_check(p, len, bench->payload, n, code);
}

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

/* A loop of two instructions a turn tells whether the clock counts them. */
static int clock_check(void)
{
	uint64_t best = UINT64_MAX, start, took;
	const uint64_t want = 2 * CLOCK_LOOPS;
	uint64_t loops;
	int i;

	for (i = 0; i < CLOCK_TRIES; i++) {
		loops = CLOCK_LOOPS;
		start = now();
		__asm__ volatile("1: dec %0\n\tjnz 1b" : "+r"(loops) : : "cc");
		took = now() - start;
		if (took < best)
			best = took;
	}
	if (best < want - want / 1000 || best > want + want / 200)
		return bench_error("the clock does not count instructions (docs/performance.md): %llu ns for %llu",
				   (unsigned long long)best,
				   (unsigned long long)want);
	return 0;
}

static int compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Multicast listener reports are the gateway's own affair. */
static int is_chatter(const uint8_t *p, size_t len)
{
	return len > 6 && (p[6] == IPPROTO_HOPOPTS || p[6] == IPPROTO_ICMPV6);
}

static int pass(struct bench *bench, const struct path *path, bool counted,
		uint32_t n, uint64_t *took)
{
	enum side to = path->from == SIDE_LOWER ? SIDE_BACKBONE : SIDE_LOWER;
	uint8_t in[PACKET_MAX], out[PACKET_MAX];
	size_t in_len = path->make(bench, n, in);
	uint64_t start;
	long out_len;
	int ret;

	if (!in_len)
		return bench_error("cannot build the packet");
	if (counted)
		mark(MARK_BEGIN);
	start = now();
	ret = gateway_inject(bench, path->from, in, in_len);
	if (ret)
		return ret;
	do {
		out_len = gateway_collect(bench, to, out, sizeof(out));
		if (out_len < 0)
			return -1;
	} while (is_chatter(out, out_len));
	*took = now() - start;
	mark(MARK_END);
	return path->check(bench, n, out, out_len);
}

static int run(struct bench *bench, const struct path *path, unsigned int count)
{
	char place[64];
	uint64_t *took;
	uint64_t unused, sum = 0;
	unsigned int i;
	uint32_t n = 1;

	snprintf(place, sizeof(place), "%s %s", path->name, path->direction);
	doing = place;
	mark(MARK_PATH);
	took = calloc(count, sizeof(*took));
	if (!took)
		return bench_error("no memory");
	if (clock_check() || gateway_open(bench) || path->setup(bench))
		goto err;
	for (i = 0; i < WARM_UP + count; i++, n++) {
		snprintf(place, sizeof(place), "%s %s: packet %u", path->name,
			 path->direction, n);
		if (pass(bench, path, i >= WARM_UP, n,
			 i < WARM_UP ? &unused : &took[i - WARM_UP]))
			goto err;
	}
	for (i = 0; i < count; i++)
		sum += took[i];
	qsort(took, count, sizeof(*took), compare);
	printf("%s\t%s\t%s\t%zu\t%u\t%llu\t%llu\t%llu\n", path->name,
	       path->direction, bench->cipher->name, bench->payload, count,
	       (unsigned long long)took[0],
	       (unsigned long long)took[count / 2],
	       (unsigned long long)(sum / count));
	free(took);
	return 0;
err:
	free(took);
	return -1;
}

static void usage(FILE *out)
{
	size_t i;

	fputs("usage: bench-path [-n PACKETS] [-l PAYLOAD] [-c CIPHER] PATH DIRECTION\n"
	      "Prints, tab-separated: path, direction, cipher, payload, packets, and the\n"
	      "least, median and mean number of instructions for a packet.\n"
	      "ciphers: aes-128-ccm-8 (default), aes-128-ccm, aes-128-gcm\n"
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

static void end_init(struct packet_end *end, const char *addr, uint16_t port)
{
	inet_pton(AF_INET6, addr, &end->addr);
	end->port = port;
}

int main(int argc, char **argv)
{
	unsigned int count = 2000, payload = 60;
	static struct bench bench;
	size_t i;
	int opt;

	doing = "options";
	bench.cipher = cipher_find("aes-128-ccm-8");
	while ((opt = getopt(argc, argv, "n:l:c:h")) != -1) {
		switch (opt) {
		case 'n':
			if (number(optarg, 1, 10000000, &count))
				return 2;
			break;
		case 'l':
			if (number(optarg, PACKET_PAYLOAD_MIN,
				   PACKET_PAYLOAD_MAX, &payload))
				return 2;
			break;
		case 'c':
			bench.cipher = cipher_find(optarg);
			if (bench.cipher)
				break;
			bench_error("%s is no known cipher", optarg);
			return 2;
		case 'h':
			usage(stdout);
			return 0;
		default:
			usage(stderr);
			return 2;
		}
	}
	if (argc - optind != 2) {
		usage(stderr);
		return 2;
	}
	bench.payload = payload;
	end_init(&bench.gateway, BENCH_ADDR_GATEWAY, 5684);
	end_init(&bench.device, BENCH_ADDR_DEVICE, 40000);
	end_init(&bench.inner, BENCH_ADDR_INNER, 5683);
	end_init(&bench.service, BENCH_ADDR_SERVICE, 5683);
	if (cipher_key_init(&bench.rx_key, bench.cipher, bench_rx_raw) ||
	    cipher_key_init(&bench.tx_key, bench.cipher, bench_tx_raw)) {
		bench_error("mbedTLS refuses the key");
		return 1;
	}
	for (i = 0; i < ARRAY_SIZE(paths); i++)
		if (!strcmp(paths[i]->name, argv[optind]) &&
		    !strcmp(paths[i]->direction, argv[optind + 1]))
			return run(&bench, paths[i], count) ? 1 : 0;
	bench_error("no path %s %s (bench-path -h lists them)", argv[optind],
		    argv[optind + 1]);
	return 2;
}
