// SPDX-License-Identifier: GPL-2.0
/*
 * Others than a peer's service: their packets meet the table of exchanges on
 * the way out, and what answers them finds them on the way in.
 */

#include <linux/ipv6.h>
#include <linux/udp.h>
#include <linux/workqueue.h>
#include <net/ipv6.h>

#include "clients.h"
#include "exchange.h"

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
	struct dgsec_assoc *a, *unconfirmed = NULL;
	bool any = port == htons(DGSEC_COAP_PORT);

	/* the youngest one is the first */
	hlist_for_each_entry_rcu(a, &peer->assocs, peer_node) {
		if ((!any && a->inner_port != port) ||
		    test_bit(DGSEC_ASSOC_ENDED, &a->flags))
			continue;
		if (!any || test_bit(DGSEC_ASSOC_CONFIRMED, &a->flags))
			return a;
		if (!unconfirmed)
			unconfirmed = a;
	}
	return unconfirmed;
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
