// SPDX-License-Identifier: GPL-2.0
/*
 * Others than a peer's service: their packets meet the table of exchanges on
 * the way out, and what answers them finds them on the way in.
 */

#include <linux/icmpv6.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <linux/workqueue.h>
#include <net/ip6_checksum.h>
#include <net/ipv6.h>

#include "clients.h"
#include "exchange.h"
#include "lookup.h"

static void aging(struct work_struct *work)
{
	struct dgsec_iface *iface = container_of(to_delayed_work(work),
						 struct dgsec_iface,
						 exchange_aging);

	if (dgsec_exchanges_age(&iface->exchanges, dgsec_now()))
		queue_delayed_work(system_power_efficient_wq,
				   &iface->exchange_aging,
				   DGSEC_EXCHANGE_AGING * HZ);
}

int dgsec_clients_init(struct dgsec_iface *iface)
{
	INIT_DELAYED_WORK(&iface->exchange_aging, aging);
	return dgsec_exchanges_init(&iface->exchanges);
}

/* Context: all peers are deleted, and no packet can come any more. */
void dgsec_clients_stop(struct dgsec_iface *iface)
{
	cancel_delayed_work_sync(&iface->exchange_aging);
}

void dgsec_clients_destroy(struct dgsec_iface *iface)
{
	dgsec_exchanges_destroy(&iface->exchanges);
}

/**
 * dgsec_clients_assoc - the association by which others ask a peer
 * @peer: the peer
 * @port: the port they ask
 *
 * At the usual port that is the current one: a device that has started anew
 * has a new association, while an old one may still have the port.
 *
 * Context: RCU read lock.
 * Return: the association or NULL.
 */
struct dgsec_assoc *dgsec_clients_assoc(struct dgsec_peer *peer, __be16 port)
{
	bool any = port == htons(DGSEC_COAP_PORT);
	struct dgsec_assoc *a;

	/* the youngest one is the first */
	hlist_for_each_entry_rcu(a, &peer->assocs, peer_node)
		if ((any || a->inner_port == port) &&
		    !test_bit(DGSEC_ASSOC_ENDED, &a->flags))
			return a;
	return NULL;
}

/* Can an answer go there, and nowhere else? */
static bool is_client(const struct in6_addr *addr)
{
	int type = ipv6_addr_type(addr);

	return type & IPV6_ADDR_UNICAST &&
	       !(type & (IPV6_ADDR_LOOPBACK | IPV6_ADDR_LINKLOCAL |
			 IPV6_ADDR_MAPPED));
}

static void count(struct dgsec_iface *iface, const struct dgsec_verdict *v)
{
	if (v->opened)
		dgsec_count(iface, DGSEC_A_STATS_EXCHANGE_OPENED);
	if (v->evicted)
		dgsec_stats_add(iface->stats, DGSEC_A_STATS_EXCHANGE_EVICTED,
				v->evicted);
}

static void keep_aging(struct dgsec_iface *iface)
{
	if (unlikely(dgsec_exchanges_are_many(&iface->exchanges)))
		mod_delayed_work(system_power_efficient_wq,
				 &iface->exchange_aging, 0);
	else if (!delayed_work_pending(&iface->exchange_aging))
		queue_delayed_work(system_power_efficient_wq,
				   &iface->exchange_aging,
				   DGSEC_EXCHANGE_AGING * HZ);
}

/* The peer's association of this id, if it is still there */
static struct dgsec_assoc *assoc_by_id(struct dgsec_peer *peer, u32 id)
{
	struct dgsec_assoc *a;

	hlist_for_each_entry_rcu(a, &peer->assocs, peer_node)
		if (a->id == id && !test_bit(DGSEC_ASSOC_ENDED, &a->flags))
			return a;
	return NULL;
}

/**
 * dgsec_clients_out - a packet to a peer, not from its service or not only
 * @iface: the interface
 * @peer: the peer
 * @skb: the packet, linear and with room, at its IPv6 header; if it may pass,
 *	 at its message, which has become what the device shall see
 * @service: it is from the service
 * @a: the association, another one perhaps
 *
 * Context: RCU read lock, bottom halves off.
 * Return: 0 or the counter of the reason to drop it; then it is as before.
 */
int dgsec_clients_out(struct dgsec_iface *iface, struct dgsec_peer *peer,
		      struct sk_buff *skb, bool service,
		      struct dgsec_assoc **a)
{
	const struct ipv6hdr *ip6 = (const struct ipv6hdr *)skb->data;
	const struct udphdr *udp = (const struct udphdr *)(ip6 + 1);
	u8 *data = (u8 *)(udp + 1), *start = data;
	struct dgsec_asker from = {
		.peer = peer->id, .sharing = &peer->sharing,
		.addr = ip6->saddr, .port = udp->source,
		.inner_port = udp->dest, .service = service,
	};
	struct dgsec_assoc *via = NULL;
	struct dgsec_verdict v;
	int stat;

