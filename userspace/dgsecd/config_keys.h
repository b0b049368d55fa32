/* SPDX-License-Identifier: GPL-2.0 */
/* The keys of the configuration's sections: what each expects and sets. */
#ifndef DGSECD_CONFIG_KEYS_H
#define DGSECD_CONFIG_KEYS_H

#include "config.h"

/* A file that a line names. */
struct config_file {
	const struct config *config;
	struct mistakes *mistakes;
	unsigned int line;
	const char *name;
};

struct config_key {
	const char *name;
	const char *expected;		/* for people */
	bool (*parse)(const struct config_key *key, const char *text, void *section);
	size_t offset;			/* of the member in the section, or in its limits */
	size_t offset2;			/* of the second one, if it has two */
	uint64_t min, max;
	bool secret;			/* its value is not for messages */
	/* For the name of a file: what is in it. */
	void (*read)(const struct config_key *key, const struct config_file *file, void *section);
};

/* At least so many octets of a connection ID are left to chance. */
#define CID_RANDOM	4U

#define COAP_PORT	5683		/* RFC 7252 section 12.6 */
#define COAPS_PORT	5684		/* RFC 7252 section 12.7 */

/* Places in the tables, and bits of what was given: the limits come last. */
enum {
	INTERFACE_LOWER,
	INTERFACE_ADDRESS,
	INTERFACE_SERVICE,
	INTERFACE_LISTEN,
	INTERFACE_LISTEN_NOSEC,
	INTERFACE_CIPHERS,
	INTERFACE_RETRANSMIT_MIN,
	INTERFACE_RETRANSMIT_MAX,
	INTERFACE_HANDSHAKE_MTU,
	INTERFACE_HANDSHAKE_RATE,
	INTERFACE_HANDSHAKE_BURST,
	INTERFACE_CONNECTION_ID,
	INTERFACE_CONNECTION_ID_PREFIX,
	INTERFACE_HALF_OPEN_MAX,
	INTERFACE_HALF_OPEN_EXPIRY,
	INTERFACE_CONFIRM_EXPIRY,
	INTERFACE_CONFIRM_GRACE,
	INTERFACE_UNKNOWN_IDENTITY,
	INTERFACE_MAX_PEERS,
	INTERFACE_MAX_ASSOCS,
	INTERFACE_MAX_EXCHANGES,
	INTERFACE_MAX_PEER_EXCHANGES,
	INTERFACE_PAYLOAD,
	INTERFACE_RESUMPTION_TIME,
	INTERFACE_SESSION_CACHE,
	INTERFACE_SESSION_TICKETS,
	INTERFACE_EXTENDED_MASTER_SECRET,
	INTERFACE_KEY_LOG,
	INTERFACE_CONNECT_PORTS,
	INTERFACE_RETRY_MIN,
	INTERFACE_RETRY_MAX,
	INTERFACE_LINGER,
	INTERFACE_QUEUE_LEN,
	INTERFACE_QUEUE_TIME,
	INTERFACE_LOCAL_IDENTITY,
	INTERFACE_PRIVATE_KEY_FILE,
	INTERFACE_CERTIFICATE_FILE,
	INTERFACE_CA_FILE,
	INTERFACE_CRL_FILE,
	INTERFACE_HANDSHAKE_PREFIX_RATE,
	INTERFACE_HANDSHAKE_TOTAL_RATE,
	INTERFACE_KEYS,
};

enum {
	PEER_IDENTITY,
	PEER_PSK,
	PEER_PSK_FILE,
	PEER_ADDRESS,
	PEER_SERVICE,
	PEER_MARK,
	PEER_MAX_ASSOCS,
	PEER_PAYLOAD,
	PEER_ENDPOINT,
	PEER_CONNECT,
	PEER_LOCAL_IDENTITY,
	PEER_PUBLIC_KEY,
	PEER_PUBLIC_KEY_FILE,
	PEER_CERTIFICATE_IDENTITY,
	PEER_CERTIFICATE_FINGERPRINT,
	PEER_SECURITY,
	PEER_KEYS,
};

enum {
	LIMIT_WINDOW,
	LIMIT_SOFT_PACKETS,
	LIMIT_HARD_PACKETS,
	LIMIT_SOFT_BYTES,
	LIMIT_HARD_BYTES,
	LIMIT_SOFT_FAILED,
	LIMIT_HARD_FAILED,
	LIMIT_SOFT_TIME,
	LIMIT_HARD_TIME,
	LIMIT_IDLE_TIME,
	LIMIT_UNANSWERED_TIME,
	LIMIT_KEYS,
};

extern const struct config_key config_interface_keys[INTERFACE_KEYS];
extern const struct config_key config_peer_keys[PEER_KEYS];
extern const struct config_key config_limit_keys[LIMIT_KEYS];

#endif
