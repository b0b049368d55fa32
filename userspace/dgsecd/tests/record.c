// SPDX-License-Identifier: GPL-2.0
/* What a datagram is to a server that knows nothing of its sender. */
#include <stdlib.h>
#include <string.h>

#include "../../tests/ktap.h"
#include "array.h"
#include "record.h"

/* In hexadecimal; blanks are left out, and R stands for 32 octets of random. */
static const struct {
	const char *what;
	const char *datagram;
	enum datagram_kind kind;
	size_t cookie_len;
	bool handshake, protected;
	unsigned int applications;
	size_t handshake_len, protected_len;
} cases[] = {
	{ "empty", "", .kind = DATAGRAM_MALFORMED },
	{ "one octet", "16", .kind = DATAGRAM_MALFORMED },
	{ "CoAP in the clear", "40010001b474696d65000000000000", .kind = DATAGRAM_MALFORMED },
	{ "TLS over UDP", "160303 0005 0100000100000000000000", .kind = DATAGRAM_MALFORMED },
	{ "a header and no more", "16fefd 0000 000000000000 0000",
		.kind = DATAGRAM_OTHER, .handshake = true, .handshake_len = 13 },
	{ "a length beyond the end", "16fefd 0000 000000000000 0002 01",
		.kind = DATAGRAM_MALFORMED },
	{ "an unknown type", "19fefd 0000 000000000000 0001 01", .kind = DATAGRAM_OTHER },

	{ "a ClientHello without a cookie",
		"16feff 0000 000000000000 0038  01 00002c 0000 000000 00002c  fefd R 00 00 0002c0a8 0100 0000",
		.kind = DATAGRAM_HELLO, .handshake = true, .handshake_len = 69 },
	{ "a ClientHello with a cookie",
		"16fefd 0000 000000000001 003c  01 000030 0001 000000 000030  fefd R 00 04 11223344 0002c0a8 0100 0000",
		.kind = DATAGRAM_HELLO, .cookie_len = 4, .handshake = true, .handshake_len = 73 },
	{ "a ClientHello with a session",
		"16fefd 0000 000000000001 003b  01 00002f 0001 000000 00002f  fefd R 03 aabbcc 00 0002c0a8 0100 0000",
		.kind = DATAGRAM_HELLO, .handshake = true, .handshake_len = 72 },
	{ "a ClientHello whose session is too long",
		"16fefd 0000 000000000001 0058  01 00004c 0001 000000 00004c  fefd R 21 R 00 00 0002c0a8 0100 0000",
		.kind = DATAGRAM_HELLO_FRAGMENT, .handshake = true, .handshake_len = 101 },
	{ "a ClientHello whose session leaves no cookie",
		"16fefd 0000 000000000001 0030  01 000024 0001 000000 000024  fefd R 01 aa",
		.kind = DATAGRAM_HELLO_FRAGMENT, .handshake = true, .handshake_len = 61 },
	{ "a ClientHello whose cookie goes beyond its end",
		"16fefd 0000 000000000001 0031  01 000025 0001 000000 000025  fefd R 00 02 aa",
		.kind = DATAGRAM_HELLO_FRAGMENT, .cookie_len = 2, .handshake = true,
		.handshake_len = 62 },
	{ "a ClientHello that ends in its random",
		"16fefd 0000 000000000001 0010  01 000004 0001 000000 000004  fefd 0102",
		.kind = DATAGRAM_HELLO_FRAGMENT, .handshake = true, .handshake_len = 29 },
	{ "a ClientHello shorter than its header",
		"16fefd 0000 000000000001 0004  01 000025",
		.kind = DATAGRAM_HELLO_FRAGMENT, .handshake = true, .handshake_len = 17 },
	{ "the first fragment of a ClientHello",
		"16fefd 0000 000000000000 0030  01 000040 0000 000000 000024  fefd R 00 00",
		.kind = DATAGRAM_HELLO_FRAGMENT, .handshake = true, .handshake_len = 61 },
	{ "a later fragment of a ClientHello",
		"16fefd 0000 000000000000 000e  01 000040 0000 000024 000002  0000",
		.kind = DATAGRAM_HELLO_FRAGMENT, .handshake = true, .handshake_len = 27 },
	{ "a fragment that is longer than its record",
		"16fefd 0000 000000000000 000e  01 000030 0000 000000 000030  fefd",
		.kind = DATAGRAM_HELLO_FRAGMENT, .handshake = true, .handshake_len = 27 },
	{ "a ClientHello of a later epoch is none",
		"16fefd 0001 000000000000 0004  01 000025",
		.kind = DATAGRAM_OTHER, .handshake = true, .handshake_len = 17 },

	{ "the client's second flight",
		"16fefd 0000 000000000002 0001 10  14fefd 0000 000000000003 0001 01 16fefd 0001 000000000000 0002 abcd",
		.kind = DATAGRAM_OTHER, .handshake = true, .handshake_len = 43 },
	{ "an alert in the clear", "15fefd 0000 000000000002 0002 0228",
		.kind = DATAGRAM_OTHER, .handshake = true, .handshake_len = 15 },
	{ "an alert of an association", "15fefd 0001 000000000002 0002 0228",
		.kind = DATAGRAM_OTHER, .protected = true, .protected_len = 15 },
	{ "application data", "17fefd 0001 000000000002 0002 0228",
		.kind = DATAGRAM_OTHER, .protected = true, .applications = 1, .protected_len = 15 },
	{ "application data at epoch 0, which nobody opens",
		"17fefd 0000 000000000002 0002 0228",
		.kind = DATAGRAM_OTHER, .protected = true, .applications = 1, .protected_len = 15 },
	{ "Finished and application data",
		"16fefd 0001 000000000000 0002 abcd  17fefd 0001 000000000001 0002 0228 17fefd 0001 000000000002 0001 00",
		.kind = DATAGRAM_OTHER, .handshake = true, .protected = true, .applications = 2,
		.handshake_len = 15, .protected_len = 29 },
	{ "application data, then half a record",
		"17fefd 0001 000000000001 0002 0228  16fefd 0001",
		.kind = DATAGRAM_OTHER, .protected = true, .applications = 1, .protected_len = 15 },
	{ "a ClientHello that does not stand first is not for an old handshake",
		"14fefd 0000 000000000003 0001 01 16fefd 0000 000000000001 0031  01 000025 0001 000000 000025  fefd R 00 00 00",
		.kind = DATAGRAM_OTHER, .handshake = true, .handshake_len = 14 },
};

