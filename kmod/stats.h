/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DGSEC_STATS_H
#define _DGSEC_STATS_H

#include <linux/atomic.h>
#include <linux/percpu.h>
#include <linux/u64_stats_sync.h>

#include "platform.h"

struct sk_buff;

/* All counters of an interface, by DGSEC_A_STATS_*, for each CPU */
struct dgsec_stats {
	u64_stats_t v[DGSEC_A_STATS_MAX + 1];
	struct u64_stats_sync syncp;
};

/* How many counters associations and peers have besides records and octets */
enum { DGSEC_OWN_MAX = 35 };

/* The counters of an association or a peer; all zeros to begin with */
struct dgsec_counts {
	atomic64_t rx_records;
	atomic64_t rx_bytes;
	atomic64_t tx_records;
	atomic64_t tx_bytes;
	atomic64_t *own;	/* most never need them: NULL until one does */
};

/* Count on this CPU. Context: bottom halves off. */
static inline void dgsec_stats_add(struct dgsec_stats __percpu *stats,
				   int stat, u64 n)
{
	struct dgsec_stats *s = this_cpu_ptr(stats);

	u64_stats_update_begin(&s->syncp);
	u64_stats_add(&s->v[stat], n);
	u64_stats_update_end(&s->syncp);
}

u64 dgsec_stats_sum(struct dgsec_stats __percpu *stats, int stat);
int dgsec_stats_put(struct sk_buff *skb, int attr,
		    struct dgsec_stats __percpu *stats);

void dgsec_counts_inc(struct dgsec_counts *c, int stat);
u64 dgsec_counts_inc_return(struct dgsec_counts *c, int stat);
void dgsec_counts_destroy(struct dgsec_counts *c);
void dgsec_counts_fold(struct dgsec_counts *to, const struct dgsec_counts *c);
int dgsec_counts_put(struct sk_buff *skb, int attr,
		     const struct dgsec_counts *c);

#endif /* _DGSEC_STATS_H */
