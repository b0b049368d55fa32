// SPDX-License-Identifier: GPL-2.0
/*
 * AES (FIPS 197) in plain C, two blocks at a time: in CCM there is always one
 * block of the MAC and one counter to encrypt, and no third.
 *
 * Bit-sliced: eight 32-bit words, each one bit of all 32 octets. The bit of the
 * octet in row r and column c of block b is number 8r + 2c + b, so ShiftRows
 * rotates bits within octets and MixColumns rotates words.
 *
 * Constant time rests on this: there is no table, no index and no branch that
 * depends on key or data, and the operations are those that every processor
 * does in constant time (and, or, xor, not, shifts by constants).
 */

#include "aes.h"

static void exchange(u32 *x, u32 *y, u32 mask, unsigned int n)
{
	u32 t = ((*x >> n) ^ *y) & mask;

	*y ^= t;
	*x ^= t << n;
}

/* Bit i of word j becomes bit j of word i, in each octet; its own inverse. */
static void transpose(u32 q[8])
{
	int i;

	for (i = 0; i < 8; i += 2)
		exchange(&q[i], &q[i + 1], 0x55555555, 1);
	for (i = 0; i < 8; i += i % 4 ? 3 : 1)
		exchange(&q[i], &q[i + 2], 0x33333333, 2);
	for (i = 0; i < 4; i++)
		exchange(&q[i], &q[i + 4], 0x0f0f0f0f, 4);
}

/*
 * The S-box as a circuit of 115 gates: J. Boyar and R. Peralta, "A new
 * combinational logic minimization technique with applications to cryptology"
 * (IACR ePrint 2009/191). Their names; bit 7 is x0.
 */
static void sub_octets(u32 q[8])
{
	u32 x0 = q[7], x1 = q[6], x2 = q[5], x3 = q[4];
	u32 x4 = q[3], x5 = q[2], x6 = q[1], x7 = q[0];
	u32 y1, y2, y3, y4, y5, y6, y7, y8, y9, y10, y11, y12, y13, y14, y15;
	u32 y16, y17, y18, y19, y20, y21;
	u32 z0, z1, z2, z3, z4, z5, z6, z7, z8, z9, z10, z11, z12, z13, z14;
	u32 z15, z16, z17;
	u32 t0, t1, t2, t3, t4, t5, t6, t7, t8, t9, t10, t11, t12, t13, t14;
	u32 t15, t16, t17, t18, t19, t20, t21, t22, t23, t24, t25, t26, t27;
	u32 t28, t29, t30, t31, t32, t33, t34, t35, t36, t37, t38, t39, t40;
	u32 t41, t42, t43, t44, t45, t46, t47, t48, t49, t50, t51, t52, t53;
	u32 t54, t55, t56, t57, t58, t59, t60, t61, t62, t63, t64, t65, t66;
	u32 t67, s3;

	/* the linear layer above */
	y14 = x3 ^ x5;
	y13 = x0 ^ x6;
	y9 = x0 ^ x3;
	y8 = x0 ^ x5;
	t0 = x1 ^ x2;
	y1 = t0 ^ x7;
	y4 = y1 ^ x3;
	y12 = y13 ^ y14;
	y2 = y1 ^ x0;
	y5 = y1 ^ x6;
	y3 = y5 ^ y8;
	t1 = x4 ^ y12;
	y15 = t1 ^ x5;
	y20 = t1 ^ x1;
	y6 = y15 ^ x7;
	y10 = y15 ^ t0;
	y11 = y20 ^ y9;
	y7 = x7 ^ y11;
	y17 = y10 ^ y11;
	y19 = y10 ^ y8;
	y16 = t0 ^ y11;
	y21 = y13 ^ y16;
	y18 = x0 ^ y16;

	/* the inversion */
	t2 = y12 & y15;
	t3 = y3 & y6;
	t4 = t3 ^ t2;
	t5 = y4 & x7;
	t6 = t5 ^ t2;
	t7 = y13 & y16;
	t8 = y5 & y1;
	t9 = t8 ^ t7;
	t10 = y2 & y7;
	t11 = t10 ^ t7;
	t12 = y9 & y11;
	t13 = y14 & y17;
	t14 = t13 ^ t12;
	t15 = y8 & y10;
	t16 = t15 ^ t12;
	t17 = t4 ^ t14;
	t18 = t6 ^ t16;
	t19 = t9 ^ t14;
	t20 = t11 ^ t16;
	t21 = t17 ^ y20;
	t22 = t18 ^ y19;
	t23 = t19 ^ y21;
	t24 = t20 ^ y18;
	t25 = t21 ^ t22;
	t26 = t21 & t23;
	t27 = t24 ^ t26;
	t28 = t25 & t27;
	t29 = t28 ^ t22;
	t30 = t23 ^ t24;
	t31 = t22 ^ t26;
	t32 = t31 & t30;
	t33 = t32 ^ t24;
	t34 = t23 ^ t33;
	t35 = t27 ^ t33;
	t36 = t24 & t35;
	t37 = t36 ^ t34;
	t38 = t27 ^ t36;
	t39 = t29 & t38;
	t40 = t25 ^ t39;
	t41 = t40 ^ t37;
	t42 = t29 ^ t33;
	t43 = t29 ^ t40;
	t44 = t33 ^ t37;
	t45 = t42 ^ t41;
	z0 = t44 & y15;
	z1 = t37 & y6;
	z2 = t33 & x7;
	z3 = t43 & y16;
	z4 = t40 & y1;
	z5 = t29 & y7;
	z6 = t42 & y11;
	z7 = t45 & y17;
	z8 = t41 & y10;
	z9 = t44 & y12;
	z10 = t37 & y3;
	z11 = t33 & y4;
	z12 = t43 & y13;
	z13 = t40 & y5;
	z14 = t29 & y2;
	z15 = t42 & y9;
	z16 = t45 & y14;
	z17 = t41 & y8;

	/* the linear layer below */
	t46 = z15 ^ z16;
	t47 = z10 ^ z11;
	t48 = z5 ^ z13;
	t49 = z9 ^ z10;
	t50 = z2 ^ z12;
	t51 = z2 ^ z5;
	t52 = z7 ^ z8;
	t53 = z0 ^ z3;
	t54 = z6 ^ z7;
	t55 = z16 ^ z17;
	t56 = z12 ^ t48;
	t57 = t50 ^ t53;
	t58 = z4 ^ t46;
	t59 = z3 ^ t54;
	t60 = t46 ^ t57;
	t61 = z14 ^ t57;
	t62 = t52 ^ t58;
	t63 = t49 ^ t58;
	t64 = z4 ^ t59;
	t65 = t61 ^ t62;
	t66 = z1 ^ t63;
	t67 = t64 ^ t65;
	s3 = t53 ^ t66;
	q[7] = t59 ^ t63;
	q[6] = t64 ^ ~s3;
	q[5] = t55 ^ ~t67;
	q[4] = s3;
	q[3] = t51 ^ t66;
	q[2] = t47 ^ t65;
	q[1] = t56 ^ ~t62;
	q[0] = t48 ^ ~t60;
}

