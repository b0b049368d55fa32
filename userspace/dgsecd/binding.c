// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "binding.h"
#include "fingerprint.h"

/*
 * The inner address, by which the peer is found, and half of its fingerprint.
 * Then, of a certificate, how long it is good, and half of what it was judged by.
 */
enum {
	ADDRESS = sizeof(struct in6_addr),
	PRINT = 16,
	LENGTH = ADDRESS + PRINT,
	UNTIL = sizeof(int64_t),
	TRUST = 16,
	LENGTH_CERTIFICATE = LENGTH + UNTIL + TRUST,
};

_Static_assert((int)LENGTH_CERTIFICATE <= (int)HANDSHAKE_BINDING_MAX, "too long for the others");

static uint8_t salt[FINGERPRINT];

int binding_start(void)
{
	return getrandom(salt, sizeof(salt), 0) == sizeof(salt) ? 0 : -EIO;
}

size_t binding_make(const struct config *config, const struct peer *peer, int64_t until,
		    uint8_t *binding)
{
	uint8_t print[FINGERPRINT];

	if (fingerprint_make(peer, salt, print))
		return 0;
	memcpy(binding, &peer->addr, ADDRESS);
	memcpy(binding + ADDRESS, print, PRINT);
	if (!until)
		return LENGTH;
	memcpy(binding + LENGTH, &until, UNTIL);
	memcpy(binding + LENGTH + UNTIL, config->trust, TRUST);
	return LENGTH_CERTIFICATE;
}

struct peer *binding_peer(const struct config *config, const uint8_t *binding, size_t len)
{
	uint8_t now[LENGTH_CERTIFICATE];
	struct in6_addr addr;
	struct peer *peer;
	int64_t until = 0;

	if (len != LENGTH && len != LENGTH_CERTIFICATE)
		return NULL;
	memcpy(&addr, binding, ADDRESS);
	if (len == LENGTH_CERTIFICATE) {
		memcpy(&until, binding + LENGTH, UNTIL);
		if (until <= time(NULL))
			return NULL;
	}
	peer = config_peer_by_addr(config, &addr);
	return peer && binding_make(config, peer, until, now) == len && !memcmp(binding, now, len) ?
	       peer : NULL;
}
