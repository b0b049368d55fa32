// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include <mbedtls/gcm.h>

#include "array.h"
#include "ticket.h"

/*
 * A ticket, which is AES-256-GCM with the name of its key as associated data:
 *	key name(4) nonce(12) [time(8) session] tag(16)
 * Nonces are random: a key would have to seal billions of tickets before one came
 * twice, and lives no longer than they do.
 */
enum {
	NAME = 4,
	NONCE = 12,
	TIME = 8,
	TAG = 16,
	KEY = 32,
	PLAIN_MAX = 4096,
};

_Static_assert(NAME + NONCE + TIME + TAG == TICKET_OVER, "TICKET_OVER");

struct key {
	uint64_t made;			/* seconds since boot, 0: there is no key */
	uint8_t name[NAME];
	uint8_t octets[KEY];
};

static struct key keys[2];		/* the one in use, the one before */
static uint32_t seconds_max;

/* Time that does not stand still in suspend. */
static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (uint64_t)ts.tv_sec + 1;
}

static bool is_young(uint64_t made, uint32_t seconds)
{
	return made && now() - made < seconds;
}

static bool make_key(struct key *key)
{
	if (getrandom(key->name, NAME, 0) != NAME || getrandom(key->octets, KEY, 0) != KEY) {
		explicit_bzero(key, sizeof(*key));
		return false;
	}
	key->made = now();
	return true;
}

/* Keys that are too old for any ticket that is good are gone. */
static void rotate(void)
{
	if (keys[1].made && now() - keys[1].made >= 2 * (uint64_t)seconds_max)
		explicit_bzero(&keys[1], sizeof(keys[1]));
	if (keys[0].made && !is_young(keys[0].made, seconds_max)) {
		keys[1] = keys[0];
		explicit_bzero(&keys[0], sizeof(keys[0]));
		rotate();
	}
}

static struct key *sealing_key(void)
{
	rotate();
	return keys[0].made || make_key(&keys[0]) ? &keys[0] : NULL;
}

static struct key *opening_key(const uint8_t *name)
{
	rotate();
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (keys[i].made && !memcmp(keys[i].name, name, NAME))
			return &keys[i];
	return NULL;
}

void ticket_set(uint32_t seconds)
{
	seconds_max = seconds;
	if (!seconds)
		ticket_stop();
}

uint32_t ticket_seconds(void)
{
	return seconds_max;
}

void ticket_stop(void)
{
	explicit_bzero(keys, sizeof(keys));
}

size_t ticket_seal(const uint8_t *session, size_t len, uint8_t *ticket, size_t size)
{
	uint8_t *nonce = ticket + NAME, *body = nonce + NONCE, *tag = body + TIME + len;
	struct key *key = seconds_max ? sealing_key() : NULL;
	uint8_t plain[PLAIN_MAX];
	uint64_t time = now();
	mbedtls_gcm_context gcm;
	int ret;

	if (!key || len > sizeof(plain) - TIME || size < TICKET_OVER || len > size - TICKET_OVER ||
	    getrandom(nonce, NONCE, 0) != NONCE)
		return 0;
	memcpy(ticket, key->name, NAME);
	memcpy(plain, &time, TIME);
	memcpy(plain + TIME, session, len);
	mbedtls_gcm_init(&gcm);
	ret = mbedtls_gcm_setkey(&gcm, MBEDTLS_CIPHER_ID_AES, key->octets, 8 * KEY);
	if (!ret)
		ret = mbedtls_gcm_crypt_and_tag(&gcm, MBEDTLS_GCM_ENCRYPT, TIME + len, nonce,
						NONCE, ticket, NAME, plain, body, TAG, tag);
	mbedtls_gcm_free(&gcm);
	explicit_bzero(plain, sizeof(plain));
	return ret ? 0 : len + TICKET_OVER;
}

size_t ticket_open(const uint8_t *ticket, size_t len, uint8_t *session, size_t size)
{
	const uint8_t *nonce = ticket + NAME, *body = nonce + NONCE, *tag = ticket + len - TAG;
	uint8_t plain[PLAIN_MAX];
	mbedtls_gcm_context gcm;
	struct key *key;
	uint64_t time;
	int ret;

	if (len <= TICKET_OVER || len - TICKET_OVER > size ||
	    len - TICKET_OVER > sizeof(plain) - TIME)
		return 0;
	key = seconds_max ? opening_key(ticket) : NULL;
	if (!key)
		return 0;
	len -= TICKET_OVER;
	mbedtls_gcm_init(&gcm);
	ret = mbedtls_gcm_setkey(&gcm, MBEDTLS_CIPHER_ID_AES, key->octets, 8 * KEY);
	if (!ret)
		ret = mbedtls_gcm_auth_decrypt(&gcm, TIME + len, nonce, NONCE, ticket, NAME, tag,
					       TAG, body, plain);
	mbedtls_gcm_free(&gcm);
	memcpy(&time, plain, TIME);
	if (!ret && is_young(time, seconds_max))
		memcpy(session, plain + TIME, len);
	else
		len = 0;
	explicit_bzero(plain, sizeof(plain));
	return len;
}
