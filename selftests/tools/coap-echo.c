// SPDX-License-Identifier: GPL-2.0
/*
 * A plain UDP service with foreseeable answers. Writes a line of JSON for each
 * datagram; answers a CoAP request with 2.05 and, as payload, the request's
 * (or SIZE octets), anything else with itself.
 */

#include "coap.h"
#include "util.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static struct {
	long size;
	bool silent;
	bool brief;
} option = { .size = -1 };

static size_t make_answer(const __u8 *in, size_t len, __u8 *out, size_t max)
{
	static __u8 fill[65536];
	static __u16 mid = 0x4000;
	struct coap q, a;

	if (!coap_parse(in, len, &q) || q.code < 1 || q.code > 31) {
		if (option.size >= 0) {
			memset(out, 'y', option.size);
			return option.size;
		}
		memcpy(out, in, len);
		return len;
	}
	a = q;
	a.code = COAP_CONTENT;
	a.type = q.type == COAP_CON ? COAP_ACK : COAP_NON;
	if (a.type == COAP_NON)
		a.mid = mid++;
	if (!a.payload_len) {
		a.payload = (const __u8 *)"hello";
		a.payload_len = 5;
	}
	if (option.size >= 0) {
		/* SIZE is that of the whole message: header, token, marker, payload. */
		if (option.size < 5 + a.token_len)
			die("-s %ld is too small for an answer", option.size);
		memset(fill, 'z', sizeof(fill));
		a.payload = fill;
		a.payload_len = option.size - 5 - a.token_len;
	}
	return coap_build(&a, NULL, out, max);
}

static void report(const struct sockaddr_in6 *from, const __u8 *in, size_t len)
{
	char text[INET6_ADDRSTRLEN];
	struct coap m;

	inet_ntop(AF_INET6, &from->sin6_addr, text, sizeof(text));
	printf("{\"from\":\"%s\",\"port\":%d,\"len\":%zu", text, ntohs(from->sin6_port), len);
	if (!option.brief) {
		printf(",\"data\":\"");
		hex_print(stdout, in, len);
		printf("\"");
		if (coap_parse(in, len, &m)) {
			printf(",");
			coap_print(stdout, &m);
		}
	}
	printf("}\n");
	fflush(stdout);
}

int main(int argc, char **argv)
{
	static __u8 in[65536], out[65536];
	struct sockaddr_in6 local, from;
	bool has_local = false;
	int opt, fd;

	while ((opt = getopt(argc, argv, "l:s:nb")) != -1) {
		switch (opt) {
		case 'l':
			endpoint_parse(optarg, &local);
			has_local = true;
			break;
		case 's':
			option.size = strtol(optarg, NULL, 0);
			if (option.size < 0 || option.size > 65000)
				die("-s must be from 0 to 65000");
			break;
		case 'n':
			option.silent = true;
			break;
		case 'b':
			option.brief = true;
			break;
		default:
			has_local = false;
			optind = argc;
		}
	}
	if (!has_local || optind < argc)
		die("usage: coap-echo -l [ADDR]:PORT [-s SIZE] [-n (no answers)] [-b (brief)]");
	fd = udp_open(&local, NULL);
	printf("{\"ready\":true}\n");
	fflush(stdout);
	for (;;) {
		socklen_t size = sizeof(from);
		ssize_t len = recvfrom(fd, in, sizeof(in), 0, (void *)&from, &size);

		if (len < 0)
			continue; /* an ICMP error for an earlier answer */
		report(&from, in, len);
		if (option.silent)
			continue;
		len = make_answer(in, len, out, sizeof(out));
		if (sendto(fd, out, len, 0, (void *)&from, size) < 0)
			fprintf(stderr, "coap-echo: answer: %s\n", strerror(errno));
	}
}
