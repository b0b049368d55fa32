// SPDX-License-Identifier: GPL-2.0
/*
 * Input routes, cached. What comes over an interface goes to few places: from
 * the lower device to the gateway's own address, from the interface to its
 * services. What goes to a peer goes to the interface. Looking up the same
 * route again and again is a seventh of what plain forwarding costs.
 *
 * A route depends on the destination alone, as long as there are no rules, no
 * routes by source and not several next hops. So it is in the stack when it
 * takes a list of packets: see ip6_extract_route_hint(). If one of these
 * is there, the stack looks up every packet's route, as ever.
 */

#include <linux/hash.h>
#include <linux/ipv6.h>
#include <linux/slab.h>
#include <net/dst_metadata.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>

#include "route.h"

struct dgsec_route {
	struct in6_addr daddr;
	struct dst_entry *dst;
	u32 cookie;
	unsigned long since;	/* in jiffies */
	struct rcu_head rcu;
};

/*
 * The cookie tells when tables change. That a router of several is silent
 * does not change them, so look again now and then.
 */
#define LIFETIME	HZ

static bool is_good(const struct dgsec_route *r)
{
	return jiffies - r->since < LIFETIME && dst_check(r->dst, r->cookie);
}

static void put(struct dgsec_routes *routes, unsigned int i,
		struct dgsec_route *r)
{
	struct dgsec_route *old;

	old = unrcu_pointer(xchg(&routes->slots[i], RCU_INITIALIZER(r)));
	if (!old)
		return;
	dst_release(old->dst);
	kfree_rcu(old, rcu);
}

/*
 * The stack's own lookup, which it would do next; the packet has its route
 * then. Return: the route, held once more, or NULL if it is not to be kept.
 */
static struct dst_entry *look_up(struct net_device *dev, struct sk_buff *skb)
{
	const struct ipv6hdr *ip6 = ipv6_hdr(skb);
	struct flowi6 fl6 = {
		.flowi6_iif = dev->ifindex,
		.daddr = ip6->daddr,
		.saddr = ip6->saddr,
		.flowlabel = ip6_flowinfo(ip6),
		.flowi6_mark = skb->mark,
		.flowi6_proto = ip6->nexthdr,
	};
	struct dst_entry *dst;

	dst = ip6_route_input_lookup(dev_net(dev), dev, &fl6, skb,
				     RT6_LOOKUP_F_HAS_SADDR);
	skb_dst_set(skb, dst);
	if (dst->error || IP6CB(skb)->flags & IP6SKB_MULTIPATH ||
	    !dst_hold_safe(dst))
		return NULL;
	return dst;
}

static void learn(struct dgsec_routes *routes, unsigned int i,
		  struct net_device *dev, struct sk_buff *skb)
{
	struct dgsec_route *r;
	struct dst_entry *dst;

	dst = look_up(dev, skb);
	if (!dst)
		return;
	r = kmalloc(sizeof(*r), GFP_ATOMIC | __GFP_NOWARN);
	if (!r) {
		dst_release(dst);
		return;
	}
	r->daddr = ipv6_hdr(skb)->daddr;
	r->dst = dst;
	r->cookie = rt6_get_cookie(dst_rt6_info(dst));
	r->since = jiffies;
	put(routes, i, r);
}

static bool may_cache(const struct net_device *dev, const struct sk_buff *skb)
{
	const struct net *net = dev_net_rcu(dev);

	/* multicast and ICMPv6 need more than a lookup */
	return !skb_dst(skb) && ipv6_hdr(skb)->nexthdr == IPPROTO_UDP &&
	       !ipv6_addr_is_multicast(&ipv6_hdr(skb)->daddr) &&
	       !fib6_has_custom_rules(net) && !fib6_routes_require_src(net);
}

/**
 * dgsec_route_input - give a packet its route before the stack looks for it
 * @routes: of the device
 * @dev: where the packet came from
 * @skb: the packet, at its IPv6 header
 *
 * Context: RCU read lock.
 * Return: whether it has one now, and had none before.
 */
bool dgsec_route_input(struct dgsec_routes *routes, struct net_device *dev,
		       struct sk_buff *skb)
{
	const struct in6_addr *daddr = &ipv6_hdr(skb)->daddr;
	struct dgsec_route *r;
	unsigned int i;

	if (!may_cache(dev, skb))
		return false;

	i = hash_32((__force u32)(daddr->s6_addr32[2] ^ daddr->s6_addr32[3]),
		    DGSEC_ROUTE_BITS);
	r = rcu_dereference(routes->slots[i]);
	if (unlikely(!r || !is_good(r)))
		learn(routes, i, dev, skb);
	else if (likely(ipv6_addr_equal(&r->daddr, daddr)))
		skb_dst_set_noref(skb, r->dst);
	/* else its slot is another's, for the moment */
	return skb_dst(skb);
}

/* Context: no packet can come any more. */
void dgsec_route_flush(struct dgsec_routes *routes)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(routes->slots); i++)
		put(routes, i, NULL);
}

/* Is its route known, and is it to this host itself? */
bool dgsec_route_is_local(const struct sk_buff *skb)
{
	const struct dst_entry *dst = skb_dst(skb);

	return skb_valid_dst(skb) && dst_rt6_info(dst)->rt6i_flags & RTF_LOCAL;
}

static void learn_peer(struct dgsec_peer_route *r, struct net_device *dev,
		       struct sk_buff *skb, const struct net_device *to)
{
	struct dst_entry *dst;
	u32 cookie;

	/* who comes at the same time goes the long way */
	if (test_and_set_bit_lock(0, &r->busy))
		return;
	dst = look_up(dev, skb);
	if (dst && dst->dev == to) {
		cookie = rt6_get_cookie(dst_rt6_info(dst));
		dst = unrcu_pointer(xchg(&r->dst, RCU_INITIALIZER(dst)));
		WRITE_ONCE(r->ifindex, dev->ifindex);
		WRITE_ONCE(r->since, (u32)jiffies);
		/* with an older one the new route is looked up once more */
		smp_store_release(&r->cookie, cookie);
	}
	dst_release(dst);
	clear_bit_unlock(0, &r->busy);
}

/**
 * dgsec_route_to_peer - the same for a packet to a peer
 * @r: the peer's
 * @dev: where the packet came from
 * @skb: the packet, at its IPv6 header
 * @to: the peer's interface
 *
 * Context: RCU read lock.
 */
void dgsec_route_to_peer(struct dgsec_peer_route *r, struct net_device *dev,
			 struct sk_buff *skb, const struct net_device *to)
{
	struct dst_entry *dst;
	u32 cookie;

	if (!may_cache(dev, skb))
		return;
	/* with a new cookie the route is the new one: see learn_peer() */
	cookie = smp_load_acquire(&r->cookie);
	dst = rcu_dereference(r->dst);
	if (likely(dst && READ_ONCE(r->ifindex) == dev->ifindex &&
		   (u32)jiffies - READ_ONCE(r->since) < LIFETIME &&
		   dst_check(dst, cookie)))
		skb_dst_set_noref(skb, dst);
	else
		learn_peer(r, dev, skb, to);
}

/* Context: no packet can come any more. */
void dgsec_route_forget_peer(struct dgsec_peer_route *r)
{
	dst_release(rcu_replace_pointer(r->dst, NULL, true));
}
