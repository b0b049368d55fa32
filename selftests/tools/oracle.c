// SPDX-License-Identifier: GPL-2.0
/*
 * The judgement of the nonce oracle: no two protected records that an
 * association's sender puts on the wire may share (epoch, sequence number) or
 * the explicit nonce, since either is a nonce used twice under one key.
 *
 * With ChaCha20-Poly1305 (RFC 7905) the number is the nonce. Where others have
 * an explicit one stand 8 octets of ciphertext, which, if they were to repeat,
 * would be a key stream used twice. So there is no need to know the cipher.
 *
 * An association is a UDP 5-tuple. New keys on it are recognized as a reader of
 * the wire can: a hello, of either side, with another random announces them, and the
 * sender's ChangeCipherSpec begins them (RFC 5246 section 7.1). Between the
 * two, records under either keys may be seen: one whose number was used under
 * the old keys counts for the new ones.
 */

#include "oracle.h"
#include "record.h"
#include "util.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

enum {
	IPV6_HEADER = 40,
	IPV4_HEADER = 20,
	UDP_HEADER = 8,
	KEPT = 256, /* of each datagram, for the report */
	HANDSHAKE_CLIENT_HELLO = 1,
	HANDSHAKE_SERVER_HELLO = 2,
	RANDOM = 32,
};

struct seen {
	__u64 number;
	bool nonce; /* @number is the explicit nonce, else the sequence number */
	__u16 epoch;
	__u16 len, kept;
	__u8 *datagram;
};

struct set {
	struct seen *slots;
	size_t used, size;
};

struct oracle_assoc {
	struct oracle_assoc *next;
	__u8 tuple[36]; /* both addresses, both ports */
	struct set now, after;
	bool has_random, pending;
	bool fresh; /* new keys, and none of its records with a connection ID since */
	__u8 random[RANDOM];
};

static struct seen *slot_of(const struct set *set, const struct seen *key)
{
	__u64 hash = (key->number * 2 + key->nonce) * 0x9e3779b97f4a7c15ULL + key->epoch;
	size_t at = (hash >> 20) & (set->size - 1);

	while (set->slots[at].datagram &&
	       (set->slots[at].number != key->number || set->slots[at].nonce != key->nonce ||
		set->slots[at].epoch != key->epoch))
		at = (at + 1) & (set->size - 1);
	return &set->slots[at];
}

static void set_clear(struct set *set)
{
	for (size_t i = 0; i < set->size; i++)
		free(set->slots[i].datagram);
	free(set->slots);
	memset(set, 0, sizeof(*set));
}

/* Returns the one that was there already, or NULL after @key was added. */
static const struct seen *set_add(struct set *set, const struct seen *key, const __u8 *datagram)
{
	struct seen *slot;

	if (2 * set->used >= set->size) {
		struct set grown = { .size = set->size ? 2 * set->size : 256 };

		grown.slots = calloc(grown.size, sizeof(*grown.slots));
		if (!grown.slots)
			die("no memory");
		for (size_t i = 0; i < set->size; i++) {
			if (set->slots[i].datagram)
				*slot_of(&grown, &set->slots[i]) = set->slots[i];
		}
		grown.used = set->used;
		free(set->slots);
		*set = grown;
	}
	slot = slot_of(set, key);
	if (slot->datagram)
		return slot;
	*slot = *key;
	slot->datagram = malloc(key->kept + 1);
	if (!slot->datagram)
		die("no memory");
	memcpy(slot->datagram, datagram, key->kept);
	set->used++;
	return NULL;
}

static void violation(struct oracle *o, const struct oracle_assoc *a, const struct seen *first,
		      const struct seen *second, const __u8 *datagram)
{
	char from[INET6_ADDRSTRLEN], to[INET6_ADDRSTRLEN];

	o->violated = true;
	inet_ntop(AF_INET6, a->tuple, from, sizeof(from));
	inet_ntop(AF_INET6, a->tuple + 16, to, sizeof(to));
	fprintf(o->report, "nonce used twice: [%s]:%d to [%s]:%d epoch %d %s %llu (0x%llx)\n",
		from, get_be16(a->tuple + 32), to, get_be16(a->tuple + 34), second->epoch,
		second->nonce ? "explicit nonce" : "sequence number", second->number,
		second->number);
	fprintf(o->report, "first datagram, %d octets:\n", first->len);
	hex_dump(o->report, "  ", first->datagram, first->kept);
	fprintf(o->report, "second datagram, %d octets:\n", second->len);
	hex_dump(o->report, "  ", datagram, second->kept);
	fflush(o->report);
}

