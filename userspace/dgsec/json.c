// SPDX-License-Identifier: GPL-2.0
#include "json.h"

#include <stdio.h>
#include <string.h>

#include "format.h"

void json_add_text(struct json_object *o, const char *key, const char *text)
{
	json_object_object_add(o, key, json_object_new_string(text));
}

void json_add_number(struct json_object *o, const char *key, uint64_t n)
{
	json_object_object_add(o, key, json_object_new_uint64(n));
}

static void add_addr(struct json_object *o, const char *key,
		     const struct in6_addr *addr)
{
	char buf[FORMAT_SIZE];

	json_add_text(o, key, format_addr(buf, addr));
}

static void add_cid(struct json_object *o, const char *key,
		    const struct dgsec_cid *cid)
{
	char buf[FORMAT_SIZE];

	json_add_text(o, key, format_cid(buf, cid));
}

/* A number that only a later kernel knows stays a number. */
static void add_enum(struct json_object *o, const char *key, uint32_t value,
		     const char *name)
{
	if (name)
		json_add_text(o, key, name);
	else
		json_add_number(o, key, value);
}

/* What follows adds the member of the same name if the kernel sent it. */
#define ADD_NUMBER(key, ATTR, member)					\
	do {								\
		if (dgsec_has(obj, DGSEC_A_##ATTR))			\
			json_add_number(o, key, obj->member);		\
	} while (0)
#define ADD_ADDR(key, ATTR, member)					\
	do {								\
		if (dgsec_has(obj, DGSEC_A_##ATTR))			\
			add_addr(o, key, &obj->member);			\
	} while (0)
#define ADD_CID(key, ATTR, member)					\
	do {								\
		if (dgsec_has(obj, DGSEC_A_##ATTR))			\
			add_cid(o, key, &obj->member);			\
	} while (0)
#define ADD_TEXT(key, ATTR, member)					\
	do {								\
		if (dgsec_has(obj, DGSEC_A_##ATTR))			\
			json_add_text(o, key, obj->member);		\
	} while (0)
#define ADD_ENUM(key, ATTR, member)					\
	do {								\
		if (dgsec_has(obj, DGSEC_A_##ATTR))			\
			add_enum(o, key, obj->member,			\
				 dgsec_##member##_name(obj->member));	\
	} while (0)
#define ADD_FLAG(key, ATTR)						\
	json_object_object_add(o, key, json_object_new_boolean(		\
			       dgsec_has(obj, DGSEC_A_##ATTR)))
#define ADD_STATS(ATTR)							\
	do {								\
		if (dgsec_has(obj, DGSEC_A_##ATTR))			\
			json_object_object_add(o, "stats",		\
					       json_stats(obj->stats));	\
	} while (0)

struct json_object *json_stats(const uint64_t *stats)
{
	struct json_object *o = json_object_new_object();
	uint32_t i;

	for (i = 1; i <= DGSEC_A_STATS_MAX; i++)
		if (dgsec_stats_name(i))
			json_add_number(o, dgsec_stats_name(i), stats[i]);
	return o;
}

struct json_object *json_interface(const struct dgsec_interface *obj)
{
	struct json_object *o = json_object_new_object();

	ADD_NUMBER("ifindex", INTERFACE_IFINDEX, ifindex);
	ADD_NUMBER("lower-ifindex", INTERFACE_LOWER_IFINDEX, lower_ifindex);
	ADD_TEXT("name", INTERFACE_NAME, name);
	ADD_ADDR("service-addr", INTERFACE_SERVICE_ADDR, service_addr);
	ADD_NUMBER("service-port", INTERFACE_SERVICE_PORT, service_port);
	ADD_NUMBER("handshake-rate", INTERFACE_HANDSHAKE_RATE, handshake_rate);
	ADD_NUMBER("handshake-burst", INTERFACE_HANDSHAKE_BURST,
		   handshake_burst);
	ADD_NUMBER("handshake-prefix-rate", INTERFACE_HANDSHAKE_PREFIX_RATE,
		   handshake_prefix_rate);
	ADD_NUMBER("handshake-total-rate", INTERFACE_HANDSHAKE_TOTAL_RATE,
		   handshake_total_rate);
	ADD_NUMBER("max-peers", INTERFACE_MAX_PEERS, max_peers);
	ADD_NUMBER("max-assocs", INTERFACE_MAX_ASSOCS, max_assocs);
	ADD_NUMBER("cid-len", INTERFACE_CID_LEN, cid_len);
	ADD_NUMBER("peers", INTERFACE_PEERS, peers);
	ADD_NUMBER("assocs", INTERFACE_ASSOCS, assocs);
	ADD_NUMBER("expected", INTERFACE_EXPECTED, expected);
	ADD_NUMBER("queue-len", INTERFACE_QUEUE_LEN, queue_len);
	ADD_NUMBER("queue-max", INTERFACE_QUEUE_MAX, queue_max);
	ADD_NUMBER("queue-bytes", INTERFACE_QUEUE_BYTES, queue_bytes);
	ADD_NUMBER("queue-seconds", INTERFACE_QUEUE_SECONDS, queue_seconds);
	ADD_NUMBER("queued", INTERFACE_QUEUED, queued);
	ADD_NUMBER("max-exchanges", INTERFACE_MAX_EXCHANGES, max_exchanges);
	ADD_NUMBER("max-peer-exchanges", INTERFACE_MAX_PEER_EXCHANGES,
		   max_peer_exchanges);
	ADD_NUMBER("exchanges", INTERFACE_EXCHANGES, exchanges);
	ADD_STATS(INTERFACE_STATS);
	return o;
}

struct json_object *json_socket(const struct dgsec_socket *obj)
{
	struct json_object *o = json_object_new_object();

	ADD_NUMBER("port", SOCKET_PORT, port);
	ADD_ADDR("addr", SOCKET_ADDR, addr);
	ADD_ENUM("protocol", SOCKET_PROTOCOL, protocol);
	ADD_FLAG("standby", SOCKET_STANDBY);
	return o;
}

struct json_object *json_peer(const struct dgsec_peer *obj)
{
	struct json_object *o = json_object_new_object();

	ADD_NUMBER("id", PEER_ID, id);
	ADD_TEXT("name", PEER_NAME, name);
	ADD_ADDR("inner-addr", PEER_INNER_ADDR, inner_addr);
	ADD_ADDR("service-addr", PEER_SERVICE_ADDR, service_addr);
	ADD_NUMBER("service-port", PEER_SERVICE_PORT, service_port);
	ADD_NUMBER("mark", PEER_MARK, mark);
	ADD_ENUM("payload", PEER_PAYLOAD, payload);
	ADD_NUMBER("max-assocs", PEER_MAX_ASSOCS, max_assocs);
	ADD_NUMBER("assocs", PEER_ASSOCS, assocs);
	ADD_NUMBER("acquire", PEER_ACQUIRE, acquire);
	ADD_NUMBER("queued", PEER_QUEUED, queued);
	ADD_NUMBER("exchanges", PEER_EXCHANGES, exchanges);
	ADD_STATS(PEER_STATS);
	return o;
}

struct json_object *json_assoc(const struct dgsec_assoc *obj)
{
	struct json_object *o = json_object_new_object();

	ADD_NUMBER("id", ASSOC_ID, id);
	ADD_NUMBER("peer-id", ASSOC_PEER_ID, peer_id);
	ADD_ENUM("protocol", ASSOC_PROTOCOL, protocol);
	ADD_ENUM("cipher", ASSOC_CIPHER, cipher);
	ADD_ENUM("role", ASSOC_ROLE, role);
	ADD_NUMBER("epoch", ASSOC_EPOCH, epoch);
	ADD_ADDR("remote-addr", ASSOC_REMOTE_ADDR, remote_addr);
	ADD_NUMBER("remote-port", ASSOC_REMOTE_PORT, remote_port);
	ADD_ADDR("local-addr", ASSOC_LOCAL_ADDR, local_addr);
	ADD_NUMBER("local-port", ASSOC_LOCAL_PORT, local_port);
	ADD_NUMBER("inner-port", ASSOC_INNER_PORT, inner_port);
	ADD_NUMBER("tx-seq", ASSOC_TX_SEQ, tx_seq);
	ADD_NUMBER("rx-seq", ASSOC_RX_SEQ, rx_seq);
	ADD_NUMBER("window", ASSOC_WINDOW, window);
	ADD_CID("rx-cid", ASSOC_RX_CID, rx_cid);
	ADD_CID("tx-cid", ASSOC_TX_CID, tx_cid);
	ADD_NUMBER("soft-packets", ASSOC_SOFT_PACKETS, soft_packets);
	ADD_NUMBER("hard-packets", ASSOC_HARD_PACKETS, hard_packets);
	ADD_NUMBER("soft-bytes", ASSOC_SOFT_BYTES, soft_bytes);
	ADD_NUMBER("hard-bytes", ASSOC_HARD_BYTES, hard_bytes);
	ADD_NUMBER("soft-seconds", ASSOC_SOFT_SECONDS, soft_seconds);
	ADD_NUMBER("hard-seconds", ASSOC_HARD_SECONDS, hard_seconds);
	ADD_NUMBER("idle-seconds", ASSOC_IDLE_SECONDS, idle_seconds);
	ADD_NUMBER("soft-failed", ASSOC_SOFT_FAILED, soft_failed);
	ADD_NUMBER("hard-failed", ASSOC_HARD_FAILED, hard_failed);
	ADD_NUMBER("tx-max", ASSOC_TX_MAX, tx_max);
	ADD_NUMBER("rx-max", ASSOC_RX_MAX, rx_max);
	ADD_NUMBER("unanswered-seconds", ASSOC_UNANSWERED_SECONDS,
		   unanswered_seconds);
	ADD_FLAG("confirmed", ASSOC_CONFIRMED);
	ADD_FLAG("expired", ASSOC_EXPIRED);
	ADD_NUMBER("age", ASSOC_AGE, age);
	ADD_NUMBER("rx-age", ASSOC_RX_AGE, rx_age);
	ADD_NUMBER("tx-age", ASSOC_TX_AGE, tx_age);
	ADD_STATS(ASSOC_STATS);
	return o;
}

static void add_token(struct json_object *o, const char *key,
		      const struct dgsec_token *token)
{
	char text[2 * DGSEC_TOKEN_MAX + 1] = "";
	size_t i;

	for (i = 0; i < token->len; i++)
		snprintf(text + 2 * i, sizeof(text) - 2 * i, "%02x",
			 token->octets[i]);
	json_add_text(o, key, text);
}

struct json_object *json_exchange(const struct dgsec_exchange *obj)
{
	struct json_object *o = json_object_new_object();

	ADD_NUMBER("peer-id", EXCHANGE_PEER_ID, peer_id);
	ADD_ADDR("client-addr", EXCHANGE_CLIENT_ADDR, client_addr);
	ADD_NUMBER("client-port", EXCHANGE_CLIENT_PORT, client_port);
	ADD_NUMBER("inner-port", EXCHANGE_INNER_PORT, inner_port);
	if (dgsec_has(obj, DGSEC_A_EXCHANGE_STATE))
		add_enum(o, "state", obj->state,
			 dgsec_exchange_state_name(obj->state));
	ADD_FLAG("service", EXCHANGE_SERVICE);
	ADD_FLAG("confirmable", EXCHANGE_CONFIRMABLE);
	if (dgsec_has(obj, DGSEC_A_EXCHANGE_CLIENT_TOKEN))
		add_token(o, "client-token", &obj->client_token);
	if (dgsec_has(obj, DGSEC_A_EXCHANGE_DEVICE_TOKEN))
		add_token(o, "device-token", &obj->device_token);
	ADD_NUMBER("client-mid", EXCHANGE_CLIENT_MID, client_mid);
	ADD_NUMBER("device-mid", EXCHANGE_DEVICE_MID, device_mid);
	ADD_NUMBER("requests", EXCHANGE_REQUESTS, requests);
	ADD_NUMBER("responses", EXCHANGE_RESPONSES, responses);
	ADD_NUMBER("age", EXCHANGE_AGE, age);
	ADD_NUMBER("left", EXCHANGE_LEFT, left);
	return o;
}

static const char *to_text(struct json_object *o)
{
	return json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN |
					      JSON_C_TO_STRING_NOSLASHESCAPE);
}

void json_print(struct json_object *o)
{
	puts(to_text(o));
	json_object_put(o);
}

/* An item of an array, each on a line of its own. */
void json_print_item(struct json_object *o, bool *first)
{
	fputs(*first ? "\n" : ",\n", stdout);
	*first = false;
	fputs(to_text(o), stdout);
	json_object_put(o);
}

/* All of an object but its closing brace: there is more to come. */
void json_print_open(struct json_object *o)
{
	const char *text = to_text(o);

	fwrite(text, 1, strlen(text) - 1, stdout);
	json_object_put(o);
}
