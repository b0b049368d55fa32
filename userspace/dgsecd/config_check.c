// SPDX-License-Identifier: GPL-2.0
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mbedtls/sha256.h>

#include "array.h"
#include "config_check.h"
#include "config_credentials.h"
#include "config_keys.h"
#include "value.h"

/* dgsec.conf(5) has this for people who compute addresses themselves. */
#define DERIVE_LABEL	"dgsec-inner-address:"
#define DERIVE_PREFIX	64

#define GIVEN(keys, key)	(!!((keys) & UINT64_C(1) << (key)))

/* ---- limits ---------------------------------------------------------------- */

static void check_limits(struct mistakes *mistakes, unsigned int line, const struct limits *limits)
{
	const struct {
		const char *name;
		uint64_t soft, hard;
	} pairs[] = {
		{ "packets", limits->soft_packets, limits->hard_packets },
		{ "bytes", limits->soft_bytes, limits->hard_bytes },
		{ "failed", limits->soft_failed, limits->hard_failed },
		{ "time", limits->soft_seconds, limits->hard_seconds },
	};

	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++)
		if (pairs[i].hard && pairs[i].soft > pairs[i].hard)
			config_mistake(mistakes, line,
				       "soft-%s is above hard-%s in this section: the event would never come",
				       pairs[i].name, pairs[i].name);
}

static void inherit_limits(struct peer *peer, const struct limits *from)
{
	struct limits own = peer->limits, *to = &peer->limits;
	uint64_t given = peer->given >> PEER_KEYS;

	*to = *from;
	if (GIVEN(given, LIMIT_WINDOW))
		to->window = own.window;
	if (GIVEN(given, LIMIT_SOFT_PACKETS))
		to->soft_packets = own.soft_packets;
	if (GIVEN(given, LIMIT_HARD_PACKETS))
		to->hard_packets = own.hard_packets;
	if (GIVEN(given, LIMIT_SOFT_BYTES))
		to->soft_bytes = own.soft_bytes;
	if (GIVEN(given, LIMIT_HARD_BYTES))
		to->hard_bytes = own.hard_bytes;
	if (GIVEN(given, LIMIT_SOFT_FAILED))
		to->soft_failed = own.soft_failed;
	if (GIVEN(given, LIMIT_HARD_FAILED))
		to->hard_failed = own.hard_failed;
	if (GIVEN(given, LIMIT_SOFT_TIME))
		to->soft_seconds = own.soft_seconds;
	if (GIVEN(given, LIMIT_HARD_TIME))
		to->hard_seconds = own.hard_seconds;
	if (GIVEN(given, LIMIT_IDLE_TIME))
		to->idle_seconds = own.idle_seconds;
	if (GIVEN(given, LIMIT_UNANSWERED_TIME))
		to->unanswered_seconds = own.unanswered_seconds;
}

/* ---- interface ------------------------------------------------------------- */

void config_check_interface(const struct config *config, struct mistakes *mistakes,
			    unsigned int line, uint64_t given)
{
	static const unsigned int required[] = { INTERFACE_LOWER, INTERFACE_ADDRESS };
	const struct config_key *key;

	for (size_t i = 0; i < ARRAY_SIZE(required); i++) {
		key = &config_interface_keys[required[i]];
		if (!GIVEN(given, required[i]))
			config_mistake(mistakes, line, "%s is missing in this section: expected %s",
				       key->name, key->expected);
	}
	if (*config->name && !strcmp(config->name, config->lower))
		config_mistake(mistakes, line,
			       "lower and the interface have the same name: %s cannot lie on itself",
			       config->name);
	if (config->handshake.cid_prefix.len &&
	    config->handshake.cid_len < config->handshake.cid_prefix.len + CID_RANDOM)
		config_mistake(mistakes, line,
			       "connection-id (%u octets) must be at least %u octets longer than connection-id-prefix",
			       config->handshake.cid_len, CID_RANDOM);
	if (config->handshake.retransmit_min > config->handshake.retransmit_max)
		config_mistake(mistakes, line,
			       "retransmit-min (%ums) is above retransmit-max (%ums)",
			       config->handshake.retransmit_min, config->handshake.retransmit_max);
	if (config->retry_min > config->retry_max)
		config_mistake(mistakes, line, "retry-min (%ums) is above retry-max (%ums)",
			       config->retry_min, config->retry_max);
	for (size_t i = 0; i < CONNECT_PORTS; i++)
		if (config_connects(config) &&
		    (config->connect_ports[i] == config->listen.port ||
		     config->connect_ports[i] == config->listen.port4))
			config_mistake(mistakes, line,
				       "connect-ports has the port of \"listen\" (%u)",
				       config->listen.port);
	check_limits(mistakes, line, &config->limits);
}

