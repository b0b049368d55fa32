// SPDX-License-Identifier: GPL-2.0
/*
 * The way of a packet from a device to its service, or to whoever has asked it,
 * top to bottom.
 *
 * A datagram comes from UDP and may hold several records. Application records
 * and alerts of associations are opened here; handshake records go up to the
 * socket. What is opened becomes a plain IPv6/UDP packet on the interface.
 */

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <linux/udp.h>
#include <net/ip6_checksum.h>
#include <net/route.h>
#include <net/udp.h>

#include "clients.h"
#include "event.h"
#include "lookup.h"
#include "rx.h"
#include "socket.h"
#include "tx.h"

/* A datagram on its way */
struct datagram {
	struct dgsec_iface *iface;
	struct dgsec_path from;
	bool standby;		/* nobody reads the socket */
	bool injected;		/* comes from userspace */
};

enum {
	INNER_LEN = sizeof(struct ipv6hdr) + sizeof(struct udphdr),
	INNER_HOP_LIMIT = 64,
};

static void count(struct datagram *d, struct dgsec_assoc *a, int stat)
{
	dgsec_count(d->iface, stat);
	/* the association has counted those by itself: they have a limit */
	if (a && stat != DGSEC_A_STATS_RX_DROP_AUTH)
		dgsec_counts_inc(&a->counts, stat);
}

static void drop(struct datagram *d, struct dgsec_assoc *a, int stat,
		 struct sk_buff *skb)
{
	count(d, a, stat);
	kfree_skb(skb);
}

/* Give the plaintext its inner headers, and the packet to the stack. */
static void deliver(struct datagram *d, struct dgsec_assoc *a,
		    struct sk_buff *skb, struct dtls12_record *rec, u32 mark)
{
	struct dgsec_iface *iface = d->iface;
	struct net_device *dev = iface->dev;
	__be16 port = a->inner_port;
	struct dgsec_service to;
	int stat = -ENOENT;
	struct ipv6hdr *ip6;
	struct udphdr *udp;
	unsigned int len;

	if (unlikely(dgsec_clients_share(a->peer))) {
		stat = dgsec_clients_in(a, rec, &to, &port);
		if (stat > 0) {
			drop(d, a, stat, skb);
			return;
		}
	}
	if (stat && !dgsec_peer_service(iface, a->peer, &to)) {
		drop(d, a, DGSEC_A_STATS_RX_DROP_NO_SERVICE, skb);
		return;
	}
	len = rec->len;

	skb_orphan(skb);
	skb_scrub_packet(skb, !net_eq(dev_net_rcu(dev), iface->lower_net));
	skb_pull(skb, rec->data - skb->data);
	pskb_trim(skb, len);
	/* outer headers and the record's were longer */
	udp = __skb_push(skb, sizeof(*udp));
	skb_reset_transport_header(skb);
	ip6 = __skb_push(skb, sizeof(*ip6));
	skb_reset_network_header(skb);
	skb_reset_mac_header(skb);
	skb->mac_len = 0;

	len += sizeof(*udp);
	ip6_flow_hdr(ip6, 0, 0);
	ip6->payload_len = htons(len);
	ip6->nexthdr = IPPROTO_UDP;
	ip6->hop_limit = INNER_HOP_LIMIT;
	ip6->saddr = a->peer->inner;
	ip6->daddr = to.addr;
	udp->source = port;
	udp->dest = to.port;
	udp->len = htons(len);
	udp->check = 0;
	udp->check = csum_ipv6_magic(&ip6->saddr, &ip6->daddr, len, IPPROTO_UDP,
				     csum_partial(udp, len, 0));
	if (!udp->check)
		udp->check = CSUM_MANGLED_0;

	skb->ip_summed = CHECKSUM_UNNECESSARY;
	skb->csum_level = 0;
	skb->protocol = htons(ETH_P_IPV6);
	skb->dev = dev;
	skb->mark = mark;
	skb->priority = 0;
	skb->encapsulation = 0;
	skb_clear_hash(skb);
	skb_set_queue_mapping(skb, 0);
	memset(skb->cb, 0, sizeof(skb->cb));

