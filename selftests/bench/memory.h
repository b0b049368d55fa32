/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 The dgsec authors */
#ifndef BENCH_MEMORY_H
#define BENCH_MEMORY_H

#include "bench.h"

enum {
	MEMORY_SLABS_MAX = 512,
};

/* One kind of slab, from /proc/slabinfo */
struct memory_slab {
	char name[64];
	unsigned long objects;
	unsigned long object_size;
	unsigned long pages;
};

/* The kernel's memory, in octets but for @slabs */
struct memory {
	struct memory_slab slabs[MEMORY_SLABS_MAX];
	unsigned int n_slabs;
	long slab;		/* all slabs and large kmalloc()s, in pages */
	long percpu;
	long vmalloc;
};

int memory_read(struct memory *m);
void memory_print(const struct bench *bench, const char *name,
		  const struct memory *before, const struct memory *after);

#endif