/* ---- peers ----------------------------------------------------------------- */

static int compare_identity(const void *a, const void *b)
{
	const struct peer *x = a, *y = b;

	return strcmp(x->identity, y->identity);
}

static int compare_addr(const void *a, const void *b)
{
	const struct peer *x = a, *y = b;

	return memcmp(&x->addr, &y->addr, sizeof(x->addr));
}

static int compare_key(const void *a, const void *b)
{
	const struct peer *x = a, *y = b;

	return memcmp(x->public->key, y->public->key, HANDSHAKE_HASH);
}

static int compare_certificate(const void *a, const void *b)
{
	const struct peer *x = a, *y = b;

	return memcmp(x->public->certificate, y->public->certificate, HANDSHAKE_HASH);
}

static int compare_certname(const void *a, const void *b)
{
	const struct peer *x = a, *y = b;

	return strcmp(x->public->name, y->public->name);
}

static int compare_name(const void *a, const void *b)
{
	const struct peer *x = a, *y = b;

	return strcmp(x->name, y->name);
}

struct peer *config_peer_by_identity(const struct config *config, const char *identity)
{
	struct peer key, **found;

	snprintf(key.identity, sizeof(key.identity), "%s", identity);
	found = tfind(&key, &config->by_identity, compare_identity);
	return found ? *found : NULL;
}

struct peer *config_peer_by_addr(const struct config *config, const struct in6_addr *addr)
{
	struct peer key = { .addr = *addr }, **found;

	found = tfind(&key, &config->by_addr, compare_addr);
	return found ? *found : NULL;
}

/* One whose certificate must be a certain one is no other's, whatever its name. */
static struct peer *by_names(const struct config *config, const struct handshake_claim *claim,
			     const struct peer *by_hash)
{
	struct public_identity public;
	struct peer key = { .public = &public }, **found, *peer = NULL;

	for (size_t i = 0; i < claim->n_names; i++) {
		snprintf(public.name, sizeof(public.name), "%s", claim->names[i]);
		found = tfind(&key, &config->by_certname, compare_certname);
		if (!found || *found == peer)
			continue;
		if (peer || ((*found)->public->has_certificate && *found != by_hash))
			return NULL;
		peer = *found;
	}
	return peer;
}

struct peer *config_peer_by_claim(const struct config *config,
				  const struct handshake_claim *claim, bool *pinned)
{
	struct public_identity public;
	struct peer key = { .public = &public }, **found;

	memcpy(public.key, claim->hash, HANDSHAKE_HASH);
	memcpy(public.certificate, claim->hash, HANDSHAKE_HASH);
	if (claim->certificate)
		found = tfind(&key, &config->by_certificate, compare_certificate);
	else
		found = tfind(&key, &config->by_key, compare_key);
	*pinned = found && (!claim->certificate || !*(*found)->public->name);
	if (!claim->certificate || *pinned)
		return found ? *found : NULL;
	return by_names(config, claim, found ? *found : NULL);
}

/* The peer that has the same already, or NULL. */
static const struct peer *add_index(void **index, struct peer *peer,
				    int (*compare)(const void *, const void *),
				    struct mistakes *mistakes)
{
	struct peer **found = tsearch(peer, index, compare);

