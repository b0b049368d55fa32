// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "hello.h"
#include "listener.h"
#include "log.h"
#include "session.h"
#include "session_life.h"
#include "stats.h"

/* Of all unfinished handshakes one source may have a part, or so many. */
#define ADDRESS_PART	8
#define PREFIX_PART	2
#define SOURCE_LEAST	4

/* Of those from a source, as many octets of its address as count: make room. */
static void make_room_of(const struct in6_addr *address, size_t octets, size_t part)
{
	size_t most = session_config->half_open_max / part, n = 0;
	struct session *s, *oldest = NULL;

	TAILQ_FOREACH(s, &session_half_open_list, entry) {
		if (memcmp(&s->ep.remote, address, octets))
			continue;
		if (!oldest)
			oldest = s;
		n++;
	}
	if (n >= (most > SOURCE_LEAST ? most : SOURCE_LEAST))
		session_free(oldest, SESSION_EVICTED);
}

/*
 * Whoever comes here has shown that its address is its own. So one address
 * pays for itself first, then its prefix (who has one address of a /64 has
 * them all), and then the oldest goes: a real client is done in seconds, and
 * tries again.
 */
static void make_room(const struct in6_addr *address)
{
	make_room_of(address, sizeof(*address), ADDRESS_PART);
	make_room_of(address, IN6_IS_ADDR_V4MAPPED(address) ? 15 : 8, PREFIX_PART);
	if (session_half_open() >= session_config->half_open_max)
		session_free(TAILQ_FIRST(&session_half_open_list), SESSION_EVICTED);
}

/* A new session remembers the hellos of those it replaces: see is_stale(). */
static void take_place(struct session *s, struct session *old)
{
	unsigned int n = old->n_before < RANDOMS_BEFORE - 1 ? old->n_before : RANDOMS_BEFORE - 1;

	memcpy(s->before[0], old->random, HELLO_RANDOM);
	memcpy(s->before[1], old->before, n * sizeof(s->before[0]));
	s->n_before = n + 1;
	/* The client lost its state: the library's is of no use any more. */
	session_free(old, SESSION_RESTARTED);
}

static void accept_session(const struct endpoint *ep, const struct handshake_backend *backend,
			   struct handshake *hs, const uint8_t *random)
{
	struct session *old = session_find(ep), *s = session_new(ep, backend, hs);

	if (!s)
		return;
	memcpy(s->random, random, HELLO_RANDOM);
	if (old)
		take_place(s, old);
	make_room(&ep->remote);
	session_begin(s);
}

/*
 * RFC 6347 section 4.2.1: the cookie covers the client's address and port and
 * its random, so that an old one serves no other handshake. Ours too: a client
 * may reach us at several.
 */
static void listen_hello(const struct endpoint *ep, const struct datagram *dgram,
			 const uint8_t *data, size_t len)
{
	struct handshake_hello hello = { .data = data, .len = len };
	uint8_t client[sizeof(*ep) + HELLO_RANDOM];
	const struct handshake_backend *backend;
	enum handshake_failure failure;
	struct handshake *hs = NULL;
	char text[ENDPOINT_TEXT];
	uint8_t random[HELLO_RANDOM];

	memcpy(random, dgram->random, sizeof(random));
	memcpy(client, ep, sizeof(*ep));
	memcpy(client + sizeof(*ep), random, sizeof(random));
	hello.client = client;
	hello.client_len = sizeof(client);

	backend = handshake_choose(&session_config->handshake, data, len);
	switch (backend->listen(session_listener(backend), &hello, &hs, &failure)) {
	case HANDSHAKE_VERIFY:
		stats.cookie_sent++;
		break;
	case HANDSHAKE_ACCEPTED:
		stats.cookie_good++;
		accept_session(ep, backend, hs, random);
		return;
	case HANDSHAKE_REFUSED:
		stats.refused[failure]++;
		log_limited(LOG_NOTICE, "ClientHello from %s refused: %s", endpoint_text(ep, text),
			    session_end_text(session_end_of(failure)));
		break;
	}
	/* Whoever forged the address gains nothing: never more out than in. */
	if (hello.reply_len && hello.reply_len <= len)
		listener_send(ep, hello.reply, hello.reply_len);
}

/* One that came late, or again: its cookie may be good still, but it is not the last. */
static bool is_stale(const struct session *s, const uint8_t *random)
{
	for (unsigned int i = 0; i < s->n_before; i++)
		if (!memcmp(s->before[i], random, HELLO_RANDOM))
			return true;
	return false;
}

void hello_receive(struct session *s, const struct endpoint *ep, const struct datagram *dgram,
		   const uint8_t *data, size_t len, uint8_t *part)
{
	bool same = s && !s->over.client && !memcmp(s->random, dgram->random, HELLO_RANDOM);

	stats.hello++;
	if (same && !s->over.assoc)
		session_run(s, part, datagram_handshake(data, len, session_cid_len(), part));
	else if (same || (s && is_stale(s, dgram->random)))
		stats.duplicate++;
	else
		listen_hello(ep, dgram, data, len);
}
