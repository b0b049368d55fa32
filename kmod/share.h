/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DGSEC_SHARE_H
#define _DGSEC_SHARE_H

#include "platform.h"

/* Who holds from 2^n to 2^(n+1) - 1 places is in class n. */
enum { DGSEC_SHARE_CLASSES = 18 };

/* Places that are shared out fairly among addresses */
struct dgsec_share {
	struct list_head classes[DGSEC_SHARE_CLASSES];
	u32 count;
};

/* One of those who share. Exists while it holds something. */
struct dgsec_holder {
	struct hlist_node node;		/* the table of holders */
	struct list_head class;
	struct list_head used, done;	/* places, those idle longest first */
	struct dgsec_share *share;
	u32 count;
	struct in6_addr addr;
};

/* A place that is held */
struct dgsec_place {
	struct list_head node;
	struct dgsec_holder *holder;
};

void dgsec_share_init(struct dgsec_share *share);
struct dgsec_holder *dgsec_share_join(struct dgsec_share *share,
				      const struct in6_addr *addr,
				      struct hlist_head *bucket);
void dgsec_share_leave(struct dgsec_holder *holder);
void dgsec_share_take(struct dgsec_holder *holder, struct dgsec_place *place);
void dgsec_share_give(struct dgsec_place *place);
void dgsec_share_use(struct dgsec_place *place, bool done);
struct dgsec_place *dgsec_share_victim(struct dgsec_share *share);

#endif /* _DGSEC_SHARE_H */
