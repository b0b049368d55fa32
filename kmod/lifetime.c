// SPDX-License-Identifier: GPL-2.0
/*
 * The limits of associations: those they are given, and those of their cipher,
 * which nobody can raise.
 */

#include <linux/slab.h>

#include "event.h"

/* How much one key of a cipher may be used */
struct usage {
	u64 packets;		/* records in one direction */
	u64 failed;		/* records that failed authentication */
};

/*
 * RFC 9147 section 4.5.3. The figures are for records of 2^14 octets and an
 * attacker's advantage of at most 2^-57; the AEADs of DTLS 1.2 are the same, and
 * records here are smaller.
 *
 * AES-CCM-8 is the exception: with a tag of 64 bits an attacker has that
 * advantage after 2^7 forgeries already (appendix B.3), and with a limit that low
 * whoever can send 128 datagrams could end an association. The RFC leaves it to
 * implementations. Here it is AES-CCM's: the probability that one of so many
 * forgeries is accepted is 2^-40 for each key, and a radio of 250 kbit/s is busy
 * for hours with them.
 */
#define CCM_PACKETS	BIT_ULL(23)
#define CCM_FAILED	11863283ULL	/* 2^23.5 */
#define GCM_PACKETS	23726566ULL	/* 2^24.5 */
#define GCM_FAILED	BIT_ULL(36)
/* no limit but that of the numbers */
#define CHACHA_PACKETS	DTLS12_SEQUENCE_MAX
#define CHACHA_FAILED	BIT_ULL(36)

static struct usage usage_of(u8 cipher)
{
	static const struct usage ccm = { CCM_PACKETS, CCM_FAILED };
	static const struct usage gcm = { GCM_PACKETS, GCM_FAILED };
	static const struct usage chacha = { CHACHA_PACKETS, CHACHA_FAILED };

	switch (cipher) {
	case DGSEC_CIPHER_AES_128_GCM:
	case DGSEC_CIPHER_AES_256_GCM:
		return gcm;
	case 0:
		/* no security: nothing wears out */
	case DGSEC_CIPHER_CHACHA20_POLY1305:
		return chacha;
	default:
		/* the strictest */
		return ccm;
	}
}

/* When the end of a cipher's limit is reported */
static u64 soft_of(u64 hard)
{
	return hard - hard / 8;
}

static_assert(CCM_PACKETS - CCM_PACKETS / 8 >= DGSEC_LIFETIME_WATCH);

/* The lower of two limits, one of which may be 0 for none */
static u64 lower(u64 given, u64 most)
{
	return given && given < most ? given : most;
}

/**
 * dgsec_lifetime_set - give an association its limits
 * @a: the association
 * @limits: what it had is gone
 *
 * Context: the interface's lock, or nobody else knows the association.
 * Return: 0 or -ENOMEM.
 */
int dgsec_lifetime_set(struct dgsec_assoc *a, const struct dgsec_limits *limits)
{
	struct dgsec_limits *new = NULL, *old;

	/* most have none: the memory is for those that do */
	if (memchr_inv(limits, 0, sizeof(*limits))) {
		new = kmemdup(limits, sizeof(*limits), GFP_KERNEL);
		if (!new)
			return -ENOMEM;
	}
	old = rcu_replace_pointer(a->limits, new, true);
	if (old)
		kfree_rcu(old, rcu);
	return 0;
}

/* What it was given. Context: the interface's lock. */
struct dgsec_limits dgsec_lifetime_given(const struct dgsec_assoc *a)
{
	const struct dgsec_limits *l = rcu_dereference_protected(a->limits,
			lockdep_is_held(&a->iface->lock));

	/* unanswered_since moves meanwhile, and is of no interest */
	return l ? data_race(*l) : (struct dgsec_limits){};
}

/* What is in force, its cipher's too. Context: the interface's lock. */
struct dgsec_limits dgsec_lifetime_in_force(const struct dgsec_assoc *a)
{
	struct dgsec_limits l = dgsec_lifetime_given(a);
	struct usage most = usage_of(a->tx.cipher);

