// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "array.h"
#include "config_credentials.h"
#include "config_keys.h"
#include "value.h"

#define PSK_MIN		16		/* no shorter than the keys it protects */
#define HALF_OPEN_MAX	4096		/* so many endpoints the kernel expects */
#define RATE_MAX	30000		/* docs/netlink/dgsec.yaml */

static void *member(const struct config_key *key, void *section)
{
	return (char *)section + key->offset;
}

static void *member2(const struct config_key *key, void *section)
{
	return (char *)section + key->offset2;
}

static bool parse_u64(const struct config_key *key, const char *text, void *section)
{
	uint64_t number;

	if (!value_number(text, &number) || number < key->min || number > key->max)
		return false;
	*(uint64_t *)member(key, section) = number;
	return true;
}

static bool parse_u32(const struct config_key *key, const char *text, void *section)
{
	uint64_t number;

	if (!value_number(text, &number) || number < key->min || number > key->max)
		return false;
	*(uint32_t *)member(key, section) = (uint32_t)number;
	return true;
}

static bool parse_window(const struct config_key *key, const char *text, void *section)
{
	uint64_t number;

	return value_number(text, &number) && !(number % 64) && parse_u32(key, text, section);
}

static bool parse_ms(const struct config_key *key, const char *text, void *section)
{
	uint64_t ms;

	if (!value_duration(text, &ms) || ms < key->min || ms > key->max)
		return false;
	*(uint32_t *)member(key, section) = (uint32_t)ms;
	return true;
}

/* Whole seconds; so many milliseconds are refused that would not be any. */
static bool parse_seconds(const struct config_key *key, const char *text, void *section)
{
	uint64_t ms;

	if (!value_duration(text, &ms) || ms % 1000 || ms / 1000 > key->max)
		return false;
	*(uint32_t *)member(key, section) = (uint32_t)(ms / 1000);
	return true;
}

static bool parse_queue_time(const struct config_key *key, const char *text, void *section)
{
	return parse_seconds(key, text, section) && *(uint32_t *)member(key, section);
}

static bool parse_ifname(const struct config_key *key, const char *text, void *section)
{
	if (!value_ifname(text))
		return false;
	strcpy(member(key, section), text);
	return true;
}

static bool parse_prefix(const struct config_key *key, const char *text, void *section)
{
	struct in6_addr addr;
	unsigned int len;

	if (!value_prefix(text, &addr, &len) || !value_unicast(&addr) || !len)
		return false;
	*(struct in6_addr *)member(key, section) = addr;
	*(unsigned int *)member2(key, section) = len;
	return true;
}

static bool parse_service(const struct config_key *key, const char *text, void *section)
{
	struct in6_addr *addr = member(key, section);

	return value_endpoint(text, addr, member2(key, section)) &&
	       (IN6_IS_ADDR_UNSPECIFIED(addr) || value_unicast(addr));
}

/* One place of each family at most; each has the default port if it does not say. */
static bool parse_place(const char *text, struct places *places, uint16_t port)
{
	struct in6_addr addr = { .s6_addr = { 0 } };
	struct in_addr addr4;

	if (value_endpoint4(text, &addr4, &port)) {
		if (places->port4 || IN_MULTICAST(ntohl(addr4.s_addr)))
			return false;
		places->addr4 = addr4;
		places->port4 = port;
		return true;
	}
	if (places->port || !value_endpoint(text, &addr, &port) ||
	    IN6_IS_ADDR_MULTICAST(&addr) || IN6_IS_ADDR_V4MAPPED(&addr))
		return false;
	places->addr = addr;
	places->port = port;
	return true;
}

static bool parse_places(const struct config_key *key, const char *text, void *section)
{
	struct places *places = member(key, section);
	char word[64];
	size_t len;

	memset(places, 0, sizeof(*places));
	for (;;) {
		text += strspn(text, ", \t");
		if (!*text)
			return places->port || places->port4;
		len = strcspn(text, ", \t");
		if (len >= sizeof(word))
			return false;
		memcpy(word, text, len);
		word[len] = '\0';
		text += len;
		if (!parse_place(word, places, (uint16_t)key->max))
			return false;
	}
}

/* The only choice that there is to make; without it a peer has security. */
static bool parse_security(const struct config_key *key, const char *text, void *section)
{
	bool *nosec = member(key, section);

	*nosec = !strcmp(text, "none");
	return *nosec;
}