	if (!found) {
		mistakes->out_of_memory = true;
		return NULL;
	}
	return *found == peer ? NULL : *found;
}

static void check_key(struct mistakes *mistakes, const struct peer *peer, const char *exposed)
{
	bool psk = GIVEN(peer->given, PEER_PSK), file = GIVEN(peer->given, PEER_PSK_FILE);
	bool identity = GIVEN(peer->given, PEER_IDENTITY);
	bool public = GIVEN(peer->given, PEER_PUBLIC_KEY) ||
		      GIVEN(peer->given, PEER_PUBLIC_KEY_FILE) ||
		      GIVEN(peer->given, PEER_CERTIFICATE_IDENTITY) ||
		      GIVEN(peer->given, PEER_CERTIFICATE_FINGERPRINT);

	if (psk && file)
		config_mistake(mistakes, peer->line, "peer %s has a psk and a psk-file: keep one",
			       peer->name);
	if (GIVEN(peer->given, PEER_PUBLIC_KEY) && GIVEN(peer->given, PEER_PUBLIC_KEY_FILE))
		config_mistake(mistakes, peer->line,
			       "peer %s has a public-key and a public-key-file: keep one",
			       peer->name);
	if (!identity && (psk || file || !public))
		config_mistake(mistakes, peer->line, "peer %s has no identity: expected %s",
			       peer->name, config_peer_keys[PEER_IDENTITY].expected);
	if (!psk && !file && (identity || !public))
		config_mistake(mistakes, peer->line,
			       "peer %s has no key%s: expected psk (hexadecimal digits) or psk-file%s",
			       peer->name, public ? " for its identity" : "",
			       public ? "" : ", or public-key, certificate-identity or certificate-fingerprint");
	if (psk && exposed)
		config_mistake(mistakes, peer->line, "the file holds a key here, but %s", exposed);
}

bool config_peer_connects(const struct peer *peer)
{
	return !peer->nosec &&
	       (peer->endpoint_last || !IN6_IS_ADDR_UNSPECIFIED(&peer->endpoint));
}

bool config_connects(const struct config *config)
{
	for (size_t i = 0; i < config->n_peers; i++)
		if (config_peer_connects(config->peers[i]))
			return true;
	return false;
}

static void check_connect(const struct config *config, struct peer *peer,
			  struct mistakes *mistakes)
{
	if (!config_peer_connects(peer)) {
		if (GIVEN(peer->given, PEER_CONNECT) && !peer->nosec)
			config_mistake(mistakes, peer->line,
				       "peer %s has \"connect\" without \"endpoint\": where to?",
				       peer->name);
		/* Only the peer can begin a handshake: no use in asking for one. */
		peer->limits.unanswered_seconds = 0;
		return;
	}
	if (!peer->endpoint_last && !(IN6_IS_ADDR_V4MAPPED(&peer->endpoint) ?
				      config->listen.port4 : config->listen.port))
		config_mistake(mistakes, peer->line,
			       "the endpoint of peer %s is not of a family in \"listen\"",
			       peer->name);
	if (!GIVEN(peer->given, PEER_PSK) && !GIVEN(peer->given, PEER_PSK_FILE))
		config_mistake(mistakes, peer->line,
			       "peer %s has an endpoint, but no psk: only with one can it be called",
			       peer->name);
	peer->acquire = !peer->endpoint_last;
	if (!*peer->local_identity)
		strcpy(peer->local_identity, *config->local_identity ?
		       config->local_identity : peer->identity);
}

/* What a peer's address is derived from: NULL if it has nothing right. */
static const char *label(const struct peer *peer, char ni[CONFIG_NI_MAX])
{
	if (*peer->identity)
		return peer->identity;
	if (!peer->public)
		return NULL;
	if (!peer->public->has_key && *peer->public->name)
		return peer->public->name;
	if (!peer->public->has_key && !peer->public->has_certificate)
		return NULL;
	config_ni(ni, peer->public->has_key ? peer->public->key : peer->public->certificate);
	return ni;
}

