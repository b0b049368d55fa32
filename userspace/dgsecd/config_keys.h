/* SPDX-License-Identifier: GPL-2.0 */
/* The keys of the configuration's sections: what each expects and sets. */
#ifndef DGSECD_CONFIG_KEYS_H
#define DGSECD_CONFIG_KEYS_H

#include "config.h"

struct config_key {
	const char *name;
	const char *expected;		/* for people */
	bool (*parse)(const struct config_key *key, const char *text, void *section);
	size_t offset;			/* of the member */
	size_t offset2;			/* of the second one, if it has two */
	uint64_t min, max;
	bool secret;			/* its value is not for messages */
};

/* Index of a key by name; the number of keys if there is none. */
enum {
	INTERFACE_LOWER,
	INTERFACE_ADDRESS,
	INTERFACE_SERVICE,
	INTERFACE_LISTEN,
	INTERFACE_CIPHERS,
	INTERFACE_RETRANSMIT_MIN,
	INTERFACE_RETRANSMIT_MAX,
	INTERFACE_HANDSHAKE_MTU,
	INTERFACE_HANDSHAKE_RATE,
	INTERFACE_HANDSHAKE_BURST,
	INTERFACE_HALF_OPEN_MAX,
	INTERFACE_HALF_OPEN_EXPIRY,
	INTERFACE_CONFIRM_EXPIRY,
	INTERFACE_UNKNOWN_IDENTITY,
	INTERFACE_MAX_PEERS,
	INTERFACE_MAX_ASSOCS,
	INTERFACE_PAYLOAD,
	INTERFACE_LIMITS,		/* the first of them */
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
	PEER_LIMITS,
};

extern const struct config_key config_interface_keys[];
extern const struct config_key config_peer_keys[];
extern const unsigned int config_n_interface_keys;
extern const unsigned int config_n_peer_keys;

#endif
