// SPDX-License-Identifier: GPL-2.0
/* Counters: all of them for an interface, some for associations and peers. */

#include <linux/slab.h>
#include <net/netlink.h>

#include "stats.h"

u64 dgsec_stats_sum(struct dgsec_stats __percpu *stats, int stat)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		const struct dgsec_stats *s = per_cpu_ptr(stats, cpu);
		unsigned int start;
		u64 v;

		do {
			start = u64_stats_fetch_begin(&s->syncp);
			v = u64_stats_read(&s->v[stat]);
		} while (u64_stats_fetch_retry(&s->syncp, start));
		sum += v;
	}
	return sum;
}

static int put(struct sk_buff *skb, int stat, u64 v)
{
	if (!v)
		return 0;
	return nla_put_u64_64bit(skb, stat, v, DGSEC_A_STATS_PAD);
}

/**
 * dgsec_stats_put - an interface's counters as a nest
 * @skb: netlink message
 * @attr: attribute type of the nest
 * @stats: the counters
 *
 * Return: 0 or -EMSGSIZE.
 */
int dgsec_stats_put(struct sk_buff *skb, int attr,
		    struct dgsec_stats __percpu *stats)
{
	struct nlattr *nest = nla_nest_start(skb, attr);
	int stat;

	if (!nest)
		return -EMSGSIZE;
	for (stat = DGSEC_A_STATS_PAD + 1; stat <= DGSEC_A_STATS_MAX; stat++) {
		if (put(skb, stat, dgsec_stats_sum(stats, stat))) {
			nla_nest_cancel(skb, nest);
			return -EMSGSIZE;
		}
	}
	nla_nest_end(skb, nest);
	return 0;
}

/* Place in own[], plus 1; 0 if an association does not have the counter */
static const u8 place[DGSEC_A_STATS_MAX + 1] = {
	[DGSEC_A_STATS_RX_ALERTS]	= 1,
	[DGSEC_A_STATS_RX_EMPTY]	= 2,
	[DGSEC_A_STATS_RX_DROP_LENGTH]	= 3,
	[DGSEC_A_STATS_RX_DROP_EPOCH]	= 4,
	[DGSEC_A_STATS_RX_DROP_OLD]	= 5,
	[DGSEC_A_STATS_RX_DROP_REPLAY]	= 6,
	[DGSEC_A_STATS_RX_DROP_AUTH]	= 7,
	[DGSEC_A_STATS_RX_DROP_ALERT]	= 8,
	[DGSEC_A_STATS_RX_DROP_EXPIRED]	= 9,
	[DGSEC_A_STATS_RX_DROP_NO_SERVICE]	= 10,
	[DGSEC_A_STATS_RX_DROP_DOWN]	= 11,
	[DGSEC_A_STATS_RX_DROP_MEMORY]	= 12,
	[DGSEC_A_STATS_TX_ALERTS]	= 13,
	[DGSEC_A_STATS_TX_FRAGMENTED]	= 14,
	[DGSEC_A_STATS_TX_DROP_CHECKSUM]	= 15,
	[DGSEC_A_STATS_TX_DROP_NO_ASSOC]	= 16,
	[DGSEC_A_STATS_TX_DROP_NOT_SERVICE]	= 17,
	[DGSEC_A_STATS_TX_DROP_EXPIRED]	= 18,
	[DGSEC_A_STATS_TX_DROP_SEQUENCE]	= 19,
	[DGSEC_A_STATS_TX_DROP_TOO_BIG]	= 20,
	[DGSEC_A_STATS_TX_DROP_NO_SOCKET]	= 21,
	[DGSEC_A_STATS_TX_DROP_NO_ROUTE]	= 22,
	[DGSEC_A_STATS_TX_DROP_MEMORY]	= 23,
	[DGSEC_A_STATS_TX_DROP_CRYPTO]	= 24,
	[DGSEC_A_STATS_TX_DROP_LOWER]	= 25,
	[DGSEC_A_STATS_RX_MOVED]	= 26,
	[DGSEC_A_STATS_RX_RENEGOTIATION]	= 27,
	[DGSEC_A_STATS_TX_QUEUED]	= 28,
	[DGSEC_A_STATS_TX_QUEUE_REPEATED]	= 29,
	[DGSEC_A_STATS_TX_DROP_QUEUE_FULL]	= 30,
	[DGSEC_A_STATS_TX_DROP_QUEUE_TIME]	= 31,
	[DGSEC_A_STATS_TX_DROP_QUEUE_REFUSED]	= 32,
	[DGSEC_A_STATS_RX_DROP_NO_EXCHANGE]	= 33,
	[DGSEC_A_STATS_TX_DROP_NOT_COAP]	= 34,
	[DGSEC_A_STATS_TX_DROP_NO_EXCHANGE]	= 35,
};

