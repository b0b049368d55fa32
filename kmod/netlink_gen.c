// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	docs/netlink/dgsec.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink_gen.h"

#include <uapi/linux/dgsec.h>

/* Common nested types */
const struct nla_policy dgsec_alert_nl_policy[DGSEC_A_ALERT_DESCRIPTION + 1] = {
	[DGSEC_A_ALERT_LEVEL] = NLA_POLICY_RANGE(NLA_U8, 1, 2),
	[DGSEC_A_ALERT_DESCRIPTION] = { .type = NLA_U8, },
};

const struct nla_policy dgsec_assoc_nl_policy[DGSEC_A_ASSOC_UNANSWERED_SECONDS + 1] = {
	[DGSEC_A_ASSOC_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[DGSEC_A_ASSOC_PEER_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[DGSEC_A_ASSOC_PROTOCOL] = NLA_POLICY_RANGE(NLA_U32, 1, 2),
	[DGSEC_A_ASSOC_CIPHER] = NLA_POLICY_RANGE(NLA_U32, 1, 7),
	[DGSEC_A_ASSOC_ROLE] = NLA_POLICY_RANGE(NLA_U32, 1, 2),
	[DGSEC_A_ASSOC_EPOCH] = NLA_POLICY_MIN(NLA_U16, 1),
	[DGSEC_A_ASSOC_REMOTE_ADDR] = NLA_POLICY_EXACT_LEN(16),
	[DGSEC_A_ASSOC_REMOTE_PORT] = { .type = NLA_U16, },
	[DGSEC_A_ASSOC_LOCAL_ADDR] = NLA_POLICY_EXACT_LEN(16),
	[DGSEC_A_ASSOC_LOCAL_PORT] = { .type = NLA_U16, },
	[DGSEC_A_ASSOC_INNER_PORT] = { .type = NLA_U16, },
	[DGSEC_A_ASSOC_KEYS] = NLA_POLICY_NESTED(dgsec_keys_nl_policy),
	[DGSEC_A_ASSOC_TX_SEQ] = { .type = NLA_U64, },
	[DGSEC_A_ASSOC_RX_SEQ] = { .type = NLA_U64, },
	[DGSEC_A_ASSOC_WINDOW] = NLA_POLICY_RANGE(NLA_U32, DGSEC_WINDOW_MIN, DGSEC_WINDOW_MAX),
	[DGSEC_A_ASSOC_RX_CID] = { .type = NLA_BINARY, },
	[DGSEC_A_ASSOC_TX_CID] = { .type = NLA_BINARY, },
	[DGSEC_A_ASSOC_REPLACE] = { .type = NLA_FLAG, },
	[DGSEC_A_ASSOC_CLOSE] = { .type = NLA_FLAG, },
	[DGSEC_A_ASSOC_SOFT_PACKETS] = { .type = NLA_U64, },
	[DGSEC_A_ASSOC_HARD_PACKETS] = { .type = NLA_U64, },
	[DGSEC_A_ASSOC_SOFT_BYTES] = { .type = NLA_U64, },
	[DGSEC_A_ASSOC_HARD_BYTES] = { .type = NLA_U64, },
	[DGSEC_A_ASSOC_SOFT_SECONDS] = { .type = NLA_U32, },
	[DGSEC_A_ASSOC_HARD_SECONDS] = { .type = NLA_U32, },
	[DGSEC_A_ASSOC_IDLE_SECONDS] = { .type = NLA_U32, },
	[DGSEC_A_ASSOC_CONFIRMED] = { .type = NLA_FLAG, },
	[DGSEC_A_ASSOC_EXPIRED] = { .type = NLA_FLAG, },
	[DGSEC_A_ASSOC_AGE] = { .type = NLA_U32, },
	[DGSEC_A_ASSOC_RX_AGE] = { .type = NLA_U32, },
	[DGSEC_A_ASSOC_TX_AGE] = { .type = NLA_U32, },
	[DGSEC_A_ASSOC_STATS] = NLA_POLICY_NESTED(dgsec_stats_nl_policy),
	[DGSEC_A_ASSOC_SOFT_FAILED] = { .type = NLA_U64, },
	[DGSEC_A_ASSOC_HARD_FAILED] = { .type = NLA_U64, },
	[DGSEC_A_ASSOC_TX_MAX] = NLA_POLICY_RANGE(NLA_U32, 64, 16384),
	[DGSEC_A_ASSOC_RX_MAX] = NLA_POLICY_RANGE(NLA_U32, 64, 16384),
	[DGSEC_A_ASSOC_SUCCEEDS] = NLA_POLICY_MIN(NLA_U32, 1),
	[DGSEC_A_ASSOC_UNANSWERED_SECONDS] = { .type = NLA_U32, },
};

const struct nla_policy dgsec_endpoint_nl_policy[DGSEC_A_ENDPOINT_SECONDS + 1] = {
	[DGSEC_A_ENDPOINT_REMOTE_ADDR] = NLA_POLICY_EXACT_LEN(16),
	[DGSEC_A_ENDPOINT_REMOTE_PORT] = { .type = NLA_U16, },
	[DGSEC_A_ENDPOINT_LOCAL_ADDR] = NLA_POLICY_EXACT_LEN(16),
	[DGSEC_A_ENDPOINT_LOCAL_PORT] = { .type = NLA_U16, },
	[DGSEC_A_ENDPOINT_SECONDS] = NLA_POLICY_RANGE(NLA_U32, 1, DGSEC_EXPECT_MAX),
};

const struct nla_policy dgsec_exchange_nl_policy[DGSEC_A_EXCHANGE_LEFT + 1] = {
	[DGSEC_A_EXCHANGE_PEER_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[DGSEC_A_EXCHANGE_CLIENT_ADDR] = NLA_POLICY_EXACT_LEN(16),
	[DGSEC_A_EXCHANGE_CLIENT_PORT] = { .type = NLA_U16, },
	[DGSEC_A_EXCHANGE_INNER_PORT] = { .type = NLA_U16, },
	[DGSEC_A_EXCHANGE_STATE] = NLA_POLICY_RANGE(NLA_U32, 1, 5),
	[DGSEC_A_EXCHANGE_SERVICE] = { .type = NLA_FLAG, },
	[DGSEC_A_EXCHANGE_CONFIRMABLE] = { .type = NLA_FLAG, },
	[DGSEC_A_EXCHANGE_CLIENT_TOKEN] = { .type = NLA_BINARY, },
	[DGSEC_A_EXCHANGE_DEVICE_TOKEN] = { .type = NLA_BINARY, },
	[DGSEC_A_EXCHANGE_CLIENT_MID] = { .type = NLA_U16, },
	[DGSEC_A_EXCHANGE_DEVICE_MID] = { .type = NLA_U16, },
	[DGSEC_A_EXCHANGE_REQUESTS] = { .type = NLA_U32, },
	[DGSEC_A_EXCHANGE_RESPONSES] = { .type = NLA_U32, },
	[DGSEC_A_EXCHANGE_AGE] = { .type = NLA_U32, },
	[DGSEC_A_EXCHANGE_LEFT] = { .type = NLA_U32, },
};

const struct nla_policy dgsec_interface_nl_policy[DGSEC_A_INTERFACE_HANDSHAKE_TOTAL_RATE + 1] = {
	[DGSEC_A_INTERFACE_IFINDEX] = { .type = NLA_U32, },
	[DGSEC_A_INTERFACE_LOWER_IFINDEX] = { .type = NLA_U32, },
	[DGSEC_A_INTERFACE_NAME] = { .type = NLA_NUL_STRING, },
	[DGSEC_A_INTERFACE_SERVICE_ADDR] = NLA_POLICY_EXACT_LEN(16),
	[DGSEC_A_INTERFACE_SERVICE_PORT] = { .type = NLA_U16, },
	[DGSEC_A_INTERFACE_HANDSHAKE_RATE] = NLA_POLICY_MAX(NLA_U32, 30000),
	[DGSEC_A_INTERFACE_HANDSHAKE_BURST] = NLA_POLICY_RANGE(NLA_U32, 1, 30000),
	[DGSEC_A_INTERFACE_MAX_PEERS] = { .type = NLA_U32, },
	[DGSEC_A_INTERFACE_MAX_ASSOCS] = { .type = NLA_U32, },
	[DGSEC_A_INTERFACE_CID_LEN] = NLA_POLICY_MAX(NLA_U32, DGSEC_CID_MAX),
	[DGSEC_A_INTERFACE_PEERS] = { .type = NLA_U32, },
	[DGSEC_A_INTERFACE_ASSOCS] = { .type = NLA_U32, },
	[DGSEC_A_INTERFACE_EXPECTED] = { .type = NLA_U32, },
	[DGSEC_A_INTERFACE_STATS] = NLA_POLICY_NESTED(dgsec_stats_nl_policy),
	[DGSEC_A_INTERFACE_QUEUE_LEN] = NLA_POLICY_MAX(NLA_U32, 64),
	[DGSEC_A_INTERFACE_QUEUE_MAX] = NLA_POLICY_MAX(NLA_U32, 30000),
	[DGSEC_A_INTERFACE_QUEUE_BYTES] = { .type = NLA_U32, },
	[DGSEC_A_INTERFACE_QUEUE_SECONDS] = NLA_POLICY_RANGE(NLA_U32, 1, 300),
	[DGSEC_A_INTERFACE_QUEUED] = { .type = NLA_U32, },
	[DGSEC_A_INTERFACE_MAX_EXCHANGES] = { .type = NLA_U32, },
	[DGSEC_A_INTERFACE_MAX_PEER_EXCHANGES] = NLA_POLICY_MAX(NLA_U32, 16384),
	[DGSEC_A_INTERFACE_EXCHANGES] = { .type = NLA_U32, },
	[DGSEC_A_INTERFACE_HANDSHAKE_PREFIX_RATE] = NLA_POLICY_MAX(NLA_U32, 30000),
	[DGSEC_A_INTERFACE_HANDSHAKE_TOTAL_RATE] = NLA_POLICY_MAX(NLA_U32, 30000),
};

const struct nla_policy dgsec_keys_nl_policy[DGSEC_A_KEYS_RX_IV + 1] = {
	[DGSEC_A_KEYS_TX_KEY] = { .type = NLA_BINARY, },
	[DGSEC_A_KEYS_TX_IV] = { .type = NLA_BINARY, },
	[DGSEC_A_KEYS_RX_KEY] = { .type = NLA_BINARY, },
	[DGSEC_A_KEYS_RX_IV] = { .type = NLA_BINARY, },
};

const struct nla_policy dgsec_peer_nl_policy[DGSEC_A_PEER_EXCHANGES + 1] = {
	[DGSEC_A_PEER_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[DGSEC_A_PEER_NAME] = { .type = NLA_NUL_STRING, .len = DGSEC_NAME_MAX, },
	[DGSEC_A_PEER_INNER_ADDR] = NLA_POLICY_EXACT_LEN(16),
	[DGSEC_A_PEER_SERVICE_ADDR] = NLA_POLICY_EXACT_LEN(16),
	[DGSEC_A_PEER_SERVICE_PORT] = { .type = NLA_U16, },
	[DGSEC_A_PEER_MARK] = { .type = NLA_U32, },
	[DGSEC_A_PEER_PAYLOAD] = NLA_POLICY_RANGE(NLA_U32, 1, 2),
	[DGSEC_A_PEER_MAX_ASSOCS] = NLA_POLICY_RANGE(NLA_U32, 1, 64),
	[DGSEC_A_PEER_ASSOCS] = { .type = NLA_U32, },
	[DGSEC_A_PEER_STATS] = NLA_POLICY_NESTED(dgsec_stats_nl_policy),
	[DGSEC_A_PEER_ACQUIRE] = NLA_POLICY_MAX(NLA_U32, 1),
	[DGSEC_A_PEER_QUEUED] = { .type = NLA_U32, },
	[DGSEC_A_PEER_EXCHANGES] = { .type = NLA_U32, },
};

const struct nla_policy dgsec_socket_nl_policy[DGSEC_A_SOCKET_STANDBY + 1] = {
	[DGSEC_A_SOCKET_FD] = NLA_POLICY_MIN(NLA_S32, 0),
	[DGSEC_A_SOCKET_PORT] = { .type = NLA_U16, },
	[DGSEC_A_SOCKET_ADDR] = NLA_POLICY_EXACT_LEN(16),
	[DGSEC_A_SOCKET_PROTOCOL] = NLA_POLICY_RANGE(NLA_U32, 1, 2),
	[DGSEC_A_SOCKET_STANDBY] = { .type = NLA_FLAG, },
};

const struct nla_policy dgsec_stats_nl_policy[DGSEC_A_STATS_TX_NOSEC + 1] = {
	[DGSEC_A_STATS_RX_RECORDS] = { .type = NLA_U64, },
	[DGSEC_A_STATS_RX_BYTES] = { .type = NLA_U64, },
	[DGSEC_A_STATS_RX_ALERTS] = { .type = NLA_U64, },
	[DGSEC_A_STATS_RX_EMPTY] = { .type = NLA_U64, },
	[DGSEC_A_STATS_RX_HANDSHAKE] = { .type = NLA_U64, },
	[DGSEC_A_STATS_RX_EXPECTED] = { .type = NLA_U64, },
	[DGSEC_A_STATS_RX_MOVED] = { .type = NLA_U64, },
	[DGSEC_A_STATS_RX_DROP_TRUNCATED] = { .type = NLA_U64, },
	[DGSEC_A_STATS_RX_DROP_TYPE] = { .type = NLA_U64, },
	[DGSEC_A_STATS_RX_DROP_VERSION] = { .type = NLA_U64, },
	[DGSEC_A_STATS_RX_DROP_LENGTH] = { .type = NLA_U64, },
	[DGSEC_A_STATS_RX_DROP_NO_ASSOC] = { .type = NLA_U64, },
	[DGSEC_A_STATS_RX_DROP_EPOCH] = { .type = NLA_U64, },
	[DGSEC_A_STATS_RX_DROP_OLD] = { .type = NLA_U64, },
	[DGSEC_A_STATS_RX_DROP_REPLAY] = { .type = NLA_U64, },
	[DGSEC_A_STATS_RX_DROP_AUTH] = { .type = NLA_U64, },
	[DGSEC_A_STATS_RX_DROP_ALERT] = { .type = NLA_U64, },
	[DGSEC_A_STATS_RX_DROP_EXPIRED] = { .type = NLA_U64, },
	[DGSEC_A_STATS_RX_DROP_RATE] = { .type = NLA_U64, },
	[DGSEC_A_STATS_RX_DROP_NO_DAEMON] = { .type = NLA_U64, },
	[DGSEC_A_STATS_RX_DROP_MULTICAST] = { .type = NLA_U64, },
	[DGSEC_A_STATS_RX_DROP_SPOOFED] = { .type = NLA_U64, },
	[DGSEC_A_STATS_RX_DROP_NO_SERVICE] = { .type = NLA_U64, },
	[DGSEC_A_STATS_RX_DROP_DOWN] = { .type = NLA_U64, },
	[DGSEC_A_STATS_RX_DROP_MEMORY] = { .type = NLA_U64, },
	[DGSEC_A_STATS_TX_RECORDS] = { .type = NLA_U64, },
	[DGSEC_A_STATS_TX_BYTES] = { .type = NLA_U64, },
	[DGSEC_A_STATS_TX_ALERTS] = { .type = NLA_U64, },
	[DGSEC_A_STATS_TX_FRAGMENTED] = { .type = NLA_U64, },
	[DGSEC_A_STATS_TX_DROP_MALFORMED] = { .type = NLA_U64, },
	[DGSEC_A_STATS_TX_DROP_NOT_UDP] = { .type = NLA_U64, },
	[DGSEC_A_STATS_TX_DROP_CHECKSUM] = { .type = NLA_U64, },
	[DGSEC_A_STATS_TX_DROP_NO_PEER] = { .type = NLA_U64, },
	[DGSEC_A_STATS_TX_DROP_NO_ASSOC] = { .type = NLA_U64, },
	[DGSEC_A_STATS_TX_DROP_NOT_SERVICE] = { .type = NLA_U64, },
	[DGSEC_A_STATS_TX_DROP_EXPIRED] = { .type = NLA_U64, },
	[DGSEC_A_STATS_TX_DROP_SEQUENCE] = { .type = NLA_U64, },
	[DGSEC_A_STATS_TX_DROP_TOO_BIG] = { .type = NLA_U64, },
	[DGSEC_A_STATS_TX_DROP_NO_SOCKET] = { .type = NLA_U64, },
	[DGSEC_A_STATS_TX_DROP_NO_ROUTE] = { .type = NLA_U64, },
	[DGSEC_A_STATS_TX_DROP_MEMORY] = { .type = NLA_U64, },
	[DGSEC_A_STATS_TX_DROP_CRYPTO] = { .type = NLA_U64, },
	[DGSEC_A_STATS_TX_DROP_LOWER] = { .type = NLA_U64, },
	[DGSEC_A_STATS_EVENT_LOST] = { .type = NLA_U64, },
	[DGSEC_A_STATS_RX_RENEGOTIATION] = { .type = NLA_U64, },
	[DGSEC_A_STATS_TX_QUEUED] = { .type = NLA_U64, },
	[DGSEC_A_STATS_TX_QUEUE_REPEATED] = { .type = NLA_U64, },
	[DGSEC_A_STATS_TX_DROP_QUEUE_FULL] = { .type = NLA_U64, },
	[DGSEC_A_STATS_TX_DROP_QUEUE_TIME] = { .type = NLA_U64, },
	[DGSEC_A_STATS_TX_DROP_QUEUE_REFUSED] = { .type = NLA_U64, },
	[DGSEC_A_STATS_EXCHANGE_OPENED] = { .type = NLA_U64, },
	[DGSEC_A_STATS_EXCHANGE_EVICTED] = { .type = NLA_U64, },
	[DGSEC_A_STATS_RX_EXCHANGE] = { .type = NLA_U64, },
	[DGSEC_A_STATS_TX_EXCHANGE] = { .type = NLA_U64, },
	[DGSEC_A_STATS_RX_DROP_NO_EXCHANGE] = { .type = NLA_U64, },
	[DGSEC_A_STATS_TX_DROP_NOT_COAP] = { .type = NLA_U64, },
	[DGSEC_A_STATS_TX_DROP_NO_EXCHANGE] = { .type = NLA_U64, },
	[DGSEC_A_STATS_RX_DROP_RATE_PREFIX] = { .type = NLA_U64, },
	[DGSEC_A_STATS_RX_DROP_RATE_TOTAL] = { .type = NLA_U64, },
	[DGSEC_A_STATS_RX_NOSEC] = { .type = NLA_U64, },
	[DGSEC_A_STATS_RX_DROP_NOSEC] = { .type = NLA_U64, },
	[DGSEC_A_STATS_TX_NOSEC] = { .type = NLA_U64, },
};

/* DGSEC_CMD_INTERFACE_GET - do */
static const struct nla_policy dgsec_interface_get_nl_policy[DGSEC_A_LOWER_IFINDEX + 1] = {
	[DGSEC_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[DGSEC_A_LOWER_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* DGSEC_CMD_INTERFACE_SET - do */
static const struct nla_policy dgsec_interface_set_nl_policy[DGSEC_A_INTERFACE + 1] = {
	[DGSEC_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[DGSEC_A_LOWER_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[DGSEC_A_INTERFACE] = NLA_POLICY_NESTED(dgsec_interface_nl_policy),
};

/* DGSEC_CMD_SOCKET_ADD - do */
static const struct nla_policy dgsec_socket_add_nl_policy[DGSEC_A_SOCKET + 1] = {
	[DGSEC_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[DGSEC_A_LOWER_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[DGSEC_A_SOCKET] = NLA_POLICY_NESTED(dgsec_socket_nl_policy),
};

/* DGSEC_CMD_SOCKET_DEL - do */
static const struct nla_policy dgsec_socket_del_nl_policy[DGSEC_A_SOCKET + 1] = {
	[DGSEC_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[DGSEC_A_LOWER_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[DGSEC_A_SOCKET] = NLA_POLICY_NESTED(dgsec_socket_nl_policy),
};

/* DGSEC_CMD_SOCKET_GET - dump */
static const struct nla_policy dgsec_socket_get_nl_policy[DGSEC_A_LOWER_IFINDEX + 1] = {
	[DGSEC_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[DGSEC_A_LOWER_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* DGSEC_CMD_PEER_NEW - do */
static const struct nla_policy dgsec_peer_new_nl_policy[DGSEC_A_PEER + 1] = {
	[DGSEC_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[DGSEC_A_LOWER_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[DGSEC_A_PEER] = NLA_POLICY_NESTED(dgsec_peer_nl_policy),
};

/* DGSEC_CMD_PEER_SET - do */
static const struct nla_policy dgsec_peer_set_nl_policy[DGSEC_A_PEER + 1] = {
	[DGSEC_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[DGSEC_A_LOWER_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[DGSEC_A_PEER] = NLA_POLICY_NESTED(dgsec_peer_nl_policy),
};

/* DGSEC_CMD_PEER_GET - do */
static const struct nla_policy dgsec_peer_get_do_nl_policy[DGSEC_A_PEER + 1] = {
	[DGSEC_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[DGSEC_A_LOWER_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[DGSEC_A_PEER] = NLA_POLICY_NESTED(dgsec_peer_nl_policy),
};

/* DGSEC_CMD_PEER_GET - dump */
static const struct nla_policy dgsec_peer_get_dump_nl_policy[DGSEC_A_LOWER_IFINDEX + 1] = {
	[DGSEC_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[DGSEC_A_LOWER_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* DGSEC_CMD_PEER_DEL - do */
static const struct nla_policy dgsec_peer_del_nl_policy[DGSEC_A_PEER + 1] = {
	[DGSEC_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[DGSEC_A_LOWER_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[DGSEC_A_PEER] = NLA_POLICY_NESTED(dgsec_peer_nl_policy),
};

/* DGSEC_CMD_ASSOC_NEW - do */
static const struct nla_policy dgsec_assoc_new_nl_policy[DGSEC_A_ASSOC + 1] = {
	[DGSEC_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[DGSEC_A_LOWER_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[DGSEC_A_ASSOC] = NLA_POLICY_NESTED(dgsec_assoc_nl_policy),
};

/* DGSEC_CMD_ASSOC_SET - do */
static const struct nla_policy dgsec_assoc_set_nl_policy[DGSEC_A_ASSOC + 1] = {
	[DGSEC_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[DGSEC_A_LOWER_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[DGSEC_A_ASSOC] = NLA_POLICY_NESTED(dgsec_assoc_nl_policy),
};

/* DGSEC_CMD_ASSOC_GET - do */
static const struct nla_policy dgsec_assoc_get_do_nl_policy[DGSEC_A_ASSOC + 1] = {
	[DGSEC_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[DGSEC_A_LOWER_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[DGSEC_A_ASSOC] = NLA_POLICY_NESTED(dgsec_assoc_nl_policy),
};

/* DGSEC_CMD_ASSOC_GET - dump */
static const struct nla_policy dgsec_assoc_get_dump_nl_policy[DGSEC_A_ASSOC + 1] = {
	[DGSEC_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[DGSEC_A_LOWER_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[DGSEC_A_ASSOC] = NLA_POLICY_NESTED(dgsec_assoc_nl_policy),
};

/* DGSEC_CMD_ASSOC_DEL - do */
static const struct nla_policy dgsec_assoc_del_nl_policy[DGSEC_A_ASSOC + 1] = {
	[DGSEC_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[DGSEC_A_LOWER_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[DGSEC_A_ASSOC] = NLA_POLICY_NESTED(dgsec_assoc_nl_policy),
};

/* DGSEC_CMD_EXPECT_ADD - do */
static const struct nla_policy dgsec_expect_add_nl_policy[DGSEC_A_ENDPOINT + 1] = {
	[DGSEC_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[DGSEC_A_LOWER_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[DGSEC_A_ENDPOINT] = NLA_POLICY_NESTED(dgsec_endpoint_nl_policy),
};

/* DGSEC_CMD_EXPECT_DEL - do */
static const struct nla_policy dgsec_expect_del_nl_policy[DGSEC_A_ENDPOINT + 1] = {
	[DGSEC_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[DGSEC_A_LOWER_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[DGSEC_A_ENDPOINT] = NLA_POLICY_NESTED(dgsec_endpoint_nl_policy),
};

/* DGSEC_CMD_INJECT - do */
static const struct nla_policy dgsec_inject_nl_policy[DGSEC_A_DATAGRAM + 1] = {
	[DGSEC_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[DGSEC_A_LOWER_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[DGSEC_A_ENDPOINT] = NLA_POLICY_NESTED(dgsec_endpoint_nl_policy),
	[DGSEC_A_DATAGRAM] = { .type = NLA_BINARY, },
};

/* DGSEC_CMD_ALERT_SEND - do */
static const struct nla_policy dgsec_alert_send_nl_policy[DGSEC_A_ALERT + 1] = {
	[DGSEC_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[DGSEC_A_LOWER_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[DGSEC_A_ASSOC] = NLA_POLICY_NESTED(dgsec_assoc_nl_policy),
	[DGSEC_A_ALERT] = NLA_POLICY_NESTED(dgsec_alert_nl_policy),
};

/* DGSEC_CMD_ACQUIRE_DONE - do */
static const struct nla_policy dgsec_acquire_done_nl_policy[DGSEC_A_SECONDS + 1] = {
	[DGSEC_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[DGSEC_A_LOWER_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[DGSEC_A_PEER] = NLA_POLICY_NESTED(dgsec_peer_nl_policy),
	[DGSEC_A_SECONDS] = NLA_POLICY_MAX(NLA_U32, 3600),
};

/* DGSEC_CMD_EXCHANGE_GET - dump */
static const struct nla_policy dgsec_exchange_get_nl_policy[DGSEC_A_EXCHANGE + 1] = {
	[DGSEC_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[DGSEC_A_LOWER_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[DGSEC_A_EXCHANGE] = NLA_POLICY_NESTED(dgsec_exchange_nl_policy),
};

/* Ops table for dgsec */
static const struct genl_split_ops dgsec_nl_ops[] = {
	{
		.cmd		= DGSEC_CMD_INTERFACE_GET,
		.pre_doit	= dgsec_nl_pre_doit,
		.doit		= dgsec_nl_interface_get_doit,
		.post_doit	= dgsec_nl_post_doit,
		.policy		= dgsec_interface_get_nl_policy,
		.maxattr	= DGSEC_A_LOWER_IFINDEX,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd	= DGSEC_CMD_INTERFACE_GET,
		.dumpit	= dgsec_nl_interface_get_dumpit,
		.flags	= GENL_ADMIN_PERM | GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= DGSEC_CMD_INTERFACE_SET,
		.pre_doit	= dgsec_nl_pre_doit,
		.doit		= dgsec_nl_interface_set_doit,
		.post_doit	= dgsec_nl_post_doit,
		.policy		= dgsec_interface_set_nl_policy,
		.maxattr	= DGSEC_A_INTERFACE,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= DGSEC_CMD_SOCKET_ADD,
		.pre_doit	= dgsec_nl_pre_doit,
		.doit		= dgsec_nl_socket_add_doit,
		.post_doit	= dgsec_nl_post_doit,
		.policy		= dgsec_socket_add_nl_policy,
		.maxattr	= DGSEC_A_SOCKET,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= DGSEC_CMD_SOCKET_DEL,
		.pre_doit	= dgsec_nl_pre_doit,
		.doit		= dgsec_nl_socket_del_doit,
		.post_doit	= dgsec_nl_post_doit,
		.policy		= dgsec_socket_del_nl_policy,
		.maxattr	= DGSEC_A_SOCKET,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= DGSEC_CMD_SOCKET_GET,
		.dumpit		= dgsec_nl_socket_get_dumpit,
		.policy		= dgsec_socket_get_nl_policy,
		.maxattr	= DGSEC_A_LOWER_IFINDEX,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= DGSEC_CMD_PEER_NEW,
		.pre_doit	= dgsec_nl_pre_doit,
		.doit		= dgsec_nl_peer_new_doit,
		.post_doit	= dgsec_nl_post_doit,
		.policy		= dgsec_peer_new_nl_policy,
		.maxattr	= DGSEC_A_PEER,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= DGSEC_CMD_PEER_SET,
		.pre_doit	= dgsec_nl_pre_doit,
		.doit		= dgsec_nl_peer_set_doit,
		.post_doit	= dgsec_nl_post_doit,
		.policy		= dgsec_peer_set_nl_policy,
		.maxattr	= DGSEC_A_PEER,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= DGSEC_CMD_PEER_GET,
		.pre_doit	= dgsec_nl_pre_doit,
		.doit		= dgsec_nl_peer_get_doit,
		.post_doit	= dgsec_nl_post_doit,
		.policy		= dgsec_peer_get_do_nl_policy,
		.maxattr	= DGSEC_A_PEER,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= DGSEC_CMD_PEER_GET,
		.dumpit		= dgsec_nl_peer_get_dumpit,
		.policy		= dgsec_peer_get_dump_nl_policy,
		.maxattr	= DGSEC_A_LOWER_IFINDEX,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= DGSEC_CMD_PEER_DEL,
		.pre_doit	= dgsec_nl_pre_doit,
		.doit		= dgsec_nl_peer_del_doit,
		.post_doit	= dgsec_nl_post_doit,
		.policy		= dgsec_peer_del_nl_policy,
		.maxattr	= DGSEC_A_PEER,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= DGSEC_CMD_ASSOC_NEW,
		.pre_doit	= dgsec_nl_pre_doit,
		.doit		= dgsec_nl_assoc_new_doit,
		.post_doit	= dgsec_nl_post_doit,
		.policy		= dgsec_assoc_new_nl_policy,
		.maxattr	= DGSEC_A_ASSOC,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= DGSEC_CMD_ASSOC_SET,
		.pre_doit	= dgsec_nl_pre_doit,
		.doit		= dgsec_nl_assoc_set_doit,
		.post_doit	= dgsec_nl_post_doit,
		.policy		= dgsec_assoc_set_nl_policy,
		.maxattr	= DGSEC_A_ASSOC,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= DGSEC_CMD_ASSOC_GET,
		.pre_doit	= dgsec_nl_pre_doit,
		.doit		= dgsec_nl_assoc_get_doit,
		.post_doit	= dgsec_nl_post_doit,
		.policy		= dgsec_assoc_get_do_nl_policy,
		.maxattr	= DGSEC_A_ASSOC,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= DGSEC_CMD_ASSOC_GET,
		.dumpit		= dgsec_nl_assoc_get_dumpit,
		.policy		= dgsec_assoc_get_dump_nl_policy,
		.maxattr	= DGSEC_A_ASSOC,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= DGSEC_CMD_ASSOC_DEL,
		.pre_doit	= dgsec_nl_pre_doit,
		.doit		= dgsec_nl_assoc_del_doit,
		.post_doit	= dgsec_nl_post_doit,
		.policy		= dgsec_assoc_del_nl_policy,
		.maxattr	= DGSEC_A_ASSOC,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= DGSEC_CMD_EXPECT_ADD,
		.pre_doit	= dgsec_nl_pre_doit,
		.doit		= dgsec_nl_expect_add_doit,
		.post_doit	= dgsec_nl_post_doit,
		.policy		= dgsec_expect_add_nl_policy,
		.maxattr	= DGSEC_A_ENDPOINT,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= DGSEC_CMD_EXPECT_DEL,
		.pre_doit	= dgsec_nl_pre_doit,
		.doit		= dgsec_nl_expect_del_doit,
		.post_doit	= dgsec_nl_post_doit,
		.policy		= dgsec_expect_del_nl_policy,
		.maxattr	= DGSEC_A_ENDPOINT,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= DGSEC_CMD_INJECT,
		.pre_doit	= dgsec_nl_pre_doit,
		.doit		= dgsec_nl_inject_doit,
		.post_doit	= dgsec_nl_post_doit,
		.policy		= dgsec_inject_nl_policy,
		.maxattr	= DGSEC_A_DATAGRAM,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= DGSEC_CMD_ALERT_SEND,
		.pre_doit	= dgsec_nl_pre_doit,
		.doit		= dgsec_nl_alert_send_doit,
		.post_doit	= dgsec_nl_post_doit,
		.policy		= dgsec_alert_send_nl_policy,
		.maxattr	= DGSEC_A_ALERT,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= DGSEC_CMD_ACQUIRE_DONE,
		.pre_doit	= dgsec_nl_pre_doit,
		.doit		= dgsec_nl_acquire_done_doit,
		.post_doit	= dgsec_nl_post_doit,
		.policy		= dgsec_acquire_done_nl_policy,
		.maxattr	= DGSEC_A_SECONDS,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= DGSEC_CMD_EXCHANGE_GET,
		.dumpit		= dgsec_nl_exchange_get_dumpit,
		.policy		= dgsec_exchange_get_nl_policy,
		.maxattr	= DGSEC_A_EXCHANGE,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DUMP,
	},
};

static const struct genl_multicast_group dgsec_nl_mcgrps[] = {
	[DGSEC_NLGRP_EVENTS] = { "events", GENL_MCAST_CAP_NET_ADMIN },
};

struct genl_family dgsec_nl_family __ro_after_init = {
	.name		= DGSEC_FAMILY_NAME,
	.version	= DGSEC_FAMILY_VERSION,
	.netnsok	= true,
	.parallel_ops	= true,
	.module		= THIS_MODULE,
	.split_ops	= dgsec_nl_ops,
	.n_split_ops	= ARRAY_SIZE(dgsec_nl_ops),
	.mcgrps		= dgsec_nl_mcgrps,
	.n_mcgrps	= ARRAY_SIZE(dgsec_nl_mcgrps),
};
