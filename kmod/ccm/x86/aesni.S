/* SPDX-License-Identifier: GPL-2.0 */
/*
 * AES-CCM with the AES instructions (and SSE4.1), one message in one call. What
 * goes in and out: ../job.h.
 *
 * The block of the MAC and the next counter are encrypted side by side: the
 * MAC is a chain, so the processor waits for it anyway. All round keys of a
 * 128-bit key are in registers, made of the key when the call begins; of longer
 * keys the first ten and the last are, and up to four in memory.
 *
 * Constant time rests on this: the AES instructions and all others here take
 * the same time for all data; branches and addresses depend on lengths only.
 * Registers that held keys, key stream or text are cleared at the end.
 */
#include <linux/linkage.h>

/* k0 to k9 in xmm0 to xmm9, the last round's in xmm10 */
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
#define MORE	%r10	/* long keys: where k10 and the following are */
#define EXTRA	%r11d	/* how many they are, 2 or 4 */

#include "tables.S"

.text

/* ---- keys ---- */

/*
 * FIPS 197 section 5.2, four words at a time: \out becomes \in with each word
 * xored into all that follow, and the round's word into all. The lowest word of
 * CTR is and stays 0.
 */
.macro next_key in, prev, out, rcon, word
	aeskeygenassist	$\rcon, \prev, T
	pshufd	$\word, T, T
.ifnc	\in, \out
	movdqa	\in, \out
.endif
	shufps	$0x10, \out, CTR
	pxor	CTR, \out
	shufps	$0x8c, \out, CTR
	pxor	CTR, \out
	pxor	T, \out
.endm

/* One round of both blocks with a key in a register */
.macro round key
	aesenc	\key, MAC
	aesenc	\key, KS
.endm

/* The same with a key in memory, unaligned */
.macro round_mem at
	movdqu	\at, T
	round	T
.endm

.macro rounds_1_to_9
	round	%xmm1
	round	%xmm2
	round	%xmm3
	round	%xmm4
	round	%xmm5
	round	%xmm6
	round	%xmm7
	round	%xmm8
	round	%xmm9
.endm

/* Rounds of a long key between the ninth and the last */
.macro rounds_more
	round_mem (MORE)
	round_mem 16(MORE)
	cmp	$2, EXTRA
	je	.Lshort_\@
	round_mem 32(MORE)
	round_mem 48(MORE)
.Lshort_\@:
.endm

/* MAC is without k0, KS is with it */
.macro encrypt_both long
	pxor	K0, MAC
	rounds_1_to_9
.if \long
	rounds_more
.endif
	aesenclast KLAST, MAC
	aesenclast KLAST, KS
.endm

.macro encrypt_mac long
	pxor	K0, MAC
	.irp	key, %xmm1, %xmm2, %xmm3, %xmm4, %xmm5, %xmm6, %xmm7, %xmm8, %xmm9
	aesenc	\key, MAC
	.endr
.if \long
	movdqu	(MORE), T
	aesenc	T, MAC
	movdqu	16(MORE), T
	aesenc	T, MAC
	cmp	$2, EXTRA
	je	.Lshort_\@
	movdqu	32(MORE), T
	aesenc	T, MAC
	movdqu	48(MORE), T
	aesenc	T, MAC
.Lshort_\@:
.endif
	aesenclast KLAST, MAC
.endm

/* k0 to k9 */
.macro load_keys
	.irp	i, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9
	movdqu	16 * \i(KEY), %xmm\i
	.endr
.endm

/* The last one, and where those between are; struct dgsec_ccm_schedule */
.macro load_long
	movzbl	240(KEY), EXTRA
	lea	160(KEY), MORE
	sub	$10, EXTRA
	lea	(MORE), TAB
	cmp	$2, EXTRA
	je	.Lshort_\@
	add	$32, TAB
.Lshort_\@:
	movdqu	32(TAB), KLAST
.endm

/* ---- the message ---- */

