/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DGSEC_ROUTE_H
#define _DGSEC_ROUTE_H

#include <linux/types.h>

struct dgsec_route;
struct dst_entry;
struct net_device;
struct sk_buff;

enum { DGSEC_ROUTE_BITS = 4 };

/* Input routes of packets from one device, by destination */
struct dgsec_routes {
	struct dgsec_route __rcu *slots[1 << DGSEC_ROUTE_BITS];
};

/* The route of packets to a peer; all zeros: none yet */
struct dgsec_peer_route {
	struct dst_entry __rcu *dst;
	unsigned long busy;	/* bit 0: somebody changes it */
	u32 cookie;
	u32 since;		/* in jiffies */
	int ifindex;		/* where the packets come from */
};

bool dgsec_route_input(struct dgsec_routes *routes, struct net_device *dev,
		       struct sk_buff *skb);
bool dgsec_route_is_local(const struct sk_buff *skb);
void dgsec_route_to_peer(struct dgsec_peer_route *r, struct net_device *dev,
			 struct sk_buff *skb, const struct net_device *to);
void dgsec_route_forget_peer(struct dgsec_peer_route *r);
void dgsec_route_flush(struct dgsec_routes *routes);

#endif /* _DGSEC_ROUTE_H */
