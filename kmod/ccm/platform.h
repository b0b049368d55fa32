/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What this directory needs from its surroundings. All of it but main.c, api.c
 * and x86/simd.c is compiled into the module and, for unit tests and the
 * fuzzer, into userspace.
 */
#ifndef _DGSEC_CCM_PLATFORM_H
#define _DGSEC_CCM_PLATFORM_H

#ifdef __KERNEL__

#include <linux/bitops.h>
#include <linux/cache.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/hex.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <linux/swab.h>
#include <linux/types.h>
#include <linux/unaligned.h>

#else

#include "userspace.h"

#endif

#endif /* _DGSEC_CCM_PLATFORM_H */
