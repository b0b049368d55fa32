/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 The dgsec authors */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include "bench.h"

int measure_clock(void);
int measure_path(struct bench *bench, const struct path *path,
		 unsigned int count);

#endif
