// SPDX-License-Identifier: GPL-2.0
/*
 * How much sources may send up to userspace. Addresses are as easily forged as
 * changed: whoever has one has a whole /64. So there are limits for an address,
 * for its prefix, and for all together, and some room that a flood of forged
 * addresses does not use up: for those who have shown that their address is
 * their own, and for those who repeat themselves, as clients do.
 */

#include <linux/ktime.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/unaligned.h>
#include <net/ipv6.h>

#include "ratelimit.h"
#include "uapi/linux/dgsec.h"

enum {
	ADDRESS_BUCKETS	= 4096,
	PREFIX_BUCKETS	= 1024,
	REPEATS		= 16384,
	/* a client's first retransmission comes between these, in units of when */
	REPEAT_MIN	= 300,
	REPEAT_MAX	= 60000,
	PREFIX_LEN	= 8,		/* octets of an IPv6 address: a subnet */
	PREFIX4_LEN	= 15,		/* a mapped IPv4 one: a /24 */
	RATE		= 100,
	BURST		= 200,
	PREFIX_RATE	= 1000,
	TOTAL_RATE	= 4000,
};

/**
 * dgsec_bucket_allow - may one more pass?
 * @b: the limit's state
 * @rate: a second, not 0
 * @burst: how many may come at once
 *
 * The generic cell rate algorithm. Two CPUs at the same time may both pass on
 * one token, which a rate limit can bear.
 */
bool dgsec_bucket_allow(struct dgsec_bucket *b, u32 rate, u32 burst)
{
	u64 now = ktime_get_ns(), step = NSEC_PER_SEC / rate;
	u64 rest = max(READ_ONCE(b->rest), now);

	if (rest + step > now + burst * step)
		return false;
	WRITE_ONCE(b->rest, rest + step);
	return true;
}

int dgsec_ratelimit_init(struct dgsec_ratelimit *r)
{
	r->buckets = kvcalloc(ADDRESS_BUCKETS + PREFIX_BUCKETS,
			      sizeof(*r->buckets), GFP_KERNEL);
	r->repeats = kvcalloc(REPEATS, sizeof(*r->repeats), GFP_KERNEL);
	if (!r->buckets || !r->repeats) {
		dgsec_ratelimit_destroy(r);
		return -ENOMEM;
	}
	get_random_bytes(&r->key, sizeof(r->key));
	r->rate = RATE;
	r->burst = BURST;
	r->prefix_rate = PREFIX_RATE;
	r->total_rate = TOTAL_RATE;
	return 0;
}

void dgsec_ratelimit_destroy(struct dgsec_ratelimit *r)
{
	kvfree(r->buckets);
	kvfree(r->repeats);
	r->buckets = NULL;
	r->repeats = NULL;
}

/* A second's worth at once, or all */
static bool allow(struct dgsec_bucket *b, u32 rate)
{
	return !rate || dgsec_bucket_allow(b, rate, rate);
}

static u64 hash(const struct dgsec_ratelimit *r, const struct in6_addr *source,
		size_t len)
{
	return siphash(source, len, &r->key);
}

/**
 * dgsec_ratelimit_check - may this source send one more?
 * @r: the limits
 * @source: address, possibly forged
 *
 * The finest first: what one address has too much is nothing to its prefix.
 *
 * Return: 0 or the counter of the limit that is reached.
 */
int dgsec_ratelimit_check(struct dgsec_ratelimit *r,
			  const struct in6_addr *source)
{
	size_t len = ipv6_addr_v4mapped(source) ? PREFIX4_LEN : PREFIX_LEN;
	u32 rate = READ_ONCE(r->rate);
	struct dgsec_bucket *b;

	if (rate) {
		b = &r->buckets[hash(r, source, sizeof(*source)) %
				ADDRESS_BUCKETS];
		if (!dgsec_bucket_allow(b, rate, READ_ONCE(r->burst)))
			return DGSEC_A_STATS_RX_DROP_RATE;
	}
	rate = READ_ONCE(r->prefix_rate);
	if (rate) {
		b = &r->buckets[ADDRESS_BUCKETS +
				hash(r, source, len) % PREFIX_BUCKETS];
		if (!allow(b, rate))
			return DGSEC_A_STATS_RX_DROP_RATE_PREFIX;
	}
	if (!allow(&r->total, READ_ONCE(r->total_rate)))
		return DGSEC_A_STATS_RX_DROP_RATE_TOTAL;
	return 0;
}

/**
 * dgsec_ratelimit_repeats - was this endpoint refused a while ago?
 * @r: the limits
 * @source: address, possibly forged
 * @port: port
 *
 * A client that gets no answer repeats its ClientHello after a second or so;
 * a flood that makes up its sources rarely hits the same one again. For one
 * that does there still is the limit of dgsec_ratelimit_trusted(). What is
 * remembered here is overwritten by whoever comes next.
 */
bool dgsec_ratelimit_repeats(struct dgsec_ratelimit *r,
			     const struct in6_addr *source, __be16 port)
{
	u64 h = siphash_3u64(get_unaligned((const u64 *)source),
			     get_unaligned((const u64 *)source + 1),
			     (__force u16)port, &r->key);
	struct dgsec_repeat *last = &r->repeats[h % REPEATS];
	u32 who = h >> 32, now = ktime_get_ns() >> 20;
	u32 since = now - READ_ONCE(last->when);

	if (READ_ONCE(last->who) == who && since < REPEAT_MIN)
		return false;
	if (READ_ONCE(last->who) != who || since > REPEAT_MAX) {
		WRITE_ONCE(last->who, who);
		WRITE_ONCE(last->when, now);
		return false;
	}
	return true;
}

/* One more of those that pass in spite of the limits of their prefix and of all? */
bool dgsec_ratelimit_trusted(struct dgsec_ratelimit *r)
{
	return allow(&r->trusted, READ_ONCE(r->total_rate));
}
