// SPDX-License-Identifier: GPL-2.0
/* What has waited for an association is sent, or dropped. */

#include "event.h"
#include "release.h"
#include "tx.h"
#include "wire.h"

/* Is there an association at the port that packets wait for? */
static bool is_ready(const struct dgsec_peer *peer)
{
	const struct dgsec_assoc *a;

	hlist_for_each_entry_rcu(a, &peer->assocs, peer_node)
		if (a->inner_port == htons(DGSEC_COAP_PORT) &&
		    !test_bit(DGSEC_ASSOC_ENDED, &a->flags))
			return true;
	return false;
}

/*
 * In order. What comes from the stack at the same time may be faster. One that
 * finds its association ended meanwhile waits again.
 *
 * Return: whether the peer has an association.
 */
static bool send_waiting(struct dgsec_iface *iface,
			 const struct dgsec_peer *peer)
{
	struct sk_buff_head list;
	struct sk_buff *skb;
	bool ready;

	__skb_queue_head_init(&list);
	local_bh_disable();
	rcu_read_lock();
	ready = is_ready(peer);
	if (ready)
		dgsec_queue_take(&iface->queue, peer->id, &list);
	while ((skb = __skb_dequeue(&list)))
		dgsec_tx_xmit(skb, iface->dev);
	rcu_read_unlock();
	local_bh_enable();
	return ready;
}

static void refuse(struct dgsec_iface *iface, struct dgsec_peer *peer,
		   struct sk_buff_head *list, int stat)
{
	struct sk_buff *skb;

	local_bh_disable();
	while ((skb = __skb_dequeue(list)))
		dgsec_tx_refuse(iface, peer, skb, stat);
	local_bh_enable();
}

/**
 * dgsec_release_peer - send what waits for a peer, or drop it
 * @iface: the interface, locked
 * @peer: the peer
 * @seconds: how long nothing is to wait, if it has no association
 */
void dgsec_release_peer(struct dgsec_iface *iface, struct dgsec_peer *peer,
			u32 seconds)
{
	struct sk_buff_head list;

	if (send_waiting(iface, peer))
		return;
	__skb_queue_head_init(&list);
	dgsec_queue_take(&iface->queue, peer->id, &list);
	dgsec_queue_refuse(&iface->queue, peer->id, seconds);
	refuse(iface, peer, &list, DGSEC_A_STATS_TX_DROP_QUEUE_REFUSED);
}

/* Look at what waits for one peer. */
static void look_at(struct dgsec_iface *iface, struct dgsec_peer *peer)
{
	struct sk_buff_head list;

	if (send_waiting(iface, peer))
		return;
	__skb_queue_head_init(&list);
	dgsec_queue_take_old(&iface->queue, peer->id, &list);
	refuse(iface, peer, &list, DGSEC_A_STATS_TX_DROP_QUEUE_TIME);
	/* a daemon may have come since, or the event was lost */
	if (dgsec_queue_count(&iface->queue, peer->id) &&
	    dgsec_since(READ_ONCE(peer->acquire_at), dgsec_now()) >=
			DGSEC_QUEUE_REMIND)
		dgsec_event_acquire(iface, peer, false);
}

static void drop(struct dgsec_iface *iface, u32 id)
{
	u32 n = dgsec_queue_drop(&iface->queue, id);

	local_bh_disable();
	dgsec_stats_add(iface->stats, DGSEC_A_STATS_TX_DROP_QUEUE_REFUSED, n);
	local_bh_enable();
}

/* Nothing waits any more: the interface is down, or goes. */
void dgsec_release_drop(struct dgsec_iface *iface)
{
	unsigned long id;

	for (id = 0; dgsec_queue_next(&iface->queue, &id); id++)
		drop(iface, id);
}

/* The work that looks at what waits. */
void dgsec_release_look(struct work_struct *work)
{
	struct dgsec_iface *iface = container_of(to_delayed_work(work),
						 struct dgsec_iface,
						 queue.work);
	struct dgsec_peer *peer;
	unsigned long id;

	mutex_lock(&iface->lock);
	if (iface->dying)
		goto out;
	for (id = 0; dgsec_queue_next(&iface->queue, &id); id++) {
		peer = xa_load(&iface->peers, id);
		if (peer)
			look_at(iface, peer);
		else
			/* a packet on its way while the peer was deleted */
			drop(iface, id);
		cond_resched();
	}
	dgsec_queue_look_again(&iface->queue);
out:
	mutex_unlock(&iface->lock);
}
