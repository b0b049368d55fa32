/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 The dgsec authors */
#ifndef BENCH_MARK_H
#define BENCH_MARK_H

/*
 * Instructions that do nothing, seen only by the emulator's plugin (profile.c):
 * a nop whose displacement says what begins or ends.
 */
#define MARK_BASE	0x64677300	/* "dgs" */
#define MARK_MAX	8

#define mark_nop(n) ({							\
	__asm__ volatile("nopl %c0(%%rax)"				\
			 : : "i"(MARK_BASE + (n)) : "memory");		\
})

/* Number 0 is not marked: the warm-up. */
static inline void mark_begin(unsigned int n)
{
	switch (n) {
	case 1:
		mark_nop(1);
		break;
	case 2:
		mark_nop(2);
		break;
	case 3:
		mark_nop(3);
		break;
	case 4:
		mark_nop(4);
		break;
	case 5:
		mark_nop(5);
		break;
	case 6:
		mark_nop(6);
		break;
	}
}

static inline void mark_end(void)
{
	mark_nop(0);
}

#endif