/*
 * What was stored in two words is loaded in two: a load of all 16 octets would
 * have to wait until everything before it is done.
 */
.macro load_block to, at
	movq	\at(JOB), \to
	movhps	\at + 8(JOB), \to
.endm

/* MAC = B0, A0 and KS = A1, or A0 if there is no message; all with k0 */
.macro load_job
	load_block MAC, JOB_B0
	load_block A0, JOB_A0
	pxor	K0, MAC
	pxor	K0, A0
	movdqa	A0, KS
	test	LEN, LEN
	jz	.Lno_message_\@
	pxor	.Lbe_one(%rip), KS
.Lno_message_\@:
.endm

.macro clear_registers
	.irp	r, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	pxor	%xmm\r, %xmm\r
	.endr
.endm

/*
 * B0 is in the MAC and the first key stream in KS. A part of a block at the end
 * is read and written as the 16 octets that end there; text of less than a
 * block is in the job.
 */
.macro message seal, long
	test	AAD, AAD
	jz	.Lpayload_\@
	load_block T, JOB_B1
	pxor	T, MAC
.Laad_\@:
	encrypt_mac \long
	cmp	$16, AADLEN
	jb	.Laad_end_\@
	movdqu	(AAD), T
	pxor	T, MAC
	add	$16, AAD
	sub	$16, AADLEN
	jmp	.Laad_\@
.Laad_end_\@:
	test	AADLEN, AADLEN
	jz	.Lpayload_\@
	lea	.Lshift_down(%rip), TAB
	movdqu	-16(AAD, AADLEN), T
	sub	AADLEN, TAB
	movdqu	(TAB), CTR
	pshufb	CTR, T
	pxor	T, MAC
	xor	%ecx, %ecx
	jmp	.Laad_\@

.Lpayload_\@:
	movdqa	.Lone(%rip), CTR
	cmp	$16, LEN
	jb	.Lshort_text_\@
.Lblock_\@:
	movdqu	(BUF), T
.if \seal
	pxor	T, MAC
	pxor	T, KS
	movdqu	KS, (BUF)
.else
	pxor	T, KS
	movdqu	KS, (BUF)
	pxor	KS, MAC
.endif
	add	$16, BUF
	sub	$16, LEN
	jz	.Llast_\@
	paddq	.Lone(%rip), CTR
	movdqa	CTR, KS
	pshufb	.Lcounter(%rip), KS
	pxor	A0, KS
	encrypt_both \long
	cmp	$16, LEN
	jae	.Lblock_\@
	test	LEN, LEN
	jz	.Ldone_\@
	lea	.Lshift_up(%rip), TAB
	movdqu	(TAB, LEN), T
	pshufb	T, KS
	movdqu	-16(BUF, LEN), T
	pxor	T, KS
	movdqu	KS, -16(BUF, LEN)
	neg	LEN
.if \seal
	movdqu	32(TAB, LEN), KS
	pshufb	KS, T
	pxor	T, MAC
.else
	movdqu	32(TAB, LEN), T
	pshufb	T, KS
	pxor	KS, MAC
.endif
.Llast_\@:
	/* counter 0, for the tag */
	movdqa	A0, KS
	encrypt_both \long
.Ldone_\@:
	pxor	KS, MAC
	movq	MAC, JOB_TAG(JOB)
	movhps	MAC, JOB_TAG + 8(JOB)
	clear_registers
	RET

	/* all there is, or nothing */
.Lshort_text_\@:
	test	LEN, LEN
	jz	.Ldone_\@
	load_block T, JOB_TEXT
.if \seal
	pxor	T, MAC
	pxor	T, KS
	movdqu	KS, JOB_TEXT(JOB)
.else
	lea	.Lkeep + 16(%rip), TAB
	sub	LEN, TAB
	pxor	T, KS
	movdqu	(TAB), T
	pand	T, KS
	movdqu	KS, JOB_TEXT(JOB)
	pxor	KS, MAC
.endif
	jmp	.Llast_\@
