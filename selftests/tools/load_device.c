// SPDX-License-Identifier: GPL-2.0
/* The devices' end of the load, on one processor. */

#include "load.h"
#include "coap.h"
#include "util.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

enum {
	SMALL = 64,	/* at most so much payload ... */
	BIG = 1210,	/* ... or so much, now and then: two fragments */
};

/* Takes the next number and makes a record of it, with @len octets of payload. */
size_t load_record(struct load_assoc *a, size_t len, uint8_t *out)
{
	static const uint8_t fill[BIG];
	uint64_t number = atomic_fetch_add(&a->next, 1);
	struct coap m = {
		.type = COAP_NON, .code = COAP_PUT, .token_len = LOAD_TOKEN,
		.mid = number, .payload = fill, .payload_len = len,
	};
	struct record_keys keys = { 0 };
	uint8_t message[LOAD_DATAGRAM];
	struct record r = {
		.type = RECORD_DATA, .version = RECORD_DTLS12,
		.epoch = number >> 48,
		.seq = number & 0xffffffffffff, .data = message,
	};

	load_token(m.token, a, number);
	r.len = coap_build(&m, NULL, message, sizeof(message));
	put_be16(r.nonce, r.epoch);
	put_be48(r.nonce + 2, r.seq);
	load_keys(a, number >> 48, &keys);
	return record_seal(&keys, &r, out);
}

static void transmit(const struct load_assoc *a, const uint8_t *data, size_t len,
		     unsigned int records, enum load_count as)
{
	/* What an ICMP error says of an earlier datagram, the next call returns. */
	for (int tries = 0; tries < 3; tries++) {
		if (send(a->fd, data, len, 0) == (ssize_t)len) {
			atomic_fetch_add(&load.counts[as], records);
			return;
		}
		load_count(DEVICE_ERRORS);
	}
}

static void device_send(struct load_assoc *a)
{
	uint8_t out[2 * LOAD_DATAGRAM];
	unsigned int kind = load_random() % 32;
	size_t len;

	len = load_record(a, kind == 3 ? BIG : load_random() % SMALL, out);
	/* Records for an endpoint that is expected may go up with others. */
	if (kind == 0 && a->stable) {
		len += load_record(a, SMALL, out + len);
		transmit(a, out, len, 2, DEVICE_SENT);
		return;
	}
	if (kind == 1) {
		out[len - 1] ^= 1;
		transmit(a, out, len, 1, DEVICE_FORGED);
		return;
	}
	transmit(a, out, len, 1, DEVICE_SENT);
	if (kind == 2)
		transmit(a, out, len, 1, DEVICE_REPLAYED);
}

static void take_record(struct load_assoc *a, const uint8_t *in, size_t len)
{
	uint8_t plain[LOAD_DATAGRAM], index[LOAD_TOKEN];
	struct record_keys keys = { 0 };
	struct record r = { };
	struct coap m;

	load_keys(a, get_be16(in + 3), &keys);
	if (record_open(&keys, in, len, &r, plain)) {
		load_count(DEVICE_BAD);
		return;
	}
	if (r.type == RECORD_ALERT) {
		load_count(DEVICE_ALERTS);
		return;
	}
	load_count(DEVICE_RECEIVED);
	atomic_fetch_add(&a->received, 1);
	load_token(index, a, 0);
	if (!coap_parse(r.data, r.len, &m) || m.token_len != LOAD_TOKEN || m.token[0] != index[0])
		load_count(DEVICE_STRAY);
	load_token(index, a, (uint64_t)r.epoch << 48 | r.seq);
	if (!load_is_first(index, true))
		load_count(DEVICE_TWICE);
}

static bool device_receive(struct load_assoc *a)
{
	static const struct record_keys no_cid;
	uint8_t in[LOAD_DATAGRAM];
	ssize_t len = recv(a->fd, in, sizeof(in), MSG_DONTWAIT);
	size_t size;

	if (len < 0)
		return errno != EAGAIN;
	for (ssize_t at = 0; at < len; at += size) {
		size = record_size(&no_cid, in + at, len - at);
		if (!size) {
			load_count(DEVICE_BAD);
			break;
		}
		take_record(a, in + at, size);
	}
	return true;
}

void load_device(void)
{
	while (!load.quit) {
		bool busy = load.sending;

		if (busy)
			device_send(load_pick());
		for (unsigned int n = 0; n < (busy ? 2 : load.n_assocs); n++) {
			struct load_assoc *a = busy ? load_pick() : &load.assocs[n];

			while (device_receive(a))
				busy = true;
		}
		if (!busy)
			readable(load.assocs[load_random() % load.n_assocs].fd, 20);
	}
}