	dgsec_count_pair(iface, DGSEC_A_STATS_RX_RECORDS, rec->len);
	dgsec_assoc_spent(a, atomic64_inc_return(&a->counts.rx_records),
			  atomic64_add_return(rec->len, &a->counts.rx_bytes));
	/* no detour by a queue: what comes in one softirq is done in it */
	netif_receive_skb(skb);
}

static void alert(struct datagram *d, struct dgsec_assoc *a,
		  struct sk_buff *skb, const struct dtls12_record *rec)
{
	u8 level, description;

	/* RFC 5246 section 7.2 */
	if (rec->len != DTLS_ALERT_LEN || rec->data[0] < DTLS_ALERT_WARNING ||
	    rec->data[0] > DTLS_ALERT_FATAL) {
		drop(d, a, DGSEC_A_STATS_RX_DROP_ALERT, skb);
		return;
	}
	level = rec->data[0];
	description = rec->data[1];
	count(d, a, DGSEC_A_STATS_RX_ALERTS);
	dgsec_event_alert(a, level, description);
	/* RFC 5246 section 7.2.1: it is answered in kind */
	if (description == DTLS_ALERT_CLOSE_NOTIFY)
		dgsec_tx_alert(a, DTLS_ALERT_WARNING, DTLS_ALERT_CLOSE_NOTIFY,
			       GFP_ATOMIC);
	if (level == DTLS_ALERT_FATAL || description == DTLS_ALERT_CLOSE_NOTIFY)
		dgsec_assoc_end(a, DGSEC_REASON_CLOSED);
	consume_skb(skb);
}

/*
 * A handshake message inside an association: is it the first of a new handshake
 * there (renegotiation)? Then it is refused, and the association lives on. The
 * handshake library would do the same, but by now it may have forgotten the
 * association.
 */
static bool renegotiates(struct datagram *d, struct dgsec_assoc *a,
			 const struct dtls12_record *rec)
{
	if (rec->type != DTLS_HANDSHAKE || !rec->len ||
	    (rec->data[0] != DTLS_HELLO_REQUEST &&
	     rec->data[0] != DTLS_CLIENT_HELLO))
		return false;
	count(d, a, DGSEC_A_STATS_RX_RENEGOTIATION);
	dgsec_tx_alert(a, DTLS_ALERT_WARNING, DTLS_ALERT_NO_RENEGOTIATION,
		       GFP_ATOMIC);
	return true;
}

/* One record of a datagram as a packet of its own, with room for headers */
static struct sk_buff *copy_record(const struct dtls12_record *rec)
{
	struct sk_buff *skb = alloc_skb(NET_SKB_PAD + INNER_LEN + rec->size,
					GFP_ATOMIC);

	if (!skb)
		return NULL;
	skb_reserve(skb, NET_SKB_PAD + INNER_LEN);
	skb_put_data(skb, rec->start, rec->size);
	return skb;
}

/* The record is elsewhere now. */
static void move_record(struct dtls12_record *rec, u8 *start)
{
	rec->data = start + (rec->data - rec->start);
	rec->cid = start + (rec->cid - rec->start);
	rec->start = start;
}

static struct dgsec_assoc *find_assoc(struct datagram *d,
				      const struct dtls12_record *rec)
{
	struct dtls12_cid cid = { .id = rec->cid, .len = rec->cid_len };

	if (unlikely(cid.len))
		return dgsec_lookup_cid(d->iface, &cid);
	return dgsec_lookup_assoc(d->iface, &d->from.remote);
}

/*
 * Open one application record or alert, or what may be one: those with a
 * connection ID hide what they are.
 *
 * If it is @alone in its datagram, @skb is used and consumed, unless it is for
 * the socket: its endpoint is expected and no association opens it, so
 * userspace may have the key for it soon; or it was a handshake record.
 * Otherwise @skb stays as it is.
 *
 * Return: the counter of the reason why the record, unharmed, is for the
 * socket, or 0.
 */
