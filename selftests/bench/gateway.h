/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 The dgsec authors */
#ifndef BENCH_GATEWAY_H
#define BENCH_GATEWAY_H

#include <stddef.h>
#include <stdint.h>

#include "bench.h"

int gateway_open(struct bench *bench);
int gateway_run(const char *format, ...)
	__attribute__((format(printf, 1, 2)));
int gateway_ip(const char *format, ...)
	__attribute__((format(printf, 1, 2)));
int gateway_sysctl(const char *name, const char *value);
int gateway_tun(const char *name, bool napi);

int gateway_inject(int fd, const uint8_t *p, size_t len);
/* -1 is an error, 0 that nothing came within @ms. */
long gateway_poll(int fd, uint8_t *p, size_t len, int ms);
long gateway_collect(struct bench *bench, enum side side, uint8_t *p,
		     size_t len);

#endif
