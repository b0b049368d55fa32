// SPDX-License-Identifier: GPL-2.0
/* Changes of every kind to the gateway's configuration while packets flow. */

#include "load.h"
#include "util.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TWIN_PORT = 50000, FAR = 1 << 30 };

static const struct in6_addr gateway = {
	{ { 0xfd, 0, 0, 6, [15] = 1 } },
}, service = {
	{ { 0xfd, 0, 0, 0xd9, [15] = 1 } },
};

/* The socket that the gateway has now */
static int current = -1;

/* Counts the outcome; -ENOENT and -EAGAIN are no failures if @may. */
static bool done(struct dgsec *dg, const char *what, int err, bool may)
{
	if (!err || (may && (err == -ENOENT || err == -EAGAIN))) {
		load_count(CONFIG_DONE);
		return !err;
	}
	load_count(CONFIG_FAILED);
	fprintf(stderr, "%s: %s (%s)\n", what, dgsec_error(dg), strerror(-err));
	return false;
}

static void add_peer(struct dgsec *dg, struct load_assoc *a)
{
	struct dgsec_peer p = { };

	DGSEC_PUT(&p, DGSEC_A_PEER_INNER_ADDR, inner_addr, a->inner);
	snprintf(p.name, sizeof(p.name), "load-%u", a->index);
	p.has |= DGSEC_HAS(DGSEC_A_PEER_NAME);
	if (done(dg, "peer new", dgsec_peer_new(dg, load.dev, &p, &p), false))
		a->peer = p.id;
}

static uint32_t add_assoc_at(struct dgsec *dg, const struct load_assoc *a, uint16_t port,
			     uint16_t generation)
{
	static const uint32_t ciphers[] = {
		[RECORD_CCM_8] = DGSEC_CIPHER_AES_128_CCM_8,
		[RECORD_CCM] = DGSEC_CIPHER_AES_128_CCM,
		[RECORD_GCM] = DGSEC_CIPHER_AES_128_GCM,
		[RECORD_CCM_8_256] = DGSEC_CIPHER_AES_256_CCM_8,
		[RECORD_CCM_256] = DGSEC_CIPHER_AES_256_CCM,
		[RECORD_GCM_256] = DGSEC_CIPHER_AES_256_GCM,
		[RECORD_CHACHAPOLY] = DGSEC_CIPHER_CHACHA20_POLY1305,
	};
	struct dgsec_assoc c = { .has = DGSEC_HAS(DGSEC_A_ASSOC_REPLACE) };
	struct dgsec_keys keys = { };
	struct record_keys k;

	/* Those are the device's: what it sends, the gateway receives. */
	load_keys(a, generation, &k);
	keys.key_len = record_key_len(k.cipher);
	keys.iv_len = record_iv_len(k.cipher);
	memcpy(keys.rx_key, k.tx_key, keys.key_len);
	memcpy(keys.rx_iv, k.tx_iv, keys.iv_len);
	memcpy(keys.tx_key, k.rx_key, keys.key_len);
	memcpy(keys.tx_iv, k.rx_iv, keys.iv_len);
	DGSEC_PUT(&c, DGSEC_A_ASSOC_PEER_ID, peer_id, a->peer);
	DGSEC_PUT(&c, DGSEC_A_ASSOC_PROTOCOL, protocol, DGSEC_PROTOCOL_DTLS12);
	DGSEC_PUT(&c, DGSEC_A_ASSOC_CIPHER, cipher, ciphers[k.cipher]);
	DGSEC_PUT(&c, DGSEC_A_ASSOC_EPOCH, epoch, generation);
	DGSEC_PUT(&c, DGSEC_A_ASSOC_REMOTE_ADDR, remote_addr, a->addr);
	DGSEC_PUT(&c, DGSEC_A_ASSOC_REMOTE_PORT, remote_port, port);
	DGSEC_PUT(&c, DGSEC_A_ASSOC_LOCAL_ADDR, local_addr, gateway);
	DGSEC_PUT(&c, DGSEC_A_ASSOC_LOCAL_PORT, local_port, LOAD_PORT);
	/* As many CPUs send at the same time, many come late: a third is dropped at 64 */
	DGSEC_PUT(&c, DGSEC_A_ASSOC_WINDOW, window, a->index % 4 < 2 ? 64 : 1024);
	if (!done(dg, "assoc new", dgsec_assoc_new(dg, load.dev, &c, &keys, &c), false))
		return 0;
	return c.id;
}

static void add_assoc(struct dgsec *dg, struct load_assoc *a)
{
	uint32_t id;

	id = add_assoc_at(dg, a, LOAD_DEVICE_PORT + a->index, ++a->generation);
	if (!id)
		return;
	a->id = id;
	atomic_store(&a->next, (uint64_t)a->generation << 48);
}

static int open_socket(void)
{
	struct sockaddr_in6 addr = {
		.sin6_family = AF_INET6, .sin6_port = htons(LOAD_PORT),
	};
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0), one = 1;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one)) ||
	    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one)) ||
	    setsockopt(fd, SOL_SOCKET, SO_BINDTOIFINDEX, &load.lower, sizeof(load.lower)) ||
	    bind(fd, (void *)&addr, sizeof(addr)))
		die("socket: %s", strerror(errno));
	return fd;
}

