// SPDX-License-Identifier: GPL-2.0
/* Numbers and their names, as in docs/netlink/dgsec.yaml. */
#include "libdgsec.h"

#include <assert.h>
#include <string.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

static const char *const protocols[] = {
	[DGSEC_PROTOCOL_DTLS12] = "dtls12",
	[DGSEC_PROTOCOL_NONE] = "none",
};

static const char *const ciphers[] = {
	[DGSEC_CIPHER_AES_128_CCM_8] = "aes-128-ccm-8",
	[DGSEC_CIPHER_AES_128_CCM] = "aes-128-ccm",
	[DGSEC_CIPHER_AES_128_GCM] = "aes-128-gcm",
	[DGSEC_CIPHER_AES_256_CCM_8] = "aes-256-ccm-8",
	[DGSEC_CIPHER_AES_256_CCM] = "aes-256-ccm",
	[DGSEC_CIPHER_AES_256_GCM] = "aes-256-gcm",
	[DGSEC_CIPHER_CHACHA20_POLY1305] = "chacha20-poly1305",
};

static const char *const roles[] = {
	[DGSEC_ROLE_SERVER] = "server",
	[DGSEC_ROLE_CLIENT] = "client",
};

static const char *const payloads[] = {
	[DGSEC_PAYLOAD_COAP] = "coap",
	[DGSEC_PAYLOAD_OPAQUE] = "opaque",
};

static const char *const reasons[] = {
	[DGSEC_REASON_PACKETS] = "packets",
	[DGSEC_REASON_BYTES] = "bytes",
	[DGSEC_REASON_SECONDS] = "seconds",
	[DGSEC_REASON_SEQUENCE] = "sequence",
	[DGSEC_REASON_IDLE] = "idle",
	[DGSEC_REASON_CLOSED] = "closed",
	[DGSEC_REASON_REPLACED] = "replaced",
	[DGSEC_REASON_DELETED] = "deleted",
	[DGSEC_REASON_AUTHENTICATION] = "authentication",
	[DGSEC_REASON_UNANSWERED] = "unanswered",
};

static const char *const exchange_states[] = {
	[DGSEC_EXCHANGE_STATE_WAITING] = "waiting",
	[DGSEC_EXCHANGE_STATE_ACKNOWLEDGED] = "acknowledged",
	[DGSEC_EXCHANGE_STATE_ANSWERED] = "answered",
	[DGSEC_EXCHANGE_STATE_OBSERVING] = "observing",
	[DGSEC_EXCHANGE_STATE_MESSAGE] = "message",
};

static const char *const events[] = {
	[DGSEC_CMD_ACQUIRE_NTF] = "acquire",
	[DGSEC_CMD_CONFIRMED_NTF] = "confirmed",
	[DGSEC_CMD_EXPIRE_NTF] = "expire",
	[DGSEC_CMD_ALERT_NTF] = "alert",
	[DGSEC_CMD_AUTH_NTF] = "auth",
	[DGSEC_CMD_MOVED_NTF] = "moved",
};

