// SPDX-License-Identifier: GPL-2.0
/*
 * Watches what leaves an interface and fails when a nonce is used twice. Runs
 * beside every network selftest; see oracle.c for what it judges.
 */

#include "oracle.h"
#include "record.h"
#include "util.h"

#include <errno.h>
#include <getopt.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BUFFER = 64 << 20 };

static int capture(const char *name)
{
	struct sock_filter outgoing[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, SKF_AD_OFF + SKF_AD_PKTTYPE),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_OUTGOING, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0xffff),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog filter = { ARRAY_SIZE(outgoing), outgoing };
	struct sockaddr_ll ll = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = if_nametoindex(name),
	};
	int size = BUFFER, fd;

	if (!ll.sll_ifindex)
		die("%s: no such interface", name);
	/* Protocol 0 until bound: nothing of other interfaces may get in. */
	fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		die("packet socket: %s", strerror(errno));
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		die("receive buffer: %s", strerror(errno));
	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)))
		die("filter: %s", strerror(errno));
	if (bind(fd, (void *)&ll, sizeof(ll)))
		die("bind to %s: %s", name, strerror(errno));
	return fd;
}

/* Take in all that is queued; false when the interface has gone. */
static bool take(struct oracle *o, int fd)
{
	static __u8 packet[65536];
	ssize_t len;

	for (;;) {
		len = recv(fd, packet, sizeof(packet), 0);
		if (len >= 0)
			oracle_packet(o, packet, len);
		else if (errno != EINTR)
			return errno != ENODEV;
	}
}

static void put_packet(struct oracle *o, __u16 fragment, const __u8 *udp, size_t len)
{
	__u8 packet[512] = { 0x60 };
	size_t at = 40;

	packet[6] = IPPROTO_UDP;
	packet[23] = 1;
	packet[39] = 2;
	if (fragment) {
		packet[6] = IPPROTO_FRAGMENT;
		packet[40] = IPPROTO_UDP;
		put_be16(packet + 42, fragment);
		at = 48;
	}
	memcpy(packet + at, udp, len);
	put_be16(packet + 4, at - 40 + len);
	oracle_packet(o, packet, at + len);
}

struct step {
	__u8 type;
	__u16 epoch;
	__u64 seq, nonce;
	__u16 fragment;
	__u8 random, hello; /* of a hello, and its msg_type: ServerHello */
	__u8 cid;    /* length of a connection ID, without explicit nonce */
	bool violated;
};

/* One datagram from port 5684, judged */
static bool step_ok(struct oracle *o, const struct step *s)
{
	__u8 udp[8 + RECORD_HEADER + 46] = { 5684 >> 8, 5684 & 0xff, 0x9c, 0x41 };
	__u8 *r = udp + 8;

	put_be16(udp + 4, sizeof(udp));
	memset(r + RECORD_HEADER, 0xc1, 46);
	r[0] = s->type;
	put_be16(r + 1, RECORD_DTLS12);
	put_be16(r + 3, s->epoch);
	put_be48(r + 5, s->seq);
	put_be16(r + 11, 46);
	put_be16(r + RECORD_HEADER, s->epoch);
	put_be48(r + RECORD_HEADER + 2, s->nonce);
	if (s->cid) {
		memset(r + 11, 0xc0, s->cid);
		put_be16(r + 11 + s->cid, 46 - s->cid);
	}
	if (s->random) {
		memset(r + RECORD_HEADER, 0, 46);
		r[RECORD_HEADER] = s->hello ? s->hello : 2;
		memset(r + RECORD_HEADER + 14, s->random, 32);
	}
	put_packet(o, s->fragment, udp, sizeof(udp));
	return o->violated == s->violated;
}

