/* SPDX-License-Identifier: GPL-2.0 */
/* What aesni.S and avx.S share: offsets, and constants of each its own copy. */

/* struct ccm_job: five blocks */
#define JOB_B0		0
#define JOB_A0		16
#define JOB_B1		32
#define JOB_TEXT	48
#define JOB_TAG		64

.section .rodata.cst16.dgsec_one, "aM", @progbits, 16
.align 16
.Lone:		.octa 1
.section .rodata.cst16.dgsec_be_one, "aM", @progbits, 16
.align 16
.Lbe_one:	.octa 0x01000000000000000000000000000000
.section .rodata.cst16.dgsec_counter, "aM", @progbits, 16
.align 16
/* the counter's 8 octets reversed, into the last 8 */
.Lcounter:	.octa 0x00010203040506078080808080808080
.section .rodata
.align 16
/*
 * pshufb from shift_up + n moves n octets to the end, zeros before them;
 * pshufb from shift_down - n moves the last n to the start, zeros after them.
 */
.Lshift_up:
	.octa 0x80808080808080808080808080808080
	.octa 0x0f0e0d0c0b0a09080706050403020100
.Lshift_down:
	.octa 0x80808080808080808080808080808080
/* from keep + 16 - n: a mask of the first n octets */
.Lkeep:
	.octa 0xffffffffffffffffffffffffffffffff
	.octa 0
