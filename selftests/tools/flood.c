// SPDX-License-Identifier: GPL-2.0
/*
 * Floods of what is useless, from forged addresses: whole Ethernet frames, put
 * on the link of the gateway's lower device by somebody who sits there.
 */

#include "record.h"
#include "util.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	BATCH = 16,
	FRAME = 512,
	ETH = 14,
	IP6 = 40,
	UDP = 8,
	BODY = ETH + IP6 + UDP,
	BODY_MAX = FRAME - BODY,
	RECORDED = 64,
};

enum kind { HELLO, FRAGMENT, GARBAGE, FORGED, REPLAY, KINDS };

static const char *const kinds[] = {
	[HELLO] = "hello", [FRAGMENT] = "fragment", [GARBAGE] = "garbage",
	[FORGED] = "forged", [REPLAY] = "replay",
};

static struct {
	int fd;
	enum kind kind;
	__u8 header[ETH + IP6 + UDP];
	struct in6_addr from;
	unsigned int prefix;		/* bits of the source that stay; 128: all */
	unsigned int port;		/* 0: any */
	bool has_from;
	size_t n_recorded;
	struct {
		size_t len;
		__u8 frame[FRAME];
	} recorded[RECORDED];
	__u64 random;
} w = { .prefix = 128, .random = 88172645463325252ULL };

static __u64 rnd(void)
{
	w.random ^= w.random << 13;
	w.random ^= w.random >> 7;
	w.random ^= w.random << 17;
	return w.random;
}

static void random_octets(__u8 *p, size_t len)
{
	while (len--)
		*p++ = rnd() >> 32;
}

/* ---- what is in them ------------------------------------------------------- */

static size_t put_record(__u8 *out, __u8 type, __u16 epoch, __u64 seq, size_t len)
{
	out[0] = type;
	put_be16(out + 1, RECORD_DTLS12);
	put_be16(out + 3, epoch);
	put_be48(out + 5, seq);
	put_be16(out + 11, len);
	return RECORD_HEADER + len;
}

/* msg_type length(3) message_seq(2) offset(3) length(3) | a ClientHello without a cookie */
static size_t make_hello(__u8 *out, bool fragment)
{
	enum { HANDSHAKE = 12, HELLO_LEN = 44, PART = 20 };
	size_t len = fragment ? PART : HELLO_LEN;
	__u8 hello[HELLO_LEN] = { 0xfe, 0xfd }, *p = out + RECORD_HEADER;
	size_t at = fragment && rnd() & 1 ? PART : 0;

	random_octets(hello + 2, 32);
	/* session, cookie: none; TLS_PSK_WITH_AES_128_CCM_8; no compression; no extensions */
	memcpy(hello + 34, "\0\0\0\2\xc0\xa8\1\0\0\0", 10);
	memset(p, 0, HANDSHAKE);
	p[0] = 1;
	p[3] = HELLO_LEN;
	p[8] = at;
	p[11] = len;
	memcpy(p + HANDSHAKE, hello + at, len);
	return put_record(out, RECORD_HANDSHAKE, 0, rnd() % 4, HANDSHAKE + len);
}

static size_t make_garbage(__u8 *out)
{
	size_t len = rnd() % 100;

	random_octets(out, len);
	/* half of it looks like a record at first sight */
	if (len > RECORD_HEADER && rnd() & 1)
		put_record(out, 18 + rnd() % 9, rnd() % 3, rnd(),
			   len - RECORD_HEADER + rnd() % 3 - 1);
	return len;
}

/* Of the epoch and length of genuine ones, far ahead in the sequence */
static size_t make_forged(__u8 *out)
{
	size_t len = 16 + rnd() % 80;

	random_octets(out + RECORD_HEADER, len);
	return put_record(out, RECORD_DATA, 1, 1000 + rnd() % 1000000, len);
}

