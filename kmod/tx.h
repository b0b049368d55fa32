/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DGSEC_TX_H
#define _DGSEC_TX_H

#include <linux/skbuff.h>

#include "assoc.h"
#include "interface.h"
#include "peer.h"

netdev_tx_t dgsec_tx_xmit(struct sk_buff *skb, struct net_device *dev);
void dgsec_tx_refuse(struct dgsec_iface *iface, struct dgsec_peer *peer,
		     struct sk_buff *skb, int stat);
int dgsec_tx_alert(struct dgsec_assoc *a, u8 level, u8 description, gfp_t gfp);
unsigned int dgsec_tx_headroom(const struct net_device *lower, u8 cid_len);
unsigned int dgsec_tx_tailroom(const struct net_device *lower, u8 cid_len);

#endif /* _DGSEC_TX_H */
