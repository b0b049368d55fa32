/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	docs/netlink/dgsec.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_DGSEC_GEN_H
#define _LINUX_DGSEC_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/dgsec.h>

/* Common nested types */
extern const struct nla_policy dgsec_alert_nl_policy[DGSEC_A_ALERT_DESCRIPTION + 1];
extern const struct nla_policy dgsec_assoc_nl_policy[DGSEC_A_ASSOC_UNANSWERED_SECONDS + 1];
extern const struct nla_policy dgsec_endpoint_nl_policy[DGSEC_A_ENDPOINT_SECONDS + 1];
extern const struct nla_policy dgsec_exchange_nl_policy[DGSEC_A_EXCHANGE_LEFT + 1];
extern const struct nla_policy dgsec_interface_nl_policy[DGSEC_A_INTERFACE_HANDSHAKE_TOTAL_RATE + 1];
extern const struct nla_policy dgsec_keys_nl_policy[DGSEC_A_KEYS_RX_IV + 1];
extern const struct nla_policy dgsec_peer_nl_policy[DGSEC_A_PEER_EXCHANGES + 1];
extern const struct nla_policy dgsec_socket_nl_policy[DGSEC_A_SOCKET_STANDBY + 1];
extern const struct nla_policy dgsec_stats_nl_policy[DGSEC_A_STATS_TX_NOSEC + 1];

int dgsec_nl_pre_doit(const struct genl_split_ops *ops, struct sk_buff *skb,
		      struct genl_info *info);
void
dgsec_nl_post_doit(const struct genl_split_ops *ops, struct sk_buff *skb,
		   struct genl_info *info);

int dgsec_nl_interface_get_doit(struct sk_buff *skb, struct genl_info *info);
int dgsec_nl_interface_get_dumpit(struct sk_buff *skb,
				  struct netlink_callback *cb);
int dgsec_nl_interface_set_doit(struct sk_buff *skb, struct genl_info *info);
int dgsec_nl_socket_add_doit(struct sk_buff *skb, struct genl_info *info);
int dgsec_nl_socket_del_doit(struct sk_buff *skb, struct genl_info *info);
int dgsec_nl_socket_get_dumpit(struct sk_buff *skb,
			       struct netlink_callback *cb);
int dgsec_nl_peer_new_doit(struct sk_buff *skb, struct genl_info *info);
int dgsec_nl_peer_set_doit(struct sk_buff *skb, struct genl_info *info);
int dgsec_nl_peer_get_doit(struct sk_buff *skb, struct genl_info *info);
int dgsec_nl_peer_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int dgsec_nl_peer_del_doit(struct sk_buff *skb, struct genl_info *info);
int dgsec_nl_assoc_new_doit(struct sk_buff *skb, struct genl_info *info);
int dgsec_nl_assoc_set_doit(struct sk_buff *skb, struct genl_info *info);
int dgsec_nl_assoc_get_doit(struct sk_buff *skb, struct genl_info *info);
int dgsec_nl_assoc_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int dgsec_nl_assoc_del_doit(struct sk_buff *skb, struct genl_info *info);
int dgsec_nl_expect_add_doit(struct sk_buff *skb, struct genl_info *info);
int dgsec_nl_expect_del_doit(struct sk_buff *skb, struct genl_info *info);
int dgsec_nl_inject_doit(struct sk_buff *skb, struct genl_info *info);
int dgsec_nl_alert_send_doit(struct sk_buff *skb, struct genl_info *info);
int dgsec_nl_acquire_done_doit(struct sk_buff *skb, struct genl_info *info);
int dgsec_nl_exchange_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb);

enum {
	DGSEC_NLGRP_EVENTS,
};

extern struct genl_family dgsec_nl_family;

#endif /* _LINUX_DGSEC_GEN_H */
