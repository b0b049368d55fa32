// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "kernel.h"
#include "link.h"
#include "listener.h"
#include "log.h"

#define TRIES	8			/* of a list that changes meanwhile */

/* A daemon that was killed may still be on its way out. */
#define BUSY_TRIES	40
#define BUSY_WAIT	50		/* milliseconds */

static struct dgsec *dg;
static struct dgsec_events *events;
static struct dgsec_ref ref;		/* by the lower device */
static uint32_t ifindex;		/* as last known; 0 in another netns */
static uint32_t first_ifindex;		/* at the start */
static struct ports {
	uint16_t v6, v4;		/* 0: none */
} own_ports;
static bool doubt;			/* is it still the interface of the start? */

const char *kernel_error(void)
{
	return dgsec_error(dg);
}

unsigned int kernel_lower(void)
{
	return ref.lower_ifindex;
}

int kernel_open(void)
{
	int ret = dgsec_open(&dg);

	if (!ret)
		ret = dgsec_events_open(&events);
	if (!ret)
		ret = link_open();
	if (ret == -ENOENT)
		log_error("the kernel module is not loaded: modprobe dgsec, or insmod dgsec.ko");
	else if (ret)
		log_error("netlink cannot be used: %s", strerror(-ret));
	return ret;
}

void kernel_close(void)
{
	link_close();
	dgsec_events_close(events);
	dgsec_close(dg);
	events = NULL;
	dg = NULL;
}

/* ---- interface ------------------------------------------------------------- */

static int find(struct dgsec_interface *iface)
{
	int ret = dgsec_interface_get(dg, ref, iface);

	if (!ret)
		ifindex = iface->ifindex;
	return ret;
}

static int create(const struct config *config, struct dgsec_interface *iface)
{
	int ret = link_add(config->name, ref.lower_ifindex);

	if (ret) {
		log_error("interface %s cannot be created on %s: %s", config->name, config->lower,
			  link_error());
		return ret;
	}
	log_info("created interface %s on %s", config->name, config->lower);
	ret = find(iface);
	if (ret)
		log_error("interface %s: %s", config->name, kernel_error());
	return ret;
}

static int bring_up(const struct config *config)
{
	int ret = link_add_unreachable(&config->addr, config->prefix_len);

	/*
	 * Without it answers to peers would follow the default route, in the
	 * clear, as soon as the interface has gone.
	 */
	if (ret) {
		log_error("the prefix of %s cannot be made unreachable elsewhere: %s",
			  config->name, link_error());
		return ret;
	}
	ret = link_add_addr(ifindex, &config->addr, config->prefix_len);
	if (ret) {
		log_error("interface %s cannot have its address: %s", config->name, link_error());
		return ret;
	}
	ret = link_up(ifindex);
	if (ret) {
		log_error("interface %s cannot be brought up: %s", config->name, link_error());
		return ret;
	}
	ret = link_add_route(ifindex, &config->addr, config->prefix_len);
	if (ret)
		log_error("interface %s cannot have its route: %s", config->name, link_error());
	return ret;
}

int kernel_start(const struct config *config)
{
	struct dgsec_interface iface;
	int ret;

	ref.lower_ifindex = if_nametoindex(config->lower);
	if (!ref.lower_ifindex) {
		log_error("there is no device %s (\"lower\") in this network namespace: create it",
			  config->lower);
		return -ENODEV;
	}
	ret = find(&iface);
	if (ret == -ENODEV) {
		ret = create(config, &iface);
	} else if (ret) {
		log_error("the interface on %s cannot be used: %s", config->lower,
			  kernel_error());
	}
	if (ret)
		return ret;
	first_ifindex = ifindex;
	if (!ifindex) {
		/* Moved away, as it may be. Its addresses are set where it is. */
		log_info("the interface on %s was moved: its address there is left alone",
			 config->lower);
		return kernel_set(config);
	}
	if (strcmp(iface.name, config->name)) {
		log_error("%s already carries an interface %s: delete it, or rename [interface %s]",
			  config->lower, iface.name, config->name);
		return -EEXIST;
	}
	ret = bring_up(config);
	return ret ? ret : kernel_set(config);
}