static int open_record(struct datagram *d, struct sk_buff *skb,
		       struct dtls12_record *rec, bool alone)
{
	struct dgsec_iface *iface = d->iface;
	struct sk_buff *work = skb;
	size_t offset = rec->start - skb->data;
	struct dgsec_assoc *a = NULL;
	bool expected = false;
	int stat;

	if (unlikely(!(iface->dev->flags & IFF_UP))) {
		stat = DGSEC_A_STATS_RX_DROP_DOWN;
		goto drop;
	}
	expected = !d->injected &&
		   dgsec_lookup_expected(iface, &d->from.remote);
	a = find_assoc(d, rec);
	stat = a ? dgsec_assoc_check(a, rec) : DGSEC_A_STATS_RX_DROP_NO_ASSOC;
	if (unlikely(stat))
		goto drop;

	/*
	 * In place, so nobody else may look at the data (packet sockets do);
	 * on a copy if the datagram is needed afterwards.
	 */
	if (unlikely(!alone || expected)) {
		work = copy_record(rec);
		offset = 0;
	} else if (skb_cloned(skb) &&
		   pskb_expand_head(skb, 0, 0, GFP_ATOMIC)) {
		work = NULL;
	}
	if (unlikely(!work)) {
		stat = DGSEC_A_STATS_RX_DROP_MEMORY;
		goto drop;
	}
	move_record(rec, work->data + offset);

	stat = dgsec_assoc_open(a, rec, d->injected ? NULL : &d->from);
	if (unlikely(stat)) {
		if (work != skb)
			kfree_skb(work);
		goto drop;
	}
	if (unlikely(rec->type == DTLS_HANDSHAKE ||
		     rec->type == DTLS_CHANGE_CIPHER_SPEC)) {
		if (renegotiates(d, a, rec)) {
			consume_skb(work);
			if (alone && work != skb)
				consume_skb(skb);
			return 0;
		}
		/* the library has the keys too, and shall open it itself */
		if (work != skb) {
			kfree_skb(work);
		} else if (dgsec_dtls12_close(&a->rx, rec)) {
			stat = DGSEC_A_STATS_RX_DROP_MEMORY;
			goto drop;
		}
		return DGSEC_A_STATS_RX_HANDSHAKE;
	}
	if (alone && work != skb)
		consume_skb(skb);

	if (rec->type == DTLS_ALERT) {
		alert(d, a, work, rec);
	} else if (!rec->len) {
		count(d, a, DGSEC_A_STATS_RX_EMPTY);
		consume_skb(work);
	} else {
		deliver(d, a, work, rec, READ_ONCE(a->peer->mark));
	}
	return 0;

drop:
	if (expected)
		return DGSEC_A_STATS_RX_EXPECTED;
	count(d, a, stat);
	if (alone)
		kfree_skb(skb);
	return 0;
}

/*
 * Whose is a record? Application data and protected alerts are the kernel's;
 * the rest is of a handshake, protected or not.
 */
static bool is_ours(const struct dtls12_record *rec)
{
	return rec->type == DTLS_APPLICATION_DATA || rec->cid_len ||
	       (rec->type == DTLS_ALERT && rec->epoch);
}

/*
 * A handshake record under keys, openly: the library's, unless it is refused
 * here. One that the association does not open may be of a new handshake.
 *
 * Return: whether it is consumed.
 */
static bool refused(struct datagram *d, const struct dtls12_record *rec)
{
	struct dtls12_record r = *rec;
	struct dgsec_assoc *a;
	struct sk_buff *copy;
	bool consumed;

	if (rec->type != DTLS_HANDSHAKE || !rec->epoch || d->injected)
		return false;
	a = find_assoc(d, rec);
	if (!a || dgsec_assoc_check(a, rec))
		return false;
	copy = copy_record(rec);
	if (!copy)
		return false;
	move_record(&r, copy->data);
	consumed = !dgsec_assoc_open(a, &r, NULL) && renegotiates(d, a, &r);
	consume_skb(copy);
	return consumed;
}

