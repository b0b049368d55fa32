// SPDX-License-Identifier: GPL-2.0
/* Peers: an identity with its inner address, and its associations. */

#include <linux/netlink.h>
#include <linux/slab.h>
#include <net/ipv6.h>

#include "assoc.h"
#include "lookup.h"
#include "peer.h"
#include "wire.h"

/**
 * dgsec_peer_new - create a peer
 * @iface: the interface, locked
 * @inner: inner address, valid
 * @name: label, may be empty, valid
 * @extack: gets the text of a refusal
 *
 * Return: the peer, in the tables, or an ERR_PTR.
 */
struct dgsec_peer *dgsec_peer_new(struct dgsec_iface *iface,
				  const struct in6_addr *inner,
				  const char *name,
				  struct netlink_ext_ack *extack)
{
	struct dgsec_peer *peer;
	size_t len = strlen(name) + 1;
	int err;

	if (iface->n_peers >= iface->max_peers) {
		NL_SET_ERR_MSG(extack, "too many peers: raise max-peers of the interface");
		return ERR_PTR(-ENOSPC);
	}
	if (dgsec_lookup_find_peer(iface, inner)) {
		NL_SET_ERR_MSG(extack, "another peer has this inner address");
		return ERR_PTR(-EEXIST);
	}
	if (*name && dgsec_lookup_name(iface, name)) {
		NL_SET_ERR_MSG(extack, "another peer has this name");
		return ERR_PTR(-EEXIST);
	}

	peer = kzalloc(struct_size(peer, name, len), GFP_KERNEL);
	if (!peer)
		return ERR_PTR(-ENOMEM);
	peer->inner = *inner;
	peer->payload = DGSEC_PAYLOAD_COAP;
	peer->max_assocs = DGSEC_PEER_ASSOCS;
	memcpy(peer->name, name, len);

	err = xa_alloc_cyclic(&iface->peers, &peer->id, peer,
			      XA_LIMIT(1, U32_MAX), &iface->next_peer,
			      GFP_KERNEL);
	if (err < 0)
		goto err_free;
	err = dgsec_lookup_add_peer(iface, peer);
	if (err)
		goto err_id;
	iface->n_peers++;
	return peer;

err_id:
	xa_erase(&iface->peers, peer->id);
err_free:
	kfree(peer);
	return ERR_PTR(err);
}

static void destroy_rcu(struct rcu_head *rcu)
{
	struct dgsec_peer *peer = container_of(rcu, struct dgsec_peer, rcu);

	dgsec_route_forget_peer(&peer->route);
	dgsec_counts_destroy(&peer->counts);
	kfree(peer);
}

/**
 * dgsec_peer_delete - delete a peer with its associations
 * @iface: the interface, locked
 * @peer: the peer
 */
void dgsec_peer_delete(struct dgsec_iface *iface, struct dgsec_peer *peer)
{
	struct dgsec_assoc *a;

	dgsec_lookup_del_peer(iface, peer);
	dgsec_exchanges_forget(&iface->exchanges, peer->id, &peer->sharing,
			       DGSEC_SHARING_NEVER);
	xa_erase(&iface->peers, peer->id);
	iface->n_peers--;
	local_bh_disable();
	dgsec_stats_add(iface->stats, DGSEC_A_STATS_TX_DROP_QUEUE_REFUSED,
			dgsec_queue_drop(&iface->queue, peer->id));
	local_bh_enable();

	hlist_for_each_entry(a, &peer->assocs, peer_node)
		dgsec_assoc_end(a, DGSEC_REASON_DELETED);
	/*
	 * One that the data path ends at this very moment may not be on the
	 * reaper's list yet; it will be there within its softirq.
	 */
	for (;;) {
		dgsec_assoc_reap(iface);
		if (hlist_empty(&peer->assocs))
			break;
		cond_resched();
	}
	call_rcu(&peer->rcu, destroy_rcu);
}

/**
 * dgsec_peer_service - where do this peer's messages go?
 * @iface: the interface
 * @peer: the peer
 * @service: the answer
 *
 * Context: RCU read lock.
 * Return: whether there is a service.
 */
bool dgsec_peer_service(const struct dgsec_iface *iface,
			const struct dgsec_peer *peer,
			struct dgsec_service *service)
{
	struct dgsec_service general;
	unsigned int seq;

	/* an address must not be half old and half new */
	do {
		seq = read_seqbegin(&iface->service_lock);
		*service = peer->service;
		general = iface->service;
	} while (read_seqretry(&iface->service_lock, seq));

	if (!service->port)
		service->port = general.port;
	if (!ipv6_addr_any(&service->addr))
		return true;
	service->addr = general.addr;
	if (!ipv6_addr_any(&service->addr))
		return true;
	return dgsec_interface_service(iface, &service->addr);
}

/* Change an interface's or a peer's service. Context: the lock. */
void dgsec_peer_set_service(struct dgsec_iface *iface,
			    struct dgsec_service *service,
			    const struct dgsec_service *to)
{
	/* readers in softirq must not wait for us on this CPU */
	write_seqlock_bh(&iface->service_lock);
	*service = *to;
	write_sequnlock_bh(&iface->service_lock);
}