static void judge(struct oracle *o, struct oracle_assoc *a, const struct seen *key,
		  const __u8 *datagram)
{
	const struct seen *first = set_add(&a->now, key, datagram);

	if (first && a->pending) {
		o->pending_hits++;
		first = set_add(&a->after, key, datagram);
	}
	if (first)
		violation(o, a, first, key, datagram);
}

static void hello(struct oracle_assoc *a, const __u8 *fragment, size_t len)
{
	/*
	 * msg_type(1) length(3) message_seq(2) fragment_offset(3)
	 * fragment_length(3) version(2) random(32)
	 */
	if (len < 14 + RANDOM ||
	    (fragment[0] != HANDSHAKE_SERVER_HELLO && fragment[0] != HANDSHAKE_CLIENT_HELLO) ||
	    fragment[6] || fragment[7] || fragment[8])
		return;
	if (a->has_random && !memcmp(a->random, fragment + 14, RANDOM))
		return;
	memcpy(a->random, fragment + 14, RANDOM);
	a->has_random = true;
	a->pending = true;
	set_clear(&a->after);
}

static void change_keys(struct oracle *o, struct oracle_assoc *a)
{
	/* A repeated final flight changes nothing. */
	if (!a->pending)
		return;
	a->pending = false;
	a->fresh = true;
	o->handshakes++;
	set_clear(&a->now);
	a->now = a->after;
	memset(&a->after, 0, sizeof(a->after));
}

/* The association of this key, which is a tuple, or zeros and a connection ID */
static struct oracle_assoc *assoc_of(struct oracle *o, const __u8 *key)
{
	struct oracle_assoc *a;

	for (a = o->assocs; a; a = a->next) {
		if (!memcmp(a->tuple, key, sizeof(a->tuple)))
			return a;
	}
	a = calloc(1, sizeof(*a));
	if (!a)
		die("no memory");
	memcpy(a->tuple, key, sizeof(a->tuple));
	a->next = o->assocs;
	o->assocs = a;
	o->n_assocs++;
	return a;
}

/*
 * A record does not say how long its connection ID is. But the explicit nonce
 * that we send is epoch and sequence number, and the length must fit. Without
 * explicit nonce the length must be that of the rest of the datagram (@rest
 * octets, which need not all be here): we put one such record into each.
 */
static int cid_length(const __u8 *r, size_t len, size_t rest)
{
	for (size_t n = 1; n <= RECORD_CID_MAX && RECORD_HEADER + n + RECORD_NONCE <= len; n++) {
		if (RECORD_HEADER + n + get_be16(r + 11 + n) >= RECORD_HEADER + n + RECORD_NONCE &&
		    !memcmp(r + RECORD_HEADER + n, r + 3, RECORD_NONCE))
			return n;
	}
	for (size_t n = 1; n <= RECORD_CID_MAX && RECORD_HEADER + n <= len; n++) {
		if (RECORD_HEADER + n + get_be16(r + 11 + n) == rest)
			return n;
	}
	return -1;
}

/* A peer with a connection ID keeps its keys when its address changes. */
static void cid_record(struct oracle *o, struct oracle_assoc *a, const __u8 *r, size_t n,
		       const struct seen *key, const __u8 *datagram)
{
	__u8 name[36] = { 0 };
	struct oracle_assoc *c;

	memcpy(name + 1, r + 11, n);
	name[33] = n;
	c = assoc_of(o, name);
	if (a->fresh)
		set_clear(&c->now);
	a->fresh = false;
	o->records++;
	judge(o, c, key, datagram);
}

