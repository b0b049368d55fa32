// SPDX-License-Identifier: GPL-2.0
/* Counters: all of them for an interface, some for associations and peers. */

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

/* place in own[], plus 1; 0 if an association does not have the counter */
#define X(name) [DGSEC_A_STATS_##name] = DGSEC_OWN_##name + 1,
static const u8 place[DGSEC_A_STATS_MAX + 1] = { DGSEC_OWN_STATS(X) };
#undef X

void dgsec_counts_inc(struct dgsec_counts *c, int stat)
{
	if (place[stat])
		atomic_inc(&c->own[place[stat] - 1]);
}

/* Add the counters of an association that ends to its peer's. */
void dgsec_counts_fold(struct dgsec_counts *to, const struct dgsec_counts *c)
{
	int i;

	atomic64_add(atomic64_read(&c->rx_records), &to->rx_records);
	atomic64_add(atomic64_read(&c->rx_bytes), &to->rx_bytes);
	atomic64_add(atomic64_read(&c->tx_records), &to->tx_records);
	atomic64_add(atomic64_read(&c->tx_bytes), &to->tx_bytes);
	for (i = 0; i < DGSEC_OWN_MAX; i++)
		atomic_add(atomic_read(&c->own[i]), &to->own[i]);
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
	struct nlattr *nest = nla_nest_start(skb, attr);
	int stat;

	if (!nest)
		return -EMSGSIZE;
	if (put(skb, DGSEC_A_STATS_RX_RECORDS, atomic64_read(&c->rx_records)) ||
	    put(skb, DGSEC_A_STATS_RX_BYTES, atomic64_read(&c->rx_bytes)) ||
	    put(skb, DGSEC_A_STATS_TX_RECORDS, atomic64_read(&c->tx_records)) ||
	    put(skb, DGSEC_A_STATS_TX_BYTES, atomic64_read(&c->tx_bytes)))
		goto cancel;
	for (stat = 0; stat <= DGSEC_A_STATS_MAX; stat++)
		if (place[stat] &&
		    put(skb, stat,
			(u32)atomic_read(&c->own[place[stat] - 1])))
			goto cancel;
	nla_nest_end(skb, nest);
	return 0;

cancel:
	nla_nest_cancel(skb, nest);
	return -EMSGSIZE;
}