/* What reaches the socket comes from expected endpoints; a daemon would wait for keys. */
static void drain(struct dgsec *dg, int fd, bool inject)
{
	static const struct record_keys no_cid;
	uint8_t in[LOAD_DATAGRAM];
	struct sockaddr_in6 from;
	socklen_t size = sizeof(from);
	ssize_t len;

	while ((len = recvfrom(fd, in, sizeof(in), MSG_DONTWAIT, (void *)&from, &size)) > 0) {
		struct dgsec_endpoint ep = {
			.remote_addr = from.sin6_addr, .remote_port = ntohs(from.sin6_port),
			.local_addr = gateway, .local_port = LOAD_PORT,
		};

		if (!inject || !done(dg, "inject", dgsec_inject(dg, load.dev, &ep, in, len), false))
			continue;
		for (size_t at = 0, n = 1; n && (ssize_t)at < len; at += n) {
			n = record_size(&no_cid, in + at, len - at);
			load_count(CONFIG_INJECTED);
		}
	}
}

/* A new socket for the gateway */
static void attach(struct dgsec *dg)
{
	int err;

	current = open_socket();
	err = dgsec_socket_add(dg, load.dev, current, DGSEC_PROTOCOL_DTLS12);
	done(dg, "socket add", err, false);
}

/* Peers, associations, socket: before anything flows */
void load_configure(struct dgsec *dg)
{
	attach(dg);
	for (unsigned int i = 0; i < load.n_assocs; i++) {
		add_peer(dg, &load.assocs[i]);
		add_assoc(dg, &load.assocs[i]);
	}
}

/* New keys for those that changes have been made to: some have ended. */
void load_renew(struct dgsec *dg)
{
	for (unsigned int i = 0; i < load.n_assocs; i++) {
		if (!load.assocs[i].stable)
			add_assoc(dg, &load.assocs[i]);
	}
}

/* ---- changes ------------------------------------------------------------- */

/* Without a socket alerts are dropped, and counted with what the service sends. */
static bool may_alert(void)
{
	return !load.swapping && load_random() % 2;
}

static void change_replace(struct dgsec *dg, struct load_assoc *a)
{
	add_assoc(dg, a);
}

static void change_delete(struct dgsec *dg, struct load_assoc *a)
{
	done(dg, "assoc del", dgsec_assoc_del(dg, load.dev, a->id, may_alert()), true);
	add_assoc(dg, a);
}

static void change_peer(struct dgsec *dg, struct load_assoc *a)
{
	struct dgsec_peer p = { };

	DGSEC_PUT(&p, DGSEC_A_PEER_ID, id, a->peer);
	done(dg, "peer del", dgsec_peer_del(dg, load.dev, &p), false);
	add_peer(dg, a);
	add_assoc(dg, a);
}

static void change_end(struct dgsec *dg, struct load_assoc *a)
{
	struct dgsec_assoc c = { };

	DGSEC_PUT(&c, DGSEC_A_ASSOC_ID, id, a->id);
	DGSEC_PUT(&c, DGSEC_A_ASSOC_HARD_PACKETS, hard_packets, 1 + load_random() % 100);
	done(dg, "assoc set", dgsec_assoc_set(dg, load.dev, &c), true);
}

static void change_expect(struct dgsec *dg, struct load_assoc *a)
{
	struct dgsec_endpoint ep = {
		.remote_addr = a->addr, .remote_port = LOAD_DEVICE_PORT + a->index,
		.local_addr = gateway, .local_port = LOAD_PORT, .seconds = 1,
	};

	if (load_random() % 2)
		done(dg, "expect add", dgsec_expect_add(dg, load.dev, &ep), false);
	else
		done(dg, "expect del", dgsec_expect_del(dg, load.dev, &ep), true);
}

/* The others change nothing that a device or the service could see. */

static void change_alert(struct dgsec *dg, struct load_assoc *a)
{
	/* warning, user_canceled: RFC 5246 section 7.2 */
	if (may_alert())
		done(dg, "alert", dgsec_alert_send(dg, load.dev, a->id, 1, 90), false);
}

static void change_service(struct dgsec *dg, struct load_assoc *a)
{
	struct dgsec_peer p = { };

	DGSEC_PUT(&p, DGSEC_A_PEER_ID, id, a->peer);
	DGSEC_PUT(&p, DGSEC_A_PEER_SERVICE_ADDR, service_addr,
		  load_random() % 2 ? service : in6addr_any);
	DGSEC_PUT(&p, DGSEC_A_PEER_SERVICE_PORT, service_port,
		  load_random() % 2 ? LOAD_SERVICE : 0);
	DGSEC_PUT(&p, DGSEC_A_PEER_MARK, mark, load_random() % 2);
	DGSEC_PUT(&p, DGSEC_A_PEER_MAX_ASSOCS, max_assocs, 4 + load_random() % 2);
	done(dg, "peer set", dgsec_peer_set(dg, load.dev, &p), false);
}

