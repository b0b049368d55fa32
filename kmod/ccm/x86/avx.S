/* SPDX-License-Identifier: GPL-2.0 */
/*
 * AES-CCM with a raw 128-bit key, the most frequent of what aesni.S does, for
 * processors with AVX: the same (that file says more) with some forty
 * instructions less, as results need not be in the place of operands.
 */
#include <linux/linkage.h>

/* k0 to k10 in xmm0 to xmm10 */
#define K0	%xmm0
#define KLAST	%xmm10
#define MAC	%xmm11
#define KS	%xmm12	/* key stream */
#define A0	%xmm13	/* A0 ^ k0 */
#define CTR	%xmm14	/* the counter, little-endian */
#define T	%xmm15

#define KEY	%rdi
#define JOB	%rsi
#define AAD	%rdx
#define AADLEN	%rcx
#define BUF	%r8
#define LEN	%r9
#define TAB	%rax

#include "tables.S"

.text

/* FIPS 197 section 5.2, and the round with the new key */
.macro next_key in, out, rcon, last
	vaeskeygenassist $\rcon, \in, T
	vpslldq	$4, \in, CTR
	vpshufd	$0xff, T, T
	vpxor	CTR, \in, \out
	vpslldq	$8, \out, CTR
	vpxor	CTR, \out, \out
	vpxor	T, \out, \out
	vaesenc\last \out, MAC, MAC
	vaesenc\last \out, KS, KS
.endm

/* In two words, as it was stored: see aesni.S */
.macro load_block to, at
	vmovq	\at(JOB), \to
	vmovhps	\at + 8(JOB), \to, \to
.endm

.macro encrypt_both from=KS
	vpxor	K0, MAC, MAC
	vaesenc	%xmm1, MAC, MAC
	vaesenc	%xmm1, \from, KS
	.irp	key, %xmm2, %xmm3, %xmm4, %xmm5, %xmm6, %xmm7, %xmm8, %xmm9
	vaesenc	\key, MAC, MAC
	vaesenc	\key, KS, KS
	.endr
	vaesenclast KLAST, MAC, MAC
	vaesenclast KLAST, KS, KS
.endm

.macro encrypt_mac
	vpxor	K0, MAC, MAC
	.irp	key, %xmm1, %xmm2, %xmm3, %xmm4, %xmm5, %xmm6, %xmm7, %xmm8, %xmm9
	vaesenc	\key, MAC, MAC
	.endr
	vaesenclast KLAST, MAC, MAC
.endm

/*
 * void dgsec_avx_NAME128(const u8 key[16], struct ccm_job *job,
 *			  const u8 *aad, size_t aad_len,
 *			  u8 *buf, size_t len)
 */
.macro function name, seal
SYM_FUNC_START(dgsec_avx_\name\()128)
	vmovdqu	(KEY), K0
	load_block MAC, JOB_B0
	load_block A0, JOB_A0
	vpxor	K0, MAC, MAC
	vpxor	K0, A0, A0
	test	LEN, LEN
	jz	.Lno_message_\name
	vpxor	.Lbe_one(%rip), A0, KS
.Lkeys_\name:
	next_key %xmm0, %xmm1, 0x01
	next_key %xmm1, %xmm2, 0x02
	next_key %xmm2, %xmm3, 0x04
	next_key %xmm3, %xmm4, 0x08
	next_key %xmm4, %xmm5, 0x10
	next_key %xmm5, %xmm6, 0x20
	next_key %xmm6, %xmm7, 0x40
	next_key %xmm7, %xmm8, 0x80
	next_key %xmm8, %xmm9, 0x1b
	next_key %xmm9, KLAST, 0x36, last

	test	AAD, AAD
	jz	.Lpayload_\name
	load_block T, JOB_B1
	vpxor	T, MAC, MAC
.Laad_\name:
	encrypt_mac
	cmp	$16, AADLEN
	jb	.Laad_end_\name
	vpxor	(AAD), MAC, MAC
	add	$16, AAD
	sub	$16, AADLEN
	jmp	.Laad_\name
.Laad_end_\name:
	test	AADLEN, AADLEN
	jz	.Lpayload_\name
	lea	.Lshift_down(%rip), TAB
	vmovdqu	-16(AAD, AADLEN), T
	sub	AADLEN, TAB
	vpshufb	(TAB), T, T
	vpxor	T, MAC, MAC
	xor	%ecx, %ecx
	jmp	.Laad_\name

.Lpayload_\name:
	vmovdqa	.Lone(%rip), CTR
	cmp	$16, LEN
	jb	.Lshort_text_\name
.Lblock_\name:
.if \seal
	/* read once: somebody may be changing it */
	vmovdqu	(BUF), T
	vpxor	T, MAC, MAC
	vpxor	T, KS, KS
	vmovdqu	KS, (BUF)
.else
	vpxor	(BUF), KS, KS
	vmovdqu	KS, (BUF)
	vpxor	KS, MAC, MAC
.endif
	add	$16, BUF
	sub	$16, LEN
	jz	.Llast_\name
	vpaddq	.Lone(%rip), CTR, CTR
	vpshufb	.Lcounter(%rip), CTR, KS
	vpxor	A0, KS, KS
	encrypt_both
	cmp	$16, LEN
	jae	.Lblock_\name
	test	LEN, LEN
	jz	.Ldone_\name
	lea	.Lshift_up(%rip), TAB
	vmovdqu	-16(BUF, LEN), T
	vpshufb	(TAB, LEN), KS, KS
	vpxor	T, KS, KS
	vmovdqu	KS, -16(BUF, LEN)
	neg	LEN
.if \seal
	vpshufb	32(TAB, LEN), T, T
.else
	vpshufb	32(TAB, LEN), KS, T
.endif
	vpxor	T, MAC, MAC
.Llast_\name:
	/* counter 0, for the tag */
	encrypt_both A0
.Ldone_\name:
	vpxor	KS, MAC, MAC
	vmovq	MAC, JOB_TAG(JOB)
	vmovhps	MAC, JOB_TAG + 8(JOB)
	vzeroall
	RET

.Lno_message_\name:
	vmovdqa	A0, KS
	jmp	.Lkeys_\name

.Lshort_text_\name:
	test	LEN, LEN
	jz	.Ldone_\name
	load_block T, JOB_TEXT
	vpxor	T, KS, KS
.if \seal
	vpxor	T, MAC, MAC
.else
	lea	.Lkeep + 16(%rip), TAB
	sub	LEN, TAB
	vpand	(TAB), KS, KS
	vpxor	KS, MAC, MAC
.endif
	vmovdqu	KS, JOB_TEXT(JOB)
	jmp	.Llast_\name
SYM_FUNC_END(dgsec_avx_\name\()128)
.endm

function seal, 1
function open, 0
