/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 The dgsec authors */
#ifndef BENCH_RECORD_H
#define BENCH_RECORD_H

#include "bench.h"

enum {
	RECORD_EPOCH = 1,
	RECORD_SALT_LEN = 4,
};

/* bench->peer's packets under DTLS 1.2, for struct path */
size_t record_in_make(struct bench *bench, uint32_t n, uint8_t *p);
int record_in_check(struct bench *bench, uint32_t n, uint8_t *p, size_t len);
size_t record_out_make(struct bench *bench, uint32_t n, uint8_t *p);
int record_out_check(struct bench *bench, uint32_t n, uint8_t *p, size_t len);

#endif
