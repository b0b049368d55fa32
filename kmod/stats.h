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

/* The counters that associations and peers have besides records and octets */
#define DGSEC_OWN_STATS(X)						\
	X(RX_ALERTS) X(RX_EMPTY) X(RX_DROP_LENGTH) X(RX_DROP_EPOCH)	\
	X(RX_DROP_OLD) X(RX_DROP_REPLAY) X(RX_DROP_AUTH)		\
	X(RX_DROP_ALERT) X(RX_DROP_EXPIRED) X(RX_DROP_NO_SERVICE)	\
	X(RX_DROP_DOWN) X(RX_DROP_MEMORY) X(RX_DROP_STACK)		\
	X(TX_ALERTS) X(TX_FRAGMENTED) X(TX_DROP_CHECKSUM)		\
	X(TX_DROP_NO_ASSOC) X(TX_DROP_NOT_SERVICE) X(TX_DROP_EXPIRED)	\
	X(TX_DROP_SEQUENCE) X(TX_DROP_TOO_BIG) X(TX_DROP_NO_SOCKET)	\
	X(TX_DROP_NO_ROUTE) X(TX_DROP_MEMORY) X(TX_DROP_CRYPTO)		\
	X(TX_DROP_LOWER)

#define X(name) DGSEC_OWN_##name,
enum dgsec_own_stat { DGSEC_OWN_STATS(X) DGSEC_OWN_MAX };
#undef X

/* The counters of an association or a peer */
struct dgsec_counts {
	atomic64_t rx_records;
	atomic64_t rx_bytes;
	atomic64_t tx_records;
	atomic64_t tx_bytes;
	atomic_t own[DGSEC_OWN_MAX];
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
void dgsec_counts_fold(struct dgsec_counts *to, const struct dgsec_counts *c);
int dgsec_counts_put(struct sk_buff *skb, int attr,
		     const struct dgsec_counts *c);

#endif /* _DGSEC_STATS_H */
