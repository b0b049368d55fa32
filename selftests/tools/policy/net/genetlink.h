/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TOOLS_POLICY_GENETLINK_H
#define _TOOLS_POLICY_GENETLINK_H

#include "netlink.h"

enum {
	GENL_ADMIN_PERM = 1,
	GENL_CMD_CAP_DO = 2,
	GENL_CMD_CAP_DUMP = 4,
	GENL_MCAST_CAP_NET_ADMIN = 1,
};

struct sk_buff;
struct genl_info;
struct netlink_callback;

struct genl_split_ops {
	int (*pre_doit)(const struct genl_split_ops *ops, struct sk_buff *skb,
			struct genl_info *info);
	int (*doit)(struct sk_buff *skb, struct genl_info *info);
	void (*post_doit)(const struct genl_split_ops *ops, struct sk_buff *skb,
			  struct genl_info *info);
	int (*start)(struct netlink_callback *cb);
	int (*dumpit)(struct sk_buff *skb, struct netlink_callback *cb);
	int (*done)(struct netlink_callback *cb);
	const struct nla_policy *policy;
	unsigned int maxattr;
	uint8_t cmd;
	uint8_t flags;
};

struct genl_multicast_group {
	const char *name;
	uint8_t flags;
};

struct genl_family {
	const char *name;
	unsigned int version;
	bool netnsok, parallel_ops;
	void *module;
	const struct genl_split_ops *split_ops;
	unsigned int n_split_ops;
	const struct genl_multicast_group *mcgrps;
	unsigned int n_mcgrps;
};

#endif
