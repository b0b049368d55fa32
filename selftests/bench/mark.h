/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 The dgsec authors */
#ifndef BENCH_MARK_H
#define BENCH_MARK_H

/*
 * Instructions that do nothing, seen only by the emulator's plugin (profile.c):
 * a nop whose displacement says what begins or ends.
 */
#define MARK_BASE	0x64677300	/* "dgs" */

enum {
	MARK_END,		/* of a packet or a burst */
	MARK_BEGIN,
	MARK_PATH,		/* what follows is another path */
	MARKS,
};

#define mark(n) ({							\
	__asm__ volatile("nopl %c0(%%rax)"				\
			 : : "i"(MARK_BASE + (n)) : "memory");		\
})

#endif