	if (a->protocol == DGSEC_PROTOCOL_NONE)
		return l;
	l.hard_packets = lower(l.hard_packets, most.packets);
	l.soft_packets = lower(l.soft_packets, soft_of(most.packets));
	/* it would come after the end */
	if (l.soft_packets > l.hard_packets)
		l.soft_packets = 0;
	l.hard_failed = lower(l.hard_failed, most.failed);
	l.soft_failed = lower(l.soft_failed, soft_of(l.hard_failed));
	return l;
}

/* Report a soft limit, once. */
static void tell(struct dgsec_assoc *a, enum dgsec_assoc_flag flag,
		 enum dgsec_reason reason)
{
	if (!test_bit(flag, &a->flags) && !test_and_set_bit(flag, &a->flags))
		dgsec_event_expire(a, reason, false);
}

/*
 * Called after each record. The first one sent without one received since
 * starts the time; it is over when one is sent later.
 */
static bool is_unanswered(const struct dgsec_assoc *a, struct dgsec_limits *l)
{
	u32 rx = READ_ONCE(a->last_rx), tx = READ_ONCE(a->last_tx);
	u32 since = READ_ONCE(l->unanswered_since);

	if (!l->unanswered_seconds)
		return false;
	if (!tx || (rx && (s32)(tx - rx) <= 0)) {
		if (since)
			WRITE_ONCE(l->unanswered_since, 0);
		return false;
	}
	if (!since) {
		WRITE_ONCE(l->unanswered_since, tx);
		return false;
	}
	return dgsec_since(since, tx) >= l->unanswered_seconds &&
	       cmpxchg(&l->unanswered_since, since, tx) == since;
}

/* The part of dgsec_assoc_spent() that few need */
void dgsec_lifetime_weigh(struct dgsec_assoc *a, u64 packets, u64 bytes)
{
	struct dgsec_limits *l = rcu_dereference(a->limits);
	u64 most = usage_of(a->tx.cipher).packets;

	if (packets >= most)
		dgsec_assoc_end(a, DGSEC_REASON_PACKETS);
	else if (packets >= soft_of(most))
		tell(a, DGSEC_ASSOC_USAGE_SOFT, DGSEC_REASON_PACKETS);
	if (!l)
		return;

	if (unlikely(is_unanswered(a, l)))
		dgsec_event_expire(a, DGSEC_REASON_UNANSWERED, false);

	if (l->hard_packets && packets >= l->hard_packets)
		dgsec_assoc_end(a, DGSEC_REASON_PACKETS);
	else if (l->hard_bytes && bytes >= l->hard_bytes)
		dgsec_assoc_end(a, DGSEC_REASON_BYTES);

	if (l->soft_packets && packets >= l->soft_packets)
		tell(a, DGSEC_ASSOC_SOFT, DGSEC_REASON_PACKETS);
	else if (l->soft_bytes && bytes >= l->soft_bytes)
		tell(a, DGSEC_ASSOC_SOFT, DGSEC_REASON_BYTES);
}

/**
 * dgsec_lifetime_failed - a record failed authentication
 * @a: the association whose key did not open it
 *
 * Counted here, not where the record is dropped: some that fail go to the
 * socket. Without memory for the counter nothing is counted, but then nothing
 * else works either.
 *
 * Context: RCU read lock, bottom halves off.
 */
void dgsec_lifetime_failed(struct dgsec_assoc *a)
{
	u64 n = dgsec_counts_inc_return(&a->counts, DGSEC_A_STATS_RX_DROP_AUTH);
	const struct dgsec_limits *l = rcu_dereference(a->limits);
	u64 most = lower(l ? l->hard_failed : 0, usage_of(a->rx.cipher).failed);

	if (n >= most)
		dgsec_assoc_end(a, DGSEC_REASON_AUTHENTICATION);
	else if (n >= lower(l ? l->soft_failed : 0, soft_of(most)))
		tell(a, DGSEC_ASSOC_FAILED_SOFT, DGSEC_REASON_AUTHENTICATION);
	dgsec_event_auth(a);
}