static bool parse_address(const struct config_key *key, const char *text, void *section)
{
	struct in6_addr addr;

	if (!value_address(text, &addr) || !value_unicast(&addr))
		return false;
	*(struct in6_addr *)member(key, section) = addr;
	return true;
}

static bool parse_payload(const struct config_key *key, const char *text, void *section)
{
	uint32_t *payload = member(key, section);

	*payload = dgsec_payload_value(text);
	return *payload;
}

static bool parse_unknown(const struct config_key *key, const char *text, void *section)
{
	bool *reject = member(key, section);

	*reject = !strcmp(text, "reject");
	return *reject || !strcmp(text, "hide");
}

static bool parse_yes(const struct config_key *key, const char *text, void *section)
{
	bool *yes = member(key, section);

	*yes = !strcmp(text, "yes");
	return *yes || !strcmp(text, "no");
}

static bool parse_extended(const struct config_key *key, const char *text, void *section)
{
	bool *required = member(key, section);

	*required = !strcmp(text, "require");
	return *required || !strcmp(text, "use");
}

static bool parse_path(const struct config_key *key, const char *text, void *section)
{
	if (*text != '/' || strlen(text) > 255)
		return false;
	strcpy(member(key, section), text);
	return true;
}

static bool parse_ciphers(const struct config_key *key, const char *text, void *section)
{
	uint32_t *ciphers = member(key, section);
	char name[32];
	size_t n = 0, len;

	memset(ciphers, 0, HANDSHAKE_CIPHERS_MAX * sizeof(*ciphers));
	for (;;) {
		text += strspn(text, ", \t");
		if (!*text)
			return n;
		len = strcspn(text, ", \t");
		if (len >= sizeof(name) || n == HANDSHAKE_CIPHERS_MAX)
			return false;
		memcpy(name, text, len);
		name[len] = '\0';
		text += len;
		ciphers[n] = dgsec_cipher_value(name);
		for (size_t i = 0; i < n; i++)
			if (ciphers[i] == ciphers[n])
				return false;
		if (!ciphers[n++])
			return false;
	}
}

static bool parse_identity(const struct config_key *key, const char *text, void *section)
{
	size_t len = strlen(text);

	if (!len || len > HANDSHAKE_IDENTITY_MAX || !value_utf8(text, len, false))
		return false;
	strcpy(member(key, section), text);
	return true;
}

/*
 * Where a peer answers handshakes, or where one without security is: one place. Port
 * 0 if it does not say.
 */
static bool parse_remote(const struct config_key *key, const char *text, void *section)
{
	struct in6_addr addr = { .s6_addr = { 0 } };
	uint16_t *port = member2(key, section);
	struct peer *peer = section;
	struct in_addr addr4;

	peer->endpoint_last = !strcmp(text, "last");
	if (peer->endpoint_last)
		return true;
	if (value_endpoint4(text, &addr4, port)) {
		if (!addr4.s_addr || addr4.s_addr == INADDR_BROADCAST ||
		    IN_MULTICAST(ntohl(addr4.s_addr)))
			return false;
		memset(&addr.s6_addr[10], 0xff, 2);
		memcpy(&addr.s6_addr[12], &addr4, sizeof(addr4));
	} else if (!value_endpoint(text, &addr, port) || IN6_IS_ADDR_UNSPECIFIED(&addr) ||
		   IN6_IS_ADDR_MULTICAST(&addr) || IN6_IS_ADDR_V4MAPPED(&addr)) {
		return false;
	}
	peer->endpoint = addr;
	return true;
}

static bool parse_connect(const struct config_key *key, const char *text, void *section)
{
	bool *always = member(key, section);

	*always = !strcmp(text, "always");
	return *always || !strcmp(text, "demand");
}

static bool parse_ports(const struct config_key *key, const char *text, void *section)
{
	uint16_t *ports = member(key, section);
	unsigned int a, b;
	int end = 0;

	if (sscanf(text, "%5u%*1[, ]%5u%n", &a, &b, &end) != 2 || text[end] || a == b ||
	    !a || !b || a > UINT16_MAX || b > UINT16_MAX)
		return false;
	ports[0] = (uint16_t)a;
	ports[1] = (uint16_t)b;
	return true;
}

static bool parse_psk(const struct config_key *key, const char *text, void *section)
{
	struct handshake_psk *psk = member(key, section);

	psk->len = handshake_mbedtls.key_max;
	if (value_hex(text, psk->key, &psk->len) && psk->len >= PSK_MIN)
		return true;
	explicit_bzero(psk, sizeof(*psk));
	return false;
}