/*
 * Has its sender received something at this endpoint, a cookie or more? Then it
 * is no forged one.
 */
static bool is_proven(struct datagram *d)
{
	return dgsec_lookup_expected(d->iface, &d->from.remote) ||
	       dgsec_lookup_assoc(d->iface, &d->from.remote);
}

/* May a datagram with handshake records wake the daemon? */
static bool may_go_up(struct datagram *d)
{
	struct dgsec_ratelimit *limit = &d->iface->handshakes;
	const struct dgsec_endpoint *from = &d->from.remote;
	int stat;

	if (d->injected)
		return false;
	if (d->standby) {
		dgsec_count(d->iface, DGSEC_A_STATS_RX_DROP_NO_DAEMON);
		return false;
	}
	stat = dgsec_ratelimit_check(limit, &from->addr);
	if (likely(!stat))
		return true;
	if (stat != DGSEC_A_STATS_RX_DROP_RATE &&
	    (is_proven(d) ||
	     dgsec_ratelimit_repeats(limit, &from->addr, from->port)) &&
	    dgsec_ratelimit_trusted(limit))
		return true;
	dgsec_count(d->iface, stat);
	return false;
}

/*
 * Several records, or one that is not ours: open copies of those that are
 * ours, and move the rest together for the socket.
 *
 * Return: how many octets are left for the socket.
 */
static size_t sift(struct datagram *d, struct sk_buff *skb, size_t start)
{
	u8 cid_len = READ_ONCE(d->iface->cid_len);
	size_t end = start, offset = start;
	struct dtls12_record rec;
	int stat;

	for (; offset < skb->len; offset += rec.size) {
		stat = dgsec_dtls12_parse(skb->data + offset,
					  skb->len - offset, cid_len, &rec);
		if (stat) {
			dgsec_count(d->iface, stat);
			break;
		}
		stat = dgsec_dtls12_vet(&rec);
		if (stat) {
			dgsec_count(d->iface, stat);
			continue;
		}
		/* what is expected goes up with the handshake's records */
		if (is_ours(&rec) && !open_record(d, skb, &rec, false))
			continue;
		if (refused(d, &rec))
			continue;
		memmove(skb->data + end, skb->data + offset, rec.size);
		end += rec.size;
	}
	return end - start;
}

/* Return: whether the datagram is for the socket; else it is consumed. */
static bool receive(struct datagram *d, struct sk_buff *skb)
{
	const size_t start = sizeof(struct udphdr);
	struct dtls12_record rec;
	size_t left;
	int stat;

	if (unlikely(skb_linearize(skb))) {
		drop(d, NULL, DGSEC_A_STATS_RX_DROP_MEMORY, skb);
		return false;
	}
	stat = dgsec_dtls12_parse(skb->data + start, skb->len - start,
				  READ_ONCE(d->iface->cid_len), &rec);
	if (stat) {
		drop(d, NULL, stat, skb);
		return false;
	}

	/* nearly always: one application record */
	if (likely(is_ours(&rec) && rec.size == skb->len - start &&
		   !dgsec_dtls12_vet(&rec))) {
		stat = open_record(d, skb, &rec, true);
		if (likely(!stat))
			return false;
		goto up;
	}

	/* what is moved must be nobody else's */
	if (skb_cloned(skb) && pskb_expand_head(skb, 0, 0, GFP_ATOMIC)) {
		drop(d, NULL, DGSEC_A_STATS_RX_DROP_MEMORY, skb);
		return false;
	}
	left = sift(d, skb, start);
	if (!left) {
		consume_skb(skb);
		return false;
	}
	if (left < skb->len - start) {
		pskb_trim(skb, start + left);
		udp_hdr(skb)->len = htons(start + left);
		/* the checksum was good before */
		skb->ip_summed = CHECKSUM_UNNECESSARY;
	}
	stat = DGSEC_A_STATS_RX_HANDSHAKE;
up:
	if (!may_go_up(d)) {
		kfree_skb(skb);
		return false;
	}
	dgsec_count(d->iface, stat);
	return true;
}

