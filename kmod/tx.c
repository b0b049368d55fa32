// SPDX-License-Identifier: GPL-2.0
/*
 * The way of a packet to a device, top to bottom.
 *
 * A plain IPv6/UDP packet comes from the stack; its inner address names the
 * peer and its port the association. The payload is sealed where it is, and
 * leaves as a record under outer IPv6/UDP or IPv4/UDP headers through the lower
 * device.
 */

#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/route.h>
#include <net/udp.h>

#include "clients.h"
#include "event.h"
#include "lookup.h"
#include "socket.h"
#include "tx.h"

enum {
	INNER_LEN = sizeof(struct ipv6hdr) + sizeof(struct udphdr),
	OUTER_LEN = INNER_LEN,		/* IPv4's are shorter */
};

/*
 * What the stack should leave free for us before the inner headers. Without
 * connection ID: to ask for more than most drivers leave is a copy of every
 * packet.
 */
unsigned int dgsec_tx_headroom(const struct net_device *lower, u8 cid_len)
{
	return LL_RESERVED_SPACE(lower) + OUTER_LEN + DTLS12_PREFIX_LEN +
	       cid_len - INNER_LEN;
}

/* ... and behind the payload */
unsigned int dgsec_tx_tailroom(const struct net_device *lower, u8 cid_len)
{
	return lower->needed_tailroom + dtls12_suffix(cid_len) + DGSEC_TAG_MAX;
}

static void count(struct dgsec_assoc *a, int stat)
{
	dgsec_count(a->iface, stat);
	dgsec_counts_inc(&a->counts, stat);
}

/* With a reference, or an ERR_PTR */
static struct dst_entry *look_up(const struct dgsec_assoc *a, struct sock *sk,
				 const struct dgsec_path *path, bool v4)
{
	struct flowi6 fl6 = {
		.flowi6_oif = a->iface->lower_ifindex,
		.flowi6_proto = IPPROTO_UDP,
		.daddr = path->remote.addr,
		.saddr = path->local,
		.fl6_dport = path->remote.port,
		.fl6_sport = path->remote.local_port,
	};
	struct flowi4 fl4 = {
		.flowi4_oif = a->iface->lower_ifindex,
		.flowi4_proto = IPPROTO_UDP,
		.daddr = path->remote.addr.s6_addr32[3],
		.saddr = path->local.s6_addr32[3],
		.fl4_dport = path->remote.port,
		.fl4_sport = path->remote.local_port,
	};
	struct rtable *rt;

	if (!v4)
		return ip6_dst_lookup_flow(a->iface->lower_net, sk, &fl6,
					   NULL);
	rt = ip_route_output_flow(a->iface->lower_net, &fl4, sk);
	return IS_ERR(rt) ? ERR_CAST(rt) : &rt->dst;
}

static struct dst_entry *learn_route(struct dgsec_assoc *a, struct sock *sk,
				     const struct dgsec_path *path, bool v4)
{
	struct dst_entry *dst, *old;

	dst = look_up(a, sk, path, v4);
	if (IS_ERR(dst))
		return NULL;
	/* an interface speaks through its lower device only */
	if (dst->dev != a->iface->lower) {
		dst_release(dst);
		return NULL;
	}
	spin_lock(&a->lock);
	if (unlikely(a->cids) && memcmp(path, &a->path, sizeof(*path))) {
		/* moved: it is for this packet only, and lives for that long */
		spin_unlock(&a->lock);
		dst_release(dst);
		return dst;
	}
	old = rcu_dereference_protected(a->dst,
					lockdep_is_held(&a->lock));
	WRITE_ONCE(a->dst_cookie, v4 ? 0 : rt6_get_cookie(dst_rt6_info(dst)));
	rcu_assign_pointer(a->dst, dst);
	spin_unlock(&a->lock);
	dst_release(old);
	return dst;
}

/*
 * The route to the peer, as cached in the association or looked up. The route
 * lives as long as the RCU read lock is held.
 */
static inline struct dst_entry *route(struct dgsec_assoc *a, struct sock *sk,
				      const struct dgsec_path *path, bool v4)
{
	struct dst_entry *dst = rcu_dereference(a->dst);

	/* who moves from one family to the other does so behind our back */
	if (likely(dst && dst_check(dst, READ_ONCE(a->dst_cookie)) &&
		   (!a->cids ||
		    dst->ops->family == (v4 ? AF_INET : AF_INET6))))
		return dst;
	return learn_route(a, sk, path, v4);
}

