/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DGSEC_LIFETIME_H
#define _DGSEC_LIFETIME_H

#include <linux/compiler.h>
#include <linux/types.h>

#include "wire.h"

struct dgsec_assoc;

/*
 * Of an association. In records and payload octets of one direction, records
 * that fail authentication, and seconds; 0: none but the cipher's. Never
 * changed, but replaced.
 */
struct dgsec_limits {
	u64 soft_packets;
	u64 hard_packets;
	u64 soft_bytes;
	u64 hard_bytes;
	u64 soft_failed;
	u64 hard_failed;
	u32 soft_seconds;
	u32 hard_seconds;
	u32 idle_seconds;
	u32 unanswered_seconds;
	u32 unanswered_since;	/* second; 0: nothing is. The exception */
	u16 tx_max, rx_max;	/* octets of plaintext in a record */
	struct rcu_head rcu;	/* zeros */
};

/* Below so many records no cipher's limit is near, nor its soft one. */
#define DGSEC_LIFETIME_WATCH	((1 << 23) - (1 << 20))

/* Most octets of plaintext in a record that is sent; @l may be NULL */
static inline size_t dgsec_lifetime_tx_max(const struct dgsec_limits *l)
{
	return unlikely(l) && l->tx_max ? l->tx_max : DTLS12_PLAIN_MAX;
}

int dgsec_lifetime_set(struct dgsec_assoc *a, const struct dgsec_limits *limits);
struct dgsec_limits dgsec_lifetime_given(const struct dgsec_assoc *a);
struct dgsec_limits dgsec_lifetime_in_force(const struct dgsec_assoc *a);
void dgsec_lifetime_failed(struct dgsec_assoc *a);
void dgsec_lifetime_weigh(struct dgsec_assoc *a, u64 packets, u64 bytes);

#endif /* _DGSEC_LIFETIME_H */
