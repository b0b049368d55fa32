/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DGSEC_PEER_H
#define _DGSEC_PEER_H

#include <linux/rculist.h>
#include <linux/rhashtable-types.h>

#include "interface.h"

/* One authenticated remote thing. Written under the interface's lock. */
struct dgsec_peer {
	struct rhash_head inner_node;
	struct in6_addr inner;
	struct dgsec_peer_route route;
	struct hlist_head assocs;	/* RCU */
	struct dgsec_service service;	/* zeros: the interface's */
	u32 mark;
	u32 id;
	u8 payload;			/* enum dgsec_payload */
	u8 max_assocs;
	u8 n_assocs;			/* max_assocs and a few that end */
	bool acquire;			/* packets wait for an association */
	u32 acquire_at;			/* second of the last acquire */
	struct rhash_head name_node;
	struct dgsec_counts counts;	/* its own and of past associations */
	struct rcu_head rcu;
	u8 sharing;			/* enum dgsec_sharing: exchanges' */
	char name[];			/* empty: none */
};

enum { DGSEC_PEER_ASSOCS = 4 };

struct netlink_ext_ack;

struct dgsec_peer *dgsec_peer_new(struct dgsec_iface *iface,
				  const struct in6_addr *inner,
				  const char *name,
				  struct netlink_ext_ack *extack);
void dgsec_peer_delete(struct dgsec_iface *iface, struct dgsec_peer *peer);
bool dgsec_peer_service(const struct dgsec_iface *iface,
			const struct dgsec_peer *peer,
			struct dgsec_service *service);
void dgsec_peer_set_service(struct dgsec_iface *iface,
			    struct dgsec_service *service,
			    const struct dgsec_service *to);

#endif /* _DGSEC_PEER_H */