static void records(struct oracle *o, struct oracle_assoc *a, const __u8 *data, size_t len,
		    size_t claimed)
{
	size_t at = 0;

	/* The last record may go on in a fragment that is not seen here. */
	while (len - at >= RECORD_HEADER) {
		const __u8 *r = data + at;
		int cid = r[0] == RECORD_CID ? cid_length(r, len - at, claimed - at) : 0;
		size_t header = RECORD_HEADER + (cid > 0 ? cid : 0);
		size_t size = get_be16(r + header - 2), here = len - at - header;
		struct seen key = {
			.epoch = get_be16(r + 3),
			.number = get_be48(r + 5),
			.len = claimed,
			.kept = len < KEPT ? len : KEPT,
		};

		if (cid < 0) {
			fprintf(o->report, "a record with a connection ID that is not as ours are\n");
			o->violated = true;
			break;
		}
		if (here > size)
			here = size;
		if (cid) {
			cid_record(o, a, r, cid, &key, data);
		} else if (!key.epoch) {
			if (r[0] == RECORD_HANDSHAKE)
				hello(a, r + RECORD_HEADER, here);
			else if (r[0] == RECORD_CCS)
				change_keys(o, a);
		} else {
			o->records++;
			judge(o, a, &key, data);
			if (here >= RECORD_NONCE) {
				key.nonce = true;
				memcpy(&key.number, r + RECORD_HEADER, RECORD_NONCE);
				key.number = be64toh(key.number);
				judge(o, a, &key, data);
			}
		}
		at += header + here;
		if (here < size)
			break;
	}
}

static bool is_watched(const struct oracle *o, __u16 port)
{
	for (int i = 0; i < ORACLE_PORTS && o->ports[i]; i++) {
		if (o->ports[i] == port)
			return true;
	}
	return false;
}

/* Where the UDP header of an IPv6 packet is, if there is one; @left from there on */
static const __u8 *udp_of_v6(const __u8 *packet, size_t *left, __u8 *tuple)
{
	const __u8 *p = packet + IPV6_HEADER;
	size_t payload;

	if (*left < IPV6_HEADER)
		return NULL;
	*left -= IPV6_HEADER;
	payload = get_be16(packet + 4);
	if (*left > payload)
		*left = payload;
	memcpy(tuple, packet + 8, 32);
	if (packet[6] == IPPROTO_UDP)
		return p;
	/* Only the first fragment has the ports and the record's header. */
	if (packet[6] != IPPROTO_FRAGMENT || *left < 8 || p[0] != IPPROTO_UDP ||
	    get_be16(p + 2) & 0xfff8)
		return NULL;
	*left -= 8;
	return p + 8;
}

/* The same of IPv4, whose addresses are mapped */
static const __u8 *udp_of_v4(const __u8 *packet, size_t *left, __u8 *tuple)
{
	size_t header = (packet[0] & 15) * 4, total = get_be16(packet + 2);

	if (*left > total)
		*left = total;
	if (header < IPV4_HEADER || *left < header || packet[9] != IPPROTO_UDP ||
	    get_be16(packet + 6) & 0x1fff)
		return NULL;
	*left -= header;
	memset(tuple, 0, 32);
	memset(tuple + 10, 0xff, 2);
	memcpy(tuple + 12, packet + 12, 4);
	memset(tuple + 26, 0xff, 2);
	memcpy(tuple + 28, packet + 16, 4);
	return packet + header;
}

/* An IP packet that leaves; what is not UDP from one of the ports is of no interest. */
void oracle_packet(struct oracle *o, const __u8 *packet, size_t len)
{
	struct oracle_assoc *a;
	const __u8 *p = NULL;
	size_t left = len;
	__u8 tuple[36];

	if (len >= IPV4_HEADER && packet[0] >> 4 == 6)
		p = udp_of_v6(packet, &left, tuple);
	else if (len >= IPV4_HEADER && packet[0] >> 4 == 4)
		p = udp_of_v4(packet, &left, tuple);
	if (!p || left < UDP_HEADER || !is_watched(o, get_be16(p)))
		return;
	memcpy(tuple + 32, p, 4);
	o->datagrams++;
	a = assoc_of(o, tuple);
	records(o, a, p + UDP_HEADER, left - UDP_HEADER, get_be16(p + 4) - UDP_HEADER);
}

/* All associations have new keys from here on. */
void oracle_reset(struct oracle *o)
{
	while (o->assocs) {
		struct oracle_assoc *a = o->assocs;

		o->assocs = a->next;
		set_clear(&a->now);
		set_clear(&a->after);
		free(a);
	}
}
