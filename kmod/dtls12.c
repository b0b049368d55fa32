// SPDX-License-Identifier: GPL-2.0
/* DTLS 1.2 records (RFC 6347) with AEAD ciphers, on spans of bytes. */

#include "dtls12.h"

/**
 * dgsec_dtls12_parse - find the borders of a record
 * @buf: where it starts
 * @len: octets from there to the end of the datagram
 * @rec: to be filled
 *
 * Return: 0 or the counter of the reason to drop the rest of the datagram:
 * where the length lies, no next record can be found.
 */
int dgsec_dtls12_parse(u8 *buf, size_t len, struct dtls12_record *rec)
{
	if (len < DTLS12_HEADER_LEN)
		return DGSEC_A_STATS_RX_DROP_TRUNCATED;

	rec->type = buf[DTLS12_TYPE];
	rec->version = get_unaligned_be16(buf + DTLS12_VERSION);
	rec->epoch = get_unaligned_be16(buf + DTLS12_EPOCH);
	rec->seq = get_unaligned_be64(buf + DTLS12_EPOCH) &
		   DTLS12_SEQUENCE_MAX;
	rec->start = buf;
	rec->data = buf + DTLS12_HEADER_LEN;
	rec->len = get_unaligned_be16(buf + DTLS12_LENGTH);
	rec->size = DTLS12_HEADER_LEN + rec->len;
	if (rec->size > len)
		return DGSEC_A_STATS_RX_DROP_TRUNCATED;
	return 0;
}

/**
 * dgsec_dtls12_vet - may a record be of an association or a handshake?
 * @rec: as parsed
 *
 * Return: 0 or the counter of the reason to drop this record.
 */
int dgsec_dtls12_vet(const struct dtls12_record *rec)
{
	if (rec->type < DTLS_CHANGE_CIPHER_SPEC ||
	    rec->type > DTLS_APPLICATION_DATA)
		return DGSEC_A_STATS_RX_DROP_TYPE;
	/* RFC 6347 section 4.2.1: the first ClientHello may say DTLS 1.0 */
	if (rec->version != DTLS_VERSION_1_2 &&
	    !(rec->version == DTLS_VERSION_1_0 &&
	      rec->type == DTLS_HANDSHAKE && !rec->epoch))
		return DGSEC_A_STATS_RX_DROP_VERSION;
	if (!rec->len || rec->len > DTLS12_FRAGMENT_MAX)
		return DGSEC_A_STATS_RX_DROP_LENGTH;
	return 0;
}

/* RFC 5246 section 6.2.3.3, with the DTLS sequence number */
static void make_aad(u8 *aad, u8 type, u16 epoch, u64 seq, size_t len)
{
	put_unaligned_be64((u64)epoch << 48 | seq, aad);
	aad[8] = type;
	put_unaligned_be16(DTLS_VERSION_1_2, aad + 9);
	put_unaligned_be16(len, aad + 11);
}

static void make_nonce(u8 *nonce, const struct dgsec_aead *key,
		       const u8 *explicit)
{
	memcpy(nonce, key->salt, DTLS12_SALT_LEN);
	memcpy(nonce + DTLS12_SALT_LEN, explicit, DTLS12_EXPLICIT_LEN);
}

/**
 * dgsec_dtls12_open - verify and decrypt a record in place
 * @key: the key of its epoch
 * @rec: as parsed and vetted; afterwards its data is the plaintext
 *
 * The nonce is the one in the record, which need not be its number.
 *
 * Return: 0 or the counter of the reason to drop the record, whose content is
 * garbage then.
 */
int dgsec_dtls12_open(const struct dgsec_aead *key, struct dtls12_record *rec)
{
	size_t over = DTLS12_EXPLICIT_LEN + key->tag_len;
	u8 nonce[DTLS12_NONCE_LEN], aad[DTLS12_AAD_LEN];
	int err;

	if (rec->len < over || rec->len - over > DTLS12_PLAIN_MAX)
		return DGSEC_A_STATS_RX_DROP_LENGTH;

	make_nonce(nonce, key, rec->data);
	make_aad(aad, rec->type, rec->epoch, rec->seq, rec->len - over);
	err = dgsec_aead_open(key, nonce, aad, sizeof(aad),
			      rec->data + DTLS12_EXPLICIT_LEN,
			      rec->len - DTLS12_EXPLICIT_LEN);
	if (err == -ENOMEM)
		return DGSEC_A_STATS_RX_DROP_MEMORY;
	if (err)
		return DGSEC_A_STATS_RX_DROP_AUTH;
	rec->data += DTLS12_EXPLICIT_LEN;
	rec->len -= over;
	return 0;
}

/**
 * dgsec_dtls12_seal - make a record of a plaintext, in place
 * @key: the key of the epoch
 * @type: content type
 * @epoch: epoch of the key
 * @seq: sequence number, never used before in this epoch
 * @data: the plaintext, with DTLS12_PREFIX_LEN octets of room before it and
 *	the tag's length behind it
 * @len: its length, at most DTLS12_PLAIN_MAX
 *
 * The nonce is epoch and sequence number, so it repeats only if they do.
 *
 * Return: 0 or the error of dgsec_aead_seal().
 */
int dgsec_dtls12_seal(const struct dgsec_aead *key, u8 type, u16 epoch,
		      u64 seq, u8 *data, size_t len)
{
	u8 nonce[DTLS12_NONCE_LEN], aad[DTLS12_AAD_LEN];
	u8 *explicit = data - DTLS12_EXPLICIT_LEN;
	u8 *header = data - DTLS12_PREFIX_LEN;

	header[DTLS12_TYPE] = type;
	put_unaligned_be16(DTLS_VERSION_1_2, header + DTLS12_VERSION);
	put_unaligned_be64((u64)epoch << 48 | seq, header + DTLS12_EPOCH);
	put_unaligned_be16(DTLS12_EXPLICIT_LEN + len + key->tag_len,
			   header + DTLS12_LENGTH);
	put_unaligned_be64((u64)epoch << 48 | seq, explicit);

	make_nonce(nonce, key, explicit);
	make_aad(aad, type, epoch, seq, len);
	return dgsec_aead_seal(key, nonce, aad, sizeof(aad), data, len);
}
