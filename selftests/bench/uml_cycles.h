/* SPDX-License-Identifier: GPL-2.0 */
/*
 * User-mode Linux has no get_cycles(), so its tcrypt could only count in whole
 * seconds of the clock, which other programs share. For uml.sh, which includes
 * it before everything else.
 */
#ifndef BENCH_UML_CYCLES_H
#define BENCH_UML_CYCLES_H

static inline unsigned long uml_cycles(void)
{
	unsigned int low, high;

	__asm__ __volatile__("rdtscp" : "=a"(low), "=d"(high) : : "ecx");
	return (unsigned long)high << 32 | low;
}

#define get_cycles uml_cycles

#endif
