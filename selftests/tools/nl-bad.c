// SPDX-License-Identifier: GPL-2.0
/*
 * Requests that the dgsec family must refuse, each with the errno and a text,
 * and with nothing changed. The rows that must succeed prove that the others
 * fail for their own reason alone.
 */

#include "netlink.h"
#include "nl-bad.h"
#include "util.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/dgsec.h>
#include <linux/netlink.h>
#include <linux/udp.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct {
	__u32 ifindex, lower, peer, assoc;
	struct in6_addr local;
	int port, netlink, family;
	int socks[N_SOCKS];
} ctx;

static void put(struct request *r, int type, __u64 value, size_t len)
{
	/* The host's order: this is a test for the machine it runs on. */
	const __u8 *p = (const __u8 *)&value;

	if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
		p += sizeof(value) - len;
	request_put(r, type, p, len);
}

static void build_one(struct request *r, const struct op *op, size_t *nest, int *depth)
{
	static __u8 octets[65536];
	struct in6_addr addr;
	int len;

	switch (op->kind) {
	case U8:
		put(r, op->type, op->value, 1);
		break;
	case U16:
		put(r, op->type, op->value, 2);
		break;
	case BE16:
		put(r, op->type, htons(op->value ? (int)op->value : ctx.port), 2);
		break;
	case U32:
		put(r, op->type, op->value, 4);
		break;
	case U64:
		put(r, op->type, op->value, 8);
		break;
	case FLAG:
		request_put(r, op->type, NULL, 0);
		break;
	case TEXT:
		request_put(r, op->type, op->text, strlen(op->text) + 1);
		break;
	case ADDR:
		if (inet_pton(AF_INET6, op->text, &addr) != 1)
			die("%s: not an address", op->text);
		request_put(r, op->type, &addr, sizeof(addr));
		break;
	case HEX:
	case RAW:
		len = hex_parse(op->text, octets, sizeof(octets));
		if (len < 0)
			die("%s: not hex", op->text);
		if (op->kind == HEX)
			request_put(r, op->type, octets, len);
		else
			request_raw(r, octets, len);
		break;
	case FILL:
		memset(octets, 0x20, op->value);
		request_put(r, op->type, octets, op->value);
		break;
	case NEST:
		nest[(*depth)++] = request_nest(r, op->type);
		break;
	case BARE:
		nest[(*depth)++] = r->len;
		request_put(r, op->type, NULL, 0);
		break;
	case DONE:
		request_end(r, nest[--*depth]);
		break;
	case IFINDEX:
		put(r, DGSEC_A_IFINDEX, ctx.ifindex, 4);
		break;
	case LOWER:
		put(r, DGSEC_A_LOWER_IFINDEX, ctx.lower, 4);
		break;
	case PEER:
		put(r, op->type, ctx.peer, 4);
		break;
	case ASSOC:
		put(r, op->type, ctx.assoc, 4);
		break;
	case LOCAL:
		request_put(r, op->type, &ctx.local, sizeof(ctx.local));
		break;
	case SOCK:
		put(r, op->type, ctx.socks[op->value], 4);
		break;
	case LIST:
		for (const struct op *o = op->list; o->kind; o++)
			build_one(r, o, nest, depth);
		break;
	case END:
		break;
	}
}

static void build(struct request *r, const struct row *row)
{
	size_t nest[8];
	int depth = 0;

	request_begin(r, ctx.family, row->cmd, row->flags);
	for (const struct op *op = row->ops; op->kind; op++)
		build_one(r, op, nest, &depth);
}

static __u32 reply_u32(const struct reply *reply, int nest, int type)
{
	size_t size;
	const void *p = reply_find(reply->data, reply->len, nest, &size);
	__u32 v = 0;

	p = p ? reply_find(p, size, type, &size) : NULL;
	if (p && size == sizeof(v))
		memcpy(&v, p, sizeof(v));
	return v;
}

/* All that a refused request might have changed */
struct state {
	__u32 rate, burst, peers, assocs, expected;
};

static struct state look(void)
{
	static const struct row get = { "", DGSEC_CMD_INTERFACE_GET, 0, { { IFINDEX } } };
	static struct request r;
	static struct reply reply;

	build(&r, &get);
	netlink_ask(ctx.netlink, &r, &reply);
	if (reply.error || !reply.messages)
		die("interface-get: %s: %s", strerror(reply.error), reply.text);
	return (struct state){
		.rate = reply_u32(&reply, DGSEC_A_INTERFACE, DGSEC_A_INTERFACE_HANDSHAKE_RATE),
		.burst = reply_u32(&reply, DGSEC_A_INTERFACE, DGSEC_A_INTERFACE_HANDSHAKE_BURST),
		.peers = reply_u32(&reply, DGSEC_A_INTERFACE, DGSEC_A_INTERFACE_PEERS),
		.assocs = reply_u32(&reply, DGSEC_A_INTERFACE, DGSEC_A_INTERFACE_ASSOCS),
		.expected = reply_u32(&reply, DGSEC_A_INTERFACE, DGSEC_A_INTERFACE_EXPECTED),
	};
}

