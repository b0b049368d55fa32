// SPDX-License-Identifier: GPL-2.0
/* Structs to attributes and back, and attributes that are not as they should be. */
#include "internal.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "ktap.h"

static struct nlattr *first(struct nl_msg *msg)
{
	return nlmsg_attrdata(nlmsg_hdr(msg), 0);
}

/* A value for each member that is sent, no two alike. */
static void fill(const struct object *type, unsigned char *obj)
{
	const struct field *f;
	unsigned char n = 1;
	int i;

	memset(obj, 0, type->size);
	for (f = type->fields; f < type->fields + type->count; f++) {
		if (f->type == FIELD_STATS)
			continue;
		object_has(obj) |= DGSEC_HAS(f->attr);
		for (i = 0; i < f->size; i++)
			obj[f->offset + i] = n++ | 1;
		if (f->type == FIELD_STRING)
			obj[f->offset + f->size - 1] = 0;
		if (f->type == FIELD_OCTETS)
			*(uint8_t *)(obj + f->offset) = f->size - 1;
	}
}

static void test_round_trip(const struct object *type, const char *name)
{
	struct nl_msg *msg = nlmsg_alloc_size(4096);
	unsigned char *in = calloc(1, type->size);
	unsigned char *out = malloc(type->size);

	nlmsg_put(msg, 0, 0, 0, 0, 0);
	fill(type, in);
	memset(out, 0xee, type->size);
	ktap_test(!object_put(msg, type, in, ~UINT64_C(0)) &&
		  nla_type(first(msg)) == type->nest,
		  "%s: all members fit", name);
	object_parse(type, first(msg), out);
	ktap_test(!memcmp(in, out, type->size),
		  "%s: and come back as they were", name);
	object_parse(type, NULL, out);
	ktap_test(!object_has(out), "%s: no nest, no members", name);
	nlmsg_free(msg);
	free(in);
	free(out);
}

/* Every attribute of an object once with each length from 0 to 40. */
static void test_lengths(const struct object *type, const char *name)
{
	unsigned char *obj = malloc(type->size);
	char data[40];
	const struct field *f;
	struct nlattr *nest;
	struct nl_msg *msg;
	int len, wrong = 0;
	size_t want;

	memset(data, 'x', sizeof(data));
	for (f = type->fields; f < type->fields + type->count; f++) {
		if (f->type >= FIELD_STRING)
			continue;
		want = f->type == FIELD_U16 || f->type == FIELD_BE16 ? 2 :
		       f->type == FIELD_U32 ? 4 :
		       f->type == FIELD_U64 ? 8 : 16;
		for (len = 0; len <= (int)sizeof(data); len++) {
			msg = nlmsg_alloc_size(128);
			nlmsg_put(msg, 0, 0, 0, 0, 0);
			nest = nla_nest_start(msg, type->nest);
			nla_put(msg, f->attr, len, data);
			nla_nest_end(msg, nest);
			object_parse(type, first(msg), obj);
			wrong += !!object_has(obj) != ((size_t)len == want);
			nlmsg_free(msg);
		}
	}
	ktap_test(!wrong, "%s: numbers of a wrong size are not there", name);
	free(obj);
}

static void test_strings(void)
{
	struct dgsec_peer peer;
	struct nlattr *nest;
	struct nl_msg *msg;
	char text[80];
	int len, wrong = 0;

	memset(text, 'n', sizeof(text));
	for (len = 0; len <= (int)sizeof(text); len++) {
		msg = nlmsg_alloc_size(256);
		nlmsg_put(msg, 0, 0, 0, 0, 0);
		nest = nla_nest_start(msg, DGSEC_A_PEER);
		nla_put(msg, DGSEC_A_PEER_NAME, len, text);
		nla_nest_end(msg, nest);
		if (!len)	/* libnl takes an empty nest back */
			goto next;
		object_parse(&object_peer, first(msg), &peer);
		if (len <= DGSEC_NAME_MAX)
			wrong += strlen(peer.name) != (size_t)len;
		else
			wrong += peer.has || *peer.name;
next:
		nlmsg_free(msg);
	}
	ktap_test(!wrong, "names without end, and too long ones");
}

