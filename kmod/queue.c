// SPDX-License-Identifier: GPL-2.0
/* Packets that wait for an association: who waits, how many, for how long. */

#include <linux/slab.h>
#include <linux/workqueue.h>

#include "assoc.h"
#include "peer.h"
#include "queue.h"
#include "wire.h"

/* Of one peer: its packets, or that there is no hope for a while */
struct waiting {
	struct sk_buff_head list;
	bool refused;
	u32 until;		/* this second, if refused */
};

/* In a packet that waits */
struct note {
	u32 since;		/* this second */
};

static struct note *note_of(struct sk_buff *skb)
{
	BUILD_BUG_ON(sizeof(struct note) > sizeof(skb->cb));
	return (struct note *)skb->cb;
}

void dgsec_queue_init(struct dgsec_queue *q, work_func_t look)
{
	xa_init_flags(&q->waiting, XA_FLAGS_LOCK_BH);
	q->len = DGSEC_QUEUE_LEN;
	q->max = DGSEC_QUEUE_MAX;
	q->bytes = DGSEC_QUEUE_BYTES;
	q->seconds = DGSEC_QUEUE_SECONDS;
	INIT_DELAYED_WORK(&q->work, look);
}

/* All has been taken. */
void dgsec_queue_destroy(struct dgsec_queue *q)
{
	xa_destroy(&q->waiting);
}

static struct waiting *get(struct dgsec_queue *q, u32 id)
{
	struct waiting *w = xa_load(&q->waiting, id);

	if (w)
		return w;
	w = kzalloc(sizeof(*w), GFP_ATOMIC | __GFP_NOWARN);
	if (!w)
		return NULL;
	__skb_queue_head_init(&w->list);
	if (!xa_is_err(__xa_store(&q->waiting, id, w,
				  GFP_ATOMIC | __GFP_NOWARN)))
		return w;
	kfree(w);
	return NULL;
}

/* One that tells nothing is not kept. */
static void put(struct dgsec_queue *q, u32 id, struct waiting *w)
{
	if (w->refused || !skb_queue_empty(&w->list))
		return;
	__xa_erase(&q->waiting, id);
	kfree(w);
}

/* CoAP repeats a message as it was; the device needs it once. */
static bool is_there(const struct waiting *w, const struct sk_buff *skb)
{
	const size_t from = offsetof(struct ipv6hdr, saddr);
	const struct sk_buff *other;

	skb_queue_walk(&w->list, other)
		if (other->len == skb->len &&
		    skb_headlen(other) == skb->len &&
		    skb_headlen(skb) == skb->len &&
		    !memcmp(other->data + from, skb->data + from,
			    skb->len - from))
			return true;
	return false;
}

/* Return: 0 or the counter of the reason why it cannot wait. */
static int admit(const struct dgsec_queue *q, const struct waiting *w,
		 const struct sk_buff *skb, bool coap)
{
	if (coap && is_there(w, skb))
		return DGSEC_A_STATS_TX_QUEUE_REPEATED;
	if (w->list.qlen >= q->len || q->n_packets >= q->max ||
	    q->n_bytes + skb->truesize > q->bytes)
		return DGSEC_A_STATS_TX_DROP_QUEUE_FULL;
	return 0;
}

static bool is_refused(struct waiting *w)
{
	if (w->refused && (s32)(w->until - dgsec_now()) <= 0)
		w->refused = false;
	return w->refused;
}

/**
 * dgsec_queue_add - let a packet wait
 * @q: the queue
 * @peer: for which
 * @skb: a packet from the stack, at its IPv6 header
 * @first: whether it is the only one of its peer now
 *
 * Context: bottom halves off.
 * Return: 0, or the counter of the reason why it cannot wait; then it is the
 * caller's still.
 */
int dgsec_queue_add(struct dgsec_queue *q, const struct dgsec_peer *peer,
		    struct sk_buff *skb, bool *first)
{
	struct waiting *w;
	int stat;