/* ... and the socket. Return: 0 or the counter of the reason to drop. */
static __always_inline int find_way(struct dgsec_assoc *a,
				    const struct dgsec_path *path, bool v4,
				    struct dgsec_socket **s,
				    struct dst_entry **dst)
{
	*s = dgsec_socket_at(a->iface, v4, path->remote.local_port);
	if (unlikely(!*s))
		return DGSEC_A_STATS_TX_DROP_NO_SOCKET;
	*dst = route(a, (*s)->sk, path, v4);
	return likely(*dst) ? 0 : DGSEC_A_STATS_TX_DROP_NO_ROUTE;
}

/* What a packet of ours is to the stack from here on */
static __always_inline void set_route(struct sk_buff *skb,
				      struct dst_entry *dst, __be16 protocol)
{
	skb->ip_summed = CHECKSUM_NONE;
	skb->encapsulation = 0;
	skb->mark = 0;
	skb->protocol = protocol;
	skb->ignore_df = 1;
	skb_clear_hash(skb);
	skb_dst_set_noref(skb, dst);
}

/* Is it longer than the path takes? Fragments take references of their own. */
static __always_inline bool may_fragment(struct dgsec_assoc *a,
					 struct sk_buff *skb,
					 struct dst_entry *dst)
{
	if (likely(skb->len <= dst_mtu(dst)))
		return true;
	if (!skb_dst_force(skb))
		return false;
	count(a, DGSEC_A_STATS_TX_FRAGMENTED);
	return true;
}

/*
 * The same as send() under IPv4. Without "don't fragment": dg0's MTU of 1280 is
 * the least that IPv6 allows, so nobody could be told to send less.
 */
static noinline int send4(struct dgsec_assoc *a, struct sk_buff *skb,
			  const struct dgsec_path *path)
{
	struct dgsec_iface *iface = a->iface;
	unsigned int len = skb->len + sizeof(struct udphdr);
	struct dgsec_socket *s;
	struct dst_entry *dst;
	struct udphdr *udp;
	struct iphdr *ip;
	int err;

	err = find_way(a, path, true, &s, &dst);
	if (err) {
		kfree_skb(skb);
		return err;
	}

	skb_scrub_packet(skb, !net_eq(dev_net_rcu(iface->dev),
				      iface->lower_net));
	udp = __skb_push(skb, sizeof(*udp));
	skb_reset_transport_header(skb);
	ip = __skb_push(skb, sizeof(*ip));
	skb_reset_network_header(skb);

	udp->source = path->remote.local_port;
	udp->dest = path->remote.port;
	udp->len = htons(len);
	udp->check = 0;
	udp->check = csum_tcpudp_magic(path->local.s6_addr32[3],
				       path->remote.addr.s6_addr32[3], len,
				       IPPROTO_UDP, csum_partial(udp, len, 0));
	if (!udp->check)
		udp->check = CSUM_MANGLED_0;

	memset(ip, 0, sizeof(*ip));
	ip->version = 4;
	ip->ihl = sizeof(*ip) / 4;
	ip->tot_len = htons(skb->len);
	ip->ttl = ip4_dst_hoplimit(dst);
	ip->protocol = IPPROTO_UDP;
	ip->saddr = path->local.s6_addr32[3];
	ip->daddr = path->remote.addr.s6_addr32[3];
	__ip_select_ident(iface->lower_net, ip, 1);

	memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
	set_route(skb, dst, htons(ETH_P_IP));
	if (unlikely(!may_fragment(a, skb, dst))) {
		kfree_skb(skb);
		return DGSEC_A_STATS_TX_DROP_NO_ROUTE;
	}

	dev_xmit_recursion_inc();
	err = ip_local_out(iface->lower_net, s->sk, skb);
	dev_xmit_recursion_dec();
	return net_xmit_eval(err) ? DGSEC_A_STATS_TX_DROP_LOWER : 0;
}