static void test_mask(void)
{
	struct dgsec_peer peer = { .id = 7 }, out;
	struct nl_msg *msg = nlmsg_alloc_size(1024);

	nlmsg_put(msg, 0, 0, 0, 0, 0);
	peer.has = DGSEC_HAS(DGSEC_A_PEER_ID) | DGSEC_HAS(DGSEC_A_PEER_MARK);
	object_put(msg, &object_peer, &peer, DGSEC_HAS(DGSEC_A_PEER_ID));
	object_parse(&object_peer, first(msg), &out);
	ktap_test(out.has == DGSEC_HAS(DGSEC_A_PEER_ID) && out.id == 7,
		  "only what the mask lets through is sent");
	nlmsg_free(msg);
}

static void test_stats(void)
{
	struct nl_msg *msg = nlmsg_alloc_size(4096);
	struct nlattr *nest, *stats;
	struct dgsec_assoc assoc;
	int i;

	nlmsg_put(msg, 0, 0, 0, 0, 0);
	nest = nla_nest_start(msg, DGSEC_A_ASSOC);
	stats = nla_nest_start(msg, DGSEC_A_ASSOC_STATS);
	for (i = DGSEC_A_STATS_MAX; i <= DGSEC_STATS_SIZE + 1; i++)
		nla_put_u64(msg, i, 1000 + i);
	nla_put_u32(msg, DGSEC_A_STATS_RX_RECORDS, 7);
	nla_nest_end(msg, stats);
	nla_nest_end(msg, nest);
	object_parse(&object_assoc, first(msg), &assoc);
	ktap_test(assoc.stats[DGSEC_A_STATS_MAX] == 1000 + DGSEC_A_STATS_MAX &&
		  assoc.stats[DGSEC_STATS_SIZE - 1] == 999 + DGSEC_STATS_SIZE &&
		  !assoc.stats[DGSEC_A_STATS_RX_RECORDS],
		  "counters: later kernels' are kept, wrong sizes are not");
	nlmsg_free(msg);
}

static void test_names(void)
{
	uint32_t i;
	int wrong = 0;

	for (i = 1; i <= DGSEC_A_STATS_MAX; i++)
		wrong += i == DGSEC_A_STATS_PAD ? !!dgsec_stats_name(i) :
			 !dgsec_stats_name(i) ||
			 dgsec_stats_value(dgsec_stats_name(i)) != i;
	ktap_test(!wrong && !dgsec_stats_name(0) &&
		  !dgsec_stats_name(DGSEC_A_STATS_MAX + 1) &&
		  !dgsec_stats_value("rx-nothing"),
		  "every counter has one name");
	ktap_test(dgsec_alert_value("close_notify") == 0 &&
		  dgsec_alert_value("nothing") < 0 && !dgsec_alert_name(255),
		  "alerts have names");
}

/* A connection ID may have any length that it can have, and no other. */
static void test_cids(void)
{
	struct dgsec_assoc in = { .has = DGSEC_HAS(DGSEC_A_ASSOC_RX_CID) }, out;
	bool ok = true, refused;
	struct nl_msg *msg;
	int len;

	for (len = 0; len <= DGSEC_CID_MAX + 1; len++) {
		msg = nlmsg_alloc_size(128);
		nlmsg_put(msg, 0, 0, 0, 0, 0);
		in.rx_cid.len = len;
		refused = object_put(msg, &object_assoc, &in, ~UINT64_C(0));
		ok &= refused == (len > DGSEC_CID_MAX);
		if (!refused) {
			object_parse(&object_assoc, first(msg), &out);
			ok &= out.rx_cid.len == len && out.has == in.has;
		}
		nlmsg_free(msg);
	}
	ktap_test(ok, "connection IDs of all lengths, and one too long");
}

int main(void)
{
	ktap_begin();
	test_round_trip(&object_interface, "interface");
	test_round_trip(&object_socket, "socket");
	test_round_trip(&object_peer, "peer");
	test_round_trip(&object_assoc, "assoc");
	test_lengths(&object_interface, "interface");
	test_lengths(&object_socket, "socket");
	test_lengths(&object_peer, "peer");
	test_lengths(&object_assoc, "assoc");
	test_strings();
	test_cids();
	test_mask();
	test_stats();
	test_names();
	return ktap_end();
}