static void shift_rows(u32 q[8])
{
	int i;

	for (i = 0; i < 8; i++)
		q[i] = (q[i] & 0x000000ff) |
		       (q[i] & 0x0000fc00) >> 2 | (q[i] & 0x00000300) << 6 |
		       (q[i] & 0x00f00000) >> 4 | (q[i] & 0x000f0000) << 4 |
		       (q[i] & 0xc0000000) >> 6 | (q[i] & 0x3f000000) << 2;
}

/* Each octet a of a column becomes 2a + 3b + c + d, b to d those below it. */
static void mix_columns(u32 q[8])
{
	u32 t[8], below[8];
	int i;

	for (i = 0; i < 8; i++) {
		below[i] = ror32(q[i], 8);
		t[i] = q[i] ^ below[i];
		below[i] ^= ror32(t[i], 16);
	}
	/* 2(a + b), modulo the field's polynomial, and the rest */
	q[0] = below[0] ^ t[7];
	q[1] = below[1] ^ t[0] ^ t[7];
	q[2] = below[2] ^ t[1];
	q[3] = below[3] ^ t[2] ^ t[7];
	q[4] = below[4] ^ t[3] ^ t[7];
	q[5] = below[5] ^ t[4];
	q[6] = below[6] ^ t[5];
	q[7] = below[7] ^ t[6];
}

static void add_round_key(u32 q[8], const u32 rk[8])
{
	int i;

	for (i = 0; i < 8; i++)
		q[i] ^= rk[i];
}

static void slice(u32 q[8], const struct ccm_block *a,
		  const struct ccm_block *b)
{
	int i;

	for (i = 0; i < 2; i++) {
		q[4 * i] = a->w[i];
		q[4 * i + 1] = b->w[i];
		q[4 * i + 2] = a->w[i] >> 32;
		q[4 * i + 3] = b->w[i] >> 32;
	}
	transpose(q);
}

void dgsec_aes_encrypt2(const struct aes_sliced *k, struct ccm_block *a,
			struct ccm_block *b)
{
	unsigned int round;
	u32 q[8];
	int i;

	slice(q, a, b);
	add_round_key(q, k->rk[0]);
	for (round = 1; round < k->rounds; round++) {
		sub_octets(q);
		shift_rows(q);
		mix_columns(q);
		add_round_key(q, k->rk[round]);
	}
	sub_octets(q);
	shift_rows(q);
	add_round_key(q, k->rk[round]);

	transpose(q);
	for (i = 0; i < 2; i++) {
		a->w[i] = q[4 * i] | (u64)q[4 * i + 2] << 32;
		b->w[i] = q[4 * i + 1] | (u64)q[4 * i + 3] << 32;
	}
}

void dgsec_aes_slice(struct aes_sliced *k, const struct dgsec_ccm_schedule *s)
{
	struct ccm_block rk;
	unsigned int i;

	k->rounds = s->rounds;
	for (i = 0; i <= s->rounds; i++) {
		block_load(&rk, s->rk[i], 16);
		slice(k->rk[i], &rk, &rk);
	}
	memzero_explicit(&rk, sizeof(rk));
}

static u32 sub_word(u32 w)
{
	u32 q[8] = { w };

	transpose(q);
	sub_octets(q);
	transpose(q);
	return q[0];
}

/* FIPS 197 section 5.2, with words that have their first octet lowest */
void dgsec_aes_expand(struct dgsec_ccm_schedule *s, const u8 *key,
		      size_t key_len)
{
	unsigned int nk = key_len / 4, words, i;
	u8 *out = s->rk[0];
	u32 t, rcon = 1;

	s->rounds = nk + 6;
	words = 4 * (s->rounds + 1);
	memcpy(out, key, key_len);
	for (i = nk; i < words; i++) {
		t = get_unaligned_le32(out + 4 * (i - 1));
		if (i % nk == 0) {
			t = sub_word(ror32(t, 8)) ^ rcon;
			rcon = rcon << 1 ^ (rcon >> 7) * 0x11b;
		} else if (nk == 8 && i % nk == 4) {
			t = sub_word(t);
		}
		t ^= get_unaligned_le32(out + 4 * (i - nk));
		put_unaligned_le32(t, out + 4 * i);
	}
}