.endm

.macro functions name, seal

SYM_FUNC_START_LOCAL(message_short_\name)
	message	\seal, 0
SYM_FUNC_END(message_short_\name)

SYM_FUNC_START_LOCAL(message_long_\name)
	message	\seal, 1
SYM_FUNC_END(message_long_\name)

/*
 * void dgsec_aesni_NAME128(const u8 key[16], struct ccm_job *job,
 *			    const u8 *aad, size_t aad_len,
 *			    u8 *buf, size_t len)
 */
SYM_FUNC_START(dgsec_aesni_\name\()128)
	movdqu	(KEY), K0
	load_job
	pxor	CTR, CTR
	next_key %xmm0, %xmm0, %xmm1, 0x01, 0xff
	round	%xmm1
	next_key %xmm1, %xmm1, %xmm2, 0x02, 0xff
	round	%xmm2
	next_key %xmm2, %xmm2, %xmm3, 0x04, 0xff
	round	%xmm3
	next_key %xmm3, %xmm3, %xmm4, 0x08, 0xff
	round	%xmm4
	next_key %xmm4, %xmm4, %xmm5, 0x10, 0xff
	round	%xmm5
	next_key %xmm5, %xmm5, %xmm6, 0x20, 0xff
	round	%xmm6
	next_key %xmm6, %xmm6, %xmm7, 0x40, 0xff
	round	%xmm7
	next_key %xmm7, %xmm7, %xmm8, 0x80, 0xff
	round	%xmm8
	next_key %xmm8, %xmm8, %xmm9, 0x1b, 0xff
	round	%xmm9
	next_key %xmm9, %xmm9, KLAST, 0x36, 0xff
	aesenclast KLAST, MAC
	aesenclast KLAST, KS
	jmp	message_short_\name
SYM_FUNC_END(dgsec_aesni_\name\()128)

/*
 * void dgsec_aesni_NAME256(const u8 key[32], struct ccm_job *job,
 *			    const u8 *aad, size_t aad_len,
 *			    u8 *buf, size_t len, u8 more[64])
 *
 * more gets k10 to k13; it is the caller's to wipe.
 */
SYM_FUNC_START(dgsec_aesni_\name\()256)
	mov	8(%rsp), MORE
	mov	$4, EXTRA
	movdqu	(KEY), K0
	movdqu	16(KEY), %xmm1
	load_job
	round	%xmm1
	pxor	CTR, CTR
	next_key %xmm0, %xmm1, %xmm2, 0x01, 0xff
	round	%xmm2
	next_key %xmm1, %xmm2, %xmm3, 0x00, 0xaa
	round	%xmm3
	next_key %xmm2, %xmm3, %xmm4, 0x02, 0xff
	round	%xmm4
	next_key %xmm3, %xmm4, %xmm5, 0x00, 0xaa
	round	%xmm5
	next_key %xmm4, %xmm5, %xmm6, 0x04, 0xff
	round	%xmm6
	next_key %xmm5, %xmm6, %xmm7, 0x00, 0xaa
	round	%xmm7
	next_key %xmm6, %xmm7, %xmm8, 0x08, 0xff
	round	%xmm8
	next_key %xmm7, %xmm8, %xmm9, 0x00, 0xaa
	round	%xmm9
	next_key %xmm8, %xmm9, KLAST, 0x10, 0xff
	round	KLAST
	movdqu	KLAST, (MORE)
	/* A0 makes room for k11 and k13 */
	next_key %xmm9, KLAST, A0, 0x00, 0xaa
	round	A0
	movdqu	A0, 16(MORE)
	next_key KLAST, A0, KLAST, 0x20, 0xff
	round	KLAST
	movdqu	KLAST, 32(MORE)
	next_key A0, KLAST, A0, 0x00, 0xaa
	round	A0
	movdqu	A0, 48(MORE)
	next_key KLAST, A0, KLAST, 0x40, 0xff
	aesenclast KLAST, MAC
	aesenclast KLAST, KS
	load_block A0, JOB_A0
	pxor	K0, A0
	jmp	message_long_\name