static size_t unhex(const char *text, uint8_t *out)
{
	size_t n = 0;
	unsigned int octet;

	while (*text) {
		if (*text == ' ') {
			text++;
		} else if (*text == 'R') {
			for (unsigned int i = 0; i < HELLO_RANDOM; i++)
				out[n++] = (uint8_t)(0xa0 + i);
			text++;
		} else {
			if (sscanf(text, "%2x", &octet) != 1)
				abort();
			out[n++] = (uint8_t)octet;
			text += 2;
		}
	}
	return n;
}

static void test_cases(void)
{
	uint8_t data[512], out[512];
	struct datagram dgram;
	size_t len, handshake, protected;
	bool pass;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		/* On the heap and of the exact length: what is read beyond it shows. */
		len = unhex(cases[i].datagram, data);
		uint8_t *exact = malloc(len ? len : 1);

		memcpy(exact, data, len);
		datagram_classify(&dgram, exact, len, 0);
		handshake = datagram_handshake(exact, len, 0, out);
		protected = datagram_protected(exact, len, 0, out);
		pass = dgram.kind == cases[i].kind && dgram.handshake == cases[i].handshake &&
		       dgram.protected == cases[i].protected &&
		       dgram.applications == cases[i].applications &&
		       handshake == cases[i].handshake_len && protected == cases[i].protected_len;
		if (dgram.kind == DATAGRAM_HELLO)
			pass = pass && dgram.cookie_len == cases[i].cookie_len &&
			       dgram.random[0] == 0xa0 && dgram.random[31] == 0xbf;
		ktap_test(pass, "%s", cases[i].what);
		if (!pass)
			printf("# kind %d cookie %zu handshake %d (%zu) protected %d (%zu) %u\n",
			       dgram.kind, dgram.cookie_len, dgram.handshake, handshake,
			       dgram.protected, protected, dgram.applications);
		free(exact);
	}
}

/* With connection IDs of 2 octets */
static void test_cids(void)
{
	static const char text[] = {
		"14fefd 0000 000000000003 0001 01  19fefd 0001 000000000007 c0de 0002 abcd 19fefd 0001 000000000005 c0df 0001 00  17fefd 0001 000000000006 0001 00"
	};
	uint8_t data[128], out[128];
	size_t len = unhex(text, data), left;
	const uint8_t *at = data;
	struct datagram dgram;
	struct record rec;

	datagram_classify(&dgram, data, len, 2);
	ktap_test(dgram.kind == DATAGRAM_OTHER && dgram.handshake && dgram.change &&
		  dgram.protected && dgram.applications == 1 && dgram.cid == 2 &&
		  dgram.cid_seq == 5, "records with a connection ID among others");
	ktap_test(datagram_handshake(data, len, 2, out) == 14 + 17 + 16 &&
		  datagram_protected(data, len, 2, out) == 17 + 16 + 14,
		  "they are of both sorts");
	left = 13 + 17;
	at = data + 14;
	ktap_test(record_next(&at, &left, 2, &rec) && rec.size == 17 && rec.body_len == 2 &&
		  rec.body[0] == 0xab, "where their content begins");
	left = 14;
	at = data + 14;
	ktap_test(!record_next(&at, &left, 2, &rec), "cut off in the connection ID");
}

