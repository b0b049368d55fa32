/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DGSEC_ASSOC_H
#define _DGSEC_ASSOC_H

#include <linux/rculist.h>
#include <linux/rhashtable-types.h>
#include <linux/seqlock.h>
#include <linux/spinlock.h>
#include <net/dst.h>

#include "dtls12.h"
#include "interface.h"
#include "lifetime.h"
#include "peer.h"
#include "replay.h"

/*
 * Where a peer sends from, and to which of our ports: the key of a lookup. IPv4
 * addresses are mapped (::ffff:192.0.2.1), here and wherever outer ones are.
 */
struct dgsec_endpoint {
	struct in6_addr addr;
	__be16 port;
	__be16 local_port;
};

/* Where an association's datagrams go, and where they come from */
struct dgsec_path {
	struct dgsec_endpoint remote;
	struct in6_addr local;
};

/*
 * The connection IDs of an association that has one (RFC 9146): that in the
 * peer's records, chosen by us, and that in ours, chosen by the peer. With the
 * first the peer may move.
 */
struct dgsec_cids {
	struct rhash_head node;
	struct dgsec_assoc *assoc;
	struct dtls12_cid rx, tx;
	seqcount_spinlock_t moved;	/* the path, under the assoc's lock */
	u8 octets[];
};

enum dgsec_assoc_flag {
	DGSEC_ASSOC_CONFIRMED,		/* an authentic record has come */
	DGSEC_ASSOC_ENDED,		/* nothing passes; the reaper's */
	DGSEC_ASSOC_SOFT,		/* a soft limit was reported */
	DGSEC_ASSOC_SEQUENCE_SOFT,	/* the sequence's was reported */
	DGSEC_ASSOC_USAGE_SOFT,		/* the cipher's was reported */
	DGSEC_ASSOC_FAILED_SOFT,	/* that of failures was reported */
};

/* When the end of the sequence space is reported, in records before it */
#define DGSEC_SEQUENCE_SOFT	(DTLS12_SEQUENCE_MAX - (1ULL << 24))

/* One protocol's keys with a peer. */
struct dgsec_assoc {
	struct rhash_head node;
	struct dgsec_path path;		/* dgsec_assoc_path(), for it may change */
	u32 id;
	struct dgsec_iface *iface;
	struct dgsec_peer *peer;
	unsigned long flags;
	u16 epoch;
	__be16 inner_port;
	u8 protocol;
	u8 role;
	u8 reason;			/* why it ended */

	/* sending: each number is taken once, used or not */
	struct dgsec_aead tx;
	atomic64_t tx_seq;		/* the next one */
	struct dst_entry __rcu *dst;	/* cached route, with its cookie */
	u32 dst_cookie;
	spinlock_t lock;		/* replay, dst */

	/* receiving */
	struct dgsec_aead rx;

	u32 created, last_rx, last_tx;	/* seconds of the monotonic clock */
	u32 alert_at;			/* of the last alert event */
	struct dgsec_limits __rcu *limits;	/* NULL: none */
	struct dgsec_cids *cids;	/* NULL: none; as long as it lives */
	struct dgsec_counts counts;

	struct hlist_node peer_node;	/* RCU */
	union {
		struct llist_node ended;	/* for the reaper ... */
		struct rcu_head rcu;		/* ... that needs this then */
	};
	struct dgsec_replay replay;	/* last: of variable length */
};

/* What an association is made of */
struct dgsec_assoc_config {
	struct dgsec_peer *peer;
	struct dgsec_path path;
	struct dtls12_cid rx_cid, tx_cid;
	u8 protocol, cipher, role;
	u16 epoch;
	u32 window;
	u64 tx_seq;
	u64 rx_seq;
	bool has_rx_seq;
	bool replace;
	const struct dgsec_assoc *succeeds;	/* takes over its inner port */
	struct dgsec_limits limits;
	const u8 *tx_key, *tx_iv, *rx_key, *rx_iv;
};

static inline u32 dgsec_now(void)
{
	return (u32)ktime_get_seconds();
}

/* Seconds from then to now; none if another CPU's then is after our now */
static inline u32 dgsec_since(u32 then, u32 now)
{
	return max((s32)(now - then), 0);
}

/* Do the peer's records have one? Then it is not known by its endpoint. */
static inline bool dgsec_assoc_has_rx_cid(const struct dgsec_assoc *a)
{
	return a->cids && a->cids->rx.len;
}

/* The connection ID in our records */
static inline const struct dtls12_cid *
dgsec_assoc_tx_cid(const struct dgsec_assoc *a)
{
	static const struct dtls12_cid none;

	return unlikely(a->cids) ? &a->cids->tx : &none;
}

/* Its path; in @copy if it may change meanwhile */
static inline const struct dgsec_path *
dgsec_assoc_path(const struct dgsec_assoc *a, struct dgsec_path *copy)
{
	unsigned int seq;

	if (likely(!a->cids))
		return &a->path;
	do {
		seq = read_seqcount_begin(&a->cids->moved);
		*copy = a->path;
	} while (read_seqcount_retry(&a->cids->moved, seq));
	return copy;
}

int dgsec_assoc_init(void);
void dgsec_assoc_exit(void);
struct dgsec_assoc *dgsec_assoc_new(struct dgsec_iface *iface,
				    const struct dgsec_assoc_config *c,
				    struct netlink_ext_ack *extack);
bool dgsec_assoc_end(struct dgsec_assoc *a, enum dgsec_reason reason);
void dgsec_assoc_reap(struct dgsec_iface *iface);
void dgsec_assoc_reaper(struct work_struct *work);
void dgsec_assoc_aging(struct work_struct *work);
void dgsec_assoc_arm_aging(struct dgsec_iface *iface, u32 seconds);
void dgsec_assoc_forget_route(struct dgsec_assoc *a);
int dgsec_assoc_open(struct dgsec_assoc *a, struct dtls12_record *rec,
		     const struct dgsec_path *from);
int dgsec_assoc_check(struct dgsec_assoc *a, const struct dtls12_record *rec);
int dgsec_assoc_seal(struct dgsec_assoc *a, u8 type, u8 *data, size_t len);
bool dgsec_assoc_pass(struct dgsec_assoc *a, u32 *last);

/**
 * dgsec_assoc_spent - look at the limits after a record
 * @a: the association
 * @packets: records in this direction by now
 * @bytes: payload octets in this direction by now
 *
 * Context: RCU read lock.
 */
static inline void dgsec_assoc_spent(struct dgsec_assoc *a, u64 packets,
				     u64 bytes)
{
	if (unlikely(rcu_access_pointer(a->limits) ||
		     packets >= DGSEC_LIFETIME_WATCH))
		dgsec_lifetime_weigh(a, packets, bytes);
}

#endif /* _DGSEC_ASSOC_H */