SYM_FUNC_END(dgsec_aesni_\name\()256)

/*
 * void dgsec_aesni_NAME10(const struct dgsec_ccm_schedule *s, ...): with all
 * round keys of a 128-bit key
 */
SYM_FUNC_START(dgsec_aesni_\name\()10)
	load_keys
	load_job
	rounds_1_to_9
	movdqu	160(KEY), KLAST
	aesenclast KLAST, MAC
	aesenclast KLAST, KS
	jmp	message_short_\name
SYM_FUNC_END(dgsec_aesni_\name\()10)

/* void dgsec_aesni_NAME_long(...): the same of a longer one */
SYM_FUNC_START(dgsec_aesni_\name\()_long)
	load_keys
	load_long
	load_job
	rounds_1_to_9
	rounds_more
	aesenclast KLAST, MAC
	aesenclast KLAST, KS
	jmp	message_long_\name
SYM_FUNC_END(dgsec_aesni_\name\()_long)
.endm

functions seal, 1
functions open, 0

/* ---- pieces of a message ---- */

/* struct ccm_stream */
#define ST_MAC		0
#define ST_A0		16
#define ST_COUNTER	32

.macro absorb long
.Labsorb_\@:
	encrypt_mac \long
	movdqu	(AAD), T
	pxor	T, MAC
	add	$16, AAD
	dec	AADLEN
	jnz	.Labsorb_\@
.endm

/*
 * void dgsec_aesni_absorb(const struct dgsec_ccm_schedule *s,
 *			   struct ccm_stream *st, const u8 *p, size_t blocks)
 *
 * blocks is at least 1, here and below.
 */
SYM_FUNC_START(dgsec_aesni_absorb)
	movdqu	ST_MAC(JOB), MAC
	load_keys
	cmpb	$10, 240(KEY)
	jne	.Labsorb_long
	movdqu	160(KEY), KLAST
	absorb	0
	jmp	.Labsorbed
.Labsorb_long:
	load_long
	absorb	1
.Labsorbed:
	movdqu	MAC, ST_MAC(JOB)
	clear_registers
	RET
SYM_FUNC_END(dgsec_aesni_absorb)

#define DST	%rdx
#define SRC	%rcx
#define BLOCKS	%r8

.macro stream seal, long
.Lstream_\@:
	movdqa	CTR, KS
	pshufb	.Lcounter(%rip), KS
	pxor	A0, KS
	encrypt_both \long
	movdqu	(SRC), T
.if \seal
	pxor	T, MAC
	pxor	T, KS
.else
	pxor	T, KS
	pxor	KS, MAC
.endif
	movdqu	KS, (DST)
	paddq	.Lone(%rip), CTR
	add	$16, SRC
	add	$16, DST
	dec	BLOCKS
	jnz	.Lstream_\@
.endm

/*
 * void dgsec_aesni_stream_NAME(const struct dgsec_ccm_schedule *s,
 *				struct ccm_stream *st, u8 *dst, const u8 *src,
 *				size_t blocks)
 */
.macro stream_function name, seal
SYM_FUNC_START(dgsec_aesni_stream_\name)
	movdqu	ST_MAC(JOB), MAC
	movdqu	ST_A0(JOB), A0
	movq	ST_COUNTER(JOB), CTR
	load_keys
	pxor	K0, A0
	cmpb	$10, 240(KEY)
	jne	.Llong_\name
	movdqu	160(KEY), KLAST
	stream	\seal, 0
	jmp	.Lend_\name
.Llong_\name:
	load_long
	stream	\seal, 1
.Lend_\name:
	movdqu	MAC, ST_MAC(JOB)
	movq	CTR, ST_COUNTER(JOB)
	clear_registers
	RET
SYM_FUNC_END(dgsec_aesni_stream_\name)
.endm

stream_function seal, 1
stream_function open, 0
