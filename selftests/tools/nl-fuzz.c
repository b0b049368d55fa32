// SPDX-License-Identifier: GPL-2.0
/*
 * Requests of the dgsec family at random, for a time: made from the family's own
 * policies (kmod/netlink_gen.c, compiled in), so most of them get past these, with
 * some wrong in one or the other way. Small numbers, few addresses and ports, so
 * that they find what others have made. Only survival counts, and that every
 * command has succeeded now and then.
 */

#include "netlink.h"
#include "netlink_gen.h"
#include "util.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <linux/dgsec.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	SOCKS = 4,
	DEPTH = 3,
	OCTETS = 2048,
	ERRNOS = 200,
	IDS = 32,
};

static struct {
	__u32 ifindex, lower;
	int netlink, family;
	__u64 state;
	unsigned long asked, refused[ERRNOS];
	unsigned long *done;	/* by command: successes, of all processes */
	__u32 peers[IDS], assocs[IDS];	/* some that were made */
	unsigned int n_peers, n_assocs;
	int socks[SOCKS];
} w;

static __u64 rnd(void)
{
	w.state ^= w.state << 13;
	w.state ^= w.state >> 7;
	w.state ^= w.state << 17;
	return w.state >> 8;
}

static bool one_in(unsigned int n)
{
	return !(rnd() % n);
}

/* ---- values ---------------------------------------------------------------- */

static __u32 some_id(void)
{
	return one_in(2) ? w.peers[rnd() % IDS] : w.assocs[rnd() % IDS];
}

static __u64 number(const struct nla_policy *p)
{
	static const __u64 edges[] = {
		0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff,
		0xffffffffffff, 0x1000000000000, 0x7fffffffffffffff, 0xffffffffffffffff,
	};

	if (one_in(40))
		return edges[rnd() % ARRAY_SIZE(edges)];
	/* what is unbounded above: numbers of things */
	if (p->bounded && p->max == UINT32_MAX && !one_in(8))
		return some_id();
	if (p->bounded && !one_in(40)) {
		if (one_in(4))
			return one_in(2) ? p->min : p->max;
		return p->min + rnd() % (p->max > 1 << 20 ? 24 : p->max - p->min + 1);
	}
	return one_in(8) ? rnd() : rnd() % 24;
}

static __u16 port(void)
{
	return htons(one_in(4) ? 40000 + rnd() % 8 : one_in(20) ? rnd() : 5684 + rnd() % 2);
}

/* Inner and outer ones, the latter of this end and of others; few of each */
static void address(__u8 out[16])
{
	static const char *const known[] = {
		"::", "fd00:6::1", "::ffff:192.0.2.1", "ff02::1", "fe80::1",
	};

	memset(out, 0, 16);
	if (one_in(8)) {
		inet_pton(AF_INET6, known[rnd() % ARRAY_SIZE(known)], out);
		return;
	}
	out[0] = 0xfd;
	out[3] = one_in(2) ? 0xd9 : 6;
	out[15] = 1 + rnd() % 12;
}

static size_t octets(__u8 *out)
{
	static const size_t lengths[] = { 0, 1, 4, 8, 12, 13, 16, 20, 24, 32, 33 };
	size_t len = one_in(10) ? rnd() % OCTETS : lengths[rnd() % ARRAY_SIZE(lengths)];

	for (size_t i = 0; i < len; i++)
		out[i] = rnd();
	/* a connection ID may be one that is known; a datagram may look like one */
	if (len && len <= 32 && one_in(2))
		memset(out, 'c', len);
	if (len > 13 && one_in(2))
		memcpy(out, "\x17\xfe\xfd\0\1\0\0\0\0\0\1\0\x18", 13);
	return len;
}

static size_t text(__u8 *out)
{
	static const char *const names[] = { "", "a", "lamp", "\xc3\xa4", "\xff", "tab\t", "b" };
	size_t len;

	if (one_in(12)) {
		len = rnd() % 80;
		memset(out, 'n', len);
		out[len] = '\0';
		return len + !one_in(4);
	}
	strcpy((char *)out, names[rnd() % ARRAY_SIZE(names)]);
	return strlen((char *)out) + 1;
}

/* ---- requests -------------------------------------------------------------- */

static void put_attrs(struct request *r, const struct nla_policy *policy, unsigned int max,
		      unsigned int depth, unsigned int density);

