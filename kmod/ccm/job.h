/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What one record is to an implementation. CCM makes blocks of nonce, lengths
 * and associated data (RFC 3610 sections 2.2 and 2.3):
 *
 *	B0	flags | nonce | length of the message
 *	B1	length of the AAD | its first 14 (or 10) octets
 *	A0	flags | nonce | 0, and Ai with i in the place of 0
 *
 * These are made here, in words; the rest an implementation reads itself.
 */
#ifndef _DGSEC_CCM_JOB_H
#define _DGSEC_CCM_JOB_H

#include "block.h"
#include "ccm.h"

/* x86/aesni.S knows the offsets */
struct ccm_job {
	struct ccm_block b0;
	struct ccm_block a0;
	struct ccm_block b1;
	struct ccm_block tag;		/* out, 16 octets whatever the length */
	u8 bounce_aad[16];
	u8 bounce[16];
};

/*
 * The message is sealed or opened in place, its tag put into the job. aad is
 * what follows B1; NULL if there is no B1.
 *
 * An implementation may read and write the 16 octets that end where the message
 * ends, and read those that end where the AAD ends, unless that ends with a
 * whole block. They are the caller's: who makes the job uses its bounce buffers
 * for what is shorter.
 */
void dgsec_portable_crypt(const struct dgsec_ccm *k, struct ccm_job *job,
			  const u8 *aad, size_t aad_len, u8 *buf, size_t len,
			  bool seal);

/*
 * The same piece by piece, for scattered messages. The MAC's last block is
 * always xored in and not yet encrypted, so that it can be encrypted together
 * with the counter that comes next.
 */
struct ccm_stream {
	struct ccm_block mac;
	struct ccm_block a0;
	u64 counter;
};

void dgsec_portable_absorb(const struct dgsec_ccm_schedule *s,
			   struct ccm_stream *st, const u8 *p, size_t blocks);
void dgsec_portable_stream(const struct dgsec_ccm_schedule *s,
			   struct ccm_stream *st, u8 *dst, const u8 *src,
			   size_t blocks, bool seal);

#endif /* _DGSEC_CCM_JOB_H */