static int self_test(void)
{
	static const struct {
		const char *name;
		struct step steps[8];
		bool reset;
	} cases[] = {
		{ "rising numbers pass", { { 23, 1, 1, 1 }, { 23, 1, 2, 2 }, { 23, 1, 9, 9 } } },
		{ "a repeated record fails",
		  { { 23, 1, 5, 5 }, { 23, 1, 6, 6 }, { 23, 1, 5, 5, .violated = true } } },
		{ "a repeated number with another nonce fails",
		  { { 23, 1, 5, 5 }, { 23, 1, 5, 7, .violated = true } } },
		{ "a repeated nonce with another number fails",
		  { { 23, 1, 5, 5 }, { 23, 1, 6, 5, .violated = true } } },
		{ "a handshake record's number counts too",
		  { { 22, 1, 0, 0 }, { 23, 1, 0, 0, .violated = true } } },
		{ "an alert's number counts too",
		  { { 23, 1, 40, 40 }, { 21, 1, 40, 40, .violated = true } } },
		{ "the first fragment counts",
		  { { 23, 1, 3, 3, .fragment = 1 },
		    { 23, 1, 3, 3, .fragment = 1, .violated = true } } },
		{ "a later fragment is not read",
		  { { 23, 1, 3, 3 }, { 23, 1, 3, 3, .fragment = 0x100 } } },
		{ "epoch 0 may repeat", { { 22, 0, 0, 0 }, { 22, 0, 0, 0 } } },
		{ "another epoch is another key", { { 23, 1, 5, 5 }, { 23, 2, 5, 5 } } },
		{ "a new handshake is another key",
		  { { 22, 0, 1, 1, .random = 7 }, { 20, 0, 2, 2 }, { 23, 1, 5, 5 },
		    { 22, 0, 1, 1, .random = 8 }, { 20, 0, 2, 2 }, { 23, 1, 5, 5 } } },
		{ "a new handshake as a client, too",
		  { { 22, 0, 1, 1, .random = 7, .hello = 1 }, { 20, 0, 2, 2 }, { 23, 1, 5, 5 },
		    { 22, 0, 1, 1, .random = 8, .hello = 1 }, { 20, 0, 2, 2 }, { 23, 1, 5, 5 } } },
		{ "the same handshake repeated is not",
		  { { 22, 0, 1, 1, .random = 7 }, { 20, 0, 2, 2 }, { 23, 1, 5, 5 },
		    { 22, 0, 1, 1, .random = 7 }, { 20, 0, 2, 2 },
		    { 23, 1, 5, 5, .violated = true } } },
		{ "a handshake that has not changed keys covers one use only",
		  { { 23, 1, 5, 5 }, { 22, 0, 1, 1, .random = 8 }, { 23, 1, 5, 5 },
		    { 23, 1, 5, 5, .violated = true } } },
		{ "without explicit nonce rising numbers pass",
		  { { 25, 1, 5, .cid = 8 }, { 25, 1, 6, .cid = 8 }, { 25, 1, 7, .cid = 8 } } },
		{ "and a repeated number fails",
		  { { 25, 1, 5, .cid = 8 }, { 25, 1, 6, .cid = 8 },
		    { 25, 1, 5, .cid = 8, .violated = true } } },
		{ "another connection ID is another key",
		  { { 25, 1, 5, .cid = 8 }, { 25, 1, 5, .cid = 9 } } },
		{ "a reset is another key", { { 23, 1, 5, 5 }, { 23, 1, 5, 5 } }, .reset = true },
	};
	int failed = 0;

	printf("TAP version 13\n1..%zu\n", ARRAY_SIZE(cases));
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct oracle o = { .ports = { 5684 } };
		bool ok = true;

		o.report = fopen("/dev/null", "w");
		if (!o.report)
			die("/dev/null: %s", strerror(errno));
		for (size_t s = 0; s < 8 && cases[i].steps[s].type; s++) {
			if (cases[i].reset)
				oracle_reset(&o);
			ok = ok && step_ok(&o, &cases[i].steps[s]);
		}
		printf("%sok %zu %s\n", ok ? "" : "not ", i + 1, cases[i].name);
		failed += !ok;
		oracle_reset(&o);
		fclose(o.report);
	}
	return !!failed;
}

static int finish(struct oracle *o, const char *name, int fd)
{
	struct tpacket_stats stats = { };
	socklen_t size = sizeof(stats);

	take(o, fd);
	/* What was not seen was not judged. */
	if (getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &stats, &size))
		die("packet statistics: %s", strerror(errno));
	if (stats.tp_drops) {
		fprintf(o->report, "%u packets were lost before they could be judged\n",
			stats.tp_drops);
		o->violated = true;
	}
	fprintf(o->report,
		"%s: %lu records in %lu datagrams of %lu associations, %lu handshakes: %s\n",
		name, o->records, o->datagrams, o->n_assocs, o->handshakes,
		o->violated ? "failed" : "ok");
	fclose(o->report);
	return o->violated;
}

static void watch(struct oracle *o, int fd, int signals)
{
	struct pollfd p[] = {
		{ .fd = signals, .events = POLLIN },
		{ .fd = fd, .events = POLLIN },
	};
	struct signalfd_siginfo info;
	bool gone = false;
	int resets = 0;

	for (;;) {
		if (poll(p, 2, -1) < 0 && errno != EINTR)
			die("poll: %s", strerror(errno));
		/* A socket whose interface has gone polls readable for ever. */
		if (!gone && !take(o, fd)) {
			gone = true;
			p[1].fd = -1;
		}
		if (!(p[0].revents & POLLIN) || read(signals, &info, sizeof(info)) != sizeof(info))
			continue;
		if (info.ssi_signo != SIGUSR1)
			return;
		/* What was sent before the signal belongs to the keys before it. */
		take(o, fd);
		oracle_reset(o);
		fprintf(o->report, "reset %d\n", ++resets);
		fflush(o->report);
	}
}

int main(int argc, char **argv)
{
	struct oracle o = { };
	const char *name = NULL, *file = NULL;
	int opt, fd, signals, ports = 0;
	sigset_t set;

	while ((opt = getopt(argc, argv, "i:p:o:t")) != -1) {
		switch (opt) {
		case 'i':
			name = optarg;
			break;
		case 'p':
			if (ports == ORACLE_PORTS)
				die("at most %d ports", ORACLE_PORTS);
			o.ports[ports++] = strtoul(optarg, NULL, 0);
			break;
		case 'o':
			file = optarg;
			break;
		case 't':
			return self_test();
		default:
			name = NULL;
			optind = argc;
		}
	}
	if (!ports)
		o.ports[0] = 5684;
	if (!name || !file)
		die("usage: nonce-oracle -i IFACE [-p PORT]... -o FILE | -t (self test)\n"
		    "FILE gets \"ready\", reports and a summary; SIGTERM ends (status 1: a nonce was\n"
		    "used twice), SIGUSR1 says that all associations get new keys now");
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signals = signalfd(-1, &set, SFD_CLOEXEC);
	if (signals < 0)
		die("signalfd: %s", strerror(errno));
	fd = capture(name);
	o.report = fopen(file, "w");
	if (!o.report)
		die("%s: %s", file, strerror(errno));
	fprintf(o.report, "ready\n");
	fflush(o.report);
	watch(&o, fd, signals);
	return finish(&o, name, fd);
}