static size_t value(const struct nla_policy *p, int type, __u8 *out)
{
	__u64 n = number(p);
	__u16 n16 = p->bounded || one_in(8) ? n : port();

	switch (p->type) {
	case NLA_U8:
		*out = n;
		return 1;
	case NLA_U16:
		memcpy(out, &n16, 2);
		return 2;
	case NLA_U64:
		memcpy(out, &n, 8);
		return 8;
	case NLA_U32:
	case NLA_S32:
		memcpy(out, &n, 4);
		return 4;
	case NLA_NUL_STRING:
	case NLA_STRING:
		return text(out);
	case NLA_BINARY:
		if (!p->exact)
			return octets(out);
		address(out);
		return 16;
	default:
		return 0;
	}
}

static void put_one(struct request *r, const struct nla_policy *p, int type, unsigned int depth)
{
	static __u8 data[OCTETS];
	size_t at, len;

	if (r->len > sizeof(r->data) / 2)
		return;
	if (p->type == NLA_NESTED && depth < DEPTH) {
		at = request_nest(r, type);
		put_attrs(r, p->nested, p->maxattr, depth + 1, one_in(2) ? 0 : 1 + rnd() % 8);
		request_end(r, at);
		return;
	}
	len = value(p, type, data);
	/* of another size than it should have */
	if (one_in(100))
		len = rnd() % (len + 4);
	request_put(r, type, data, len);
}

/* With density 0 one or two: the first, which is a number in most nests, and another */
static bool is_wanted(unsigned int type, unsigned int max, unsigned int density)
{
	if (density)
		return rnd() % 8 < density;
	return type == 1 ? !one_in(4) : one_in(max);
}

static void put_attrs(struct request *r, const struct nla_policy *policy, unsigned int max,
		      unsigned int depth, unsigned int density)
{
	for (unsigned int type = 1; type <= max; type++) {
		if (!policy[type].type && !one_in(100))
			continue;
		if (!is_wanted(type, max, density))
			continue;
		put_one(r, &policy[type], type, depth);
		if (one_in(200))
			put_one(r, &policy[type], type, depth);
	}
	if (one_in(200))
		request_put(r, rnd() % 64, NULL, 0);
}

static void put_u32(struct request *r, int type, __u32 v)
{
	request_put(r, type, &v, sizeof(v));
}

/* What random choice would hardly find together: a whole association */
static void put_assoc(struct request *r)
{
	static __u8 key[16], salt[4];
	size_t nest = request_nest(r, DGSEC_A_ASSOC), keys;
	__u8 remote[16] = { 0xfd, 0, 0, 6 }, local[16] = { 0xfd, 0, 0, 6, [15] = 1 };
	__u16 p = htons(40000 + rnd() % 8), here = htons(5684);

	remote[15] = 2 + rnd() % 10;
	put_u32(r, DGSEC_A_ASSOC_PEER_ID, w.peers[rnd() % IDS]);
	put_u32(r, DGSEC_A_ASSOC_PROTOCOL, DGSEC_PROTOCOL_DTLS12);
	put_u32(r, DGSEC_A_ASSOC_CIPHER, DGSEC_CIPHER_AES_128_CCM_8 + rnd() % 3);
	put_u32(r, DGSEC_A_ASSOC_ROLE, DGSEC_ROLE_SERVER);
	request_put(r, DGSEC_A_ASSOC_REMOTE_ADDR, remote, sizeof(remote));
	request_put(r, DGSEC_A_ASSOC_REMOTE_PORT, &p, sizeof(p));
	request_put(r, DGSEC_A_ASSOC_LOCAL_ADDR, local, sizeof(local));
	request_put(r, DGSEC_A_ASSOC_LOCAL_PORT, &here, sizeof(here));
	keys = request_nest(r, DGSEC_A_ASSOC_KEYS);
	request_put(r, DGSEC_A_KEYS_TX_KEY, key, sizeof(key));
	request_put(r, DGSEC_A_KEYS_TX_IV, salt, sizeof(salt));
	request_put(r, DGSEC_A_KEYS_RX_KEY, key, sizeof(key));
	request_put(r, DGSEC_A_KEYS_RX_IV, salt, sizeof(salt));
	request_end(r, keys);
	if (one_in(2))
		request_put(r, DGSEC_A_ASSOC_REPLACE, NULL, 0);
	if (one_in(3))
		put_u32(r, DGSEC_A_ASSOC_HARD_SECONDS, 1 + rnd() % 3);
	if (one_in(3))
		request_put(r, DGSEC_A_ASSOC_TX_CID, "cccccccc", 1 + rnd() % 8);
	/* seldom of the length that the interface has now */
	if (one_in(10))
		request_put(r, DGSEC_A_ASSOC_RX_CID, "cccccccc", 8);
	request_end(r, nest);
}