static bool try_row(const struct row *row)
{
	static struct request r;
	static struct reply reply;
	struct state before = look(), after;

	build(&r, row);
	netlink_ask(ctx.netlink, &r, &reply);
	/* Also where it should not have succeeded: the rows that follow need them. */
	if (!reply.error && row->cmd == DGSEC_CMD_PEER_NEW)
		ctx.peer = reply_u32(&reply, DGSEC_A_PEER, DGSEC_A_PEER_ID);
	if (!reply.error && row->cmd == DGSEC_CMD_ASSOC_NEW)
		ctx.assoc = reply_u32(&reply, DGSEC_A_ASSOC, DGSEC_A_ASSOC_ID);
	if (reply.error != row->error) {
		printf("# %s (%s) instead of %s\n", strerror(reply.error), reply.text,
		       strerror(row->error));
		return false;
	}
	if (!row->error)
		return true;
	printf("#   %s: %s\n", strerror(reply.error), reply.text);
	if (!*reply.text) {
		printf("# refused without a text\n");
		return false;
	}
	after = look();
	if (memcmp(&before, &after, sizeof(before))) {
		printf("# refused, but something changed\n");
		return false;
	}
	return true;
}

enum { REUSE = 1, BOUND = 2, V6ONLY = 4, GOOD = 7 };

static int udp6(const char *device, int how)
{
	struct sockaddr_in6 sa = { .sin6_family = AF_INET6, .sin6_port = htons(ctx.port) };
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0), one = 1;

	if (fd < 0)
		die("socket: %s", strerror(errno));
	if (device && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, strlen(device)))
		die("SO_BINDTODEVICE %s: %s", device, strerror(errno));
	if (how & V6ONLY)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
	if (how & REUSE)
		setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one));
	else
		sa.sin6_port = 0; /* the port is shared by the others */
	if (how & BOUND && bind(fd, (void *)&sa, sizeof(sa)))
		die("bind: %s", strerror(errno));
	return fd;
}

static void open_socks(const char *lower)
{
	struct sockaddr_in6 peer = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(9),
		.sin6_addr = IN6ADDR_LOOPBACK_INIT,
	};
	int l2tp = UDP_ENCAP_L2TPINUDP, one = 1;

	ctx.socks[S_GOOD] = udp6(lower, GOOD);
	ctx.socks[S_BETTER] = udp6(lower, GOOD);
	ctx.socks[S_FILE] = open("/dev/null", O_RDWR | O_CLOEXEC);
	ctx.socks[S_TCP] = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ctx.socks[S_IPV4] = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ctx.socks[S_UNBOUND] = udp6(lower, REUSE | V6ONLY);
	ctx.socks[S_ANY_DEVICE] = udp6(NULL, GOOD);
	ctx.socks[S_OTHER_DEVICE] = udp6("lo", GOOD);
	ctx.socks[S_NO_REUSE] = udp6(lower, BOUND | V6ONLY);
	ctx.socks[S_REUSEADDR] = udp6(lower, GOOD);
	if (setsockopt(ctx.socks[S_REUSEADDR], SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)))
		die("SO_REUSEADDR: %s", strerror(errno));
	ctx.socks[S_DUAL] = udp6(lower, REUSE | BOUND);
	ctx.socks[S_CONNECTED] = udp6("lo", GOOD & ~BOUND);
	if (connect(ctx.socks[S_CONNECTED], (void *)&peer, sizeof(peer)))
		die("connect: %s", strerror(errno));
	ctx.socks[S_ENCAP] = udp6(lower, GOOD);
	if (setsockopt(ctx.socks[S_ENCAP], IPPROTO_UDP, UDP_ENCAP, &l2tp, sizeof(l2tp)))
		die("UDP_ENCAP: %s", strerror(errno));
	ctx.socks[S_CLOSED] = dup(ctx.socks[S_FILE]);
	close(ctx.socks[S_CLOSED]);
}

/* Requests of the table with octets changed at random: only survival counts. */
static void fuzz(unsigned long n, unsigned int seed)
{
	static struct request r;
	static struct reply reply;
	unsigned long refused = 0;

	srandom(seed);
	for (unsigned long i = 0; i < n; i++) {
		build(&r, &rows[random() % n_rows]);
		for (int changes = 1 + random() % 4; changes && r.len > NLMSG_HDRLEN + 4; changes--)
			r.data[NLMSG_HDRLEN + 4 + random() % (r.len - NLMSG_HDRLEN - 4)] ^=
				1 << random() % 8;
		netlink_ask(ctx.netlink, &r, &reply);
		refused += !!reply.error;
	}
	printf("# seed %u: %lu requests, %lu refused\n", seed, n, refused);
}

int main(int argc, char **argv)
{
	int failed = 0;

	if (argc != 5 && argc != 7)
		die("usage: nl-bad DEV LOWER LOCAL-ADDR PORT [FUZZ-COUNT SEED]");
	ctx.ifindex = if_nametoindex(argv[1]);
	ctx.lower = if_nametoindex(argv[2]);
	ctx.port = atoi(argv[4]);
	if (!ctx.ifindex || !ctx.lower || inet_pton(AF_INET6, argv[3], &ctx.local) != 1)
		die("%s, %s, %s: no such device or address", argv[1], argv[2], argv[3]);
	ctx.netlink = netlink_open();
	ctx.family = netlink_family(ctx.netlink, DGSEC_FAMILY_NAME);
	open_socks(argv[2]);
	if (argc == 7) {
		fuzz(strtoul(argv[5], NULL, 0), strtoul(argv[6], NULL, 0));
		return 0;
	}
	printf("TAP version 13\n1..%zu\n", n_rows);
	for (size_t i = 0; i < n_rows; i++) {
		bool ok = try_row(&rows[i]);

		printf("%sok %zu %s\n", ok ? "" : "not ", i + 1, rows[i].name);
		fflush(stdout);
		failed += !ok;
	}
	return !!failed;
}
