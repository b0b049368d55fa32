// SPDX-License-Identifier: GPL-2.0
/* The replay window: checked before the AEAD, moved only after it. */

#include "replay.h"

/**
 * dgsec_replay_init - an empty window
 * @r: the window, with room for dgsec_replay_words(@window) words
 * @window: size in records, a multiple of 64
 */
void dgsec_replay_init(struct dgsec_replay *r, u32 window)
{
	u32 words = dgsec_replay_words(window);

	r->next = 0;
	r->window = window;
	r->mask = words - 1;
	memset(r->map, 0, words * sizeof(r->map[0]));
}

/**
 * dgsec_replay_fill - count everything up to a number as received
 * @r: the window, empty
 * @seq: highest number received by others (the handshake library)
 */
void dgsec_replay_fill(struct dgsec_replay *r, u64 seq)
{
	u64 last = seq / 64;

	memset(r->map, 0xff, (r->mask + 1) * sizeof(r->map[0]));
	/* numbers above @seq in its own word are still to come */
	r->map[last & r->mask] = ~0ULL >> (63 - seq % 64);
	r->next = seq + 1;
}

/**
 * dgsec_replay_check - may a record with this number be new?
 * @r: the window; may be updated at the same time
 * @seq: sequence number of the record, not yet authenticated
 *
 * A cheap answer to spare the AEAD; dgsec_replay_update() has the last word.
 *
 * Return: 0 or the counter of the reason to drop.
 */
int dgsec_replay_check(const struct dgsec_replay *r, u64 seq)
{
	u64 next = READ_ONCE(r->next);

	if (seq >= next)
		return 0;
	if (next - seq > r->window)
		return DGSEC_A_STATS_RX_DROP_OLD;
	if (READ_ONCE(r->map[(seq / 64) & r->mask]) & (1ULL << (seq % 64)))
		return DGSEC_A_STATS_RX_DROP_REPLAY;
	return 0;
}

/**
 * dgsec_replay_update - take an authentic record's number
 * @r: the window; the caller holds its lock
 * @seq: sequence number of the authenticated record
 *
 * Return: 0 if the number was new, or the counter of the reason to drop.
 */
int dgsec_replay_update(struct dgsec_replay *r, u64 seq)
{
	u64 word = seq / 64, bit = 1ULL << (seq % 64), last, n;

	if (seq < r->next) {
		if (r->next - seq > r->window)
			return DGSEC_A_STATS_RX_DROP_OLD;
		if (r->map[word & r->mask] & bit)
			return DGSEC_A_STATS_RX_DROP_REPLAY;
		WRITE_ONCE(r->map[word & r->mask],
			   r->map[word & r->mask] | bit);
		return 0;
	}

	last = r->next ? (r->next - 1) / 64 : 0;
	/* clear what lies between, once round the ring at most */
	for (n = min_t(u64, word - last, (u64)r->mask + 1); n; n--)
		WRITE_ONCE(r->map[(word - n + 1) & r->mask], 0);
	WRITE_ONCE(r->map[word & r->mask], r->map[word & r->mask] | bit);
	WRITE_ONCE(r->next, seq + 1);
	return 0;
}
