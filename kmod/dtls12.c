// SPDX-License-Identifier: GPL-2.0
/* DTLS 1.2 records (RFC 6347) with AEAD ciphers, on spans of bytes. */

#include "dtls12.h"

/**
 * dgsec_dtls12_parse - find the borders of a record
 * @buf: where it starts
 * @len: octets from there to the end of the datagram
 * @cid_len: length of our connection IDs, which a record does not tell
 * @rec: to be filled
 *
 * Return: 0 or the counter of the reason to drop the rest of the datagram:
 * where the length lies, no next record can be found.
 */
int dgsec_dtls12_parse(u8 *buf, size_t len, u8 cid_len,
		       struct dtls12_record *rec)
{
	size_t header = DTLS12_HEADER_LEN;

	if (len < header)
		return DGSEC_A_STATS_RX_DROP_TRUNCATED;

	rec->type = buf[DTLS12_TYPE];
	rec->version = get_unaligned_be16(buf + DTLS12_VERSION);
	rec->epoch = get_unaligned_be16(buf + DTLS12_EPOCH);
	rec->seq = get_unaligned_be64(buf + DTLS12_EPOCH) &
		   DTLS12_SEQUENCE_MAX;
	rec->start = buf;
	rec->cid = buf + DTLS12_LENGTH;
	rec->cid_len = rec->type == DTLS_TLS12_CID ? cid_len : 0;
	header += rec->cid_len;
	if (len < header)
		return DGSEC_A_STATS_RX_DROP_TRUNCATED;
	rec->data = buf + header;
	rec->len = get_unaligned_be16(rec->data - 2);
	rec->size = header + rec->len;
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
	if ((rec->type < DTLS_CHANGE_CIPHER_SPEC ||
	     rec->type > DTLS_APPLICATION_DATA) && !rec->cid_len)
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

/* What is authenticated with a record */
struct aad {
	size_t len;
	u8 octets[DTLS12_AAD_MAX];
};

/* RFC 5246 section 6.2.3.3, with the DTLS sequence number */
static void make_aad(struct aad *aad, u8 type, u16 epoch, u64 seq, size_t len)
{
	u8 *to = aad->octets;

	put_unaligned_be64((u64)epoch << 48 | seq, to);
	to[8] = type;
	put_unaligned_be16(DTLS_VERSION_1_2, to + 9);
	put_unaligned_be16(len, to + 11);
	aad->len = DTLS12_AAD_LEN;
}

/* RFC 9146 section 5.3 */
static void make_cid_aad(struct aad *aad, const u8 *cid, u8 cid_len, u16 epoch,
			 u64 seq, size_t len)
{
	u8 *to = aad->octets;

	put_unaligned_be64(~0ULL, to);
	to[8] = DTLS_TLS12_CID;
	to[9] = cid_len;
	to[10] = DTLS_TLS12_CID;
	put_unaligned_be16(DTLS_VERSION_1_2, to + 11);
	put_unaligned_be64((u64)epoch << 48 | seq, to + 13);
	memcpy(to + 21, cid, cid_len);
	put_unaligned_be16(len, to + 21 + cid_len);
	aad->len = DTLS12_CID_AAD_LEN + cid_len;
}

static void aad_of(struct aad *aad, const struct dtls12_record *rec, size_t len)
{
	if (unlikely(rec->cid_len))
		make_cid_aad(aad, rec->cid, rec->cid_len, rec->epoch, rec->seq,
			     len);
	else
		make_aad(aad, rec->type, rec->epoch, rec->seq, len);
}

/* The explicit part is where the fragment begins, or the number has its place. */
static void make_nonce(u8 *nonce, const struct dgsec_aead *key, u16 epoch,
		       u64 seq, const u8 *fragment)
{
	u8 *rest = nonce + DTLS12_SALT_LEN;

	memcpy(nonce, key->salt, DTLS12_SALT_LEN);
	if (likely(key->explicit_len))
		memcpy(rest, fragment, DTLS12_EXPLICIT_LEN);
	else
		put_unaligned_be64(get_unaligned_be64(key->iv_rest) ^
				   ((u64)epoch << 48 | seq), rest);
}

/*
 * What was inside a record with a connection ID. Of zeros at the end nobody
 * learns how many there were from the time this takes: only who has the key
 * gets here.
 */
static int unwrap(struct dtls12_record *rec)
{
	while (rec->len && !rec->data[rec->len - 1])
		rec->len--;
	if (!rec->len)
		return DGSEC_A_STATS_RX_DROP_TYPE;
	rec->type = rec->data[--rec->len];
	if (rec->type < DTLS_CHANGE_CIPHER_SPEC ||
	    rec->type > DTLS_APPLICATION_DATA)
		return DGSEC_A_STATS_RX_DROP_TYPE;
	return 0;
}

/**
 * dgsec_dtls12_open - verify and decrypt a record in place
 * @key: the key of its epoch
 * @rec: as parsed and vetted; afterwards its data is the content, and its type
 *	the content's
 *
 * The nonce is the one in the record, if there is one: it need not be its
 * number.
 *
 * Return: 0 or the counter of the reason to drop the record, whose content is
 * garbage then.
 */
int dgsec_dtls12_open(const struct dgsec_aead *key, struct dtls12_record *rec)
{
	size_t over = key->explicit_len + key->tag_len;
	u8 nonce[DTLS12_NONCE_LEN];
	struct aad aad;
	int err;

	if (rec->len < over || rec->len - over > DTLS12_PLAIN_MAX)
		return DGSEC_A_STATS_RX_DROP_LENGTH;

	make_nonce(nonce, key, rec->epoch, rec->seq, rec->data);
	aad_of(&aad, rec, rec->len - over);
	err = dgsec_aead_open(key, nonce, aad.octets, aad.len,
			      rec->data + key->explicit_len,
			      rec->len - key->explicit_len);
	if (err == -ENOMEM)
		return DGSEC_A_STATS_RX_DROP_MEMORY;
	if (err)
		return DGSEC_A_STATS_RX_DROP_AUTH;
	rec->data += key->explicit_len;
	rec->len -= over;
	return unlikely(rec->cid_len) ? unwrap(rec) : 0;
}

/**
 * dgsec_dtls12_close - make an opened record again what it was
 * @key: the key it was opened with
 * @rec: the record, its content untouched
 *
 * For who has the key too and wants to open it: with the same nonce the same
 * plaintext gives the same ciphertext, nothing new.
 *
 * Return: 0 or the error of dgsec_aead_seal().
 */
int dgsec_dtls12_close(const struct dgsec_aead *key,
		       const struct dtls12_record *rec)
{
	u8 *fragment = rec->start + DTLS12_HEADER_LEN + rec->cid_len;
	size_t len = rec->start + rec->size - fragment - key->explicit_len -
		     key->tag_len;
	struct dtls12_record was = *rec;
	u8 nonce[DTLS12_NONCE_LEN];
	struct aad aad;

	was.type = rec->start[DTLS12_TYPE];
	make_nonce(nonce, key, rec->epoch, rec->seq, fragment);
	aad_of(&aad, &was, len);
	return dgsec_aead_seal(key, nonce, aad.octets, aad.len,
			       fragment + key->explicit_len, len);
}

/**
 * dgsec_dtls12_seal - make a record of a plaintext, in place
 * @key: the key of the epoch
 * @cid: the connection ID that the other end wants to see
 * @type: content type
 * @epoch: epoch of the key
 * @seq: sequence number, never used before in this epoch
 * @data: the plaintext, with dtls12_prefix() octets of room before it, and
 *	dtls12_suffix() and the tag's length behind it
 * @len: its length, at most DTLS12_PLAIN_MAX
 *
 * The nonce is made of epoch and sequence number, so it repeats only if they
 * do.
 *
 * Return: 0 or the error of dgsec_aead_seal().
 */
int dgsec_dtls12_seal(const struct dgsec_aead *key,
		      const struct dtls12_cid *cid, u8 type, u16 epoch,
		      u64 seq, u8 *data, size_t len)
{
	u8 *fragment = data - key->explicit_len;
	u8 *header = data - dtls12_prefix(key, cid->len);
	u8 nonce[DTLS12_NONCE_LEN];
	struct aad aad;

	put_unaligned_be16(DTLS_VERSION_1_2, header + DTLS12_VERSION);
	put_unaligned_be64((u64)epoch << 48 | seq, header + DTLS12_EPOCH);
	if (likely(key->explicit_len))
		put_unaligned_be64((u64)epoch << 48 | seq, fragment);
	if (unlikely(cid->len)) {
		header[DTLS12_TYPE] = DTLS_TLS12_CID;
		memcpy(header + DTLS12_LENGTH, cid->id, cid->len);
		/* no padding: the lengths of CoAP messages are no secret here */
		data[len++] = type;
		make_cid_aad(&aad, cid->id, cid->len, epoch, seq, len);
	} else {
		header[DTLS12_TYPE] = type;
		make_aad(&aad, type, epoch, seq, len);
	}
	put_unaligned_be16(key->explicit_len + len + key->tag_len,
			   fragment - 2);

	make_nonce(nonce, key, epoch, seq, fragment);
	return dgsec_aead_seal(key, nonce, aad.octets, aad.len, data, len);
}