/* Put outer headers before a record, and send it. */
static int send(struct dgsec_assoc *a, struct sk_buff *skb)
{
	struct dgsec_iface *iface = a->iface;
	unsigned int len = skb->len + sizeof(struct udphdr);
	const struct dgsec_path *path;
	struct dgsec_path copy;
	struct dgsec_socket *s;
	struct dst_entry *dst;
	struct ipv6hdr *ip6;
	struct udphdr *udp;
	int err;

	path = dgsec_assoc_path(a, &copy);
	if (unlikely(ipv6_addr_v4mapped(&path->remote.addr)))
		return send4(a, skb, path);
	err = find_way(a, path, false, &s, &dst);
	if (unlikely(err)) {
		kfree_skb(skb);
		return err;
	}

	skb_scrub_packet(skb, !net_eq(dev_net_rcu(iface->dev),
				      iface->lower_net));
	udp = __skb_push(skb, sizeof(*udp));
	skb_reset_transport_header(skb);
	ip6 = __skb_push(skb, sizeof(*ip6));
	skb_reset_network_header(skb);

	ip6_flow_hdr(ip6, 0, 0);
	ip6->payload_len = htons(len);
	ip6->nexthdr = IPPROTO_UDP;
	ip6->hop_limit = ip6_dst_hoplimit(dst);
	ip6->saddr = path->local;
	ip6->daddr = path->remote.addr;
	udp->source = path->remote.local_port;
	udp->dest = path->remote.port;
	udp->len = htons(len);
	udp->check = 0;
	udp->check = csum_ipv6_magic(&ip6->saddr, &ip6->daddr, len, IPPROTO_UDP,
				     csum_partial(udp, len, 0));
	if (!udp->check)
		udp->check = CSUM_MANGLED_0;

	memset(IP6CB(skb), 0, sizeof(*IP6CB(skb)));
	set_route(skb, dst, htons(ETH_P_IPV6));
	if (unlikely(!may_fragment(a, skb, dst))) {
		kfree_skb(skb);
		return DGSEC_A_STATS_TX_DROP_NO_ROUTE;
	}

	/* a tunnel: the sender's socket says nothing about the outer packet */
	dev_xmit_recursion_inc();
	err = ip6_local_out(iface->lower_net, s->sk, skb);
	dev_xmit_recursion_dec();
	return net_xmit_eval(err) ? DGSEC_A_STATS_TX_DROP_LOWER : 0;
}

/*
 * Seal what is in @skb, with room around it, and send it. Consumes @skb, unless
 * it is too big.
 *
 * Return: 0 or the counter of the reason for which it was dropped.
 */
static int seal_and_send(struct dgsec_assoc *a, struct sk_buff *skb, u8 type)
{
	u8 cid_len = dgsec_assoc_tx_cid(a)->len;
	size_t len = skb->len;
	int stat;

	stat = dgsec_assoc_seal(a, type, skb->data, len);
	if (unlikely(stat)) {
		if (stat != DGSEC_A_STATS_TX_DROP_TOO_BIG)
			kfree_skb(skb);
		return stat;
	}
	__skb_push(skb, dtls12_prefix(&a->tx, cid_len));
	__skb_put(skb, dtls12_suffix(cid_len) + a->tx.tag_len);
	return send(a, skb);
}

/* The same in the clear, by a socket that is there for that */
static noinline int send_nosec(struct dgsec_assoc *a, struct sk_buff *skb)
{
	const struct dgsec_endpoint *remote = &a->path.remote;
	struct dgsec_socket *s;

	s = dgsec_socket_at(a->iface, ipv6_addr_v4mapped(&remote->addr),
			    remote->local_port);
	if (!s || s->protocol != DGSEC_PROTOCOL_NONE) {
		kfree_skb(skb);
		return DGSEC_A_STATS_TX_DROP_NO_SOCKET;
	}
	if (!dgsec_assoc_pass(a, &a->last_tx)) {
		kfree_skb(skb);
		return DGSEC_A_STATS_TX_DROP_EXPIRED;
	}
	dgsec_count(a->iface, DGSEC_A_STATS_TX_NOSEC);
	return send(a, skb);
}

static __wsum payload_sum(const struct sk_buff *skb, unsigned int len)
{
	if (likely(!skb_is_nonlinear(skb)))
		return csum_partial(skb->data + sizeof(struct ipv6hdr), len, 0);
	return skb_checksum(skb, sizeof(struct ipv6hdr), len, 0);
}