static size_t make_body(__u8 *out)
{
	switch (w.kind) {
	case HELLO:
		return make_hello(out, false);
	case FRAGMENT:
		return make_hello(out, true);
	case GARBAGE:
		return make_garbage(out);
	default:
		return make_forged(out);
	}
}

/* ---- frames ---------------------------------------------------------------- */

static __u32 sum(const __u8 *p, size_t len, __u32 s)
{
	for (; len > 1; p += 2, len -= 2)
		s += get_be16(p);
	return len ? s + (*p << 8) : s;
}

static void forge_source(__u8 *addr)
{
	__u8 octets[16];

	memcpy(addr, &w.from, 16);
	random_octets(octets, sizeof(octets));
	for (unsigned int bit = w.prefix; bit < 128; bit++)
		addr[bit / 8] ^= octets[bit / 8] & 0x80 >> bit % 8;
}

static size_t finish(__u8 *frame, size_t len)
{
	__u8 *ip = frame + ETH, *udp = ip + IP6;
	__u32 s;

	put_be16(ip + 4, UDP + len);
	if (w.has_from) {
		forge_source(ip + 8);
		put_be16(udp, w.port ? w.port : 1024 + rnd() % 60000);
	}
	put_be16(udp + 4, UDP + len);
	put_be16(udp + 6, 0);
	s = sum(ip + 8, 32, UDP + len + IPPROTO_UDP);
	s = sum(udp, UDP + len, s);
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	put_be16(udp + 6, s == 0xffff ? s : ~s);
	return BODY + len;
}

static size_t make(__u8 *frame)
{
	size_t i;

	if (w.kind == REPLAY) {
		i = rnd() % w.n_recorded;
		memcpy(frame, w.recorded[i].frame, w.recorded[i].len);
		return finish(frame, w.recorded[i].len - BODY);
	}
	memcpy(frame, w.header, sizeof(w.header));
	return finish(frame, make_body(frame + BODY));
}

/* Records of associations on their way to the gateway: as many as there is room for */
static void listen_in(int seconds)
{
	long long end = now_ms() + seconds * 1000LL;
	const __u8 *to = w.header + ETH + 24;
	struct sockaddr_ll from;
	__u8 frame[2048];
	socklen_t size;
	ssize_t len;

	while (w.n_recorded < RECORDED && now_ms() < end) {
		if (!readable(w.fd, 100))
			continue;
		size = sizeof(from);
		len = recvfrom(w.fd, frame, sizeof(frame), 0, (void *)&from, &size);
		if (len < BODY + RECORD_HEADER || len > FRAME ||
		    from.sll_pkttype != PACKET_OUTGOING || frame[20] != IPPROTO_UDP ||
		    memcmp(frame + ETH + 24, to, 16) ||
		    memcmp(frame + ETH + IP6 + 2, w.header + ETH + IP6 + 2, 2) ||
		    (frame[BODY] != RECORD_DATA && frame[BODY] != RECORD_CID))
			continue;
		w.recorded[w.n_recorded].len = len;
		memcpy(w.recorded[w.n_recorded++].frame, frame, len);
	}
	if (!w.n_recorded)
		die("nothing to replay came by");
}

static void open_link(const char *name, const char *mac)
{
	struct sockaddr_ll ll = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = if_nametoindex(name),
	};
	unsigned int m[6];

	if (!ll.sll_ifindex)
		die("%s: no such interface", name);
	if (sscanf(mac, "%x:%x:%x:%x:%x:%x", m, m + 1, m + 2, m + 3, m + 4, m + 5) != 6)
		die("%s: no MAC address", mac);
	for (int i = 0; i < 6; i++)
		w.header[i] = m[i];
	w.fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, w.kind == REPLAY ? htons(ETH_P_ALL) : 0);
	if (w.fd < 0 || bind(w.fd, (void *)&ll, sizeof(ll)))
		die("%s: %s", name, strerror(errno));
}

