/* SPDX-License-Identifier: GPL-2.0 */
/* Timers of the event loop: a pairing heap, so that arming needs no memory. */
#ifndef DGSECD_TIMER_H
#define DGSECD_TIMER_H

#include <stdbool.h>
#include <stdint.h>

struct timer {
	uint64_t when;			/* milliseconds, monotonic */
	void (*fire)(struct timer *timer);
	struct timer *child;
	struct timer *next;		/* sibling */
	struct timer *prev;		/* sibling before, or the parent */
	bool armed;
};

/* Milliseconds of the monotonic clock. */
uint64_t timer_now(void);

void timer_arm(struct timer *timer, uint64_t when);
void timer_disarm(struct timer *timer);

/* When the next timer is due; UINT64_MAX if there is none. */
uint64_t timer_next(void);

/* Fire what is due at @now. A timer may arm or disarm any timer, itself too. */
void timer_run(uint64_t now);

#endif