static bool parse_cid(const struct config_key *key, const char *text, void *section)
{
	struct dgsec_cid *cid = member(key, section);
	size_t len = sizeof(cid->id) - CID_RANDOM;

	if (!value_hex(text, cid->id, &len) || !len)
		return false;
	cid->len = (uint8_t)len;
	return true;
}

/* The file is read later, when it is known where relative names begin. */
static bool parse_nothing(const struct config_key *key, const char *text, void *section)
{
	(void)key;
	(void)section;
	return *text;
}

#define I(field)	.offset = offsetof(struct config, field)
#define I2(field)	.offset2 = offsetof(struct config, field)
#define P(field)	.offset = offsetof(struct peer, field)
#define L(field)	.offset = offsetof(struct limits, field)
#define P2(field)	.offset2 = offsetof(struct peer, field)

#define FILE_NAME	"the name of a file"
#define DURATION	"such as 500ms, 2s, 5min, 12h or 30d"

/* In both sections. */
const struct config_key config_limit_keys[] = {
	[LIMIT_WINDOW] = { "window", "a multiple of 64 from 64 to 1024", parse_window, L(window),
		.min = DGSEC_WINDOW_MIN, .max = DGSEC_WINDOW_MAX },
	[LIMIT_SOFT_PACKETS] = { "soft-packets", "a number of records, or 0 for the cipher's limit",
		parse_u64, L(soft_packets), .max = UINT64_MAX },
	[LIMIT_HARD_PACKETS] = { "hard-packets", "a number of records, or 0 for the cipher's limit",
		parse_u64, L(hard_packets), .max = UINT64_MAX },
	[LIMIT_SOFT_BYTES] = { "soft-bytes", "a number of octets, or 0 for no limit",
		parse_u64, L(soft_bytes), .max = UINT64_MAX },
	[LIMIT_HARD_BYTES] = { "hard-bytes", "a number of octets, or 0 for no limit",
		parse_u64, L(hard_bytes), .max = UINT64_MAX },
	[LIMIT_SOFT_FAILED] = { "soft-failed", "a number of records, or 0 for the cipher's limit",
		parse_u64, L(soft_failed), .max = UINT64_MAX },
	[LIMIT_HARD_FAILED] = { "hard-failed", "a number of records, or 0 for the cipher's limit",
		parse_u64, L(hard_failed), .max = UINT64_MAX },
	[LIMIT_SOFT_TIME] = { "soft-time", "whole seconds, such as 12h, or 0 for no limit",
		parse_seconds, L(soft_seconds), .max = UINT32_MAX },
	[LIMIT_HARD_TIME] = { "hard-time", "whole seconds, such as 12h, or 0 for no limit",
		parse_seconds, L(hard_seconds), .max = UINT32_MAX },
	[LIMIT_IDLE_TIME] = { "idle-time", "whole seconds, such as 12h, or 0 for no limit",
		parse_seconds, L(idle_seconds), .max = UINT32_MAX },
	[LIMIT_UNANSWERED_TIME] = { "unanswered-time", "whole seconds, such as 10s, or 0 for never",
		parse_seconds, L(unanswered_seconds), .max = UINT32_MAX },
};

