// SPDX-License-Identifier: GPL-2.0
/* Timers fire in order, each once, against the simplest thing that is right. */
#include <stdlib.h>

#include "../../tests/ktap.h"
#include "timer.h"

enum { TIMERS = 200, STEPS = 200000 };

static struct timer timers[TIMERS];
static uint64_t expected[TIMERS];	/* when; 0: not armed */
static uint64_t now;
static unsigned int fired, early, out_of_order;
static uint64_t last;

static void fire(struct timer *timer)
{
	size_t i = (size_t)(timer - timers);

	fired++;
	if (!expected[i] || expected[i] != timer->when || timer->when > now)
		early++;
	if (timer->when < last)
		out_of_order++;
	last = timer->when;
	expected[i] = 0;
	/* As a retransmission does. */
	if (random() % 4 == 0) {
		expected[i] = now + 1 + (uint64_t)random() % 50;
		timer_arm(timer, expected[i]);
	}
}

static uint64_t soonest(void)
{
	uint64_t when = UINT64_MAX;

	for (int i = 0; i < TIMERS; i++)
		if (expected[i] && expected[i] < when)
			when = expected[i];
	return when;
}

int main(void)
{
	unsigned int wrong_next = 0, missed = 0;

	ktap_begin();
	ktap_test(timer_next() == UINT64_MAX, "no timer at the beginning");
	srandom(1);
	for (int i = 0; i < TIMERS; i++)
		timers[i].fire = fire;
	for (int step = 0; step < STEPS; step++) {
		long i = random() % TIMERS;

		switch (random() % 4) {
		case 0:
			timer_disarm(&timers[i]);
			expected[i] = 0;
			break;
		case 1:
			now += (uint64_t)random() % 5;
			last = 0;
			timer_run(now);
			missed += soonest() <= now;
			break;
		default:
			expected[i] = now + 1 + (uint64_t)random() % 300;
			timer_arm(&timers[i], expected[i]);
		}
		wrong_next += timer_next() != soonest();
	}
	ktap_test(fired > 1000, "timers fire (%u times)", fired);
	ktap_test(!early, "never one that is not armed, or not due");
	ktap_test(!missed, "all that are due");
	ktap_test(!out_of_order, "the sooner first");
	ktap_test(!wrong_next, "the next one is known");
	for (int i = 0; i < TIMERS; i++)
		timer_disarm(&timers[i]);
	ktap_test(timer_next() == UINT64_MAX, "no timer at the end");
	return ktap_end();
}
