// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "binding.h"
#include "fingerprint.h"

/* The inner address, by which the peer is found, and half of its fingerprint. */
enum {
	ADDRESS = sizeof(struct in6_addr),
	PRINT = 16,
	LENGTH = ADDRESS + PRINT,
};

static uint8_t salt[FINGERPRINT];

int binding_start(void)
{
	return getrandom(salt, sizeof(salt), 0) == sizeof(salt) ? 0 : -EIO;
}

size_t binding_make(const struct peer *peer, uint8_t *binding)
{
	uint8_t print[FINGERPRINT];

	if (fingerprint_make(peer, salt, print))
		return 0;
	memcpy(binding, &peer->addr, ADDRESS);
	memcpy(binding + ADDRESS, print, PRINT);
	return LENGTH;
}

struct peer *binding_peer(const struct config *config, const uint8_t *binding, size_t len)
{
	uint8_t now[LENGTH];
	struct in6_addr addr;
	struct peer *peer;

	if (len != LENGTH)
		return NULL;
	memcpy(&addr, binding, ADDRESS);
	peer = config_peer_by_addr(config, &addr);
	return peer && binding_make(peer, now) == LENGTH && !memcmp(binding, now, LENGTH) ?
	       peer : NULL;
}