int kernel_set(const struct config *config)
{
	struct dgsec_interface iface = { .has = 0 };
	int ret;

	DGSEC_PUT(&iface, DGSEC_A_INTERFACE_SERVICE_ADDR, service_addr, config->service_addr);
	DGSEC_PUT(&iface, DGSEC_A_INTERFACE_SERVICE_PORT, service_port, config->service_port);
	DGSEC_PUT(&iface, DGSEC_A_INTERFACE_HANDSHAKE_RATE, handshake_rate,
		  config->handshake_rate);
	DGSEC_PUT(&iface, DGSEC_A_INTERFACE_HANDSHAKE_BURST, handshake_burst,
		  config->handshake_burst);
	DGSEC_PUT(&iface, DGSEC_A_INTERFACE_HANDSHAKE_PREFIX_RATE, handshake_prefix_rate,
		  config->handshake_prefix_rate);
	DGSEC_PUT(&iface, DGSEC_A_INTERFACE_HANDSHAKE_TOTAL_RATE, handshake_total_rate,
		  config->handshake_total_rate);
	DGSEC_PUT(&iface, DGSEC_A_INTERFACE_MAX_PEERS, max_peers, config->max_peers);
	DGSEC_PUT(&iface, DGSEC_A_INTERFACE_MAX_ASSOCS, max_assocs, config->max_assocs);
	DGSEC_PUT(&iface, DGSEC_A_INTERFACE_MAX_EXCHANGES, max_exchanges,
		  config->max_exchanges);
	DGSEC_PUT(&iface, DGSEC_A_INTERFACE_MAX_PEER_EXCHANGES, max_peer_exchanges,
		  config->max_peer_exchanges);
	DGSEC_PUT(&iface, DGSEC_A_INTERFACE_CID_LEN, cid_len, config->handshake.cid_len);
	DGSEC_PUT(&iface, DGSEC_A_INTERFACE_QUEUE_LEN, queue_len, config->queue_len);
	DGSEC_PUT(&iface, DGSEC_A_INTERFACE_QUEUE_SECONDS, queue_seconds,
		  config->queue_seconds);
	ret = dgsec_interface_set(dg, ref, &iface);
	if (ret == -EBUSY)
		log_error("interface %s: \"connection-id\" cannot change while there are associations with one: restore it, or delete them",
			  config->name);
	else if (ret)
		log_error("the kernel refuses the settings of %s: %s", config->name,
			  kernel_error());
	return ret;
}

static struct ports ports_of(const struct config *config)
{
	return (struct ports) { .v6 = config->listen.port, .v4 = config->listen.port4 };
}

static bool is_at(const struct dgsec_socket *sock, struct ports ports)
{
	return sock->port == (IN6_IS_ADDR_V4MAPPED(&sock->addr) ? ports.v4 : ports.v6);
}

static int on_own_socket(const struct dgsec_socket *sock, void *arg)
{
	bool *found = arg;

	*found |= is_at(sock, own_ports) && !dgsec_has(sock, DGSEC_A_SOCKET_STANDBY);
	return 0;
}

/*
 * Another interface may have been made in its place meanwhile, with the same
 * name, and with numbers of peers that begin anew. It has not our socket.
 */
bool kernel_alive(void)
{
	struct dgsec_interface iface;
	bool attached = false;
	int ret;

	doubt = false;
	ret = find(&iface);
	if (!ret && iface.ifindex && first_ifindex && iface.ifindex != first_ifindex)
		return false;
	if (!ret)
		ret = dgsec_socket_list(dg, ref, on_own_socket, &attached);
	/* Any other failure says nothing of the interface. */
	return ret ? ret != -ENODEV : attached;
}

bool kernel_doubtful(void)
{
	return doubt;
}

/* What every request says if there is no interface any more. */
static int checked(int ret)
{
	doubt |= ret == -ENODEV;
	return ret;
}

/* ---- socket ---------------------------------------------------------------- */

struct socket_scan {
	struct listener_place places[LISTENER_SOCKETS];
	size_t n_places;
	struct dgsec_socket stale[16];	/* of the past, to be closed */
	size_t n_stale;
	uint16_t busy;
};

