/* SPDX-License-Identifier: GPL-2.0 */
/* What libFuzzer targets share: what they take from an input, what they demand. */
#ifndef DGSEC_FUZZ_H
#define DGSEC_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* So many executions when all tests run: seconds */
extern const unsigned long fuzz_short_runs;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An input, read from its beginning; zeros follow its end. */
struct input {
	const uint8_t *at;
	size_t left;
};

static inline uint8_t take8(struct input *in)
{
	if (!in->left)
		return 0;
	in->left--;
	return *in->at++;
}

static inline uint16_t take16(struct input *in)
{
	uint16_t high = take8(in);

	return (uint16_t)(high << 8 | take8(in));
}

static inline uint64_t take48(struct input *in)
{
	uint64_t high = take16(in), middle = take16(in);

	return high << 32 | middle << 16 | take16(in);
}

/* As many of @len octets as are there */
static inline size_t take(struct input *in, const uint8_t **out, size_t len)
{
	if (len > in->left)
		len = in->left;
	*out = in->at;
	in->at += len;
	in->left -= len;
	return len;
}

/* On the heap and of the exact length: what is touched beyond it shows. */
static inline uint8_t *copy_exact(const void *data, size_t len)
{
	uint8_t *to = malloc(len ? len : 1);

	if (!to)
		abort();
	if (len)
		memcpy(to, data, len);
	return to;
}

/* What must be true, whatever the input */
#define demand(what)								\
	do {									\
		if (!(what)) {							\
			fprintf(stderr, "%s:%d: not true: %s\n", __FILE__,	\
				__LINE__, #what);				\
			abort();						\
		}								\
	} while (0)

#endif