static void change_interface(struct dgsec *dg, struct load_assoc *a)
{
	struct dgsec_interface i = { };

	DGSEC_PUT(&i, DGSEC_A_INTERFACE_SERVICE_ADDR, service_addr,
		  load_random() % 2 ? service : in6addr_any);
	DGSEC_PUT(&i, DGSEC_A_INTERFACE_SERVICE_PORT, service_port, LOAD_SERVICE);
	DGSEC_PUT(&i, DGSEC_A_INTERFACE_HANDSHAKE_RATE, handshake_rate, 100 + load_random() % 2);
	done(dg, "interface set", dgsec_interface_set(dg, load.dev, &i), false);
}

static void change_limits(struct dgsec *dg, struct load_assoc *a)
{
	bool none = load_random() % 2;
	struct dgsec_assoc c = { };

	DGSEC_PUT(&c, DGSEC_A_ASSOC_ID, id, a->id);
	DGSEC_PUT(&c, DGSEC_A_ASSOC_SOFT_PACKETS, soft_packets, load_random() % 1000);
	DGSEC_PUT(&c, DGSEC_A_ASSOC_HARD_PACKETS, hard_packets, none ? 0 : FAR);
	DGSEC_PUT(&c, DGSEC_A_ASSOC_HARD_SECONDS, hard_seconds, none ? 0 : 86400);
	DGSEC_PUT(&c, DGSEC_A_ASSOC_IDLE_SECONDS, idle_seconds, none ? 0 : 86400);
	done(dg, "assoc set", dgsec_assoc_set(dg, load.dev, &c), false);
}

static void change_inject(struct dgsec *dg, struct load_assoc *a)
{
	struct dgsec_endpoint ep = {
		.remote_addr = a->addr, .remote_port = LOAD_DEVICE_PORT + a->index,
		.local_addr = gateway, .local_port = LOAD_PORT,
	};
	uint8_t out[LOAD_DATAGRAM];
	size_t len = load_record(a, 16, out);

	if (done(dg, "inject", dgsec_inject(dg, load.dev, &ep, out, len), false))
		load_count(CONFIG_INJECTED);
}

/* A second association of the peer, from a port where nobody is */
static void change_twin(struct dgsec *dg, struct load_assoc *a)
{
	uint32_t id = add_assoc_at(dg, a, TWIN_PORT + a->index, 1);

	if (id)
		done(dg, "assoc del", dgsec_assoc_del(dg, load.dev, id, false), false);
}

static int seen_interface(const struct dgsec_interface *i, void *n)
{
	return !++*(unsigned int *)n;
}

static int seen_peer(const struct dgsec_peer *p, void *n)
{
	return !++*(unsigned int *)n;
}

static int seen_assoc(const struct dgsec_assoc *c, void *n)
{
	return !++*(unsigned int *)n;
}

static int seen_socket(const struct dgsec_socket *s, void *n)
{
	return !++*(unsigned int *)n;
}

static void change_nothing(struct dgsec *dg, struct load_assoc *a)
{
	unsigned int n = 0;

	done(dg, "interfaces", dgsec_interface_list(dg, seen_interface, &n), true);
	done(dg, "sockets", dgsec_socket_list(dg, load.dev, seen_socket, &n), true);
	done(dg, "peers", dgsec_peer_list(dg, load.dev, seen_peer, &n), true);
	done(dg, "assocs", dgsec_assoc_list(dg, load.dev, 0, seen_assoc, &n), true);
}

/* One change. Each thread has its @part of the associations that may go. */
void load_change(struct dgsec *dg, unsigned int part)
{
	static void (*const own[])(struct dgsec *dg, struct load_assoc *a) = {
		change_replace, change_delete, change_peer, change_end, change_expect,
	};
	static void (*const any[])(struct dgsec *dg, struct load_assoc *a) = {
		change_alert, change_service, change_interface, change_limits, change_inject,
		change_twin, change_nothing,
	};
	/* best the one that all the others are busy with at this moment */
	struct load_assoc *a = load_pick();

	while (a->index / 2 % LOAD_PARTS != part)
		a = &load.assocs[load_random() % load.n_assocs];
	if (a->stable)
		any[load_random() % ARRAY_SIZE(any)](dg, a);
	else
		own[load_random() % ARRAY_SIZE(own)](dg, a);
	if (part == 0)
		drain(dg, current, false);
}

/*
 * A daemon dies and another takes its place, or one gives its socket up first.
 * What reaches a socket while it is not the gateway's is injected.
 */
void load_swap(struct dgsec *dg)
{
	int old = -1;

	if (load_random() % 2) {
		old = current;
		done(dg, "socket del", dgsec_socket_del(dg, load.dev, NULL, LOAD_PORT), false);
	} else {
		close(current);
	}
	attach(dg);
	drain(dg, current, true);
	if (old >= 0) {
		drain(dg, old, true);
		close(old);
	}
}