static int on_socket(const struct dgsec_socket *sock, void *arg)
{
	struct socket_scan *scan = arg;
	const struct listener_place at = {
		.family = IN6_IS_ADDR_V4MAPPED(&sock->addr) ? AF_INET : AF_INET6,
		.port = sock->port,
	};
	bool wanted = false;

	/* kernel_claim_nosec() */
	if (sock->protocol == DGSEC_PROTOCOL_NONE)
		return 0;
	for (size_t i = 0; i < scan->n_places; i++)
		wanted |= scan->places[i].family == at.family && scan->places[i].port == at.port;
	if (!dgsec_has(sock, DGSEC_A_SOCKET_STANDBY)) {
		if (wanted && !listener_has(&at))
			scan->busy = sock->port;
	} else if (!wanted && scan->n_stale < 16) {
		scan->stale[scan->n_stale++] = *sock;
	}
	return 0;
}

int kernel_claim(const struct config *config)
{
	const struct timespec wait = { .tv_nsec = BUSY_WAIT * 1000000L };
	struct socket_scan scan;
	int ret;

	for (int i = 0; i < BUSY_TRIES; i++) {
		if (i)
			nanosleep(&wait, NULL);
		scan = (struct socket_scan) { .n_stale = 0 };
		scan.n_places = listener_places(config, scan.places);
		ret = dgsec_socket_list(dg, ref, on_socket, &scan);
		if (ret) {
			log_error("the kernel's sockets cannot be listed: %s", kernel_error());
			return ret;
		}
		if (!scan.busy)
			break;
	}
	if (scan.busy) {
		log_error("another process serves port %u here: does a dgsecd run already?",
			  scan.busy);
		return -EBUSY;
	}
	for (size_t i = 0; i < scan.n_stale; i++) {
		log_info("closing port %u of an earlier configuration", scan.stale[i].port);
		dgsec_socket_del(dg, ref, &scan.stale[i].addr, scan.stale[i].port);
	}
	return 0;
}

struct nosec_scan {
	const struct places *places;
	struct dgsec_socket stale[2 * 4];
	size_t n_stale;
};

static int on_nosec_socket(const struct dgsec_socket *sock, void *arg)
{
	struct nosec_scan *scan = arg;
	uint16_t port = IN6_IS_ADDR_V4MAPPED(&sock->addr) ? scan->places->port4 :
							      scan->places->port;

	if (sock->protocol == DGSEC_PROTOCOL_NONE && sock->port != port &&
	    dgsec_has(sock, DGSEC_A_SOCKET_STANDBY) && scan->n_stale < 8)
		scan->stale[scan->n_stale++] = *sock;
	return 0;
}

int kernel_claim_nosec(const struct config *config)
{
	struct nosec_scan scan = { .places = &config->listen_nosec };
	int ret = dgsec_socket_list(dg, ref, on_nosec_socket, &scan);

	if (ret) {
		log_error("the kernel's sockets cannot be listed: %s", kernel_error());
		return ret;
	}
	for (size_t i = 0; i < scan.n_stale; i++) {
		log_info("closing port %u of an earlier configuration", scan.stale[i].port);
		dgsec_socket_del(dg, ref, &scan.stale[i].addr, scan.stale[i].port);
	}
	return 0;
}

int kernel_attach_nosec(int fd)
{
	int ret = dgsec_socket_add(dg, ref, fd, DGSEC_PROTOCOL_NONE);

	if (ret)
		log_error("the kernel refuses the socket without security: %s", kernel_error());
	return ret;
}

int kernel_attach(int fd, const struct config *config)
{
	int ret = dgsec_socket_add(dg, ref, fd, DGSEC_PROTOCOL_DTLS12);

	if (ret)
		log_error("the kernel refuses the socket: %s", kernel_error());
	own_ports = ports_of(config);
	return ret;
}

/* ---- peers ----------------------------------------------------------------- */

