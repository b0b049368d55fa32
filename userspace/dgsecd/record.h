/* SPDX-License-Identifier: GPL-2.0 */
/*
 * DTLS 1.2 records as they lie in a datagram (RFC 6347 section 4.1), and what
 * a datagram is to a server that knows nothing of its sender yet.
 */
#ifndef DGSECD_RECORD_H
#define DGSECD_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	RECORD_CHANGE_CIPHER_SPEC = 20,
	RECORD_ALERT = 21,
	RECORD_HANDSHAKE = 22,
	RECORD_APPLICATION = 23,
	RECORD_CID = 25,		/* RFC 9146: what is inside is encrypted, too */
};

enum {
	RECORD_HEADER = 13,
	RECORD_ALERT_SIZE = RECORD_HEADER + 2,
	HANDSHAKE_HEADER = 12,
	HELLO_RANDOM = 32,
	HELLO_COOKIE_MAX = 255,
	EXTENSION_MAX_FRAGMENT_LENGTH = 1,	/* RFC 6066 section 4 */
	EXTENSION_CLIENT_CERTIFICATE_TYPE = 19,	/* RFC 7250 section 3 */
	EXTENSION_EXTENDED_MASTER_SECRET = 23,	/* RFC 7627 */
	EXTENSION_CID = 54,		/* RFC 9146 section 3 */
};

struct record {
	uint8_t type;
	uint16_t epoch;
	uint64_t seq;			/* 48 bits */
	const uint8_t *start;		/* the header */
	const uint8_t *body;
	size_t body_len;
	size_t size;			/* of the whole record */
};

/**
 * record_next() - take the next record of a datagram
 * @data:	where the walk stands; moved on
 * @len:	what is left; reduced
 * @cid_len:	of the connection IDs of whoever is to receive it
 *
 * Return: false at the end, or at something that is no DTLS record: then
 * @len is not 0.
 */
bool record_next(const uint8_t **data, size_t *len, size_t cid_len, struct record *rec);

/* Only type, epoch and number of a record that is there at least so far. */
bool record_head(const uint8_t *data, size_t len, struct record *rec);

enum datagram_kind {
	DATAGRAM_MALFORMED,		/* empty, or its first record is none */
	DATAGRAM_HELLO,			/* starts with a whole ClientHello */
	DATAGRAM_HELLO_FRAGMENT,	/* starts with a ClientHello in pieces, or a bad one */
	DATAGRAM_OTHER,
};

struct datagram {
	enum datagram_kind kind;
	const uint8_t *random;		/* DATAGRAM_HELLO: 32 octets in the datagram */
	size_t cookie_len;
	bool handshake;			/* has records for the handshake library */
	bool protected;			/* has records for an association */
	unsigned int cid;		/* records that may be either */
	bool change;			/* has a ChangeCipherSpec */
	uint64_t cid_seq;		/* lowest number of those that may be either */
	unsigned int applications;	/* application records */
};

void datagram_classify(struct datagram *dgram, const uint8_t *data, size_t len, size_t cid_len);

/*
 * Copy the records of one sort to @out, which has room for @len octets.
 * Handshake: types 20 and 22, and alerts of epoch 0; without a ClientHello
 * that does not stand first, which no client sends. Protected: application
 * records, and alerts of a later epoch. Those with a connection ID are of both
 * sorts.
 */
size_t datagram_handshake(const uint8_t *data, size_t len, size_t cid_len, uint8_t *out);
size_t datagram_protected(const uint8_t *data, size_t len, size_t cid_len, uint8_t *out);

/**
 * hello_extension() - find an extension
 * @hello:	a ClientHello or ServerHello, from its handshake header on
 * @len:	what is there of it
 * @type:	of the extension
 * @body:	its content
 *
 * Return: its length, or -1.
 */
int hello_extension(const uint8_t *hello, size_t len, uint16_t type, const uint8_t **body);

/* Does a ClientHello offer this cipher suite? */
bool hello_offers(const uint8_t *hello, size_t len, uint16_t suite);

/* The session ID of a hello, at most 32 octets, to @id. Return: its length. */
size_t hello_session_id(const uint8_t *hello, size_t len, uint8_t *id);

/* An alert of epoch 0 in @out, in the clear. */
void record_alert(uint8_t out[RECORD_ALERT_SIZE], uint64_t seq, uint8_t level, uint8_t description);

#endif