static void make_header(const struct sockaddr_in6 *to)
{
	__u8 *ip = w.header + ETH;

	w.header[6] = 2;
	w.header[11] = 0x66;
	put_be16(w.header + 12, ETH_P_IPV6);
	ip[0] = 0x60;
	ip[6] = IPPROTO_UDP;
	ip[7] = 64;
	memcpy(ip + 24, &to->sin6_addr, 16);
	memcpy(ip + IP6 + 2, &to->sin6_port, 2);
}

static unsigned long send_batch(void)
{
	static __u8 frames[BATCH][FRAME];
	struct mmsghdr msgs[BATCH] = { 0 };
	struct iovec iov[BATCH];
	int n;

	for (int i = 0; i < BATCH; i++) {
		iov[i].iov_base = frames[i];
		iov[i].iov_len = make(frames[i]);
		msgs[i].msg_hdr.msg_iov = &iov[i];
		msgs[i].msg_hdr.msg_iovlen = 1;
	}
	n = sendmmsg(w.fd, msgs, BATCH, MSG_DONTWAIT);
	if (n >= 0)
		return n;
	if (errno != ENOBUFS && errno != EAGAIN)
		die("send: %s", strerror(errno));
	usleep(1000);
	return 0;
}

static long long now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000LL + ts.tv_nsec / 1000;
}

static void parse_from(char *text)
{
	char *slash = strchr(text, '/');

	if (slash) {
		*slash++ = '\0';
		w.prefix = atoi(slash);
	}
	if (inet_pton(AF_INET6, text, &w.from) != 1 || w.prefix > 128)
		die("%s: no address or prefix", text);
	w.has_from = true;
}

static const char usage[] =
	"usage: flood -i DEV -m MAC -d [ADDR]:PORT -k KIND [-f ADDR[/BITS] [-p PORT]] [-r RATE] [-s SECONDS]\n"
	"  -i DEV   the link, with the gateway's MAC address on its other end\n"
	"  -d       where to\n"
	"  -k KIND  hello, fragment (of one), garbage, forged (records) or replay\n"
	"  -f, -p   where from: an address, or a prefix of so many bits with the rest random;\n"
	"           a random port unless given. Replayed records keep theirs without -f\n"
	"  -r RATE  a second (1000); 0: as fast as can be\n"
	"A replay first waits for records to replay.";

int main(int argc, char **argv)
{
	const char *link = NULL, *mac = NULL;
	unsigned long sent = 0, rate = 1000;
	struct sockaddr_in6 to = { 0 };
	long long start, end, ahead;
	int opt, seconds = 5;

	w.kind = KINDS;
	while ((opt = getopt(argc, argv, "i:m:d:k:f:p:r:s:")) != -1) {
		switch (opt) {
		case 'i':
			link = optarg;
			break;
		case 'm':
			mac = optarg;
			break;
		case 'd':
			endpoint_parse(optarg, &to);
			break;
		case 'k':
			for (w.kind = 0; w.kind < KINDS && strcmp(kinds[w.kind], optarg); w.kind++)
				;
			break;
		case 'f':
			parse_from(optarg);
			break;
		case 'p':
			w.port = atoi(optarg);
			break;
		case 'r':
			rate = strtoul(optarg, NULL, 10);
			break;
		case 's':
			seconds = atoi(optarg);
			break;
		default:
			die("%s", usage);
		}
	}
	if (!link || !mac || !to.sin6_port || w.kind == KINDS || (!w.has_from && w.kind != REPLAY))
		die("%s", usage);
	make_header(&to);
	open_link(link, mac);
	if (w.kind == REPLAY)
		listen_in(10);

	start = now_us();
	end = start + seconds * 1000000LL;
	while (now_us() < end) {
		sent += send_batch();
		/* a little late already is no reason to wait */
		ahead = rate ? start + (long long)(sent * 1000000 / rate) - now_us() : 0;
		if (ahead > 0)
			usleep(ahead);
	}
	printf("{\"sent\":%lu,\"seconds\":%.1f}\n", sent, (now_us() - start) / 1e6);
	return 0;
}