static void fill_peer(struct dgsec_peer *out, const struct peer *peer)
{
	memset(out, 0, sizeof(*out));
	DGSEC_PUT(out, DGSEC_A_PEER_SERVICE_ADDR, service_addr, peer->service_addr);
	DGSEC_PUT(out, DGSEC_A_PEER_SERVICE_PORT, service_port, peer->service_port);
	DGSEC_PUT(out, DGSEC_A_PEER_MARK, mark, peer->mark);
	DGSEC_PUT(out, DGSEC_A_PEER_PAYLOAD, payload, peer->payload);
	DGSEC_PUT(out, DGSEC_A_PEER_MAX_ASSOCS, max_assocs, peer->max_assocs);
	DGSEC_PUT(out, DGSEC_A_PEER_ACQUIRE, acquire, peer->acquire);
}

int kernel_peer_list(int (*fn)(const struct dgsec_peer *peer, void *arg), void *arg)
{
	return dgsec_peer_list(dg, ref, fn, arg);
}

int kernel_peer_new(const struct peer *peer, uint32_t *id)
{
	struct dgsec_peer out;
	int ret;

	fill_peer(&out, peer);
	DGSEC_PUT(&out, DGSEC_A_PEER_INNER_ADDR, inner_addr, peer->addr);
	strcpy(out.name, peer->name);
	out.has |= DGSEC_HAS(DGSEC_A_PEER_NAME);
	ret = checked(dgsec_peer_new(dg, ref, &out, &out));
	if (!ret)
		*id = out.id;
	return ret;
}

int kernel_peer_set(const struct peer *peer)
{
	struct dgsec_peer out;

	fill_peer(&out, peer);
	DGSEC_PUT(&out, DGSEC_A_PEER_ID, id, peer->id);
	return checked(dgsec_peer_set(dg, ref, &out));
}

int kernel_peer_del(uint32_t id)
{
	struct dgsec_peer key = { .has = DGSEC_HAS(DGSEC_A_PEER_ID), .id = id };

	return checked(dgsec_peer_del(dg, ref, &key));
}

int kernel_acquire_done(const struct peer *peer, unsigned int seconds)
{
	struct dgsec_peer key = { .has = DGSEC_HAS(DGSEC_A_PEER_ID), .id = peer->id };

	return checked(dgsec_acquire_done(dg, ref, &key, seconds));
}

/* ---- endpoints and datagrams ----------------------------------------------- */

static struct dgsec_endpoint endpoint(const struct endpoint *ep, unsigned int seconds)
{
	return (struct dgsec_endpoint) {
		.remote_addr = ep->remote,
		.remote_port = ep->remote_port,
		.local_addr = ep->local,
		.local_port = ep->local_port,
		.seconds = seconds,
	};
}

int kernel_expect_add(const struct endpoint *ep, unsigned int seconds)
{
	struct dgsec_endpoint out = endpoint(ep, seconds);

	return checked(dgsec_expect_add(dg, ref, &out));
}

int kernel_expect_del(const struct endpoint *ep)
{
	struct dgsec_endpoint out = endpoint(ep, 0);

	return dgsec_expect_del(dg, ref, &out);
}

int kernel_inject(const struct endpoint *ep, const void *data, size_t len)
{
	struct dgsec_endpoint out = endpoint(ep, 0);

	return checked(dgsec_inject(dg, ref, &out, data, len));
}

/* ---- associations ---------------------------------------------------------- */

static void put_limits(struct dgsec_assoc *assoc, const struct limits *limits)
{
	DGSEC_PUT(assoc, DGSEC_A_ASSOC_WINDOW, window, limits->window);
	DGSEC_PUT(assoc, DGSEC_A_ASSOC_SOFT_PACKETS, soft_packets, limits->soft_packets);
	DGSEC_PUT(assoc, DGSEC_A_ASSOC_HARD_PACKETS, hard_packets, limits->hard_packets);
	DGSEC_PUT(assoc, DGSEC_A_ASSOC_SOFT_BYTES, soft_bytes, limits->soft_bytes);
	DGSEC_PUT(assoc, DGSEC_A_ASSOC_HARD_BYTES, hard_bytes, limits->hard_bytes);
	DGSEC_PUT(assoc, DGSEC_A_ASSOC_SOFT_FAILED, soft_failed, limits->soft_failed);
	DGSEC_PUT(assoc, DGSEC_A_ASSOC_HARD_FAILED, hard_failed, limits->hard_failed);
	DGSEC_PUT(assoc, DGSEC_A_ASSOC_SOFT_SECONDS, soft_seconds, limits->soft_seconds);
	DGSEC_PUT(assoc, DGSEC_A_ASSOC_HARD_SECONDS, hard_seconds, limits->hard_seconds);
	DGSEC_PUT(assoc, DGSEC_A_ASSOC_IDLE_SECONDS, idle_seconds, limits->idle_seconds);
	DGSEC_PUT(assoc, DGSEC_A_ASSOC_UNANSWERED_SECONDS, unanswered_seconds,
		  limits->unanswered_seconds);
}