/**
 * dgsec_rx_encap - UDP's hook: a datagram has come
 * @sk: the socket
 * @skb: the datagram, its checksum verified, at its UDP header
 *
 * Context: RCU read lock, softirq.
 * Return: 0 if it is consumed, 1 if it is for the socket.
 */
int dgsec_rx_encap(struct sock *sk, struct sk_buff *skb)
{
	struct dgsec_socket *s = rcu_dereference_sk_user_data(sk);
	struct datagram d = {};

	if (unlikely(!s))
		return 1;
	d.iface = s->iface;
	d.from.remote.addr = ipv6_hdr(skb)->saddr;
	d.from.remote.port = udp_hdr(skb)->source;
	d.from.remote.local_port = s->port;
	d.from.local = ipv6_hdr(skb)->daddr;
	d.standby = s->standby;
	/* one datagram must not make many gateways answer */
	if (unlikely(ipv6_addr_is_multicast(&ipv6_hdr(skb)->daddr))) {
		drop(&d, NULL, DGSEC_A_STATS_RX_DROP_MULTICAST, skb);
		return 0;
	}
	return receive(&d, skb);
}

/**
 * dgsec_rx_encap4 - the same for IPv4, whose addresses are mapped from here on
 * @sk: the socket
 * @skb: the datagram, its checksum verified, at its UDP header
 *
 * Context: RCU read lock, softirq.
 * Return: 0 if it is consumed, 1 if it is for the socket.
 */
int dgsec_rx_encap4(struct sock *sk, struct sk_buff *skb)
{
	struct dgsec_socket *s = rcu_dereference_sk_user_data(sk);
	/* the outer headers may be shorter than the inner ones will be */
	const int before = INNER_LEN - sizeof(struct udphdr) -
			   DTLS12_HEADER_LEN + DGSEC_CLIENTS_GROWTH;
	struct datagram d = {};

	if (unlikely(!s))
		return 1;
	d.iface = s->iface;
	ipv6_addr_set_v4mapped(ip_hdr(skb)->saddr, &d.from.remote.addr);
	d.from.remote.port = udp_hdr(skb)->source;
	d.from.remote.local_port = s->port;
	ipv6_addr_set_v4mapped(ip_hdr(skb)->daddr, &d.from.local);
	d.standby = s->standby;
	if (unlikely(skb_rtable(skb)->rt_flags &
		     (RTCF_BROADCAST | RTCF_MULTICAST))) {
		drop(&d, NULL, DGSEC_A_STATS_RX_DROP_MULTICAST, skb);
		return 0;
	}
	if (unlikely(skb_headroom(skb) < before) &&
	    pskb_expand_head(skb, before, 0, GFP_ATOMIC)) {
		drop(&d, NULL, DGSEC_A_STATS_RX_DROP_MEMORY, skb);
		return 0;
	}
	return receive(&d, skb);
}

/* Linear, ours alone, and with room for longer headers before it */
static int prepare(struct sk_buff *skb)
{
	const int before = INNER_LEN - sizeof(struct udphdr) +
			   DGSEC_CLIENTS_GROWTH;
	int more = max_t(int, before - skb_headroom(skb), 0);

	if (skb_linearize(skb))
		return -ENOMEM;
	if (!more && !skb_cloned(skb))
		return 0;
	return pskb_expand_head(skb, more, 0, GFP_ATOMIC);
}

