/* SPDX-License-Identifier: GPL-2.0 */
/* What the span-based core needs of the kernel, for userspace. */
#ifndef _DGSEC_USERSPACE_H
#define _DGSEC_USERSPACE_H

#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "list.h"

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
typedef u16 __be16;

#define likely(x)		__builtin_expect(!!(x), 1)
#define unlikely(x)		__builtin_expect(!!(x), 0)
#define noinline		__attribute__((noinline))
#define asmlinkage
#define __uninitialized
#define __init
#define __ro_after_init
#define EXPORT_SYMBOL_GPL(symbol)

#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define READ_ONCE(x)		(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v)	(*(volatile __typeof__(x) *)&(x) = (v))
#define min_t(type, a, b)	((type)(a) < (type)(b) ? (type)(a) : (type)(b))
#define pr_err(...)		fprintf(stderr, __VA_ARGS__)
#define pr_notice(...)		fprintf(stderr, __VA_ARGS__)

#define GFP_KERNEL		0
#define GFP_ATOMIC		0
#define __GFP_NOWARN		0
#define kzalloc(size, flags)	calloc(1, size)
#define kfree(p)		free(p)
#define kvmalloc(size, flags)	malloc(size)
#define kvcalloc(n, size, flags) calloc(n, size)
#define kvfree(p)		free(p)

/* one thread */
#define spinlock_t		struct { }
#define spin_lock_init(lock)	((void)(lock))
#define spin_lock(lock)		((void)(lock))
#define spin_unlock(lock)	((void)(lock))
#define spin_lock_bh(lock)	((void)(lock))
#define spin_unlock_bh(lock)	((void)(lock))
#define cond_resched()		((void)0)

#define swab16(v)		((u16)__builtin_bswap16(v))
#define swab32(v)		((u32)__builtin_bswap32(v))
#define swab64(v)		((u64)__builtin_bswap64(v))

static inline u32 ror32(u32 v, unsigned int n)
{
	return v >> n | v << (32 - n);
}

static inline int fls(unsigned int v)
{
	return v ? 32 - __builtin_clz(v) : 0;
}

/* the same each time */
static inline void get_random_bytes(void *p, size_t len)
{
	static u64 state = 0x853c49e6748fea9bULL;
	u8 *b = p;

	for (; len; len--) {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		*b++ = state >> 24;
	}
}

struct siphash_key {
	u64 key[2];
};

#define siphash_key_t		struct siphash_key

/* Nobody attacks a test: any hash will do. */
static inline u64 siphash(const void *data, size_t len,
			  const siphash_key_t *key)
{
	u64 h = key->key[0] ^ 0xcbf29ce484222325ULL;
	const u8 *b = data;

	for (; len; len--)
		h = (h ^ *b++) * 0x100000001b3ULL;
	return h ^ h >> 32;
}

static inline u64 siphash_2u64(u64 a, u64 b, const siphash_key_t *key)
{
	u64 v[] = { a, b };

	return siphash(v, sizeof(v), key);
}

static inline void memzero_explicit(void *p, size_t len)
{
	memset(p, 0, len);
	__asm__ volatile("" : : "r"(p) : "memory");
}

static inline void *memchr_inv(const void *p, int c, size_t len)
{
	const u8 *b = p;

	for (; len; b++, len--)
		if (*b != c)
			return (void *)b;
	return NULL;
}

static inline int hex2bin(u8 *to, const char *hex, size_t len)
{
	unsigned int v;

	for (; len; to++, hex += 2, len--) {
		if (sscanf(hex, "%2x", &v) != 1)
			return -EINVAL;
		*to = v;
	}
	return 0;
}

static inline u32 get_unaligned_le32(const void *p)
{
	const u8 *b = p;

	return b[0] | b[1] << 8 | b[2] << 16 | (u32)b[3] << 24;
}

static inline u64 get_unaligned_le64(const void *p)
{
	const u8 *b = p;

	return get_unaligned_le32(b) | (u64)get_unaligned_le32(b + 4) << 32;
}

static inline void put_unaligned_le32(u32 v, void *p)
{
	u8 *b = p;
	int i;

	for (i = 0; i < 4; i++, v >>= 8)
		b[i] = v;
}

static inline void put_unaligned_le64(u64 v, void *p)
{
	put_unaligned_le32(v, p);
	put_unaligned_le32(v >> 32, (u8 *)p + 4);
}

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