/* One of those that were made, and at times something about it */
static void put_some_assoc(struct request *r)
{
	size_t nest = request_nest(r, DGSEC_A_ASSOC);

	put_u32(r, DGSEC_A_ASSOC_ID, w.assocs[rnd() % IDS]);
	if (one_in(2))
		put_u32(r, DGSEC_A_ASSOC_IDLE_SECONDS, 1 + rnd() % 100);
	request_end(r, nest);
}

static void put_alert(struct request *r)
{
	__u8 level = 1 + rnd() % 2, description = rnd() % 120;
	size_t nest;

	nest = request_nest(r, DGSEC_A_ASSOC);
	put_u32(r, DGSEC_A_ASSOC_ID, w.assocs[rnd() % IDS]);
	request_end(r, nest);
	nest = request_nest(r, DGSEC_A_ALERT);
	request_put(r, DGSEC_A_ALERT_LEVEL, &level, 1);
	request_put(r, DGSEC_A_ALERT_DESCRIPTION, &description, 1);
	request_end(r, nest);
}

static void put_peer(struct request *r)
{
	size_t nest = request_nest(r, DGSEC_A_PEER);
	__u8 inner[16] = { 0xfd, 0, 0, 0xd9 };

	inner[15] = 2 + rnd() % 30;
	request_put(r, DGSEC_A_PEER_INNER_ADDR, inner, sizeof(inner));
	if (one_in(2))
		put_u32(r, DGSEC_A_PEER_MAX_ASSOCS, 1 + rnd() % 4);
	request_end(r, nest);
}

static void put_socket(struct request *r)
{
	size_t nest = request_nest(r, DGSEC_A_SOCKET);

	put_u32(r, DGSEC_A_SOCKET_FD, w.socks[rnd() % SOCKS]);
	put_u32(r, DGSEC_A_SOCKET_PROTOCOL, DGSEC_PROTOCOL_DTLS12);
	request_end(r, nest);
}

/* What is made by these commands is remembered, so that others find it. */
static void remember(const struct reply *reply, int nest, int type, __u32 *ids, unsigned int *n)
{
	size_t size;
	const void *p = reply_find(reply->data, reply->len, nest, &size);

	p = p ? reply_find(p, size, type, &size) : NULL;
	if (p && size == sizeof(*ids))
		memcpy(&ids[(*n)++ % IDS], p, sizeof(*ids));
}

static void build(struct request *r, const struct genl_split_ops *op)
{
	int flags = op->flags & GENL_CMD_CAP_DUMP ? NLM_F_DUMP : 0;
	const size_t from = NLMSG_HDRLEN + 4;

	if (one_in(100))
		flags ^= NLM_F_DUMP;
	request_begin(r, w.family, op->cmd, flags);
	if (!one_in(50))
		put_u32(r, DGSEC_A_IFINDEX, w.ifindex);
	if (op->cmd == DGSEC_CMD_ASSOC_NEW && !one_in(3)) {
		put_assoc(r);
	} else if ((op->cmd == DGSEC_CMD_ASSOC_SET || op->cmd == DGSEC_CMD_ASSOC_DEL) &&
		   one_in(2)) {
		put_some_assoc(r);
	} else if (op->cmd == DGSEC_CMD_ALERT_SEND && one_in(2)) {
		put_alert(r);
	} else if (op->cmd == DGSEC_CMD_PEER_NEW && one_in(2)) {
		put_peer(r);
	} else if (op->cmd == DGSEC_CMD_SOCKET_ADD && one_in(2)) {
		put_socket(r);
	} else if (op->policy) {
		/* the two that name the interface come first, and are there */
		for (unsigned int type = DGSEC_A_LOWER_IFINDEX + 1; type <= op->maxattr; type++)
			if (op->policy[type].type && !one_in(30))
				put_one(r, &op->policy[type], type, 0);
	}
	/* and at times bits that nothing knows of */
	for (int flips = one_in(12) ? 1 + rnd() % 4 : 0; flips && r->len > from; flips--)
		r->data[from + rnd() % (r->len - from)] ^= 1 << rnd() % 8;
}