/* Keys under a number that is another peer's by now would be the worst of mistakes. */
static int check_peer(const struct peer *peer)
{
	struct dgsec_peer key = { .has = DGSEC_HAS(DGSEC_A_PEER_ID), .id = peer->id };
	int ret;

	if (!kernel_alive()) {
		doubt = true;
		return -ENODEV;
	}
	ret = dgsec_peer_get(dg, ref, &key, &key);
	if (!ret && (!IN6_ARE_ADDR_EQUAL(&key.inner_addr, &peer->addr) ||
		     strcmp(key.name, peer->name)))
		ret = -ENOENT;
	return checked(ret);
}

struct orphan {
	const struct endpoint *ep;
	uint32_t id;
};

static int on_orphan(const struct dgsec_assoc *found, void *arg)
{
	struct orphan *orphan = arg;

	if (IN6_ARE_ADDR_EQUAL(&found->remote_addr, &orphan->ep->remote) &&
	    found->remote_port == orphan->ep->remote_port &&
	    found->local_port == orphan->ep->local_port &&
	    !dgsec_has(found, DGSEC_A_ASSOC_CONFIRMED))
		orphan->id = found->id;
	return 0;
}

/*
 * The kernel may have done what it could not say any more. The client is told
 * to forget these keys, so they must not stay.
 */
static void delete_orphan(const struct peer *peer, const struct endpoint *ep)
{
	struct orphan orphan = { .ep = ep };

	if (dgsec_assoc_list(dg, ref, peer->id, on_orphan, &orphan))
		log_warning("peer %s: an association may be left that nobody uses: %s",
			    peer->name, kernel_error());
	else if (orphan.id)
		kernel_assoc_del(orphan.id);
}

/* Errnos that may stand for no answer at all, not for the kernel's refusal. */
static bool unanswered(int ret)
{
	return ret == -EIO || ret == -ENOMEM || ret == -EPROTO || ret == -EINTR || ret == -EAGAIN;
}

