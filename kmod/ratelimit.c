// SPDX-License-Identifier: GPL-2.0
/* How much a source may send up to userspace. */

#include <linux/ktime.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <net/ipv6.h>

#include "ratelimit.h"

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

int dgsec_ratelimit_init(struct dgsec_ratelimit *r, u32 rate, u32 burst)
{
	r->buckets = kvcalloc(DGSEC_BUCKETS, sizeof(*r->buckets), GFP_KERNEL);
	if (!r->buckets)
		return -ENOMEM;
	get_random_bytes(&r->key, sizeof(r->key));
	r->rate = rate;
	r->burst = burst;
	return 0;
}

void dgsec_ratelimit_destroy(struct dgsec_ratelimit *r)
{
	kvfree(r->buckets);
	r->buckets = NULL;
}

static bool allow(struct dgsec_ratelimit *r, const void *source, size_t len,
		  u32 rate, u32 burst)
{
	u64 hash = siphash(source, len, &r->key);

	return dgsec_bucket_allow(&r->buckets[hash % DGSEC_BUCKETS], rate,
				  burst);
}

/**
 * dgsec_ratelimit_allow - may this source send one more?
 * @r: the limit
 * @source: address, possibly forged; IPv4 mapped
 *
 * Who has one IPv6 address often has 2^64 of them. But all devices of a radio
 * network share such a prefix, so that may send more than one of them. What one
 * address has too much does not count for its prefix.
 */
bool dgsec_ratelimit_allow(struct dgsec_ratelimit *r,
			   const struct in6_addr *source)
{
	u32 rate = READ_ONCE(r->rate), burst = READ_ONCE(r->burst);

	if (!rate)
		return true;
	if (!allow(r, source, sizeof(*source), rate, burst))
		return false;
	return ipv6_addr_v4mapped(source) ||
	       allow(r, source, sizeof(*source) / 2, DGSEC_PREFIX_SHARE * rate,
		     DGSEC_PREFIX_SHARE * burst);
}