static const char *const stats[] = {
	[DGSEC_A_STATS_RX_RECORDS] = "rx-records",
	[DGSEC_A_STATS_RX_BYTES] = "rx-bytes",
	[DGSEC_A_STATS_RX_ALERTS] = "rx-alerts",
	[DGSEC_A_STATS_RX_EMPTY] = "rx-empty",
	[DGSEC_A_STATS_RX_HANDSHAKE] = "rx-handshake",
	[DGSEC_A_STATS_RX_EXPECTED] = "rx-expected",
	[DGSEC_A_STATS_RX_MOVED] = "rx-moved",
	[DGSEC_A_STATS_RX_DROP_TRUNCATED] = "rx-drop-truncated",
	[DGSEC_A_STATS_RX_DROP_TYPE] = "rx-drop-type",
	[DGSEC_A_STATS_RX_DROP_VERSION] = "rx-drop-version",
	[DGSEC_A_STATS_RX_DROP_LENGTH] = "rx-drop-length",
	[DGSEC_A_STATS_RX_DROP_NO_ASSOC] = "rx-drop-no-assoc",
	[DGSEC_A_STATS_RX_DROP_EPOCH] = "rx-drop-epoch",
	[DGSEC_A_STATS_RX_DROP_OLD] = "rx-drop-old",
	[DGSEC_A_STATS_RX_DROP_REPLAY] = "rx-drop-replay",
	[DGSEC_A_STATS_RX_DROP_AUTH] = "rx-drop-auth",
	[DGSEC_A_STATS_RX_DROP_ALERT] = "rx-drop-alert",
	[DGSEC_A_STATS_RX_DROP_EXPIRED] = "rx-drop-expired",
	[DGSEC_A_STATS_RX_DROP_RATE] = "rx-drop-rate",
	[DGSEC_A_STATS_RX_DROP_RATE_PREFIX] = "rx-drop-rate-prefix",
	[DGSEC_A_STATS_RX_DROP_RATE_TOTAL] = "rx-drop-rate-total",
	[DGSEC_A_STATS_RX_DROP_NO_DAEMON] = "rx-drop-no-daemon",
	[DGSEC_A_STATS_RX_DROP_MULTICAST] = "rx-drop-multicast",
	[DGSEC_A_STATS_RX_DROP_SPOOFED] = "rx-drop-spoofed",
	[DGSEC_A_STATS_RX_DROP_NO_SERVICE] = "rx-drop-no-service",
	[DGSEC_A_STATS_RX_DROP_DOWN] = "rx-drop-down",
	[DGSEC_A_STATS_RX_DROP_MEMORY] = "rx-drop-memory",
	[DGSEC_A_STATS_TX_RECORDS] = "tx-records",
	[DGSEC_A_STATS_TX_BYTES] = "tx-bytes",
	[DGSEC_A_STATS_TX_ALERTS] = "tx-alerts",
	[DGSEC_A_STATS_TX_FRAGMENTED] = "tx-fragmented",
	[DGSEC_A_STATS_TX_DROP_MALFORMED] = "tx-drop-malformed",
	[DGSEC_A_STATS_TX_DROP_NOT_UDP] = "tx-drop-not-udp",
	[DGSEC_A_STATS_TX_DROP_CHECKSUM] = "tx-drop-checksum",
	[DGSEC_A_STATS_TX_DROP_NO_PEER] = "tx-drop-no-peer",
	[DGSEC_A_STATS_TX_DROP_NO_ASSOC] = "tx-drop-no-assoc",
	[DGSEC_A_STATS_TX_DROP_NOT_SERVICE] = "tx-drop-not-service",
	[DGSEC_A_STATS_TX_DROP_EXPIRED] = "tx-drop-expired",
	[DGSEC_A_STATS_TX_DROP_SEQUENCE] = "tx-drop-sequence",
	[DGSEC_A_STATS_TX_DROP_TOO_BIG] = "tx-drop-too-big",
	[DGSEC_A_STATS_TX_DROP_NO_SOCKET] = "tx-drop-no-socket",
	[DGSEC_A_STATS_TX_DROP_NO_ROUTE] = "tx-drop-no-route",
	[DGSEC_A_STATS_TX_DROP_MEMORY] = "tx-drop-memory",
	[DGSEC_A_STATS_TX_DROP_CRYPTO] = "tx-drop-crypto",
	[DGSEC_A_STATS_TX_DROP_LOWER] = "tx-drop-lower",
	[DGSEC_A_STATS_EVENT_LOST] = "event-lost",
	[DGSEC_A_STATS_RX_RENEGOTIATION] = "rx-renegotiation",
	[DGSEC_A_STATS_TX_QUEUED] = "tx-queued",
	[DGSEC_A_STATS_TX_QUEUE_REPEATED] = "tx-queue-repeated",
	[DGSEC_A_STATS_TX_DROP_QUEUE_FULL] = "tx-drop-queue-full",
	[DGSEC_A_STATS_TX_DROP_QUEUE_TIME] = "tx-drop-queue-time",
	[DGSEC_A_STATS_TX_DROP_QUEUE_REFUSED] = "tx-drop-queue-refused",
	[DGSEC_A_STATS_EXCHANGE_OPENED] = "exchange-opened",
	[DGSEC_A_STATS_EXCHANGE_EVICTED] = "exchange-evicted",
	[DGSEC_A_STATS_RX_EXCHANGE] = "rx-exchange",
	[DGSEC_A_STATS_TX_EXCHANGE] = "tx-exchange",
	[DGSEC_A_STATS_RX_DROP_NO_EXCHANGE] = "rx-drop-no-exchange",
	[DGSEC_A_STATS_TX_DROP_NOT_COAP] = "tx-drop-not-coap",
	[DGSEC_A_STATS_TX_DROP_NO_EXCHANGE] = "tx-drop-no-exchange",
	[DGSEC_A_STATS_RX_NOSEC] = "rx-nosec",
	[DGSEC_A_STATS_RX_DROP_NOSEC] = "rx-drop-nosec",
	[DGSEC_A_STATS_TX_NOSEC] = "tx-nosec",
};