/* Is the inner packet one whole UDP datagram with a good checksum? */
static int check_packet(struct sk_buff *skb)
{
	struct ipv6hdr *ip6;
	struct udphdr *udp;
	unsigned int len;

	if (skb->protocol != htons(ETH_P_IPV6) ||
	    !pskb_may_pull(skb, sizeof(*ip6)))
		return DGSEC_A_STATS_TX_DROP_MALFORMED;
	ip6 = ipv6_hdr(skb);
	len = ntohs(ip6->payload_len);
	if (ip6->version != 6 || skb->len < sizeof(*ip6) + len)
		return DGSEC_A_STATS_TX_DROP_MALFORMED;
	if (ip6->nexthdr != IPPROTO_UDP)
		return DGSEC_A_STATS_TX_DROP_NOT_UDP;
	if (pskb_trim_rcsum(skb, sizeof(*ip6) + len))
		return DGSEC_A_STATS_TX_DROP_MEMORY;
	if (len < sizeof(*udp) || !pskb_may_pull(skb, INNER_LEN))
		return DGSEC_A_STATS_TX_DROP_MALFORMED;

	ip6 = ipv6_hdr(skb);
	udp = (struct udphdr *)(ip6 + 1);
	if (ntohs(udp->len) != len)
		return DGSEC_A_STATS_TX_DROP_MALFORMED;

	/* what is sealed is vouched for: it must be what was sent */
	if (skb->ip_summed == CHECKSUM_PARTIAL || skb_csum_unnecessary(skb))
		return 0;
	if (!udp->check ||
	    csum_ipv6_magic(&ip6->saddr, &ip6->daddr, len, IPPROTO_UDP,
			    payload_sum(skb, len)))
		return DGSEC_A_STATS_TX_DROP_CHECKSUM;
	return 0;
}

/*
 * The payload in linear memory of our own, with room on both sides, and so
 * many octets @more.
 */
static int make_room(struct sk_buff *skb, const struct dgsec_assoc *a, int more)
{
	const struct net_device *lower = a->iface->lower;
	u8 cid_len = dgsec_assoc_tx_cid(a)->len;
	int head = dgsec_tx_headroom(lower, cid_len) + more - skb_headroom(skb);
	int tail = dgsec_tx_tailroom(lower, cid_len) + more - skb_tailroom(skb);

	if (unlikely(skb_is_nonlinear(skb))) {
		if (skb_linearize(skb))
			return -ENOMEM;
		tail = dgsec_tx_tailroom(lower, cid_len) + more -
		       skb_tailroom(skb);
	}
	if (likely(!skb_cloned(skb) && head <= 0 && tail <= 0))
		return 0;
	return pskb_expand_head(skb, max(head, 0), max(tail, 0), GFP_ATOMIC);
}

/* The peer's association that is at this inner port */
static struct dgsec_assoc *assoc_at(struct dgsec_peer *peer, __be16 port)
{
	struct dgsec_assoc *a;

	hlist_for_each_entry_rcu(a, &peer->assocs, peer_node)
		if (a->inner_port == port &&
		    !test_bit(DGSEC_ASSOC_ENDED, &a->flags))
			return a;
	return NULL;
}

static bool is_service(const struct dgsec_iface *iface,
		       const struct dgsec_peer *peer,
		       const struct ipv6hdr *ip6, const struct udphdr *udp)
{
	struct dgsec_service service;

	return dgsec_peer_service(iface, peer, &service) &&
	       udp->source == service.port &&
	       ipv6_addr_equal(&ip6->saddr, &service.addr);
}

/**
 * dgsec_tx_refuse - count, tell the sender where the stack would, and free
 * @iface: the interface
 * @peer: the peer, or NULL
 * @skb: a packet from the stack
 * @stat: the counter of the reason
 *
 * Context: bottom halves off.
 */
void dgsec_tx_refuse(struct dgsec_iface *iface, struct dgsec_peer *peer,
		     struct sk_buff *skb, int stat)
{
	dgsec_count(iface, stat);
	if (peer)
		dgsec_counts_inc(&peer->counts, stat);

	switch (stat) {
	case DGSEC_A_STATS_TX_DROP_NOT_UDP:
	case DGSEC_A_STATS_TX_DROP_NOT_SERVICE:
	case DGSEC_A_STATS_TX_DROP_NOT_COAP:
		icmpv6_ndo_send(skb, ICMPV6_DEST_UNREACH,
				ICMPV6_ADM_PROHIBITED, 0);
		break;
	case DGSEC_A_STATS_TX_DROP_NO_PEER:
	case DGSEC_A_STATS_TX_DROP_NO_ASSOC:
	case DGSEC_A_STATS_TX_DROP_QUEUE_TIME:
	case DGSEC_A_STATS_TX_DROP_QUEUE_REFUSED:
		icmpv6_ndo_send(skb, ICMPV6_DEST_UNREACH,
				ICMPV6_ADDR_UNREACH, 0);
		break;
	}
	kfree_skb(skb);
}