static void ask(void)
{
	static struct request r;
	static struct reply reply;
	const struct genl_split_ops *op;

	op = &dgsec_nl_family.split_ops[rnd() % dgsec_nl_family.n_split_ops];
	build(&r, op);
	netlink_ask(w.netlink, &r, &reply);
	w.asked++;
	w.refused[reply.error < ERRNOS ? reply.error : 0]++;
	if (reply.error)
		return;
	__atomic_fetch_add(&w.done[op->cmd], 1, __ATOMIC_RELAXED);
	if (op->cmd == DGSEC_CMD_PEER_NEW)
		remember(&reply, DGSEC_A_PEER, DGSEC_A_PEER_ID, w.peers, &w.n_peers);
	if (op->cmd == DGSEC_CMD_ASSOC_NEW)
		remember(&reply, DGSEC_A_ASSOC, DGSEC_A_ASSOC_ID, w.assocs, &w.n_assocs);
}

/* As dgsecd's: their descriptors are small numbers, so they are found */
static void open_socks(const char *lower)
{
	struct sockaddr_in6 sa = { .sin6_family = AF_INET6 };
	int one = 1, fd;

	for (int i = 0; i < SOCKS; i++) {
		fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		w.socks[i] = fd;
		sa.sin6_port = htons(5684 + i % 2);
		if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, lower, strlen(lower)) ||
		    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one)) ||
		    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one)) ||
		    bind(fd, (void *)&sa, sizeof(sa)))
			die("UDP socket: %s", strerror(errno));
	}
}

static void report(void)
{
	printf("# %lu requests:", w.asked);
	for (int i = 0; i < ERRNOS; i++)
		if (w.refused[i])
			printf(" %s %lu", i ? strerrorname_np(i) : "ok", w.refused[i]);
	printf("\n");
}

static int report_commands(void)
{
	int never = 0;

	printf("# commands that succeeded:");
	for (unsigned int i = 0; i < dgsec_nl_family.n_split_ops; i++) {
		const struct genl_split_ops *op = &dgsec_nl_family.split_ops[i];

		printf(" %u:%lu", op->cmd, w.done[op->cmd]);
		never += !w.done[op->cmd];
	}
	printf("\n");
	return never;
}

int main(int argc, char **argv)
{
	unsigned long most = 0;
	unsigned int seconds = 10, processes = 1;
	int opt, status, never = 0;
	bool child = false;
	long long end;

	w.state = 88172645463325252ULL;
	while ((opt = getopt(argc, argv, "j:n:s:r:")) != -1) {
		switch (opt) {
		case 'j':
			processes = strtoul(optarg, NULL, 10);
			break;
		case 'n':
			most = strtoul(optarg, NULL, 10);
			break;
		case 's':
			seconds = strtoul(optarg, NULL, 10);
			break;
		case 'r':
			w.state ^= strtoul(optarg, NULL, 10) * 0x9e3779b97f4a7c15ULL;
			break;
		default:
			die("usage: nl-fuzz [-j PROCESSES] [-n REQUESTS] [-s SECONDS] [-r SEED] DEV LOWER");
		}
	}
	if (argc - optind != 2)
		die("usage: nl-fuzz [-j PROCESSES] [-n REQUESTS] [-s SECONDS] [-r SEED] DEV LOWER");
	w.ifindex = if_nametoindex(argv[optind]);
	w.lower = if_nametoindex(argv[optind + 1]);
	if (!w.ifindex || !w.lower)
		die("no such devices");
	/* shared by all: once one is attached, nobody else can bind to its port */
	open_socks(argv[optind + 1]);
	w.done = mmap(NULL, 256 * sizeof(*w.done), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (w.done == MAP_FAILED)
		die("no memory");
	for (unsigned int i = 1; i < processes; i++) {
		if (fork())
			continue;
		w.state ^= i * 0x2545f4914f6cdd1dULL;
		processes = 1;
		child = true;
	}
	w.netlink = netlink_open();
	w.family = netlink_family(w.netlink, DGSEC_FAMILY_NAME);
	end = now_ms() + seconds * 1000LL;
	while (now_ms() < end && (!most || w.asked < most))
		ask();
	report();
	if (child)
		return 0;
	fflush(stdout);
	while (wait(&status) > 0)
		never += !!status;
	never += report_commands();
	return never ? 1 : 0;
}