static bool is_for_many(const struct dgsec_socket *s, const struct sk_buff *skb)
{
	if (s->v4)
		return skb_rtable(skb)->rt_flags &
		       (RTCF_BROADCAST | RTCF_MULTICAST);
	return ipv6_addr_is_multicast(&ipv6_hdr(skb)->daddr);
}

/**
 * dgsec_rx_nosec - UDP's hook of a socket without security
 * @sk: the socket
 * @skb: the datagram, its checksum verified, at its UDP header
 *
 * Nothing is for userspace: what is from no configured endpoint is dropped.
 *
 * Context: RCU read lock, softirq.
 * Return: 0, as it is consumed; 1 if the socket is not ours any more.
 */
int dgsec_rx_nosec(struct sock *sk, struct sk_buff *skb)
{
	struct dgsec_socket *s = rcu_dereference_sk_user_data(sk);
	const size_t header = sizeof(struct udphdr);
	struct dtls12_record rec = {};
	struct dgsec_assoc *a = NULL;
	struct datagram d = {};
	int stat;

	if (unlikely(!s))
		return 1;
	d.iface = s->iface;
	if (s->v4)
		ipv6_addr_set_v4mapped(ip_hdr(skb)->saddr,
				       &d.from.remote.addr);
	else
		d.from.remote.addr = ipv6_hdr(skb)->saddr;
	d.from.remote.port = udp_hdr(skb)->source;
	d.from.remote.local_port = s->port;

	stat = DGSEC_A_STATS_RX_DROP_MULTICAST;
	if (is_for_many(s, skb))
		goto drop;
	stat = DGSEC_A_STATS_RX_DROP_DOWN;
	if (!(d.iface->dev->flags & IFF_UP))
		goto drop;
	stat = DGSEC_A_STATS_RX_DROP_NOSEC;
	a = dgsec_lookup_nosec(d.iface, &d.from.remote);
	if (!a)
		goto drop;
	stat = DGSEC_A_STATS_RX_DROP_EXPIRED;
	if (!dgsec_assoc_pass(a, &a->last_rx))
		goto drop;
	stat = DGSEC_A_STATS_RX_DROP_LENGTH;
	if (skb->len - header > DTLS12_PLAIN_MAX)
		goto drop;
	stat = DGSEC_A_STATS_RX_DROP_MEMORY;
	if (prepare(skb))
		goto drop;

	rec.data = skb->data + header;
	rec.len = skb->len - header;
	if (!rec.len) {
		count(&d, a, DGSEC_A_STATS_RX_EMPTY);
		consume_skb(skb);
		return 0;
	}
	dgsec_count(d.iface, DGSEC_A_STATS_RX_NOSEC);
	deliver(&d, a, skb, &rec,
		READ_ONCE(a->peer->mark) ?: DGSEC_NOSEC_MARK);
	return 0;

drop:
	drop(&d, a, stat, skb);
	return 0;
}

/**
 * dgsec_rx_inject - a datagram that had reached the socket
 * @iface: the interface
 * @remote: where it came from
 * @data: its payload
 * @len: length of that
 *
 * Its handshake records are left out.
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int dgsec_rx_inject(struct dgsec_iface *iface,
		    const struct dgsec_endpoint *remote, const void *data,
		    size_t len)
{
	struct datagram d = {
		.iface = iface, .from.remote = *remote, .injected = true,
	};
	struct sk_buff *skb;
	struct udphdr *udp;

	skb = alloc_skb(NET_SKB_PAD + INNER_LEN + len, GFP_KERNEL);
	if (!skb)
		return -ENOMEM;
	skb_reserve(skb, NET_SKB_PAD + INNER_LEN - sizeof(*udp));
	udp = skb_put_zero(skb, sizeof(*udp));
	udp->source = remote->port;
	udp->dest = remote->local_port;
	skb_reset_transport_header(skb);
	skb_put_data(skb, data, len);

	local_bh_disable();
	rcu_read_lock();
	if (receive(&d, skb))
		kfree_skb(skb);
	rcu_read_unlock();
	local_bh_enable();
	return 0;
}
