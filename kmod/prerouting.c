// SPDX-License-Identifier: GPL-2.0
/*
 * What packets pass before they are routed, behind all of nftables there.
 *
 * First a guard: a peer's inner address comes in on its interface and nowhere
 * else. IPv6 hosts take packets for any of their addresses on any interface,
 * and Linux has no reverse path filter for IPv6. Without this, a neighbour on
 * the radio could send plain CoAP with a peer's inner address as its source,
 * and the service would take it for the peer.
 *
 * Then, for our own packets, a cached route; and for what devices send, the
 * socket too, as UDP's early demultiplexing does for connected sockets.
 */

#include <linux/netfilter_ipv6.h>
#include <linux/udp.h>
#include <net/ipv6.h>
#include <net/sock.h>

#include "lookup.h"
#include "prerouting.h"
#include "route.h"
#include "socket.h"

static bool is_spoofed(struct dgsec_iface *iface, const struct sk_buff *skb)
{
	const struct in6_addr *source = &ipv6_hdr(skb)->saddr;

	/* peers nearly always share a prefix: spare the others the lookup */
	return unlikely(dgsec_lookup_may_be_peer(iface, source)) &&
	       dgsec_lookup_peer(iface, source);
}

/* The socket that this datagram is for, if it is ours and comes to us. */
static struct dgsec_socket *socket_of(const struct dgsec_iface *iface,
				      const struct sk_buff *skb)
{
	const struct ipv6hdr *ip6 = ipv6_hdr(skb);

	if (ip6->nexthdr != IPPROTO_UDP ||
	    skb_headlen(skb) < sizeof(*ip6) + sizeof(struct udphdr))
		return NULL;
	return dgsec_socket_at(iface, false,
			       ((struct udphdr *)(ip6 + 1))->dest);
}

/* From the lower device. Return: whether it was for one of our sockets. */
static bool demux(struct dgsec_iface *iface, struct sk_buff *skb,
		  const struct nf_hook_state *state)
{
	struct dgsec_socket *s;

	if (state->in != iface->lower)
		return false;
	s = socket_of(iface, skb);
	if (!s)
		return false;
	/* what comes by a bridge or out of IPsec goes other ways from here */
	if (unlikely(skb_has_extensions(skb)))
		return true;
	if (!dgsec_route_input(&iface->outer_routes, state->in, skb))
		return true;
	/*
	 * UDP would find the same one: nobody else can have the port on this
	 * device. It may be bound to one address. With a reference, as nobody
	 * knows how long hooks and queues keep the packet.
	 */
	if (likely(dgsec_route_is_local(skb) && !skb->sk &&
		   skb->pkt_type == PACKET_HOST &&
		   s->sk->sk_state == TCP_CLOSE &&
		   (ipv6_addr_any(&s->addr) ||
		    ipv6_addr_equal(&s->addr, &ipv6_hdr(skb)->daddr)) &&
		   refcount_inc_not_zero(&s->sk->sk_refcnt))) {
		skb->sk = s->sk;
		skb->destructor = sock_edemux;
	}
	return true;
}

static void route_to_peer(struct dgsec_iface *iface, struct sk_buff *skb,
			  const struct nf_hook_state *state)
{
	const struct in6_addr *daddr = &ipv6_hdr(skb)->daddr;
	struct dgsec_peer *peer;

	if (!dgsec_lookup_may_be_peer(iface, daddr) || skb_has_extensions(skb))
		return;
	peer = dgsec_lookup_peer(iface, daddr);
	if (peer)
		dgsec_route_to_peer(&peer->route, state->in, skb, iface->dev);
}

/* Where the interface is */
static unsigned int inner(void *priv, struct sk_buff *skb,
			  const struct nf_hook_state *state)
{
	struct dgsec_iface *iface = priv;

	if (state->in == iface->dev) {
		dgsec_route_input(&iface->inner_routes, state->in, skb);
		return NF_ACCEPT;
	}
	/* a VRF has it pass here once more; the first time counted */
	if (netif_is_l3_master(state->in))
		return NF_ACCEPT;
	if (is_spoofed(iface, skb)) {
		/* a verdict of userspace brings it here from a process */
		local_bh_disable();
		dgsec_count(iface, DGSEC_A_STATS_RX_DROP_SPOOFED);
		local_bh_enable();
		return NF_DROP;
	}
	if (!demux(iface, skb, state))
		route_to_peer(iface, skb, state);
	return NF_ACCEPT;
}

/* Where its lower device is, if that is elsewhere */
static unsigned int outer(void *priv, struct sk_buff *skb,
			  const struct nf_hook_state *state)
{
	demux(priv, skb, state);
	return NF_ACCEPT;
}

static int hook(struct nf_hook_ops *ops, nf_hookfn *fn,
		struct dgsec_iface *iface, struct net *net)
{
	int err;

	*ops = (struct nf_hook_ops) {
		.hook = fn,
		.priv = iface,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = NF_IP6_PRI_LAST,
	};
	err = nf_register_net_hook(net, ops);
	if (err)
		ops->hook = NULL;
	return err;
}

static void unhook(struct nf_hook_ops *ops, struct net *net)
{
	if (ops->hook)
		nf_unregister_net_hook(net, ops);
	ops->hook = NULL;
}

/* For the netns that the interface is in now. Return: 0 or an error. */
int dgsec_prerouting_register(struct dgsec_iface *iface)
{
	struct net *net = dev_net(iface->dev);
	int err;

	err = hook(&iface->inner_hook, inner, iface, net);
	if (err || net_eq(net, iface->lower_net))
		return err;
	err = hook(&iface->outer_hook, outer, iface, iface->lower_net);
	if (err)
		unhook(&iface->inner_hook, net);
	return err;
}

/*
 * The interface leaves its netns. What is cached was for that one, and must not
 * outlive it.
 */
void dgsec_prerouting_unregister(struct dgsec_iface *iface)
{
	struct dgsec_peer *peer;
	unsigned long id;

	unhook(&iface->outer_hook, iface->lower_net);
	unhook(&iface->inner_hook, dev_net(iface->dev));
	/* no packet is on its way through the hooks any more after this */
	synchronize_net();
	/* peers and associations of the last moment hold routes, too */
	rcu_barrier();
	dgsec_route_flush(&iface->inner_routes);
	dgsec_route_flush(&iface->outer_routes);
	mutex_lock(&iface->lock);
	xa_for_each(&iface->peers, id, peer) {
		dgsec_route_forget_peer(&peer->route);
		cond_resched();
	}
	mutex_unlock(&iface->lock);
}
