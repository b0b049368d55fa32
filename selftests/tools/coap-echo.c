// SPDX-License-Identifier: GPL-2.0
/*
 * A plain UDP service with foreseeable answers. Writes a line of JSON for each
 * datagram; answers a CoAP request with 2.05 and, as payload, the request's
 * (or SIZE octets), anything else with itself. It may let the first requests
 * wait until there are so many, and answer the last one first.
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
	long wait;
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

/* A request that waits */
struct waiting {
	struct sockaddr_in6 from;
	size_t len;
	__u8 data[256];
};

static void answer(int fd, const struct sockaddr_in6 *to, const __u8 *in, size_t len)
{
	static __u8 out[65536];

	len = make_answer(in, len, out, sizeof(out));
	if (sendto(fd, out, len, 0, (void *)to, sizeof(*to)) < 0)
		fprintf(stderr, "coap-echo: answer: %s\n", strerror(errno));
}

/* Return: whether it waits; one that is repeated does so once. */
static bool let_wait(int fd, const struct sockaddr_in6 *from, const __u8 *in, size_t len)
{
	static struct waiting *waiting;
	static long n;
	long i;

	if (n >= option.wait || len > sizeof(waiting->data))
		return false;
	if (!waiting)
		waiting = calloc(option.wait, sizeof(*waiting));
	if (!waiting)
		die("no memory");
	for (i = 0; i < n; i++)
		if (waiting[i].len == len && !memcmp(waiting[i].data, in, len))
			return true;
	waiting[n].from = *from;
	waiting[n].len = len;
	memcpy(waiting[n].data, in, len);
	if (++n < option.wait)
		return true;
	for (i = n; i > 0; i--)
		answer(fd, &waiting[i - 1].from, waiting[i - 1].data, waiting[i - 1].len);
	return true;
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
	static __u8 in[65536];
	struct sockaddr_in6 local, from;
	bool has_local = false;
	int opt, fd;

	while ((opt = getopt(argc, argv, "l:s:w:nb")) != -1) {
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
		case 'w':
			option.wait = strtol(optarg, NULL, 0);
			if (option.wait < 1 || option.wait > 100000)
				die("-w must be from 1 to 100000");
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
		die("usage: coap-echo -l [ADDR]:PORT [-s SIZE] [-w REQUESTS] [-n (no answers)] [-b (brief)]");
	fd = udp_open(&local, NULL);
	printf("{\"ready\":true}\n");
	fflush(stdout);
	for (;;) {
		socklen_t size = sizeof(from);
		ssize_t len = recvfrom(fd, in, sizeof(in), 0, (void *)&from, &size);

		if (len < 0)
			continue; /* an ICMP error for an earlier answer */
		report(&from, in, len);
		if (!option.silent && !let_wait(fd, &from, in, len))
			answer(fd, &from, in, len);
	}
}
