/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Everything about kernel versions, 6.1 to 7.2. Included before every file of
 * the module.
 */
#ifndef _DGSEC_COMPAT_H
#define _DGSEC_COMPAT_H

#include <linux/netdevice.h>
#include <linux/slab.h>
#include <linux/version.h>
#include <net/genetlink.h>
#include <net/ip6_fib.h>
#include <net/rtnetlink.h>

/* 6.12: a bit of the device instead of a feature flag */
static inline void dgsec_compat_set_lltx(struct net_device *dev)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
	dev->lltx = true;
#else
	dev->features |= NETIF_F_LLTX;
#endif
}

/* 6.10: the outer struct of a route, by name */
#ifndef dst_rt6_info
#define dst_rt6_info(d) container_of(d, struct rt6_info, dst)
#endif

/* 6.5: a cache of its own, even if another one has objects of this size */
#ifdef SLAB_NO_MERGE
#define DGSEC_COMPAT_NO_MERGE	SLAB_NO_MERGE
#else
#define DGSEC_COMPAT_NO_MERGE	0
#endif

/* 6.15: newlink() takes a struct of parameters */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0)
#define DGSEC_COMPAT_NEWLINK(fn)					\
static int dgsec_compat_newlink(struct net_device *dev,			\
				struct rtnl_newlink_params *params,	\
				struct netlink_ext_ack *extack)		\
{									\
	return fn(rtnl_newlink_link_net(params), dev, params->tb,	\
		  extack);						\
}
#else
#define DGSEC_COMPAT_NEWLINK(fn)					\
static int dgsec_compat_newlink(struct net *net,			\
				struct net_device *dev,			\
				struct nlattr *tb[],			\
				struct nlattr *data[],			\
				struct netlink_ext_ack *extack)		\
{									\
	return fn(net, dev, tb, extack);				\
}
#endif

/* 6.6: the request's attributes moved */
static inline struct nlattr **
dgsec_compat_dump_attrs(struct netlink_callback *cb)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
	return genl_dumpit_info(cb)->info.attrs;
#else
	return genl_dumpit_info(cb)->attrs;
#endif
}

/* 6.2: operations split into do and dump, with hooks of their own */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
#define dgsec_compat_register_family(family) genl_register_family(family)
#else
struct genl_split_ops {
	int (*pre_doit)(const struct genl_split_ops *ops, struct sk_buff *skb,
			struct genl_info *info);
	int (*doit)(struct sk_buff *skb, struct genl_info *info);
	void (*post_doit)(const struct genl_split_ops *ops,
			  struct sk_buff *skb, struct genl_info *info);
	int (*dumpit)(struct sk_buff *skb, struct netlink_callback *cb);
	const struct nla_policy *policy;
	unsigned int maxattr;
	u8 cmd;
	u8 flags;
};

int dgsec_compat_register_family(struct genl_family *family);
#endif

#endif /* _DGSEC_COMPAT_H */
