/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of netlink commands share. */
#ifndef _DGSEC_NETLINK_UTIL_H
#define _DGSEC_NETLINK_UTIL_H

#include <linux/in.h>
#include <net/genetlink.h>
#include <net/ipv6.h>

#include "assoc.h"
#include "interface.h"

/* Where a dump goes on: after this id, serial number or place */
struct dgsec_nl_dump_ctx {
	unsigned long last;
};

struct dgsec_nl_dump {
	struct dgsec_iface *iface;
	netdevice_tracker tracker;
	struct nlattr **attrs;
	struct dgsec_nl_dump_ctx *ctx;
};

int dgsec_nl_nest(struct genl_info *info, int type, struct nlattr **tb,
		  int max, const struct nla_policy *policy, u64 allowed);
struct sk_buff *dgsec_nl_reply(struct genl_info *info, int cmd, void **header);
int dgsec_nl_dump_start(struct netlink_callback *cb, struct dgsec_nl_dump *d);
void dgsec_nl_dump_end(struct dgsec_nl_dump *d);
void *dgsec_nl_dump_put(struct sk_buff *skb, struct netlink_callback *cb,
			int cmd, const struct dgsec_iface *iface);
int dgsec_nl_put_ifindex(struct sk_buff *skb, const struct net *net,
			 const struct dgsec_iface *iface);
int dgsec_nl_get_service(const struct nlattr *addr, const struct nlattr *port,
			 struct dgsec_service *service,
			 struct netlink_ext_ack *extack);
int dgsec_nl_get_endpoint(const struct nlattr *addr, const struct nlattr *port,
			  const struct nlattr *local_port,
			  struct dgsec_endpoint *remote,
			  struct netlink_ext_ack *extack);

static inline bool dgsec_nl_is_unicast(const struct in6_addr *addr)
{
	int type = ipv6_addr_type(addr);

	return type & IPV6_ADDR_UNICAST &&
	       !(type & (IPV6_ADDR_LOOPBACK | IPV6_ADDR_LINKLOCAL |
			 IPV6_ADDR_MAPPED));
}

/* An outer address: IPv6 unicast, or IPv4 unicast, mapped */
static inline bool dgsec_nl_is_outer(const struct in6_addr *addr)
{
	__be32 v4 = addr->s6_addr32[3];

	if (ipv6_addr_v4mapped(addr))
		return !ipv4_is_multicast(v4) && !ipv4_is_lbcast(v4) &&
		       !ipv4_is_zeronet(v4);
	return ipv6_addr_type(addr) & IPV6_ADDR_UNICAST;
}

#endif /* _DGSEC_NETLINK_UTIL_H */
