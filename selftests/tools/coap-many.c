// SPDX-License-Identifier: GPL-2.0
/*
 * Many CoAP clients at once that have the same message IDs and tokens. Each asks
 * all it has to ask, repeats as RFC 7252 section 4.2 says, and looks whether
 * every answer is to its own question: the server sends back what it got.
 */

#include "coap.h"
#include "util.h"

#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
	CLIENTS_MAX = 200,
	EACH_MAX = 5000,
	REPEATS_MAX = 4,
};

struct question {
	long long at;		/* when it is to be repeated */
	int repeated;
	bool acked, answered;
};

static struct {
	int clients, each, mid, wait;
	bool non, ping;
} option = { .clients = 50, .each = 20, .mid = 1, .wait = 2000 };

static struct question *questions;
static struct pollfd fds[CLIENTS_MAX];
static long sent, answered, wrong, doubled, resets;

static struct question *question(int client, int n)
{
	return &questions[client * option.each + n];
}

static void ask(int client, int n)
{
	struct coap m = {
		.type = option.non ? COAP_NON : COAP_CON, .code = COAP_GET,
		.token_len = 2, .mid = option.mid + n,
	};
	char text[32];
	__u8 data[128];
	size_t len;

	if (option.ping) {
		m.type = COAP_CON;
		m.code = 0;
		m.token_len = 0;
	} else {
		put_be16(m.token, n);
		snprintf(text, sizeof(text), "%d-%d", client, n);
		m.payload = (const __u8 *)text;
		m.payload_len = strlen(text);
	}
	len = coap_build(&m, option.ping ? NULL : "x", data, sizeof(data));
	if (send(fds[client].fd, data, len, 0) < 0 && errno != ECONNREFUSED && errno != EACCES &&
	    errno != EHOSTUNREACH && errno != ENOBUFS)
		die("send: %s", strerror(errno));
	sent++;
}

static void take(int client)
{
	struct question *q;
	char text[32];
	__u8 data[2048];
	struct coap m;
	ssize_t len;
	int n;

	len = recv(fds[client].fd, data, sizeof(data), MSG_DONTWAIT);
	if (len < 0)
		return;
	if (!coap_parse(data, len, &m)) {
		wrong++;
		return;
	}
	n = m.code ? get_be16(m.token) : (__u16)(m.mid - option.mid);
	if (n >= option.each || (m.code && m.token_len != 2) ||
	    ((m.type == COAP_ACK || m.type == COAP_RST) && m.mid != (__u16)(option.mid + n))) {
		wrong++;
		return;
	}
	q = question(client, n);
	if (m.type == COAP_ACK && !m.code) {
		q->acked = true;
		return;
	}
	snprintf(text, sizeof(text), "%d-%d", client, n);
	if (m.code && (m.payload_len != strlen(text) || memcmp(m.payload, text, m.payload_len))) {
		wrong++;
		return;
	}
	resets += m.type == COAP_RST;
	if (m.type == COAP_CON) {
		struct coap ack = { .type = COAP_ACK, .mid = m.mid };

		send(fds[client].fd, data, coap_build(&ack, NULL, data, sizeof(data)), 0);
	}
	if (q->answered)
		doubled++;
	else
		answered++;
	q->answered = true;
}

/* Return: when something is to be repeated next, or 0 if nothing is. */
static long long repeat(void)
{
	long long now = now_ms(), next = 0;
	int i, n;

	for (i = 0; i < option.clients; i++) {
		for (n = 0; n < option.each; n++) {
			struct question *q = question(i, n);

			if (q->answered || q->repeated > REPEATS_MAX)
				continue;
			if (q->at <= now) {
				if (!q->acked && !option.non)
					ask(i, n);
				q->at = now + (option.wait << q->repeated++);
			}
			if (!next || q->at < next)
				next = q->at;
		}
	}
	return next;
}

static void run(void)
{
	long long next;
	int i, n;

	for (n = 0; n < option.each; n++) {
		for (i = 0; i < option.clients; i++) {
			ask(i, n);
			question(i, n)->at = now_ms() + option.wait;
			question(i, n)->repeated = 1;
		}
	}
	while (answered < option.clients * option.each && (next = repeat())) {
		long long left = next - now_ms();

		if (poll(fds, option.clients, left > 0 ? left : 0) <= 0)
			continue;
		for (i = 0; i < option.clients; i++)
			if (fds[i].revents)
				take(i);
	}
}

int main(int argc, char **argv)
{
	struct sockaddr_in6 local = { .sin6_family = AF_INET6 }, remote;
	bool has_remote = false;
	int opt, i;

	while ((opt = getopt(argc, argv, "r:l:c:n:m:t:Np")) != -1) {
		switch (opt) {
		case 'r':
			endpoint_parse(optarg, &remote);
			has_remote = true;
			break;
		case 'l':
			endpoint_parse(optarg, &local);
			break;
		case 'c':
			option.clients = atoi(optarg);
			break;
		case 'n':
			option.each = atoi(optarg);
			break;
		case 'm':
			option.mid = strtol(optarg, NULL, 0);
			break;
		case 't':
			option.wait = atoi(optarg);
			break;
		case 'N':
			option.non = true;
			break;
		case 'p':
			option.ping = true;
			break;
		default:
			has_remote = false;
			optind = argc;
		}
	}
	if (!has_remote || optind < argc || option.clients < 1 || option.clients > CLIENTS_MAX ||
	    option.each < 1 || option.each > EACH_MAX || option.wait < 1)
		die("usage: coap-many -r [ADDR]:PORT [-l [ADDR]:PORT (the first client's)] [-c CLIENTS] [-n EACH]\n"
		    "                 [-m FIRST-MESSAGE-ID] [-t MS (until it is repeated)] [-N (non-confirmable)] [-p (pings)]");
	questions = calloc(option.clients * option.each, sizeof(*questions));
	if (!questions)
		die("no memory");
	for (i = 0; i < option.clients; i++) {
		struct sockaddr_in6 own = local;

		if (local.sin6_port)
			own.sin6_port = htons(ntohs(local.sin6_port) + i);
		fds[i].fd = udp_open(&own, &remote);
		fds[i].events = POLLIN;
	}
	run();
	printf("{\"asked\":%d,\"sent\":%ld,\"answered\":%ld,\"wrong\":%ld,\"doubled\":%ld,\"resets\":%ld}\n",
	       option.clients * option.each, sent, answered, wrong, doubled, resets);
	return answered < option.clients * option.each || wrong;
}
