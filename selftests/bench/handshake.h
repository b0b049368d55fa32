/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 The dgsec authors */
#ifndef BENCH_HANDSHAKE_H
#define BENCH_HANDSHAKE_H

#include "bench.h"

/* bench->peer and whoever is at bench->gateway agree on keys. */
int handshake(struct bench *bench);

#endif
