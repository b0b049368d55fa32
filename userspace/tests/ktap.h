/* SPDX-License-Identifier: GPL-2.0 */
/* Results as KTAP. A test is a program: ktap_test() for each, then ktap_end(). */
#ifndef DGSEC_TESTS_KTAP_H
#define DGSEC_TESTS_KTAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

static int ktap_count, ktap_failed;

static inline void ktap_begin(void)
{
	puts("KTAP version 1");
}

__attribute__((format(printf, 2, 3)))
static inline void ktap_test(bool pass, const char *fmt, ...)
{
	va_list ap;

	printf("%sok %d - ", pass ? "" : "not ", ++ktap_count);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	if (!pass)
		ktap_failed++;
}

/* The plan comes last, when the number is known. Return: the exit code. */
static inline int ktap_end(void)
{
	printf("1..%d\n", ktap_count);
	return ktap_failed ? 1 : 0;
}

#endif /* DGSEC_TESTS_KTAP_H */