int kernel_assoc_new(const struct peer *peer, const struct endpoint *ep,
		     const struct handshake_keys *keys, const struct kernel_assoc *with,
		     uint32_t *id)
{
	struct dgsec_assoc assoc = { .has = DGSEC_HAS(DGSEC_A_ASSOC_REPLACE) };
	int ret = check_peer(peer);

	if (ret)
		return ret;
	DGSEC_PUT(&assoc, DGSEC_A_ASSOC_PEER_ID, peer_id, peer->id);
	DGSEC_PUT(&assoc, DGSEC_A_ASSOC_PROTOCOL, protocol, DGSEC_PROTOCOL_DTLS12);
	DGSEC_PUT(&assoc, DGSEC_A_ASSOC_CIPHER, cipher, keys->cipher);
	DGSEC_PUT(&assoc, DGSEC_A_ASSOC_ROLE, role,
		  with->client ? DGSEC_ROLE_CLIENT : DGSEC_ROLE_SERVER);
	DGSEC_PUT(&assoc, DGSEC_A_ASSOC_EPOCH, epoch, 1);
	DGSEC_PUT(&assoc, DGSEC_A_ASSOC_REMOTE_ADDR, remote_addr, ep->remote);
	DGSEC_PUT(&assoc, DGSEC_A_ASSOC_REMOTE_PORT, remote_port, ep->remote_port);
	DGSEC_PUT(&assoc, DGSEC_A_ASSOC_LOCAL_ADDR, local_addr, ep->local);
	DGSEC_PUT(&assoc, DGSEC_A_ASSOC_LOCAL_PORT, local_port, ep->local_port);
	DGSEC_PUT(&assoc, DGSEC_A_ASSOC_TX_SEQ, tx_seq, with->tx_seq);
	if (with->rx_seen)
		DGSEC_PUT(&assoc, DGSEC_A_ASSOC_RX_SEQ, rx_seq, with->rx_seq);
	if (with->succeeds)
		DGSEC_PUT(&assoc, DGSEC_A_ASSOC_SUCCEEDS, succeeds, with->succeeds);
	if (keys->rx_cid.len)
		DGSEC_PUT(&assoc, DGSEC_A_ASSOC_RX_CID, rx_cid, keys->rx_cid);
	if (keys->tx_cid.len)
		DGSEC_PUT(&assoc, DGSEC_A_ASSOC_TX_CID, tx_cid, keys->tx_cid);
	if (keys->tx_max)
		DGSEC_PUT(&assoc, DGSEC_A_ASSOC_TX_MAX, tx_max, keys->tx_max);
	if (keys->rx_max)
		DGSEC_PUT(&assoc, DGSEC_A_ASSOC_RX_MAX, rx_max, keys->rx_max);
	put_limits(&assoc, &peer->limits);
	ret = checked(dgsec_assoc_new(dg, ref, &assoc, &keys->keys, &assoc));
	if (!ret)
		*id = assoc.id;
	else if (unanswered(ret))
		delete_orphan(peer, ep);
	return ret;
}

int kernel_assoc_new_nosec(const struct peer *peer, const struct endpoint *ep)
{
	struct dgsec_assoc assoc = { .has = DGSEC_HAS(DGSEC_A_ASSOC_REPLACE) };
	int ret = check_peer(peer);

	if (ret)
		return ret;
	DGSEC_PUT(&assoc, DGSEC_A_ASSOC_PEER_ID, peer_id, peer->id);
	DGSEC_PUT(&assoc, DGSEC_A_ASSOC_PROTOCOL, protocol, DGSEC_PROTOCOL_NONE);
	DGSEC_PUT(&assoc, DGSEC_A_ASSOC_REMOTE_ADDR, remote_addr, ep->remote);
	DGSEC_PUT(&assoc, DGSEC_A_ASSOC_REMOTE_PORT, remote_port, ep->remote_port);
	DGSEC_PUT(&assoc, DGSEC_A_ASSOC_LOCAL_ADDR, local_addr, ep->local);
	DGSEC_PUT(&assoc, DGSEC_A_ASSOC_LOCAL_PORT, local_port, ep->local_port);
	return checked(dgsec_assoc_new(dg, ref, &assoc, NULL, NULL));
}

int kernel_assoc_del(uint32_t id)
{
	return dgsec_assoc_del(dg, ref, id, false);
}

int kernel_assoc_close(uint32_t id)
{
	return dgsec_assoc_del(dg, ref, id, true);
}

int kernel_assoc_list(int (*fn)(const struct dgsec_assoc *assoc, void *arg), void *arg)
{
	int ret = -EAGAIN;

	for (int i = 0; i < TRIES && ret == -EAGAIN; i++)
		ret = dgsec_assoc_list(dg, ref, 0, fn, arg);
	return ret;
}

/* ---- events ---------------------------------------------------------------- */

int kernel_events_fd(void)
{
	return dgsec_events_fd(events);
}

static bool ours(const struct dgsec_event *event)
{
	struct dgsec_interface iface;

	if (event->dev.lower_ifindex)
		return event->dev.lower_ifindex == ref.lower_ifindex;
	/* Its index changes when it moves to another netns: look again. */
	if (event->dev.ifindex != ifindex)
		find(&iface);
	return event->dev.ifindex == ifindex;
}

int kernel_event(struct dgsec_event *event)
{
	int ret;

	do {
		ret = dgsec_events_recv(events, event);
	} while (ret == 1 && !ours(event));
	return ret;
}