/* No security: then nothing may look as if there were some. */
static void check_nosec(const struct config *config, struct mistakes *mistakes,
			const struct peer *peer)
{
	static const unsigned int credentials[] = {
		PEER_IDENTITY, PEER_PSK, PEER_PSK_FILE, PEER_PUBLIC_KEY, PEER_PUBLIC_KEY_FILE,
		PEER_CERTIFICATE_IDENTITY, PEER_CERTIFICATE_FINGERPRINT, PEER_CONNECT,
		PEER_LOCAL_IDENTITY,
	};
	bool v4 = IN6_IS_ADDR_V4MAPPED(&peer->endpoint);

	for (size_t i = 0; i < ARRAY_SIZE(credentials); i++)
		if (GIVEN(peer->given, credentials[i]))
			config_mistake(mistakes, peer->line,
				       "peer %s has security = none and %s: keep one", peer->name,
				       config_peer_keys[credentials[i]].name);
	if (!GIVEN(peer->given, PEER_ADDRESS))
		config_mistake(mistakes, peer->line,
			       "peer %s has no address: without identity none can be derived",
			       peer->name);
	if (peer->given >> PEER_KEYS)
		config_mistake(mistakes, peer->line,
			       "peer %s has security = none and limits, which are of keys: keep one",
			       peer->name);
	if (IN6_IS_ADDR_UNSPECIFIED(&peer->endpoint))
		config_mistake(mistakes, peer->line,
			       "peer %s has no endpoint, by which alone it is known: expected an address",
			       peer->name);
	else if (v4 ? !config->listen_nosec.port4 : !config->listen_nosec.port)
		config_mistake(mistakes, peer->line,
			       "peer %s has security = none, but listen-nosec of the interface has no place of %s",
			       peer->name, v4 ? "IPv4" : "IPv6");
}

/* Its endpoint is whom a datagram in the clear is taken from. */
static int compare_endpoint(const void *a, const void *b)
{
	const struct peer *x = a, *y = b;
	int diff = memcmp(&x->endpoint, &y->endpoint, sizeof(x->endpoint));

	return diff ? diff : (int)x->endpoint_port - (int)y->endpoint_port;
}

static void index_endpoint(struct peer *peer, struct config *config, struct mistakes *mistakes)
{
	const struct peer *other;

	if (IN6_IS_ADDR_UNSPECIFIED(&peer->endpoint))
		return;
	other = add_index(&config->by_endpoint, peer, compare_endpoint, mistakes);
	if (other)
		config_mistake(mistakes, peer->line,
			       "peer %s has the same endpoint as peer %s in line %u", peer->name,
			       other->name, other->line);
}

static void derive_addr(struct peer *peer, const struct config *config, struct mistakes *mistakes)
{
	char text[sizeof(DERIVE_LABEL) + CERTNAME_MAX + 1], ni[CONFIG_NI_MAX];
	const char *from = label(peer, ni);
	uint8_t hash[32];
	int len;

	if (!from)
		return;
	if (config->prefix_len != DERIVE_PREFIX) {
		config_mistake(mistakes, peer->line,
			       "peer %s has no address, and it can be derived from the identity only if the interface's prefix length is %d, not %u",
			       peer->name, DERIVE_PREFIX, config->prefix_len);
		return;
	}
	len = snprintf(text, sizeof(text), "%s%s", DERIVE_LABEL, from);
	if (mbedtls_sha256((const unsigned char *)text, (size_t)len, hash, 0)) {
		mistakes->out_of_memory = true;
		return;
	}
	peer->addr = config->addr;
	memcpy(&peer->addr.s6_addr[DERIVE_PREFIX / 8], hash, DERIVE_PREFIX / 8);
}

