/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DGSEC_RATELIMIT_H
#define _DGSEC_RATELIMIT_H

#include <linux/in6.h>
#include <linux/siphash.h>
#include <linux/types.h>

/* One limit: the time when it would be at rest again, in nanoseconds */
struct dgsec_bucket {
	u64 rest;
};

/* A source that found a limit in force, as few bits of it as tell it from others */
struct dgsec_repeat {
	u32 who;
	u32 when;		/* in units of 2^20 ns, about a millisecond */
};

/*
 * Limits for each source address, for each prefix, and for all, in constant
 * memory: addresses share buckets by a keyed hash. Sources that share one share
 * its rate.
 */
struct dgsec_ratelimit {
	struct dgsec_bucket *buckets;	/* of addresses, then of prefixes */
	struct dgsec_repeat *repeats;
	struct dgsec_bucket total, trusted;
	siphash_key_t key;
	u32 rate;		/* a second, of an address; 0 is without limit */
	u32 burst;
	u32 prefix_rate;	/* likewise */
	u32 total_rate;
};

int dgsec_ratelimit_init(struct dgsec_ratelimit *r);
void dgsec_ratelimit_destroy(struct dgsec_ratelimit *r);
int dgsec_ratelimit_check(struct dgsec_ratelimit *r,
			  const struct in6_addr *source);
bool dgsec_ratelimit_repeats(struct dgsec_ratelimit *r,
			     const struct in6_addr *source, __be16 port);
bool dgsec_ratelimit_trusted(struct dgsec_ratelimit *r);
bool dgsec_bucket_allow(struct dgsec_bucket *b, u32 rate, u32 burst);

#endif /* _DGSEC_RATELIMIT_H */
