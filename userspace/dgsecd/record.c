// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "record.h"

/*
 * Record (RFC 6347 section 4.1):
 *	type(1) version(2) epoch(2) sequence_number(6) length(2) fragment
 * Handshake fragment in it (section 4.2.2):
 *	msg_type(1) length(3) message_seq(2) fragment_offset(3) fragment_length(3) body
 * ClientHello (section 4.2.1):
 *	client_version(2) random(32) session_id<0..32> cookie<0..255> ...
 */
enum {
	VERSION_MAJOR = 0xfe,
	HELLO_CLIENT = 1,
	HELLO_SESSION_MAX = 32,
};

static uint32_t get16(const uint8_t *p)
{
	return (uint32_t)p[0] << 8 | p[1];
}

static uint32_t get24(const uint8_t *p)
{
	return (uint32_t)p[0] << 16 | get16(p + 1);
}

bool record_head(const uint8_t *data, size_t len, struct record *rec)
{
	if (len < RECORD_HEADER || data[1] != VERSION_MAJOR)
		return false;
	rec->type = data[0];
	rec->epoch = (uint16_t)get16(data + 3);
	rec->seq = (uint64_t)get24(data + 5) << 24 | get24(data + 8);
	return true;
}

bool record_next(const uint8_t **data, size_t *len, size_t cid_len, struct record *rec)
{
	const uint8_t *p = *data;
	size_t header = RECORD_HEADER, body_len;

	/* Any minor version here: which ones are spoken is the library's matter. */
	if (!record_head(p, *len, rec))
		return false;
	if (p[0] == RECORD_CID)
		header += cid_len;
	if (*len < header)
		return false;
	body_len = get16(p + header - 2);
	if (body_len > *len - header)
		return false;

	rec->start = p;
	rec->body = p + header;
	rec->body_len = body_len;
	rec->size = header + body_len;
	*data = rec->body + body_len;
	*len -= rec->size;
	return true;
}

static bool is_hello(const struct record *rec)
{
	return rec->type == RECORD_HANDSHAKE && !rec->epoch && rec->body_len &&
	       rec->body[0] == HELLO_CLIENT;
}

static bool is_handshake(const struct record *rec)
{
	return rec->type == RECORD_HANDSHAKE || rec->type == RECORD_CHANGE_CIPHER_SPEC ||
	       (rec->type == RECORD_ALERT && !rec->epoch);
}

static bool is_protected(const struct record *rec)
{
	return rec->type == RECORD_APPLICATION || (rec->type == RECORD_ALERT && rec->epoch);
}

/* If we have connection IDs: what is inside is either of the two. */
static bool is_cid(const struct record *rec, size_t cid_len)
{
	return rec->type == RECORD_CID && rec->epoch && cid_len;
}

static void classify_hello(struct datagram *dgram, const struct record *rec)
{
	const uint8_t *p = rec->body, *end;
	size_t session_len;

	dgram->kind = DATAGRAM_HELLO_FRAGMENT;
	if (rec->body_len < HANDSHAKE_HEADER)
		return;
	/* Only a whole message can be answered without keeping anything. */
	if (get24(p + 6) || get24(p + 9) != get24(p + 1) ||
	    get24(p + 1) > rec->body_len - HANDSHAKE_HEADER)
		return;
	end = p + HANDSHAKE_HEADER + get24(p + 1);
	p += HANDSHAKE_HEADER;
	if (end - p < 2 + HELLO_RANDOM + 1)
		return;
	dgram->random = p + 2;
	p += 2 + HELLO_RANDOM;
	session_len = *p++;
	if (session_len > HELLO_SESSION_MAX || (size_t)(end - p) < session_len + 1)
		return;
	p += session_len;
	dgram->cookie_len = *p++;
	if ((size_t)(end - p) < dgram->cookie_len)
		return;
	dgram->kind = DATAGRAM_HELLO;
}

void datagram_classify(struct datagram *dgram, const uint8_t *data, size_t len, size_t cid_len)
{
	struct record rec;
	bool first = true;

	memset(dgram, 0, sizeof(*dgram));
	dgram->kind = DATAGRAM_MALFORMED;

	while (record_next(&data, &len, cid_len, &rec)) {
		if (first) {
			dgram->kind = DATAGRAM_OTHER;
			if (is_hello(&rec))
				classify_hello(dgram, &rec);
			first = false;
		}
		if (is_cid(&rec, cid_len)) {
			if (!dgram->cid || rec.seq < dgram->cid_seq)
				dgram->cid_seq = rec.seq;
			dgram->cid++;
			continue;
		}
		if (is_handshake(&rec))
			dgram->handshake = true;
		if (rec.type == RECORD_CHANGE_CIPHER_SPEC)
			dgram->change = true;
		if (is_protected(&rec))
			dgram->protected = true;
		if (rec.type == RECORD_APPLICATION)
			dgram->applications++;
	}
}

