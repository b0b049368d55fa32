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

/*
 * A limit for each source address, and for each prefix of 64 bits, in constant
 * memory: they share buckets by a keyed hash. Those that share one share its
 * rate.
 */
struct dgsec_ratelimit {
	struct dgsec_bucket *buckets;
	siphash_key_t key;
	u32 rate;		/* a second; 0 is without limit */
	u32 burst;
};

enum {
	DGSEC_BUCKETS		= 4096,
	DGSEC_PREFIX_SHARE	= 16,	/* addresses' worth for a prefix */
};

int dgsec_ratelimit_init(struct dgsec_ratelimit *r, u32 rate, u32 burst);
void dgsec_ratelimit_destroy(struct dgsec_ratelimit *r);
bool dgsec_ratelimit_allow(struct dgsec_ratelimit *r,
			   const struct in6_addr *source);
bool dgsec_bucket_allow(struct dgsec_bucket *b, u32 rate, u32 burst);

#endif /* _DGSEC_RATELIMIT_H */
