/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DGSEC_RX_H
#define _DGSEC_RX_H

#include "assoc.h"
#include "interface.h"

/* What the datagrams of a socket are called in its encap_type */
#define DGSEC_UDP_ENCAP		64

int dgsec_rx_encap(struct sock *sk, struct sk_buff *skb);
int dgsec_rx_encap4(struct sock *sk, struct sk_buff *skb);
int dgsec_rx_nosec(struct sock *sk, struct sk_buff *skb);
int dgsec_rx_inject(struct dgsec_iface *iface,
		    const struct dgsec_endpoint *remote, const void *data,
		    size_t len);

#endif /* _DGSEC_RX_H */