static_assert(ARRAY_SIZE(stats) == DGSEC_A_STATS_MAX + 1,
	      "every counter has a name");

/* RFC 5246 section 7.2, and unknown_psk_identity of RFC 4279. */
static const char *const alerts[] = {
	[0] = "close_notify",
	[10] = "unexpected_message",
	[20] = "bad_record_mac",
	[21] = "decryption_failed_RESERVED",
	[22] = "record_overflow",
	[30] = "decompression_failure",
	[40] = "handshake_failure",
	[41] = "no_certificate_RESERVED",
	[42] = "bad_certificate",
	[43] = "unsupported_certificate",
	[44] = "certificate_revoked",
	[45] = "certificate_expired",
	[46] = "certificate_unknown",
	[47] = "illegal_parameter",
	[48] = "unknown_ca",
	[49] = "access_denied",
	[50] = "decode_error",
	[51] = "decrypt_error",
	[60] = "export_restriction_RESERVED",
	[70] = "protocol_version",
	[71] = "insufficient_security",
	[80] = "internal_error",
	[90] = "user_canceled",
	[100] = "no_renegotiation",
	[110] = "unsupported_extension",
	[115] = "unknown_psk_identity",
};

static const char *name_of(const char *const *names, size_t count, uint32_t value)
{
	return value < count ? names[value] : NULL;
}

static int value_of(const char *const *names, size_t count, const char *name)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (names[i] && !strcmp(names[i], name))
			return i;
	return -1;
}

static uint32_t positive_value_of(const char *const *names, size_t count,
				  const char *name)
{
	int value = value_of(names, count, name);

	return value < 0 ? 0 : value;
}

#define NAME(what, names)						\
	const char *dgsec_##what##_name(uint32_t value)			\
	{								\
		return name_of(names, ARRAY_SIZE(names), value);	\
	}

#define NAME_AND_VALUE(what, names)					\
	NAME(what, names)						\
	uint32_t dgsec_##what##_value(const char *name)			\
	{								\
		return positive_value_of(names, ARRAY_SIZE(names), name); \
	}

NAME_AND_VALUE(protocol, protocols)
NAME_AND_VALUE(cipher, ciphers)
NAME_AND_VALUE(role, roles)
NAME_AND_VALUE(payload, payloads)
NAME_AND_VALUE(stats, stats)
NAME(reason, reasons)
NAME(exchange_state, exchange_states)
NAME(event, events)

const char *dgsec_alert_name(uint8_t description)
{
	return name_of(alerts, ARRAY_SIZE(alerts), description);
}

int dgsec_alert_value(const char *name)
{
	return value_of(alerts, ARRAY_SIZE(alerts), name);
}

/* RFC 5288, RFC 6655: a salt of 4 octets; RFC 7905: an IV of 12 */
static const struct {
	uint8_t key, iv;
} lengths[] = {
	[DGSEC_CIPHER_AES_128_CCM_8] = { 16, 4 },
	[DGSEC_CIPHER_AES_128_CCM] = { 16, 4 },
	[DGSEC_CIPHER_AES_128_GCM] = { 16, 4 },
	[DGSEC_CIPHER_AES_256_CCM_8] = { 32, 4 },
	[DGSEC_CIPHER_AES_256_CCM] = { 32, 4 },
	[DGSEC_CIPHER_AES_256_GCM] = { 32, 4 },
	[DGSEC_CIPHER_CHACHA20_POLY1305] = { 32, 12 },
};

static_assert(ARRAY_SIZE(lengths) == ARRAY_SIZE(ciphers),
	      "every cipher has its lengths");

unsigned int dgsec_cipher_key_len(uint32_t cipher)
{
	return cipher < ARRAY_SIZE(lengths) ? lengths[cipher].key : 0;
}

unsigned int dgsec_cipher_iv_len(uint32_t cipher)
{
	return cipher < ARRAY_SIZE(lengths) ? lengths[cipher].iv : 0;
}