/*
 * It does not fit into a record of this association, which senders cannot
 * know. Many stacks will not send less than 1280 octets for it, but tell the
 * program (EMSGSIZE).
 */
static void refuse_too_big(struct dgsec_assoc *a, struct sk_buff *skb,
			   int growth)
{
	size_t most = dgsec_lifetime_tx_max(rcu_dereference(a->limits)) -
		      growth;

	__skb_push(skb, skb->data - skb_network_header(skb));
	icmpv6_ndo_send(skb, ICMPV6_PKT_TOOBIG, 0, INNER_LEN + most);
	kfree_skb(skb);
}

/*
 * A packet for a peer without association. It waits where userspace can make
 * one, which will have CoAP's port as the first does.
 */
static void let_wait(struct dgsec_iface *iface, struct dgsec_peer *peer,
		     struct sk_buff *skb)
{
	const struct udphdr *udp = (struct udphdr *)(ipv6_hdr(skb) + 1);
	int stat = DGSEC_A_STATS_TX_DROP_NO_ASSOC;
	bool first = false;

	if (READ_ONCE(peer->acquire) && udp->dest == htons(DGSEC_COAP_PORT))
		stat = dgsec_queue_add(&iface->queue, peer, skb, &first);
	if (stat != DGSEC_A_STATS_TX_DROP_QUEUE_REFUSED)
		dgsec_event_acquire(iface, peer, first);
	if (stat) {
		dgsec_tx_refuse(iface, peer, skb, stat);
		return;
	}
	dgsec_count(iface, DGSEC_A_STATS_TX_QUEUED);
	dgsec_counts_inc(&peer->counts, DGSEC_A_STATS_TX_QUEUED);
}

/* What is at its payload now, sealed if need be, and sent. As seal_and_send() */
static int finish(struct dgsec_assoc *a, struct sk_buff *skb)
{
	unsigned int len = skb->len;
	int stat;

	if (likely(a->protocol != DGSEC_PROTOCOL_NONE))
		stat = seal_and_send(a, skb, DTLS_APPLICATION_DATA);
	else
		stat = send_nosec(a, skb);
	if (unlikely(stat)) {
		count(a, stat);
		return stat;
	}
	dgsec_count_pair(a->iface, DGSEC_A_STATS_TX_RECORDS, len);
	dgsec_assoc_spent(a, atomic64_inc_return(&a->counts.tx_records),
			  atomic64_add_return(len, &a->counts.tx_bytes));
	return 0;
}

/* Not from the service, or not only the service asks the peer. */
static noinline void exchange(struct dgsec_iface *iface,
			      struct dgsec_peer *peer, struct dgsec_assoc *a,
			      struct sk_buff *skb, bool service)
{
	struct udphdr *udp = (struct udphdr *)(ipv6_hdr(skb) + 1), was = *udp;
	int stat, growth;

	stat = dgsec_clients_out(iface, peer, skb, service, &a);
	if (stat) {
		dgsec_tx_refuse(iface, peer, skb, stat);
		return;
	}
	growth = (u8 *)(udp + 1) - skb->data;
	if (finish(a, skb) != DGSEC_A_STATS_TX_DROP_TOO_BIG)
		return;
	/* the error shows the sender its own header */
	*udp = was;
	refuse_too_big(a, skb, growth);
}

/* A few octets as a packet with room on both sides, for an association */
static struct sk_buff *packet_of(struct dgsec_assoc *a, const u8 *data,
				 size_t len, gfp_t gfp)
{
	const struct net_device *lower = a->iface->lower;
	u8 cid_len = dgsec_assoc_tx_cid(a)->len;
	unsigned int head = dgsec_tx_headroom(lower, cid_len) + INNER_LEN;
	struct sk_buff *skb;

	skb = alloc_skb(head + len + dgsec_tx_tailroom(lower, cid_len), gfp);
	if (!skb)
		return NULL;
	skb_reserve(skb, head);
	skb_put_data(skb, data, len);
	skb->dev = a->iface->dev;
	return skb;
}

