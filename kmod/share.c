// SPDX-License-Identifier: GPL-2.0
/*
 * Places shared out among addresses. Whoever holds most, to a factor of two,
 * makes room for others, with what it needs least. So who holds less than half
 * of what another one holds cannot lose a place to it, and to find the place
 * costs the same however many there are.
 */

#ifdef __KERNEL__
#include <linux/bitops.h>
#include <linux/slab.h>
#endif

#include "share.h"

void dgsec_share_init(struct dgsec_share *share)
{
	int i;

	for (i = 0; i < DGSEC_SHARE_CLASSES; i++)
		INIT_LIST_HEAD(&share->classes[i]);
	share->count = 0;
}

static struct list_head *class_of(struct dgsec_holder *holder)
{
	int n = min_t(int, fls(holder->count), DGSEC_SHARE_CLASSES);

	return &holder->share->classes[n - 1];
}

/**
 * dgsec_share_join - who has this address?
 * @share: the share
 * @addr: the address
 * @bucket: where its holder is or would be in the table of holders
 *
 * Return: the holder, perhaps new and without a place, or NULL without memory.
 */
struct dgsec_holder *dgsec_share_join(struct dgsec_share *share,
				      const struct in6_addr *addr,
				      struct hlist_head *bucket)
{
	struct dgsec_holder *holder;

	hlist_for_each_entry(holder, bucket, node)
		if (holder->share == share &&
		    !memcmp(&holder->addr, addr, sizeof(*addr)))
			return holder;
	holder = kzalloc(sizeof(*holder), GFP_ATOMIC | __GFP_NOWARN);
	if (!holder)
		return NULL;
	holder->share = share;
	holder->addr = *addr;
	INIT_LIST_HEAD(&holder->class);
	INIT_LIST_HEAD(&holder->used);
	INIT_LIST_HEAD(&holder->done);
	hlist_add_head(&holder->node, bucket);
	return holder;
}

/* It goes, if it holds nothing. */
void dgsec_share_leave(struct dgsec_holder *holder)
{
	if (holder->count)
		return;
	hlist_del(&holder->node);
	list_del(&holder->class);
	kfree(holder);
}

static void change(struct dgsec_holder *holder, int by)
{
	struct list_head *before = holder->count ? class_of(holder) : NULL;

	holder->count += by;
	holder->share->count += by;
	if (holder->count && class_of(holder) != before)
		list_move_tail(&holder->class, class_of(holder));
}

void dgsec_share_take(struct dgsec_holder *holder, struct dgsec_place *place)
{
	place->holder = holder;
	list_add_tail(&place->node, &holder->used);
	change(holder, 1);
}

/* The holder may go with its last place. */
void dgsec_share_give(struct dgsec_place *place)
{
	struct dgsec_holder *holder = place->holder;

	list_del(&place->node);
	change(holder, -1);
	dgsec_share_leave(holder);
}

/* A place is used now; one that is @done is the first to be given up. */
void dgsec_share_use(struct dgsec_place *place, bool done)
{
	struct dgsec_holder *holder = place->holder;

	list_move_tail(&place->node, done ? &holder->done : &holder->used);
}

/* Return: the place to give up, or NULL if none is held. */
struct dgsec_place *dgsec_share_victim(struct dgsec_share *share)
{
	struct dgsec_holder *holder;
	int i;

	for (i = DGSEC_SHARE_CLASSES - 1; i >= 0; i--)
		if (!list_empty(&share->classes[i]))
			break;
	if (i < 0)
		return NULL;
	holder = list_first_entry(&share->classes[i], struct dgsec_holder,
				  class);
	return list_first_entry(list_empty(&holder->done) ? &holder->used :
				&holder->done, struct dgsec_place, node);
}
