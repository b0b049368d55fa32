// SPDX-License-Identifier: GPL-2.0
#include <stddef.h>
#include <time.h>

#include "timer.h"

static struct timer *root;

uint64_t timer_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static struct timer *merge(struct timer *a, struct timer *b)
{
	struct timer *swap;

	if (!a || !b)
		return a ? a : b;
	if (b->when < a->when) {
		swap = a;
		a = b;
		b = swap;
	}
	b->next = a->child;
	if (b->next)
		b->next->prev = b;
	b->prev = a;
	a->child = b;
	return a;
}

/* Pair neighbours left to right, then merge the pairs right to left. */
static struct timer *merge_all(struct timer *first)
{
	struct timer *pairs = NULL, *a, *b, *pair, *all = NULL;

	while (first) {
		a = first;
		b = a->next;
		first = b ? b->next : NULL;
		a->next = NULL;
		a->prev = NULL;
		if (b) {
			b->next = NULL;
			b->prev = NULL;
		}
		pair = merge(a, b);
		pair->next = pairs;
		pairs = pair;
	}
	while (pairs) {
		pair = pairs;
		pairs = pair->next;
		pair->next = NULL;
		all = merge(all, pair);
	}
	return all;
}

void timer_disarm(struct timer *timer)
{
	struct timer *rest;

	if (!timer->armed)
		return;

	rest = merge_all(timer->child);
	if (timer == root) {
		root = rest;
	} else {
		if (timer->prev->child == timer)
			timer->prev->child = timer->next;
		else
			timer->prev->next = timer->next;
		if (timer->next)
			timer->next->prev = timer->prev;
		root = merge(root, rest);
	}
	timer->child = NULL;
	timer->next = NULL;
	timer->prev = NULL;
	timer->armed = false;
}

void timer_arm(struct timer *timer, uint64_t when)
{
	timer_disarm(timer);
	timer->when = when;
	timer->armed = true;
	root = merge(root, timer);
}

uint64_t timer_next(void)
{
	return root ? root->when : UINT64_MAX;
}

void timer_run(uint64_t now)
{
	struct timer *timer;

	while (root && root->when <= now) {
		timer = root;
		timer_disarm(timer);
		timer->fire(timer);
	}
}
