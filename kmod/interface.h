/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DGSEC_INTERFACE_H
#define _DGSEC_INTERFACE_H

#include <linux/in6.h>
#include <linux/llist.h>
#include <linux/mutex.h>
#include <linux/netfilter.h>
#include <linux/netdevice.h>
#include <linux/rhashtable.h>
#include <linux/seqlock.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <net/rtnetlink.h>

#include "exchange_table.h"
#include "queue.h"
#include "ratelimit.h"
#include "route.h"
#include "stats.h"

struct dgsec_socket;

/* Defaults and bounds; what can be changed is in docs/netlink/dgsec.yaml */
enum dgsec_interface_limits {
	DGSEC_MTU			= 1280,	/* IPV6_MIN_MTU */
	DGSEC_SOCKETS_MAX		= 4,
	DGSEC_MAX_PEERS			= 131072,
	DGSEC_MAX_ASSOCS		= 131072,
	DGSEC_EXCHANGES_LIMIT		= 131072,
	DGSEC_MAX_EXPECTED		= 4096,
	DGSEC_EXPECT_AGING		= 5,	/* seconds */
	DGSEC_AGING_MAX			= 3600,	/* seconds */
	DGSEC_EVENT_RATE		= 1000,
	DGSEC_EVENT_BURST		= 1000,
};

/* A service: where a peer's messages go */
struct dgsec_service {
	struct in6_addr addr;	/* all zeros: not configured */
	__be16 port;		/* 0: not configured */
};

/*
 * The virtual netdevice. It is in a netns of its own choice; its lower side
 * (lower device, sockets) stays in lower_net. When the lower device goes away
 * or moves, the interface is deleted, so lower and lower_net are always good.
 */
struct dgsec_iface {
	struct net_device *dev;
	struct net_device *lower;
	netdevice_tracker lower_tracker;
	struct net *lower_net;
	int lower_ifindex;
	u32 serial;			/* order of creation */
	struct list_head list;		/* dgsec_ifaces_lock */

	struct dgsec_stats __percpu *stats;

	/* read by the data path under RCU, written under lock */
	struct dgsec_socket __rcu *sockets[2][DGSEC_SOCKETS_MAX];	/* v6, v4 */
	struct rhashtable by_endpoint;	/* associations without ... */
	struct rhashtable by_cid;	/* ... and with a connection ID */
	struct rhashtable by_nosec;	/* by endpoint, without security */
	struct rhashtable by_inner;	/* peers */
	struct rhashtable by_name;	/* peers */
	struct rhashtable expected;	/* endpoints with a handshake going on */
	struct dgsec_service service;
	seqlock_t service_lock;		/* this one and the peers' */
	atomic_t n_expected;
	u8 cid_len;			/* of our connection IDs */
	struct nf_hook_ops inner_hook;	/* if they have a hook, they are */
	struct nf_hook_ops outer_hook;	/* in place */
	struct dgsec_routes inner_routes;
	struct dgsec_routes outer_routes;
	__be64 inner_prefix;		/* of all peers ... */
	bool inner_mixed;		/* ... unless they have several */

	struct dgsec_exchanges exchanges;
	struct delayed_work exchange_aging;

	struct dgsec_ratelimit handshakes;
	struct dgsec_bucket events;
	u32 auth_event_at;		/* second of the last auth event */
	atomic_t auth_failed;		/* since the last one */

	struct mutex lock;		/* configuration; below RTNL */
	bool dying;
	struct xarray peers, assocs;	/* by id */
	u32 next_peer, next_assoc;	/* hints for the next ids */
	u32 n_peers, n_assocs, n_cids, max_peers, max_assocs;
	struct dgsec_queue queue;	/* packets that wait for an association */

	/* associations that ended, for the reaper to take away */
	struct llist_head ended;
	struct work_struct reaper;
	struct delayed_work aging;
};

static inline void dgsec_count(struct dgsec_iface *iface, int stat)
{
	dgsec_stats_add(iface->stats, stat, 1);
}

static inline void dgsec_count_pair(struct dgsec_iface *iface, int stat,
				    u64 bytes)
{
	dgsec_stats_add(iface->stats, stat, 1);
	dgsec_stats_add(iface->stats, stat + 1, bytes);
}

extern struct rtnl_link_ops dgsec_link_ops;

int dgsec_interface_init(void);
void dgsec_interface_exit(void);

struct dgsec_iface *dgsec_interface_get(struct net *net, u32 ifindex,
					u32 lower_ifindex,
					netdevice_tracker *tracker,
					struct netlink_ext_ack *extack);
struct dgsec_iface *dgsec_interface_next(struct net *net, u32 serial,
					 netdevice_tracker *tracker);
void dgsec_interface_put(struct dgsec_iface *iface,
			 netdevice_tracker *tracker);
bool dgsec_interface_service(const struct dgsec_iface *iface,
			     struct in6_addr *addr);

#endif /* _DGSEC_INTERFACE_H */