/*
 * If it is an ICMPv6 error that says that a client is gone, it becomes what the
 * client would have sent, and is consumed.
 */
static bool reset(struct dgsec_iface *iface, struct sk_buff *skb)
{
	u8 message[COAP_HEADER_LEN];
	struct sk_buff *packet;
	struct dgsec_assoc *a;

	a = dgsec_clients_gone(iface, skb, message);
	if (!a)
		return false;
	packet = packet_of(a, message, sizeof(message), GFP_ATOMIC);
	if (packet)
		finish(a, packet);
	else
		count(a, DGSEC_A_STATS_TX_DROP_MEMORY);
	consume_skb(skb);
	return true;
}

/**
 * dgsec_tx_xmit - the stack sends a packet on the interface
 * @skb: the packet
 * @dev: the interface
 *
 * Context: RCU read lock, bottom halves off.
 */
netdev_tx_t dgsec_tx_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct dgsec_iface *iface = netdev_priv(dev);
	struct dgsec_peer *peer = NULL;
	struct dgsec_assoc *a;
	bool service;
	__be16 port;
	int stat;

	rcu_read_lock();
	stat = check_packet(skb);
	/* fragments and ICMP are told, the malformed is not */
	if (unlikely(stat)) {
		if (stat != DGSEC_A_STATS_TX_DROP_NOT_UDP || !reset(iface, skb))
			dgsec_tx_refuse(iface, NULL, skb, stat);
		goto out;
	}
	peer = dgsec_lookup_peer(iface, &ipv6_hdr(skb)->daddr);
	if (unlikely(!peer)) {
		dgsec_tx_refuse(iface, NULL, skb,
				DGSEC_A_STATS_TX_DROP_NO_PEER);
		goto out;
	}
	service = is_service(iface, peer, ipv6_hdr(skb),
			     (struct udphdr *)(ipv6_hdr(skb) + 1));
	if (unlikely(!service &&
		     READ_ONCE(peer->payload) != DGSEC_PAYLOAD_COAP)) {
		dgsec_tx_refuse(iface, peer, skb,
				DGSEC_A_STATS_TX_DROP_NOT_SERVICE);
		goto out;
	}
	port = ((struct udphdr *)(ipv6_hdr(skb) + 1))->dest;
	a = likely(service) ? assoc_at(peer, port) :
			      dgsec_clients_assoc(peer, port);
	if (unlikely(!a)) {
		let_wait(iface, peer, skb);
		goto out;
	}

	if (unlikely(make_room(skb, a, service ? 0 : DGSEC_CLIENTS_ROOM))) {
		count(a, DGSEC_A_STATS_TX_DROP_MEMORY);
		kfree_skb(skb);
		goto out;
	}
	if (unlikely(!service || dgsec_clients_share(peer))) {
		exchange(iface, peer, a, skb, service);
		goto out;
	}
	skb_pull(skb, INNER_LEN);
	if (unlikely(finish(a, skb) == DGSEC_A_STATS_TX_DROP_TOO_BIG))
		refuse_too_big(a, skb, 0);
out:
	rcu_read_unlock();
	return NETDEV_TX_OK;
}

/**
 * dgsec_tx_alert - seal and send an alert
 * @a: the association
 * @level: enum dtls_alert
 * @description: RFC 5246 section 7.2
 * @gfp: how to allocate
 *
 * Context: RCU read lock or the interface's lock.
 * Return: 0, -ENOMEM, -ENETUNREACH if it could not be sent, or -EOPNOTSUPP if
 * there is no security.
 */
int dgsec_tx_alert(struct dgsec_assoc *a, u8 level, u8 description, gfp_t gfp)
{
	const u8 alert[DTLS_ALERT_LEN] = { level, description };
	struct sk_buff *skb;
	int stat;

	if (a->protocol == DGSEC_PROTOCOL_NONE)
		return -EOPNOTSUPP;
	skb = packet_of(a, alert, sizeof(alert), gfp);
	if (!skb)
		return -ENOMEM;
	local_bh_disable();
	rcu_read_lock();
	stat = seal_and_send(a, skb, DTLS_ALERT);
	count(a, stat ?: DGSEC_A_STATS_TX_ALERTS);
	rcu_read_unlock();
	local_bh_enable();
	return stat ? -ENETUNREACH : 0;
}
