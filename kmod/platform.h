/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the span-based core (records, replay window, exchanges, self tests) needs
 * from its surroundings. The same files are compiled into the module and, for
 * unit tests and fuzzers, into userspace.
 */
#ifndef _DGSEC_PLATFORM_H
#define _DGSEC_PLATFORM_H

#ifdef __KERNEL__

#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/in6.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include <linux/siphash.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/types.h>
#include <linux/unaligned.h>

#else

#include "userspace.h"

#endif

#include "uapi/linux/dgsec.h"

#endif /* _DGSEC_PLATFORM_H */