const struct config_key config_interface_keys[] = {
	[INTERFACE_LOWER] = { "lower", "the name of the device below, such as lowpan0",
		parse_ifname, I(lower) },
	[INTERFACE_ADDRESS] = { "address",
		"a global IPv6 address and its prefix length, such as fd00:d9::1/64",
		parse_prefix, I(addr), I2(prefix_len) },
	[INTERFACE_SERVICE] = { "service",
		"a global [IPv6 address]:port, or only the address or the port",
		parse_service, I(service_addr), I2(service_port) },
	[INTERFACE_LISTEN] = { "listen",
		"a port, an IPv6 address, [IPv6 address]:port, and for IPv4 an address or address:port",
		parse_places, I(listen), .max = COAPS_PORT },
	[INTERFACE_LISTEN_NOSEC] = { "listen-nosec",
		"a port, an IPv6 address, [IPv6 address]:port, and for IPv4 an address or address:port",
		parse_places, I(listen_nosec), .max = COAP_PORT },
	[INTERFACE_CIPHERS] = { "ciphers",
		"each at most once, of aes-128-ccm-8, aes-128-ccm, aes-128-gcm, aes-256-ccm-8, aes-256-ccm, aes-256-gcm and chacha20-poly1305",
		parse_ciphers, I(handshake.ciphers) },
	[INTERFACE_RETRANSMIT_MIN] = { "retransmit-min", "100ms to 60s, " DURATION,
		parse_ms, I(handshake.retransmit_min), .min = 100, .max = 60000 },
	[INTERFACE_RETRANSMIT_MAX] = { "retransmit-max", "100ms to 5min, " DURATION,
		parse_ms, I(handshake.retransmit_max), .min = 100, .max = 300000 },
	[INTERFACE_HANDSHAKE_MTU] = { "handshake-mtu", "128 to 1452 octets of UDP payload",
		parse_u32, I(handshake.mtu), .min = 128, .max = 1452 },
	[INTERFACE_HANDSHAKE_RATE] = { "handshake-rate",
		"datagrams a second, at most 30000, or 0 for no limit",
		parse_u32, I(handshake_rate), .max = RATE_MAX },
	[INTERFACE_HANDSHAKE_BURST] = { "handshake-burst", "1 to 30000 datagrams",
		parse_u32, I(handshake_burst), .min = 1, .max = RATE_MAX },
	[INTERFACE_CONNECTION_ID] = { "connection-id", "0 to 32 octets",
		parse_u32, I(handshake.cid_len), .max = DGSEC_CID_MAX },
	[INTERFACE_CONNECTION_ID_PREFIX] = { "connection-id-prefix",
		"at most 28 octets in hexadecimal", parse_cid, I(handshake.cid_prefix) },
	[INTERFACE_HALF_OPEN_MAX] = { "half-open-max", "1 to 4096 handshakes",
		parse_u32, I(half_open_max), .min = 1, .max = HALF_OPEN_MAX },
	[INTERFACE_HALF_OPEN_EXPIRY] = { "half-open-expiry", "1s to 5min, " DURATION,
		parse_ms, I(half_open_expiry), .min = 1000, .max = DGSEC_EXPECT_MAX * 1000 },
	[INTERFACE_CONFIRM_EXPIRY] = { "confirm-expiry", "1s to 1h, " DURATION,
		parse_ms, I(confirm_expiry), .min = 1000, .max = 3600000 },
	[INTERFACE_CONFIRM_GRACE] = { "confirm-grace", "1s to 5min, " DURATION,
		parse_ms, I(confirm_grace), .min = 1000, .max = 300000 },
	[INTERFACE_UNKNOWN_IDENTITY] = { "unknown-identity", "\"hide\" or \"reject\"",
		parse_unknown, I(reject_unknown) },
	[INTERFACE_MAX_PEERS] = { "max-peers", "a number from 1 to 4294967295",
		parse_u32, I(max_peers), .min = 1, .max = UINT32_MAX },
	[INTERFACE_MAX_ASSOCS] = { "max-assocs", "a number from 1 to 4294967295",
		parse_u32, I(max_assocs), .min = 1, .max = UINT32_MAX },
	[INTERFACE_MAX_EXCHANGES] = { "max-exchanges", "a number from 0 to 131072",
		parse_u32, I(max_exchanges), .max = 131072 },
	[INTERFACE_MAX_PEER_EXCHANGES] = { "max-peer-exchanges", "a number from 0 to 16384",
		parse_u32, I(max_peer_exchanges), .max = 16384 },
	[INTERFACE_HANDSHAKE_PREFIX_RATE] = { "handshake-prefix-rate",
		"datagrams a second, at most 30000, or 0 for no limit",
		parse_u32, I(handshake_prefix_rate), .max = RATE_MAX },
	[INTERFACE_HANDSHAKE_TOTAL_RATE] = { "handshake-total-rate",
		"datagrams a second, at most 30000, or 0 for no limit",
		parse_u32, I(handshake_total_rate), .max = RATE_MAX },
	[INTERFACE_PAYLOAD] = { "payload", "\"coap\" or \"opaque\"", parse_payload, I(payload) },
	[INTERFACE_RESUMPTION_TIME] = { "resumption-time", "whole seconds up to 7d, or 0 for no resumption",
		parse_seconds, I(resume_seconds), .max = 7 * 86400 },
	[INTERFACE_SESSION_CACHE] = { "session-cache", "0 to 1073741824 octets",
		parse_u32, I(session_cache), .max = 1 << 30 },
	[INTERFACE_SESSION_TICKETS] = { "session-tickets", "\"yes\" or \"no\"",
		parse_yes, I(session_tickets) },
	[INTERFACE_EXTENDED_MASTER_SECRET] = { "extended-master-secret",
		"\"use\" or \"require\"", parse_extended, I(handshake.extended_required) },
	[INTERFACE_KEY_LOG] = { "key-log", "the name of a file, from / on, of at most 255 octets",
		parse_path, I(key_log) },
	[INTERFACE_CONNECT_PORTS] = { "connect-ports", "two ports with a comma between them",
		parse_ports, I(connect_ports) },
	[INTERFACE_RETRY_MIN] = { "retry-min", "1s to 1h, " DURATION,
		parse_ms, I(retry_min), .min = 1000, .max = 3600000 },
	[INTERFACE_RETRY_MAX] = { "retry-max", "1s to 1h, " DURATION,
		parse_ms, I(retry_max), .min = 1000, .max = 3600000 },
	[INTERFACE_LINGER] = { "linger", "0 to 1h, " DURATION,
		parse_ms, I(linger), .max = 3600000 },
	[INTERFACE_QUEUE_LEN] = { "queue-len", "0 to 64 packets",
		parse_u32, I(queue_len), .max = 64 },
	[INTERFACE_QUEUE_TIME] = { "queue-time", "whole seconds, 1s to 5min",
		parse_queue_time, I(queue_seconds), .max = 300 },
	[INTERFACE_LOCAL_IDENTITY] = { "local-identity",
		"1 to 128 octets of UTF-8 without control characters", parse_identity,
		I(local_identity) },
	[INTERFACE_PRIVATE_KEY_FILE] = { "private-key-file", FILE_NAME, parse_nothing,
		.read = config_read_key },
	[INTERFACE_CERTIFICATE_FILE] = { "certificate-file", FILE_NAME, parse_nothing,
		.read = config_read_chain },
	[INTERFACE_CA_FILE] = { "ca-file", FILE_NAME, parse_nothing, .read = config_read_anchors },
	[INTERFACE_CRL_FILE] = { "crl-file", FILE_NAME, parse_nothing,
		.read = config_read_revoked },
};

