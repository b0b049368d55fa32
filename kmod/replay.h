/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DGSEC_REPLAY_H
#define _DGSEC_REPLAY_H

#include "platform.h"

/*
 * Replay window (RFC 6347 section 4.1.2.6) as a ring of 64-bit words: going
 * forward clears whole words and never shifts. The ring has at least one word
 * more than the window, so that the window fits wherever it begins.
 */
struct dgsec_replay {
	u64 next;		/* highest number received, plus 1 */
	u32 window;		/* in records, a multiple of 64 */
	u32 mask;		/* words in the ring, minus 1 */
	u64 map[];
};

/* Words of the ring for a window; a power of two. */
static inline u32 dgsec_replay_words(u32 window)
{
	u32 words = 2;

	while (words < window / 64 + 1)
		words *= 2;
	return words;
}

void dgsec_replay_init(struct dgsec_replay *r, u32 window);
void dgsec_replay_fill(struct dgsec_replay *r, u64 seq);
int dgsec_replay_check(const struct dgsec_replay *r, u64 seq);
int dgsec_replay_update(struct dgsec_replay *r, u64 seq);

#endif /* _DGSEC_REPLAY_H */
