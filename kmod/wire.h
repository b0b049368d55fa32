/* SPDX-License-Identifier: GPL-2.0 */
/* Every number and layout on the wire. */
#ifndef _DGSEC_WIRE_H
#define _DGSEC_WIRE_H

/* CoAP over UDP (RFC 7252 section 12.6) */
#define DGSEC_COAP_PORT			5683

/* Content types (RFC 5246 section 6.2.1, RFC 6520, RFC 9146 section 4) */
enum dtls_content_type {
	DTLS_CHANGE_CIPHER_SPEC		= 20,
	DTLS_ALERT			= 21,
	DTLS_HANDSHAKE			= 22,
	DTLS_APPLICATION_DATA		= 23,
	DTLS_TLS12_CID			= 25,
};

/* Versions (RFC 6347 section 4.1). A first ClientHello may carry 1.0. */
enum dtls_version {
	DTLS_VERSION_1_0		= 0xfeff,
	DTLS_VERSION_1_2		= 0xfefd,
};

/* Alerts (RFC 5246 section 7.2) */
enum dtls_alert {
	DTLS_ALERT_WARNING		= 1,
	DTLS_ALERT_FATAL		= 2,
	DTLS_ALERT_CLOSE_NOTIFY		= 0,
	DTLS_ALERT_NO_RENEGOTIATION	= 100,
	DTLS_ALERT_LEN			= 2,
};

/* Handshake messages (RFC 5246 section 7.4): those that begin one */
enum dtls_handshake_type {
	DTLS_HELLO_REQUEST		= 0,
	DTLS_CLIENT_HELLO		= 1,
};

/*
 * A DTLS 1.2 record with an AEAD cipher (RFC 6347 section 4.1, RFC 5288
 * section 3, RFC 6655 section 3):
 *
 *   0      1         3       5            11       13
 *   +------+---------+-------+------------+--------+-------- - -
 *   | type | version | epoch | sequence   | length | fragment
 *   +------+---------+-------+------------+--------+-------- - -
 *
 *   fragment:  8 octets explicit nonce | ciphertext | tag
 *   nonce:     4 octets salt | 8 octets explicit nonce
 *   AAD:       epoch | sequence | type | version | length of the plaintext
 *
 * ChaCha20-Poly1305 (RFC 7905 section 2) has no explicit nonce:
 *
 *   fragment:  ciphertext | tag
 *   nonce:     12 octets IV, the last 8 xored with epoch | sequence
 *
 * One with a connection ID (RFC 9146 sections 4 and 5) has type tls12_cid, and
 * the ID stands before the length:
 *
 *   0      1         3       5            11     11+n     13+n
 *   +------+---------+-------+------------+------+--------+-------- - -
 *   | type | version | epoch | sequence   | ID   | length | fragment
 *   +------+---------+-------+------------+------+--------+-------- - -
 *
 *   plaintext: content | its type | any number of zeros
 *   AAD:       8 times ff | type | n | type | version | epoch | sequence | ID |
 *              length of the plaintext
 */
enum dtls12_layout {
	DTLS12_TYPE			= 0,
	DTLS12_VERSION			= 1,
	DTLS12_EPOCH			= 3,
	DTLS12_SEQUENCE			= 5,
	DTLS12_LENGTH			= 11,
	DTLS12_HEADER_LEN		= 13,
	DTLS12_SALT_LEN			= 4,
	DTLS12_EXPLICIT_LEN		= 8,
	DTLS12_NONCE_LEN		= 12,
	DTLS12_AAD_LEN			= 13,
	DTLS12_CID_AAD_LEN		= 23,	/* and the ID */
	DTLS12_PLAIN_MAX		= 1 << 14,
	DTLS12_FRAGMENT_MAX		= (1 << 14) + 2048,
	/* what a sender may hide the length of a content with (RFC 9146) */
	DTLS12_PADDING_MAX		= 256,
	/* what is at most before the payload of a sealed record */
	DTLS12_PREFIX_LEN		= DTLS12_HEADER_LEN + DTLS12_EXPLICIT_LEN,
};

/*
 * A CoAP message over UDP (RFC 7252 section 3). Behind the token come options,
 * each with the difference of its number to the one before, and the payload.
 *
 *   0                1      2            4
 *   +----+---+-------+------+------------+------------+-------- - -
 *   | 01 | T | n     | code | message ID | n octets   | options, ff, payload
 *   +----+---+-------+------+------------+------------+-------- - -
 *     2    2   4 bits                      token
 */
enum coap_layout {
	COAP_VERSION			= 1,
	COAP_CODE			= 1,
	COAP_MID			= 2,
	COAP_HEADER_LEN			= 4,
	COAP_TOKEN_MAX			= 8,
	COAP_PAYLOAD_MARKER		= 0xff,
	COAP_OPTION_OBSERVE		= 6,	/* RFC 7641 section 2 */
};

enum coap_type {
	COAP_CON			= 0,
	COAP_NON			= 1,
	COAP_ACK			= 2,
	COAP_RST			= 3,
};

/* Codes are a class of 3 bits and a detail of 5 (RFC 7252 section 12.1). */
enum coap_code {
	COAP_EMPTY			= 0,
	COAP_CLASS_REQUEST		= 0,
	COAP_CLASS_SUCCESS		= 2,
};

/* Seconds (RFC 7252 section 4.8.2, RFC 7641 section 4.5) */
enum coap_time {
	COAP_EXCHANGE_LIFETIME		= 247,
	COAP_NON_LIFETIME		= 145,
	COAP_OBSERVE_CON		= 24 * 3600,
};

/* The longest connection ID here, of either side; RFC 9146 allows 255 */
#define DTLS12_CID_MAX			DGSEC_CID_MAX
#define DTLS12_AAD_MAX			(DTLS12_CID_AAD_LEN + DTLS12_CID_MAX)

/* The sequence number of a record has 48 bits. */
#define DTLS12_SEQUENCE_MAX		((1ULL << 48) - 1)

/* The longest tag of any AEAD here */
#define DGSEC_TAG_MAX			16

#endif /* _DGSEC_WIRE_H */
