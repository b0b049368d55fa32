// SPDX-License-Identifier: GPL-2.0
/*
 * Sends packets through a path, one at a time or in bursts, and counts what
 * each costs.
 *
 * Copyright (C) 2026 The dgsec authors
 */
#include "measure.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway.h"
#include "mark.h"
#include "peer.h"

enum {
	WARM_UP = 300,
	CLOCK_LOOPS = 200000,
	CLOCK_TRIES = 3,
};

/* A packet that is on its way */
struct flight {
	struct peer *peer;
	size_t len;
	uint32_t n;
	uint8_t p[PACKET_MAX];
};

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

/* A loop of two instructions a turn tells whether the clock counts them. */
int measure_clock(void)
{
	uint64_t best = UINT64_MAX, start, took;
	const uint64_t want = 2 * CLOCK_LOOPS;
	uint64_t loops;
	int i;

	for (i = 0; i < CLOCK_TRIES; i++) {
		loops = CLOCK_LOOPS;
		start = now();
		__asm__ volatile("1: dec %0\n\tjnz 1b" : "+r"(loops) : : "cc");
		took = now() - start;
		if (took < best)
			best = took;
	}
	if (best < want - want / 1000 || best > want + want / 200)
		return bench_error("the clock does not count instructions (docs/performance.md): %llu ns for %llu",
				   (unsigned long long)best,
				   (unsigned long long)want);
	return 0;
}

static int schedule_as(int policy, int priority)
{
	const struct sched_param param = { .sched_priority = priority };

	if (sched_setscheduler(0, policy, &param))
		return bench_error("scheduler: %s", strerror(errno));
	return 0;
}

/*
 * Whoever has work goes before the bench, so that relays and workers have done
 * theirs when write() returns, and the bench need not wait for it.
 */
static int step_back(void)
{
	return schedule_as(SCHED_IDLE, 0);
}

/* Nobody runs until the whole burst is there. */
static int step_forward(void)
{
	return schedule_as(SCHED_FIFO, 2);
}

/* The gateway's work is between the two calls of now(), and only that. */
static int pass(struct bench *bench, const struct path *path,
		const struct flight *in, struct flight *out, unsigned int count,
		bool counted, uint64_t *took)
{
	enum side to = path->from == SIDE_LOWER ? SIDE_BACKBONE : SIDE_LOWER;
	const int fd = bench->fd[path->from];
	unsigned int i;
	uint64_t start;
	long len;

	if (bench->burst && step_forward())
		return -1;
	if (counted)
		mark(MARK_BEGIN);
	start = now();
	for (i = 0; i < count; i++)
		if (gateway_inject(fd, in[i].p, in[i].len))
			return -1;
	if (bench->burst && step_back())
		return -1;
	for (i = 0; i < count; i++) {
		len = gateway_collect(bench, to, out[i].p, PACKET_MAX);
		if (len < 0)
			return -1;
		out[i].len = len;
	}
	*took = now() - start;
	mark(MARK_END);
	return 0;
}

static int burst(struct bench *bench, const struct path *path, uint32_t n,
		 uint32_t warm_up, unsigned int count, uint64_t *took)
{
	static struct flight in[BENCH_BURST_MAX], out[BENCH_BURST_MAX];
	unsigned int i;

	for (i = 0; i < count; i++) {
		in[i].n = n + i;
		/* everyone once before what is counted, then at random */
		in[i].peer = n + i <= warm_up ?
			     &bench->peers[(n + i) % bench->n_peers] :
			     peer_at_random(bench);
		bench->peer = in[i].peer;
		in[i].len = path->make(bench, in[i].n, in[i].p);
		if (!in[i].len)
			return bench_error("cannot build the packet");
	}
	if (pass(bench, path, in, out, count, n > warm_up, took))
		return -1;
	for (i = 0; i < count; i++) {
		bench->peer = in[i].peer;
		if (path->check(bench, in[i].n, out[i].p, out[i].len))
			return -1;
	}
	return 0;
}

static int compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void print(const struct bench *bench, const struct path *path,
		  unsigned int size, uint64_t *took, unsigned int count)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < count; i++)
		sum += took[i];
	qsort(took, count, sizeof(*took), compare);
	printf("packet\t%s\t%s\t%s\t%zu\t%u\t%u\t%u\t%u\t%llu\t%llu\t%llu\n",
	       path->name, path->direction, bench->cipher->name, bench->payload,
	       bench->n_peers, bench->burst, count * size, bench->waits,
	       (unsigned long long)took[0] / size,
	       (unsigned long long)took[count / 2] / size,
	       (unsigned long long)(sum / count) / size);
}

int measure_path(struct bench *bench, const struct path *path,
		 unsigned int count)
{
	const unsigned int size = bench->burst ? bench->burst : 1;
	uint32_t warm_up = path->stateless ? 0 : bench->n_peers, n;
	uint64_t *took, unused;
	unsigned int i = 0;
	int ret = -1;

	bench_doing("%s %s", path->name, path->direction);
	mark(MARK_PATH);
	/* whole bursts */
	count = (count + size - 1) / size;
	if (warm_up < WARM_UP)
		warm_up = WARM_UP;
	warm_up = (warm_up + size - 1) / size * size;
	took = calloc(count, sizeof(*took));
	if (!took)
		return bench_error("no memory");
	/* else the scheduler weighs sessions first, and step_back() is nothing */
	if (gateway_sysctl("kernel/sched_autogroup_enabled", "0"))
		goto out;
	if (measure_clock() || gateway_open(bench) || path->setup(bench) ||
	    step_back())
		goto out;
	for (n = 1; i < count; n += size) {
		bench_doing("%s %s: packet %u", path->name, path->direction, n);
		if (n == warm_up + 1)
			bench->waits = 0;
		if (burst(bench, path, n, warm_up, size,
			  n > warm_up ? &took[i++] : &unused))
			goto out;
	}
	print(bench, path, size, took, count);
	ret = 0;
out:
	free(took);
	return ret;
}