static void test_extensions(void)
{
	static const struct {
		const char *what, *hello;
		int want;
	} hellos[] = {
		{ "a ClientHello with it, behind another",
		  "01 000000 0000 000000 000000 fefd R 00 04 11223344 0002c0a8 0100 000b 00170000 0036 0003 02abcd",
		  3 },
		{ "a ClientHello with an empty one",
		  "01 000000 0000 000000 000000 fefd R 00 00 0002c0a8 0100 0005 0036 0001 00", 1 },
		{ "a ServerHello with it",
		  "02 000000 0000 000000 000000 fefd R 00 c0a8 00 0006 0036 0002 01ee", 2 },
		{ "none",
		  "02 000000 0000 000000 000000 fefd R 00 c0a8 00 0004 0017 0000", -1 },
		{ "no extensions", "02 000000 0000 000000 000000 fefd R 00 c0a8 00", -1 },
		{ "a length that lies",
		  "02 000000 0000 000000 000000 fefd R 00 c0a8 00 0006 0036 0003 01ee",
		  -1 },
		{ "the same of all",
		  "02 000000 0000 000000 000000 fefd R 00 c0a8 00 0007 0036 0002 01ee",
		  -1 },
		{ "a session ID beyond the end",
		  "02 000000 0000 000000 000000 fefd R 20 c0a8", -1 },
	};
	uint8_t id[32];
	const uint8_t *body;
	uint8_t data[256];

	for (size_t i = 0; i < ARRAY_SIZE(hellos); i++) {
		size_t len = unhex(hellos[i].hello, data);
		uint8_t *exact = malloc(len);
		int got;

		memcpy(exact, data, len);
		got = hello_extension(exact, len, EXTENSION_CID, &body);
		ktap_test(got == hellos[i].want && (got < 0 || body + got <= exact + len),
			  "extension: %s", hellos[i].what);
		/* whatever is missing at the end: nothing is read beyond it */
		while (len--) {
			uint8_t *shorter = malloc(len + !len);

			memcpy(shorter, data, len);
			hello_extension(shorter, len, EXTENSION_CID, &body);
			hello_offers(shorter, len, 0xc0a8);
			hello_session_id(shorter, len, id);
			free(shorter);
		}
		free(exact);
	}
}

static void test_session_id(void)
{
	static const char hello[] =
		"01 000000 0000 000000 000000 fefd R 03 010203 00 0004 c0a4 c0a8 01 00";
	uint8_t data[256], id[32];
	size_t len = unhex(hello, data);

	ktap_test(hello_session_id(data, len, id) == 3 && id[0] == 1 && id[2] == 3,
		  "the session ID of a hello");
	ktap_test(hello_offers(data, len, 0xc0a4) && hello_offers(data, len, 0xc0a8) &&
		  !hello_offers(data, len, 0xa4c0) && !hello_offers(data, len, 0x0100),
		  "the cipher suites it offers");
}

static void test_numbers(void)
{
	static const uint8_t data[] = { 23, 0xfe, 0xfd, 0x12, 0x34, 0xfe, 0xdc, 0xba, 0x98, 0x76,
					0x54, 0, 1, 9 };
	uint8_t alert[RECORD_ALERT_SIZE];
	const uint8_t *at = data;
	size_t left = sizeof(data);
	struct record rec;

	ktap_test(record_next(&at, &left, 0, &rec) && rec.type == 23 && rec.epoch == 0x1234 &&
		  rec.seq == 0xfedcba987654 && rec.body_len == 1 && rec.body[0] == 9 && !left &&
		  !record_next(&at, &left, 0, &rec), "epoch and 48 bits of sequence number");

	record_alert(alert, 0x010203040506, 2, 80);
	at = alert;
	left = sizeof(alert);
	ktap_test(record_next(&at, &left, 0, &rec) && rec.type == RECORD_ALERT && !rec.epoch &&
		  rec.seq == 0x010203040506 && rec.body_len == 2 && rec.body[0] == 2 &&
		  rec.body[1] == 80 && !left, "an alert is made as it is read");
}

/* Whatever comes: no octet beyond the end is read, and the parts fit the whole. */
static void test_random(void)
{
	struct datagram dgram;
	uint8_t out[256], *data;
	size_t len, handshake, protected;
	bool fits = true;

	srandom(1);
	for (int i = 0; i < 200000; i++) {
		len = (size_t)random() % 120;
		data = malloc(len ? len : 1);
		for (size_t k = 0; k < len; k++)
			data[k] = "\x14\x15\x16\x17\xfe\xfd\x00\x00\x00\x00\x01\x01\x02\x0d\x20\xff"
				  [random() % 16];
		for (size_t k = 0; k + 13 < len; k += 13 + 2) {
			data[k] = (uint8_t)(20 + random() % 4);
			data[k + 1] = 0xfe;
			data[k + 11] = 0;
		}
		datagram_classify(&dgram, data, len, 0);
		handshake = datagram_handshake(data, len, 0, out);
		protected = datagram_protected(data, len, 0, out);
		fits = fits && handshake + protected <= len && (dgram.handshake || !handshake) &&
		       dgram.protected == !!protected;
		free(data);
	}
	ktap_test(fits, "200000 random datagrams");
}

int main(void)
{
	ktap_begin();
	test_cases();
	test_cids();
	test_extensions();
	test_session_id();
	test_numbers();
	test_random();
	return ktap_end();
}