	*first = false;
	if (!READ_ONCE(q->len))
		return DGSEC_A_STATS_TX_DROP_NO_ASSOC;
	xa_lock(&q->waiting);
	w = get(q, peer->id);
	if (!w)
		stat = DGSEC_A_STATS_TX_DROP_MEMORY;
	else if (is_refused(w))
		stat = DGSEC_A_STATS_TX_DROP_QUEUE_REFUSED;
	else
		stat = admit(q, w, skb, READ_ONCE(peer->payload) ==
					DGSEC_PAYLOAD_COAP);
	if (!stat) {
		*first = skb_queue_empty(&w->list);
		/* the sender and its route need not wait, too */
		skb_orphan(skb);
		skb_dst_drop(skb);
		note_of(skb)->since = dgsec_now();
		q->n_packets++;
		q->n_bytes += skb->truesize;
		__skb_queue_tail(&w->list, skb);
	} else if (w) {
		put(q, peer->id, w);
	}
	xa_unlock(&q->waiting);
	if (!stat)
		queue_delayed_work(system_power_efficient_wq, &q->work, HZ);
	return stat;
}

static void take(struct dgsec_queue *q, struct waiting *w,
		 struct sk_buff_head *to, u32 least)
{
	u32 now = dgsec_now();
	struct sk_buff *skb;

	while ((skb = skb_peek(&w->list)) &&
	       dgsec_since(note_of(skb)->since, now) >= least) {
		__skb_unlink(skb, &w->list);
		q->n_packets--;
		q->n_bytes -= skb->truesize;
		__skb_queue_tail(to, skb);
	}
}

/* Take a peer's packets, the first one first. There is hope again, too. */
void dgsec_queue_take(struct dgsec_queue *q, u32 id, struct sk_buff_head *to)
{
	struct waiting *w;

	xa_lock_bh(&q->waiting);
	w = xa_load(&q->waiting, id);
	if (w) {
		w->refused = false;
		take(q, w, to, 0);
		put(q, id, w);
	}
	xa_unlock_bh(&q->waiting);
}

/* Take a peer's packets that have waited for as long as they may. */
void dgsec_queue_take_old(struct dgsec_queue *q, u32 id,
			  struct sk_buff_head *to)
{
	struct waiting *w;

	xa_lock_bh(&q->waiting);
	w = xa_load(&q->waiting, id);
	if (w) {
		take(q, w, to, q->seconds);
		is_refused(w);
		put(q, id, w);
	}
	xa_unlock_bh(&q->waiting);
}

/* There is no hope for so many seconds. Without memory it is forgotten. */
void dgsec_queue_refuse(struct dgsec_queue *q, u32 id, u32 seconds)
{
	struct waiting *w;

	xa_lock_bh(&q->waiting);
	w = get(q, id);
	if (w) {
		w->refused = seconds;
		w->until = dgsec_now() + seconds;
		put(q, id, w);
	}
	xa_unlock_bh(&q->waiting);
}

/* Drop a peer's packets. Return: how many. */
u32 dgsec_queue_drop(struct dgsec_queue *q, u32 id)
{
	struct sk_buff_head list;
	u32 n;

	__skb_queue_head_init(&list);
	dgsec_queue_take(q, id, &list);
	n = list.qlen;
	__skb_queue_purge(&list);
	return n;
}

/* Go through the peers: @id is the first to look at, and the one found. */
bool dgsec_queue_next(struct dgsec_queue *q, unsigned long *id)
{
	return xa_find(&q->waiting, id, ULONG_MAX, XA_PRESENT);
}

/* How many packets of a peer wait */
u32 dgsec_queue_count(struct dgsec_queue *q, u32 id)
{
	struct waiting *w;
	u32 n = 0;

	xa_lock_bh(&q->waiting);
	w = xa_load(&q->waiting, id);
	if (w)
		n = w->list.qlen;
	xa_unlock_bh(&q->waiting);
	return n;
}

/* The work is done: is there more to come? */
void dgsec_queue_look_again(struct dgsec_queue *q)
{
	if (READ_ONCE(q->n_packets))
		queue_delayed_work(system_power_efficient_wq, &q->work, HZ);
}
