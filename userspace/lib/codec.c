// SPDX-License-Identifier: GPL-2.0
/*
 * Structs to netlink attributes and back, by one table for each object: the
 * tables are the only place that knows both.
 */
#include "internal.h"

#include <arpa/inet.h>
#include <assert.h>
#include <string.h>

#define FIELD(name, ATTR, TYPE, member)					\
	{ DGSEC_A_##ATTR, FIELD_##TYPE,					\
	  offsetof(struct dgsec_##name, member),			\
	  sizeof(((struct dgsec_##name *)0)->member) }
#define FLAG(ATTR)		{ DGSEC_A_##ATTR, FIELD_FLAG, 0, 0 }
#define OBJECT(name, NEST)						\
	const struct object object_##name = {				\
		DGSEC_A_##NEST, name##_fields,				\
		ARRAY_SIZE(name##_fields),	\
		sizeof(struct dgsec_##name),				\
	}

static_assert(DGSEC_A_STATS_MAX < DGSEC_STATS_SIZE, "counters outgrow the ABI");
static_assert(DGSEC_A_ASSOC_MAX < 64, "has bits are 64");

static const struct field interface_fields[] = {
	FIELD(interface, INTERFACE_IFINDEX, U32, ifindex),
	FIELD(interface, INTERFACE_LOWER_IFINDEX, U32, lower_ifindex),
	FIELD(interface, INTERFACE_NAME, STRING, name),
	FIELD(interface, INTERFACE_SERVICE_ADDR, ADDR, service_addr),
	FIELD(interface, INTERFACE_SERVICE_PORT, BE16, service_port),
	FIELD(interface, INTERFACE_HANDSHAKE_RATE, U32, handshake_rate),
	FIELD(interface, INTERFACE_HANDSHAKE_BURST, U32, handshake_burst),
	FIELD(interface, INTERFACE_HANDSHAKE_PREFIX_RATE, U32,
	      handshake_prefix_rate),
	FIELD(interface, INTERFACE_HANDSHAKE_TOTAL_RATE, U32,
	      handshake_total_rate),
	FIELD(interface, INTERFACE_MAX_PEERS, U32, max_peers),
	FIELD(interface, INTERFACE_MAX_ASSOCS, U32, max_assocs),
	FIELD(interface, INTERFACE_CID_LEN, U32, cid_len),
	FIELD(interface, INTERFACE_PEERS, U32, peers),
	FIELD(interface, INTERFACE_ASSOCS, U32, assocs),
	FIELD(interface, INTERFACE_EXPECTED, U32, expected),
	FIELD(interface, INTERFACE_QUEUE_LEN, U32, queue_len),
	FIELD(interface, INTERFACE_QUEUE_MAX, U32, queue_max),
	FIELD(interface, INTERFACE_QUEUE_BYTES, U32, queue_bytes),
	FIELD(interface, INTERFACE_QUEUE_SECONDS, U32, queue_seconds),
	FIELD(interface, INTERFACE_QUEUED, U32, queued),
	FIELD(interface, INTERFACE_STATS, STATS, stats),
	FIELD(interface, INTERFACE_MAX_EXCHANGES, U32, max_exchanges),
	FIELD(interface, INTERFACE_MAX_PEER_EXCHANGES, U32, max_peer_exchanges),
	FIELD(interface, INTERFACE_EXCHANGES, U32, exchanges),
};

OBJECT(interface, INTERFACE);

static const struct field socket_fields[] = {
	FIELD(socket, SOCKET_FD, U32, fd),
	FIELD(socket, SOCKET_PORT, BE16, port),
	FIELD(socket, SOCKET_ADDR, ADDR, addr),
	FIELD(socket, SOCKET_PROTOCOL, U32, protocol),
	FLAG(SOCKET_STANDBY),
};

OBJECT(socket, SOCKET);

static const struct field peer_fields[] = {
	FIELD(peer, PEER_ID, U32, id),
	FIELD(peer, PEER_NAME, STRING, name),
	FIELD(peer, PEER_INNER_ADDR, ADDR, inner_addr),
	FIELD(peer, PEER_SERVICE_ADDR, ADDR, service_addr),
	FIELD(peer, PEER_SERVICE_PORT, BE16, service_port),
	FIELD(peer, PEER_MARK, U32, mark),
	FIELD(peer, PEER_PAYLOAD, U32, payload),
	FIELD(peer, PEER_MAX_ASSOCS, U32, max_assocs),
	FIELD(peer, PEER_ASSOCS, U32, assocs),
	FIELD(peer, PEER_ACQUIRE, U32, acquire),
	FIELD(peer, PEER_QUEUED, U32, queued),
	FIELD(peer, PEER_STATS, STATS, stats),
	FIELD(peer, PEER_EXCHANGES, U32, exchanges),
};

OBJECT(peer, PEER);

static const struct field assoc_fields[] = {
	FIELD(assoc, ASSOC_ID, U32, id),
	FIELD(assoc, ASSOC_PEER_ID, U32, peer_id),
	FIELD(assoc, ASSOC_PROTOCOL, U32, protocol),
	FIELD(assoc, ASSOC_CIPHER, U32, cipher),
	FIELD(assoc, ASSOC_ROLE, U32, role),
	FIELD(assoc, ASSOC_EPOCH, U16, epoch),
	FIELD(assoc, ASSOC_REMOTE_ADDR, ADDR, remote_addr),
	FIELD(assoc, ASSOC_REMOTE_PORT, BE16, remote_port),
	FIELD(assoc, ASSOC_LOCAL_ADDR, ADDR, local_addr),
	FIELD(assoc, ASSOC_LOCAL_PORT, BE16, local_port),
	FIELD(assoc, ASSOC_INNER_PORT, BE16, inner_port),
	FIELD(assoc, ASSOC_TX_SEQ, U64, tx_seq),
	FIELD(assoc, ASSOC_RX_SEQ, U64, rx_seq),
	FIELD(assoc, ASSOC_WINDOW, U32, window),
	FIELD(assoc, ASSOC_RX_CID, OCTETS, rx_cid),
	FIELD(assoc, ASSOC_TX_CID, OCTETS, tx_cid),
	FLAG(ASSOC_REPLACE),
	FLAG(ASSOC_CLOSE),
	FIELD(assoc, ASSOC_SOFT_PACKETS, U64, soft_packets),
	FIELD(assoc, ASSOC_HARD_PACKETS, U64, hard_packets),
	FIELD(assoc, ASSOC_SOFT_BYTES, U64, soft_bytes),
	FIELD(assoc, ASSOC_HARD_BYTES, U64, hard_bytes),
	FIELD(assoc, ASSOC_SOFT_SECONDS, U32, soft_seconds),
	FIELD(assoc, ASSOC_HARD_SECONDS, U32, hard_seconds),
	FIELD(assoc, ASSOC_IDLE_SECONDS, U32, idle_seconds),
	FIELD(assoc, ASSOC_SOFT_FAILED, U64, soft_failed),
	FIELD(assoc, ASSOC_HARD_FAILED, U64, hard_failed),
	FIELD(assoc, ASSOC_TX_MAX, U32, tx_max),
	FIELD(assoc, ASSOC_RX_MAX, U32, rx_max),
	FIELD(assoc, ASSOC_UNANSWERED_SECONDS, U32, unanswered_seconds),
	FIELD(assoc, ASSOC_SUCCEEDS, U32, succeeds),
	FLAG(ASSOC_CONFIRMED),
	FLAG(ASSOC_EXPIRED),
	FIELD(assoc, ASSOC_AGE, U32, age),
	FIELD(assoc, ASSOC_RX_AGE, U32, rx_age),
	FIELD(assoc, ASSOC_TX_AGE, U32, tx_age),
	FIELD(assoc, ASSOC_STATS, STATS, stats),
};

OBJECT(assoc, ASSOC);

static const struct field exchange_fields[] = {
	FIELD(exchange, EXCHANGE_PEER_ID, U32, peer_id),
	FIELD(exchange, EXCHANGE_CLIENT_ADDR, ADDR, client_addr),
	FIELD(exchange, EXCHANGE_CLIENT_PORT, BE16, client_port),
	FIELD(exchange, EXCHANGE_INNER_PORT, BE16, inner_port),
	FIELD(exchange, EXCHANGE_STATE, U32, state),
	FLAG(EXCHANGE_SERVICE),
	FLAG(EXCHANGE_CONFIRMABLE),
	FIELD(exchange, EXCHANGE_CLIENT_TOKEN, OCTETS, client_token),
	FIELD(exchange, EXCHANGE_DEVICE_TOKEN, OCTETS, device_token),
	FIELD(exchange, EXCHANGE_CLIENT_MID, U16, client_mid),
	FIELD(exchange, EXCHANGE_DEVICE_MID, U16, device_mid),
	FIELD(exchange, EXCHANGE_REQUESTS, U32, requests),
	FIELD(exchange, EXCHANGE_RESPONSES, U32, responses),
	FIELD(exchange, EXCHANGE_AGE, U32, age),
	FIELD(exchange, EXCHANGE_LEFT, U32, left),
};

OBJECT(exchange, EXCHANGE);

static int field_put(struct nl_msg *msg, const struct field *f, const void *obj)
{
	const void *p = (const char *)obj + f->offset;
	const uint8_t *octets = p;
	uint16_t u16;

	switch (f->type) {
	case FIELD_U16:
		return nla_put(msg, f->attr, sizeof(u16), p);
	case FIELD_BE16:
		u16 = htons(*(const uint16_t *)p);
		return nla_put(msg, f->attr, sizeof(u16), &u16);
	case FIELD_U32:
		return nla_put(msg, f->attr, sizeof(uint32_t), p);
	case FIELD_U64:
		return nla_put(msg, f->attr, sizeof(uint64_t), p);
	case FIELD_ADDR:
		return nla_put(msg, f->attr, sizeof(struct in6_addr), p);
	case FIELD_STRING:
		if (!memchr(p, '\0', f->size))
			return -NLE_INVAL;
		return nla_put_string(msg, f->attr, p);
	case FIELD_OCTETS:
		if (*octets >= f->size)
			return -NLE_INVAL;
		return nla_put(msg, f->attr, *octets, octets + 1);
	case FIELD_FLAG:
		return nla_put_flag(msg, f->attr);
	default:
		return 0;
	}
}

/* Put those attributes of @obj whose bits are set, and are in @mask. */
int object_put(struct nl_msg *msg, const struct object *type, const void *obj,
	       uint64_t mask)
{
	uint64_t has = *(const uint64_t *)obj & mask;
	const struct field *f;
	struct nlattr *nest;
	int err;

	nest = nla_nest_start(msg, type->nest | NLA_F_NESTED);
	if (!nest)
		return -NLE_NOMEM;
	for (f = type->fields; f < type->fields + type->count; f++) {
		if (!(has & DGSEC_HAS(f->attr)))
			continue;
		err = field_put(msg, f, obj);
		if (err)
			return err;
	}
	nla_nest_end_keep_empty(msg, nest);
	return 0;
}

static void stats_parse(struct nlattr *nest, uint64_t *stats)
{
	struct nlattr *a;
	int rem;

	nla_for_each_nested(a, nest, rem) {
		if (nla_type(a) < DGSEC_STATS_SIZE &&
		    nla_len(a) == sizeof(uint64_t))
			memcpy(&stats[nla_type(a)], nla_data(a),
			       sizeof(uint64_t));
	}
	stats[DGSEC_A_STATS_PAD] = 0;
}

static bool field_parse(const struct field *f, struct nlattr *a, void *obj)
{
	static const uint8_t sizes[] = {
		[FIELD_U16] = sizeof(uint16_t),
		[FIELD_BE16] = sizeof(uint16_t),
		[FIELD_U32] = sizeof(uint32_t),
		[FIELD_U64] = sizeof(uint64_t),
		[FIELD_ADDR] = sizeof(struct in6_addr),
	};
	void *p = (char *)obj + f->offset;
	size_t len = nla_len(a);

	switch (f->type) {
	case FIELD_STRING:
		len = strnlen(nla_data(a), len);
		if (len >= f->size)
			return false;
		memcpy(p, nla_data(a), len);
		((char *)p)[len] = '\0';
		return true;
	case FIELD_OCTETS:
		if (len >= f->size)
			return false;
		*(uint8_t *)p = len;
		memcpy((uint8_t *)p + 1, nla_data(a), len);
		return true;
	case FIELD_FLAG:
		return true;
	case FIELD_STATS:
		stats_parse(a, p);
		return true;
	}
	if (len != sizes[f->type])
		return false;
	memcpy(p, nla_data(a), len);
	if (f->type == FIELD_BE16)
		*(uint16_t *)p = ntohs(*(uint16_t *)p);
	return true;
}

/*
 * Fill @obj from @nest. What is unknown, of a later kernel perhaps, or has
 * another size than here, counts as not there: its bit stays unset.
 */
void object_parse(const struct object *type, struct nlattr *nest, void *obj)
{
	const struct field *f;
	struct nlattr *a;
	int rem;

	memset(obj, 0, type->size);
	if (!nest)
		return;
	nla_for_each_nested(a, nest, rem) {
		for (f = type->fields; f < type->fields + type->count; f++) {
			if (f->attr == nla_type(a) && field_parse(f, a, obj))
				object_has(obj) |= DGSEC_HAS(f->attr);
		}
	}
}

int endpoint_put(struct nl_msg *msg, const struct dgsec_endpoint *ep)
{
	uint16_t remote_port = htons(ep->remote_port);
	uint16_t local_port = htons(ep->local_port);
	struct nlattr *nest;

	nest = nla_nest_start(msg, DGSEC_A_ENDPOINT | NLA_F_NESTED);
	if (!nest ||
	    nla_put(msg, DGSEC_A_ENDPOINT_REMOTE_ADDR, 16, &ep->remote_addr) ||
	    nla_put(msg, DGSEC_A_ENDPOINT_REMOTE_PORT, 2, &remote_port) ||
	    nla_put(msg, DGSEC_A_ENDPOINT_LOCAL_ADDR, 16, &ep->local_addr) ||
	    nla_put(msg, DGSEC_A_ENDPOINT_LOCAL_PORT, 2, &local_port))
		return -NLE_NOMEM;
	if (ep->seconds &&
	    nla_put_u32(msg, DGSEC_A_ENDPOINT_SECONDS, ep->seconds))
		return -NLE_NOMEM;
	nla_nest_end(msg, nest);
	return 0;
}
