/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What kmod/netlink_gen.c needs to compile in userspace, for nl-fuzz: the
 * policies as data, and nothing of what the kernel does with them.
 */
#ifndef _TOOLS_POLICY_H
#define _TOOLS_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define __ro_after_init
#define THIS_MODULE NULL

enum {
	NLA_UNSPEC,
	NLA_U8,
	NLA_U16,
	NLA_U32,
	NLA_U64,
	NLA_S32,
	NLA_FLAG,
	NLA_BINARY,
	NLA_NUL_STRING,
	NLA_STRING,
	NLA_NESTED,
};

struct nla_policy {
	uint8_t type;
	bool exact;		/* the length */
	bool bounded;
	uint16_t len;
	int64_t min, max;
	const struct nla_policy *nested;
	unsigned int maxattr;
};

#define NLA_POLICY_NESTED(policy) \
	{ .type = NLA_NESTED, .nested = policy, .maxattr = ARRAY_SIZE(policy) - 1 }
#define NLA_POLICY_EXACT_LEN(octets) { .type = NLA_BINARY, .len = octets, .exact = true }
#define NLA_POLICY_MAX_LEN(octets) { .type = NLA_BINARY, .len = octets }
#define NLA_POLICY_RANGE(t, low, high) { .type = t, .bounded = true, .min = low, .max = high }
#define NLA_POLICY_MIN(t, low) NLA_POLICY_RANGE(t, low, UINT32_MAX)
#define NLA_POLICY_MAX(t, high) NLA_POLICY_RANGE(t, 0, high)

#endif