const struct config_key config_peer_keys[] = {
	[PEER_IDENTITY] = { "identity",
		"1 to 128 octets of UTF-8 without control characters", parse_identity,
		P(identity) },
	/* What is expected of a key is said by config.c, which knows its length. */
	[PEER_PSK] = { "psk", NULL, parse_psk, P(psk), .min = PSK_MIN, .secret = true },
	[PEER_PSK_FILE] = { "psk-file", FILE_NAME, parse_nothing, .read = config_read_psk },
	[PEER_ADDRESS] = { "address", "a global IPv6 address without a prefix length",
		parse_address, P(addr) },
	[PEER_SERVICE] = { "service",
		"a global [IPv6 address]:port, or only the address or the port",
		parse_service, P(service_addr), P2(service_port) },
	[PEER_MARK] = { "mark", "a number from 0 to 0xffffffff", parse_u32, P(mark),
		.max = UINT32_MAX },
	[PEER_MAX_ASSOCS] = { "max-assocs", "a number from 1 to 64", parse_u32, P(max_assocs),
		.min = 1, .max = 64 },
	[PEER_PAYLOAD] = { "payload", "\"coap\" or \"opaque\"", parse_payload, P(payload) },
	[PEER_ENDPOINT] = { "endpoint",
		"[IPv6 address]:port, IPv4 address:port, only the address, or \"last\"",
		parse_remote, P(endpoint), P2(endpoint_port) },
	[PEER_CONNECT] = { "connect", "\"demand\" or \"always\"", parse_connect, P(always) },
	[PEER_LOCAL_IDENTITY] = { "local-identity",
		"1 to 128 octets of UTF-8 without control characters", parse_identity,
		P(local_identity) },
	[PEER_PUBLIC_KEY] = { "public-key",
		"an elliptic curve key's SubjectPublicKeyInfo in base64, or ni:///sha-256;DIGEST of it",
		config_parse_public_key },
	[PEER_PUBLIC_KEY_FILE] = { "public-key-file", FILE_NAME, parse_nothing,
		.read = config_read_public_key },
	[PEER_CERTIFICATE_IDENTITY] = { "certificate-identity",
		"cn:, dns:, uri: or eui64: and the name in the certificate",
		config_parse_certificate_identity },
	[PEER_CERTIFICATE_FINGERPRINT] = { "certificate-fingerprint",
		"the certificate's SHA-256, 64 hexadecimal digits, with or without colons",
		config_parse_fingerprint },
	[PEER_SECURITY] = { "security", "\"none\"; without this line a peer has security",
		parse_security, P(nosec) },
};

