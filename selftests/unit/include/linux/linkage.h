/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's words for assembly, for userspace */
#ifndef _DGSEC_LINKAGE_H
#define _DGSEC_LINKAGE_H

#define SYM_FUNC_START(name)		\
	.globl name ;			\
	.p2align 4 ;			\
	.type name, @function ;		\
	name:
#define SYM_FUNC_START_LOCAL(name)	\
	.p2align 4 ;			\
	.type name, @function ;		\
	name:
#define SYM_FUNC_END(name)		\
	.size name, . - name
#define RET	ret

#endif /* _DGSEC_LINKAGE_H */
