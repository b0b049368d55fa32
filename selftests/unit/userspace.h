/* SPDX-License-Identifier: GPL-2.0 */
/* What the span-based core needs of the kernel, for userspace. */
#ifndef _DGSEC_USERSPACE_H
#define _DGSEC_USERSPACE_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define READ_ONCE(x)		(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v)	(*(volatile __typeof__(x) *)&(x) = (v))
#define min_t(type, a, b)	((type)(a) < (type)(b) ? (type)(a) : (type)(b))
#define pr_err(...)		fprintf(stderr, __VA_ARGS__)

#define GFP_KERNEL		0
#define kzalloc(size, flags)	calloc(1, size)
#define kfree(p)		free(p)

static inline u16 get_unaligned_be16(const void *p)
{
	const u8 *b = p;

	return b[0] << 8 | b[1];
}

static inline u64 get_unaligned_be64(const void *p)
{
	const u8 *b = p;
	u64 v = 0;
	int i;

	for (i = 0; i < 8; i++)
		v = v << 8 | b[i];
	return v;
}

static inline void put_unaligned_be16(u16 v, void *p)
{
	u8 *b = p;

	b[0] = v >> 8;
	b[1] = v;
}

static inline void put_unaligned_be64(u64 v, void *p)
{
	u8 *b = p;
	int i;

	for (i = 7; i >= 0; i--, v >>= 8)
		b[i] = v;
}

#endif /* _DGSEC_USERSPACE_H */