static size_t copy(const struct record *rec, uint8_t *out)
{
	memcpy(out, rec->start, rec->size);
	return rec->size;
}

size_t datagram_handshake(const uint8_t *data, size_t len, size_t cid_len, uint8_t *out)
{
	const uint8_t *first = data;
	struct record rec;
	size_t size = 0;

	while (record_next(&data, &len, cid_len, &rec))
		if (is_cid(&rec, cid_len) ||
		    (is_handshake(&rec) && !(is_hello(&rec) && rec.start != first)))
			size += copy(&rec, out + size);
	return size;
}

size_t datagram_protected(const uint8_t *data, size_t len, size_t cid_len, uint8_t *out)
{
	struct record rec;
	size_t size = 0;

	while (record_next(&data, &len, cid_len, &rec))
		if (is_protected(&rec) || is_cid(&rec, cid_len))
			size += copy(&rec, out + size);
	return size;
}

/* Move over a vector whose length is in its first octets. False: not there. */
static bool skip(const uint8_t **p, const uint8_t *end, size_t octets)
{
	size_t len;

	if ((size_t)(end - *p) < octets)
		return false;
	len = octets == 1 ? **p : get16(*p);
	*p += octets;
	if ((size_t)(end - *p) < len)
		return false;
	*p += len;
	return true;
}

int hello_extension(const uint8_t *hello, size_t len, uint16_t type, const uint8_t **body)
{
	const uint8_t *p = hello + HANDSHAKE_HEADER + 2 + HELLO_RANDOM, *end = hello + len;
	size_t left, size;

	if (len < HANDSHAKE_HEADER + 2 + HELLO_RANDOM || !skip(&p, end, 1))
		return -1;
	if (hello[0] == HELLO_CLIENT) {
		/* cookie, cipher_suites, compression_methods */
		if (!skip(&p, end, 1) || !skip(&p, end, 2) || !skip(&p, end, 1))
			return -1;
	} else {
		/* cipher_suite, compression_method */
		if (end - p < 3)
			return -1;
		p += 3;
	}
	if (end - p < 2)
		return -1;
	left = get16(p);
	p += 2;
	if (left > (size_t)(end - p))
		return -1;
	for (; left >= 4; p += size, left -= size) {
		uint32_t this = get16(p);

		size = get16(p + 2);
		p += 4;
		left -= 4;
		if (size > left)
			return -1;
		if (this == type) {
			*body = p;
			return (int)size;
		}
	}
	return -1;
}

bool hello_offers(const uint8_t *hello, size_t len, uint16_t suite)
{
	const uint8_t *p = hello + HANDSHAKE_HEADER + 2 + HELLO_RANDOM, *end = hello + len;
	size_t left;

	if (len < HANDSHAKE_HEADER + 2 + HELLO_RANDOM || !skip(&p, end, 1) || !skip(&p, end, 1) ||
	    end - p < 2)
		return false;
	left = get16(p);
	p += 2;
	if (left > (size_t)(end - p))
		return false;
	for (; left >= 2; p += 2, left -= 2)
		if (get16(p) == suite)
			return true;
	return false;
}

size_t hello_session_id(const uint8_t *hello, size_t len, uint8_t *id)
{
	const uint8_t *p = hello + HANDSHAKE_HEADER + 2 + HELLO_RANDOM, *end = hello + len;
	const uint8_t *start = p + 1;

	if (len < HANDSHAKE_HEADER + 2 + HELLO_RANDOM || !skip(&p, end, 1) ||
	    p - start > HELLO_SESSION_MAX)
		return 0;
	memcpy(id, start, (size_t)(p - start));
	return (size_t)(p - start);
}

void record_alert(uint8_t out[RECORD_ALERT_SIZE], uint64_t seq, uint8_t level, uint8_t description)
{
	memset(out, 0, RECORD_ALERT_SIZE);
	out[0] = RECORD_ALERT;
	out[1] = VERSION_MAJOR;
	out[2] = 0xfd;
	for (int i = 0; i < 6; i++)
		out[5 + i] = (uint8_t)(seq >> (40 - 8 * i));
	out[12] = 2;
	out[13] = level;
	out[14] = description;
}