static void check_addr(struct peer *peer, const struct config *config, struct mistakes *mistakes)
{
	if (IN6_IS_ADDR_UNSPECIFIED(&peer->addr))
		return;
	if (!value_in_prefix(&peer->addr, &config->addr, config->prefix_len))
		config_mistake(mistakes, peer->line,
			       "the address of peer %s is outside the prefix of %s, so nothing would reach it",
			       peer->name, config->name);
	if (IN6_ARE_ADDR_EQUAL(&peer->addr, &config->addr))
		config_mistake(mistakes, peer->line,
			       "the address of peer %s is that of %s itself", peer->name,
			       config->name);
}

static void index_public(struct peer *peer, struct config *config, struct mistakes *mistakes)
{
	const struct public_identity *public = peer->public;
	const struct peer *other;

	if (!public)
		return;
	other = public->has_key ? add_index(&config->by_key, peer, compare_key, mistakes) : NULL;
	if (other)
		config_mistake(mistakes, peer->line,
			       "peer %s has the same public key as peer %s in line %u", peer->name,
			       other->name, other->line);
	other = public->has_certificate ?
		add_index(&config->by_certificate, peer, compare_certificate, mistakes) : NULL;
	if (other)
		config_mistake(mistakes, peer->line,
			       "peer %s has the same certificate as peer %s in line %u",
			       peer->name, other->name, other->line);
	other = *public->name ?
		add_index(&config->by_certname, peer, compare_certname, mistakes) : NULL;
	if (other)
		config_mistake(mistakes, peer->line,
			       "peer %s has the same certificate-identity as peer %s in line %u",
			       peer->name, other->name, other->line);
}

static void index_peer(struct peer *peer, struct config *config, struct mistakes *mistakes)
{
	const struct peer *other;

	other = *peer->name ? add_index(&config->by_name, peer, compare_name, mistakes) : NULL;
	if (other)
		config_mistake(mistakes, peer->line, "a second peer %s; the first is in line %u",
			       peer->name, other->line);

	other = *peer->identity ?
		add_index(&config->by_identity, peer, compare_identity, mistakes) : NULL;
	if (other)
		config_mistake(mistakes, peer->line,
			       "peer %s has the same identity as peer %s in line %u", peer->name,
			       other->name, other->line);

	index_public(peer, config, mistakes);

	other = IN6_IS_ADDR_UNSPECIFIED(&peer->addr) ? NULL :
		add_index(&config->by_addr, peer, compare_addr, mistakes);
	/* Derived from the same identity: said already. */
	if (other && (GIVEN(peer->given, PEER_ADDRESS) || GIVEN(other->given, PEER_ADDRESS)))
		config_mistake(mistakes, peer->line,
			       "peer %s has the same address as peer %s in line %u", peer->name,
			       other->name, other->line);
}

void config_check_peers(struct config *config, struct mistakes *mistakes,
			uint64_t interface_given, const char *exposed)
{
	bool have_prefix = GIVEN(interface_given, INTERFACE_ADDRESS) && config->prefix_len;
	struct peer *peer;

	for (size_t i = 0; i < config->n_peers; i++) {
		peer = config->peers[i];
		if (!peer->endpoint_port)
			peer->endpoint_port = peer->nosec ? COAP_PORT : COAPS_PORT;
		if (peer->nosec) {
			check_nosec(config, mistakes, peer);
			index_endpoint(peer, config, mistakes);
		} else {
			check_key(mistakes, peer, exposed);
		}
		inherit_limits(peer, &config->limits);
		check_connect(config, peer, mistakes);
		if (peer->given >> PEER_KEYS)
			check_limits(mistakes, peer->line, &peer->limits);
		if (!GIVEN(peer->given, PEER_PAYLOAD))
			peer->payload = config->payload;
		if (have_prefix) {
			if (!GIVEN(peer->given, PEER_ADDRESS))
				derive_addr(peer, config, mistakes);
			check_addr(peer, config, mistakes);
		}
		index_peer(peer, config, mistakes);
	}
	if (config->n_peers > config->max_peers)
		config_mistake(mistakes, 0, "there are %zu peers, more than max-peers (%u)",
			       config->n_peers, config->max_peers);
}