static_assert(DGSEC_OWN_MAX == 35);

/* Return: own[], or NULL without memory: then only the interface counts. */
static atomic64_t *own(struct dgsec_counts *c, gfp_t gfp)
{
	atomic64_t *counters = READ_ONCE(c->own), *old;

	if (counters)
		return counters;
	counters = kcalloc(DGSEC_OWN_MAX, sizeof(*counters), gfp);
	if (!counters)
		return NULL;
	old = cmpxchg(&c->own, NULL, counters);
	if (!old)
		return counters;
	kfree(counters);
	return old;
}

static u64 add(struct dgsec_counts *c, int i, s64 n, gfp_t gfp)
{
	atomic64_t *counters = n ? own(c, gfp) : NULL;

	return counters ? atomic64_add_return(n, &counters[i]) : 0;
}

void dgsec_counts_inc(struct dgsec_counts *c, int stat)
{
	dgsec_counts_inc_return(c, stat);
}

/* Return: what it is now; 0 without memory, or if @c does not have it. */
u64 dgsec_counts_inc_return(struct dgsec_counts *c, int stat)
{
	int i = place[stat];

	return i ? add(c, i - 1, 1, GFP_ATOMIC | __GFP_NOWARN) : 0;
}

void dgsec_counts_destroy(struct dgsec_counts *c)
{
	kfree(c->own);
}

/* Add the counters of an association that ends to its peer's. May sleep. */
void dgsec_counts_fold(struct dgsec_counts *to, const struct dgsec_counts *c)
{
	const atomic64_t *from = READ_ONCE(c->own);
	int i;

	atomic64_add(atomic64_read(&c->rx_records), &to->rx_records);
	atomic64_add(atomic64_read(&c->rx_bytes), &to->rx_bytes);
	atomic64_add(atomic64_read(&c->tx_records), &to->tx_records);
	atomic64_add(atomic64_read(&c->tx_bytes), &to->tx_bytes);
	for (i = 0; from && i < DGSEC_OWN_MAX; i++)
		add(to, i, atomic64_read(&from[i]), GFP_KERNEL);
}

/**
 * dgsec_counts_put - an association's or peer's counters as a nest
 * @skb: netlink message
 * @attr: attribute type of the nest
 * @c: the counters
 *
 * Return: 0 or -EMSGSIZE.
 */
int dgsec_counts_put(struct sk_buff *skb, int attr,
		     const struct dgsec_counts *c)
{
	const atomic64_t *counters = READ_ONCE(c->own);
	struct nlattr *nest = nla_nest_start(skb, attr);
	int stat, i;

	if (!nest)
		return -EMSGSIZE;
	if (put(skb, DGSEC_A_STATS_RX_RECORDS, atomic64_read(&c->rx_records)) ||
	    put(skb, DGSEC_A_STATS_RX_BYTES, atomic64_read(&c->rx_bytes)) ||
	    put(skb, DGSEC_A_STATS_TX_RECORDS, atomic64_read(&c->tx_records)) ||
	    put(skb, DGSEC_A_STATS_TX_BYTES, atomic64_read(&c->tx_bytes)))
		goto cancel;
	for (stat = 0; counters && stat <= DGSEC_A_STATS_MAX; stat++) {
		i = place[stat];
		if (i && put(skb, stat, atomic64_read(&counters[i - 1])))
			goto cancel;
	}
	nla_nest_end(skb, nest);
	return 0;

cancel:
	nla_nest_cancel(skb, nest);
	return -EMSGSIZE;
}
