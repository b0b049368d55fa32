/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DGSEC_QUEUE_H
#define _DGSEC_QUEUE_H

#include <linux/skbuff.h>
#include <linux/types.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

struct dgsec_iface;
struct dgsec_peer;

enum dgsec_queue_limits {
	DGSEC_QUEUE_LEN		= 8,
	DGSEC_QUEUE_MAX		= 1024,
	DGSEC_QUEUE_BYTES	= 2 << 20,
	DGSEC_QUEUE_SECONDS	= 60,
	/* so seldom the wish is said again, should its event have been lost */
	DGSEC_QUEUE_REMIND	= 5,	/* seconds */
};

/*
 * Packets of an interface that wait for an association with their peer. Peers
 * are known by their ids here, so nothing dangles when one is deleted.
 */
struct dgsec_queue {
	struct xarray waiting;		/* by peer's id; its lock covers all */
	u32 len, max, bytes, seconds;	/* bounds, written under the lock */
	u32 n_packets, n_bytes;
	struct delayed_work work;	/* looks once a second while some wait */
};

void dgsec_queue_init(struct dgsec_queue *q, work_func_t look);
void dgsec_queue_destroy(struct dgsec_queue *q);
int dgsec_queue_add(struct dgsec_queue *q, const struct dgsec_peer *peer,
		    struct sk_buff *skb, bool *first);
void dgsec_queue_take(struct dgsec_queue *q, u32 id, struct sk_buff_head *to);
void dgsec_queue_take_old(struct dgsec_queue *q, u32 id,
			  struct sk_buff_head *to);
void dgsec_queue_refuse(struct dgsec_queue *q, u32 id, u32 seconds);
u32 dgsec_queue_drop(struct dgsec_queue *q, u32 id);
bool dgsec_queue_next(struct dgsec_queue *q, unsigned long *id);
u32 dgsec_queue_count(struct dgsec_queue *q, u32 id);
void dgsec_queue_look_again(struct dgsec_queue *q);

#endif /* _DGSEC_QUEUE_H */
