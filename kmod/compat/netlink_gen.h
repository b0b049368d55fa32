/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Before 6.2: what the generator makes as a genl_family, with its split
 * operations, becomes a description from which genetlink.c makes one.
 */
#ifndef _DGSEC_COMPAT_NETLINK_GEN_H
#define _DGSEC_COMPAT_NETLINK_GEN_H

#include "compat.h"

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)

#include "../netlink_gen.h"

struct dgsec_compat_family {
	const char *name;
	unsigned int version;
	bool netnsok;
	bool parallel_ops;
	struct module *module;
	const struct genl_split_ops *split_ops;
	unsigned int n_split_ops;
	const struct genl_multicast_group *mcgrps;
	unsigned int n_mcgrps;
};

extern struct dgsec_compat_family dgsec_compat_family_spec;

#ifndef DGSEC_COMPAT_KEEP_NAMES
#define genl_family dgsec_compat_family
#define dgsec_nl_family dgsec_compat_family_spec
#endif

#endif

#endif /* _DGSEC_COMPAT_NETLINK_GEN_H */
