// SPDX-License-Identifier: GPL-2.0
/*
 * A peer's inner address comes in on its interface and nowhere else.
 *
 * IPv6 hosts take packets for any of their addresses on any interface, and
 * Linux has no reverse path filter for IPv6. Without this, a neighbour on the
 * radio could send plain CoAP with a peer's inner address as its source, and
 * the service would take it for the peer.
 */

#include <linux/netfilter_ipv6.h>
#include <net/ipv6.h>

#include "guard.h"
#include "lookup.h"

static unsigned int check_source(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state)
{
	const struct in6_addr *source = &ipv6_hdr(skb)->saddr;
	struct dgsec_iface *iface = priv;

	if (state->in == iface->dev)
		return NF_ACCEPT;
	/* peers nearly always share a prefix: spare the others the lookup */
	if (likely(!dgsec_lookup_may_be_peer(iface, source)))
		return NF_ACCEPT;
	if (!dgsec_lookup_peer(iface, source))
		return NF_ACCEPT;
	dgsec_count(iface, DGSEC_A_STATS_RX_DROP_SPOOFED);
	return NF_DROP;
}

/* In the netns that the interface is in now. Return: 0 or an error. */
int dgsec_guard_register(struct dgsec_iface *iface)
{
	int err;

	iface->guard = (struct nf_hook_ops) {
		.hook = check_source,
		.priv = iface,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = NF_IP6_PRI_RAW - 1,
	};
	err = nf_register_net_hook(dev_net(iface->dev), &iface->guard);
	if (err)
		iface->guard.hook = NULL;
	return err;
}

void dgsec_guard_unregister(struct dgsec_iface *iface)
{
	if (iface->guard.hook)
		nf_unregister_net_hook(dev_net(iface->dev), &iface->guard);
	iface->guard.hook = NULL;
}