	if (!service && !is_client(&ip6->saddr))
		return DGSEC_A_STATS_TX_DROP_NOT_SERVICE;
	stat = dgsec_exchange_out(&iface->exchanges, &from, data,
				  skb_tail_pointer(skb) - data, dgsec_now(),
				  &v);
	count(iface, &v);
	if (stat)
		return stat;
	if (v.via)
		via = assoc_by_id(peer, v.via);
	if (via)
		*a = via;
	if (v.rewrite)
		start = dgsec_coap_rewrite(data, &v.to);
	skb_pull(skb, start - skb->data);
	if (!service) {
		dgsec_count(iface, DGSEC_A_STATS_TX_EXCHANGE);
		keep_aging(iface);
	}
	return 0;
}

/* "Port unreachable", with as much of our packet as we need */
struct unreachable {
	struct ipv6hdr ip6;
	struct icmp6hdr icmp;
	struct ipv6hdr about;
	struct udphdr udp;
	u8 message[COAP_HEADER_LEN];
} __packed;

/* Does a client's own host say, about a message, that nobody is there? */
static bool is_gone(const struct sk_buff *skb, const struct unreachable *u)
{
	unsigned int len = ntohs(u->ip6.payload_len);

	return u->ip6.nexthdr == IPPROTO_ICMPV6 &&
	       u->icmp.icmp6_type == ICMPV6_DEST_UNREACH &&
	       u->icmp.icmp6_code == ICMPV6_PORT_UNREACH &&
	       u->about.version == 6 && u->about.nexthdr == IPPROTO_UDP &&
	       ipv6_addr_equal(&u->ip6.saddr, &u->about.daddr) &&
	       ipv6_addr_equal(&u->ip6.daddr, &u->about.saddr) &&
	       /* what may be acknowledged or rejected */
	       (u->message[0] >> 4 == (COAP_VERSION << 2 | COAP_CON) ||
		u->message[0] >> 4 == (COAP_VERSION << 2 | COAP_NON)) &&
	       skb->len >= sizeof(u->ip6) + len &&
	       !csum_ipv6_magic(&u->ip6.saddr, &u->ip6.daddr, len,
				IPPROTO_ICMPV6,
				skb_checksum(skb, sizeof(u->ip6), len, 0));
}

/**
 * dgsec_clients_gone - an ICMPv6 error comes for a peer
 * @iface: the interface
 * @skb: the packet, at its IPv6 header
 * @message: gets a reset, if a message of the peer's has found its client gone
 *
 * A client that is not there any more cannot reject notifications; without an
 * answer the device would repeat them, and let others wait.
 *
 * Context: RCU read lock, bottom halves off.
 * Return: the association by which to send it, or NULL.
 */
struct dgsec_assoc *dgsec_clients_gone(struct dgsec_iface *iface,
				       const struct sk_buff *skb,
				       u8 message[COAP_HEADER_LEN])
{
	struct unreachable buf, *u;
	struct dgsec_asker from;
	struct dgsec_verdict v;
	struct dgsec_peer *peer;

	u = skb_header_pointer(skb, 0, sizeof(buf), &buf);
	if (!u || !is_gone(skb, u))
		return NULL;
	peer = dgsec_lookup_peer(iface, &u->ip6.daddr);
	if (!peer || !dgsec_clients_share(peer))
		return NULL;
	from = (struct dgsec_asker){
		.peer = peer->id, .sharing = &peer->sharing,
		.addr = u->ip6.saddr, .port = u->udp.dest,
		.inner_port = u->udp.source,
	};
	message[0] = COAP_VERSION << 6 | COAP_RST << 4;
	message[COAP_CODE] = COAP_EMPTY;
	memcpy(message + COAP_MID, u->message + COAP_MID, sizeof(u16));
	if (dgsec_exchange_out(&iface->exchanges, &from, message,
			       COAP_HEADER_LEN, dgsec_now(), &v))
		return NULL;
	dgsec_count(iface, DGSEC_A_STATS_TX_EXCHANGE);
	return assoc_by_id(peer, v.via) ?:
	       dgsec_clients_assoc(peer, from.inner_port);
}

/**
 * dgsec_clients_in - a message from a peer that others than its service ask
 * @a: the association that it came by
 * @rec: the record, which may become that of another message
 * @to: who asked, if it goes there
 * @port: the port from which the answer comes, likewise
 *
 * Context: RCU read lock, bottom halves off.
 * Return: 0, the counter of the reason to drop it, or -ENOENT if it is for the
 * service.
 */
int dgsec_clients_in(struct dgsec_assoc *a, struct dtls12_record *rec,
		     struct dgsec_service *to, __be16 *port)
{
	struct dgsec_verdict v;
	u8 *start;
	int stat;

	if (READ_ONCE(a->peer->payload) != DGSEC_PAYLOAD_COAP)
		return -ENOENT;
	stat = dgsec_exchange_in(&a->iface->exchanges, a->peer->id, a->id,
				 rec->data, rec->len, dgsec_now(), &v);
	if (stat)
		return stat;
	if (v.rewrite) {
		start = dgsec_coap_rewrite(rec->data, &v.to);
		rec->len += rec->data - start;
		rec->data = start;
	}
	if (!v.client)
		return -ENOENT;
	to->addr = v.addr;
	to->port = v.port;
	*port = v.inner_port;
	dgsec_count(a->iface, DGSEC_A_STATS_RX_EXCHANGE);
	return 0;
}
