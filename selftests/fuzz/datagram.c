// SPDX-License-Identifier: GPL-2.0
/*
 * How dgsecd takes a datagram apart. The input: the length of connection IDs,
 * the type of an extension, and the datagram.
 *
 * Demanded: every octet is looked at within its bounds; kernel and daemon
 * agree where records begin and end; each record goes to the library, to an
 * association, to both (with a connection ID) or to nobody, and in the order
 * it came; what the parts hold is what was said of the whole.
 */
#include <stdbool.h>

#include "dtls12.h"
#include "fuzz.h"
#include "record.h"

const unsigned long fuzz_short_runs = 400000;

enum sort { NOBODY, LIBRARY, KERNEL, EITHER };

/* What must become of a record, in other words than record.c's */
static enum sort sort_of(const struct record *rec, size_t cid_len)
{
	switch (rec->type) {
	case 20:
	case 22:
		return LIBRARY;
	case 21:
		return rec->epoch ? KERNEL : LIBRARY;
	case 23:
		return KERNEL;
	case 25:
		return rec->epoch && cid_len ? EITHER : NOBODY;
	}
	return NOBODY;
}

static bool is_later_hello(const struct record *rec, const uint8_t *first)
{
	return rec->start != first && rec->type == 22 && !rec->epoch && rec->body_len &&
	       rec->body[0] == 1;
}

/* The module's own view of the same record */
static void compare_module(const struct record *rec, size_t left, size_t cid_len)
{
	struct dtls12_record theirs;

	demand(!dgsec_dtls12_parse((u8 *)rec->start, left, (u8)cid_len, &theirs));
	demand(theirs.size == rec->size && theirs.type == rec->type &&
	       theirs.epoch == rec->epoch && theirs.seq == rec->seq &&
	       theirs.data == rec->body && theirs.len == rec->body_len);
}

static void expect(const uint8_t *part, size_t part_len, size_t *at, const struct record *rec)
{
	demand(part_len - *at >= rec->size);
	demand(!memcmp(part + *at, rec->start, rec->size));
	*at += rec->size;
}

static void check_hello(const struct datagram *dgram, const uint8_t *data, size_t len)
{
	if (dgram->kind != DATAGRAM_HELLO)
		return;
	demand(dgram->random > data && dgram->random + HELLO_RANDOM < data + len);
	demand(dgram->cookie_len <= HELLO_COOKIE_MAX && dgram->handshake);
}

static void check_extension(const uint8_t *data, size_t len, uint16_t type)
{
	const uint8_t *body = NULL;
	int size = hello_extension(data, len, type, &body);

	if (size < 0)
		return;
	demand(body > data && body + size <= data + len);
	demand((body[-4] << 8 | body[-3]) == type && (body[-2] << 8 | body[-1]) == size);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	struct input in = { input, size };
	size_t cid_len = take8(&in) % (DTLS12_CID_MAX + 1), len, left, n_library, n_kernel;
	size_t at_library = 0, at_kernel = 0;
	unsigned int cids = 0, applications = 0;
	bool handshake = false, protected = false, change = false, any = false;
	uint8_t *data, *library, *kernel;
	uint16_t extension = take16(&in);
	struct datagram dgram;
	struct record rec;
	const uint8_t *at;

	len = in.left;
	data = copy_exact(in.at, len);
	library = malloc(len + 1);
	kernel = malloc(len + 1);
	if (!library || !kernel)
		abort();
	datagram_classify(&dgram, data, len, cid_len);
	n_library = datagram_handshake(data, len, cid_len, library);
	n_kernel = datagram_protected(data, len, cid_len, kernel);
	demand(n_library <= len && n_kernel <= len);

	for (at = data, left = len; record_next(&at, &left, cid_len, &rec);) {
		enum sort sort = sort_of(&rec, cid_len);

		any = true;
		demand(rec.start >= data && rec.body + rec.body_len == at &&
		       rec.start + rec.size == at && (size_t)(data + len - at) == left);
		compare_module(&rec, (size_t)(data + len - rec.start), cid_len);
		if ((sort == LIBRARY && !is_later_hello(&rec, data)) || sort == EITHER)
			expect(library, n_library, &at_library, &rec);
		if (sort == KERNEL || sort == EITHER)
			expect(kernel, n_kernel, &at_kernel, &rec);
		handshake |= sort == LIBRARY;
		protected |= sort == KERNEL;
		change |= rec.type == 20;
		applications += rec.type == 23;
		if (sort == EITHER) {
			demand(dgram.cid_seq <= rec.seq);
			cids++;
		}
		if (rec.type == 22)
			check_extension(rec.body, rec.body_len, extension);
	}
	demand(at_library == n_library && at_kernel == n_kernel);
	demand((dgram.kind == DATAGRAM_MALFORMED) == !any);
	demand(dgram.handshake == handshake && dgram.protected == protected &&
	       dgram.change == change && dgram.cid == cids &&
	       dgram.applications == applications);
	check_hello(&dgram, data, len);
	check_extension(data, len, extension);
	free(kernel);
	free(library);
	free(data);
	return 0;
}
