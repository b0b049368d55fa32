// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <malloc.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/random.h>

#include "handover.h"
#include "kernel.h"
#include "listener.h"
#include "log.h"
#include "peers.h"
#include "record.h"
#include "session.h"
#include "stats.h"
#include "timer.h"
#include "value.h"

#define TRIM_DELAY	5000		/* milliseconds */

#define UNKNOWN_KEY	16
#define RANDOMS_BEFORE	4

/* Of all unfinished handshakes one address may have this part, or so many. */
#define ADDRESS_PART	8
#define ADDRESS_LEAST	4

static const struct handshake_backend *const backend = &handshake_mbedtls;

struct session {
	TAILQ_ENTRY(session) entry;
	struct endpoint ep;
	struct handshake *hs;
	struct peer *peer;		/* NULL until known, or unknown */
	struct handover over;
	uint8_t random[HELLO_RANDOM];	/* the client's */
	uint8_t before[RANDOMS_BEFORE][HELLO_RANDOM];	/* of the sessions it replaced */
	unsigned int n_before;
	enum session_end end;		/* decided while the library runs */
	bool unknown;			/* its identity is */
	bool seen;			/* by session_resync() */
	bool confirmed;
	size_t identity_len;
	uint8_t identity[HANDSHAKE_IDENTITY_MAX];
	struct timer retransmit;
	struct timer expiry;
	uint64_t grace_max;		/* when the last grace ends */
};

TAILQ_HEAD(session_list, session);

static const struct config *config;
static struct handshake_listener *listener;
static struct session_list half_open = TAILQ_HEAD_INITIALIZER(half_open);
static struct session_list waiting = TAILQ_HEAD_INITIALIZER(waiting);
static size_t n_half_open, n_waiting;
static void *by_endpoint;
static void *by_assoc;
static struct timer trim;

#define session_of(timer_, member)	\
	((struct session *)((char *)(timer_) - offsetof(struct session, member)))

/* Of our connection IDs, in records that come */
static size_t cid_len(void)
{
	return config->handshake.cid_len;
}

size_t session_count(void)
{
	return n_half_open + n_waiting;
}

size_t session_half_open(void)
{
	return n_half_open;
}

static int compare_endpoint(const void *a, const void *b)
{
	const struct session *x = a, *y = b;

	return endpoint_compare(&x->ep, &y->ep);
}

static int compare_assoc(const void *a, const void *b)
{
	const struct session *x = a, *y = b;

	return (x->over.assoc > y->over.assoc) - (x->over.assoc < y->over.assoc);
}

static struct session *find(const struct endpoint *ep)
{
	struct session key = { .ep = *ep }, **found;

	found = tfind(&key, &by_endpoint, compare_endpoint);
	return found ? *found : NULL;
}

static struct session *find_assoc(const struct dgsec_assoc *assoc)
{
	struct session key = { .over.assoc = assoc->id }, **found;

	found = tfind(&key, &by_assoc, compare_assoc);
	return found ? *found : NULL;
}

static const char *who(const struct session *s)
{
	return s->peer ? s->peer->name : "(unknown)";
}

/* ---- end ------------------------------------------------------------------- */

/* The library's contexts are large, and freed memory stays ours unless asked. */
static void trim_memory(struct timer *timer)
{
	(void)timer;
#ifdef __GLIBC__
	malloc_trim(0);
#endif
}

static void log_end(const struct session *s, enum session_end end)
{
	char text[ENDPOINT_TEXT], escaped[LOG_ESCAPED(HANDSHAKE_IDENTITY_MAX)];

	if (s->over.assoc) {
		log_line(end == SESSION_SEQUENCE ? LOG_WARNING : LOG_DEBUG,
			 "peer %s at %s: handshake state freed: %s", who(s),
			 endpoint_text(&s->ep, text), session_end_text(end));
		return;
	}
	/* Said in full where it happened, or no failure. */
	if (end == SESSION_KERNEL || end == SESSION_SHUTDOWN)
		return;
	if (s->peer)
		log_limited(LOG_NOTICE, "peer %s at %s: handshake failed: %s", who(s),
			    endpoint_text(&s->ep, text), session_end_text(end));
	else if (s->identity_len)
		log_limited(LOG_NOTICE, "handshake with %s failed, identity \"%s\": %s",
			    endpoint_text(&s->ep, text),
			    log_escape(escaped, sizeof(escaped), s->identity, s->identity_len),
			    session_end_text(end));
	else
		log_limited(LOG_NOTICE, "handshake with %s failed: %s",
			    endpoint_text(&s->ep, text), session_end_text(end));
}

static void session_free(struct session *s, enum session_end end)
{
	/* To the client all unknown identities look like a wrong key; not to us. */
	if (end == SESSION_BAD_KEY && s->unknown)
		end = SESSION_UNKNOWN_IDENTITY;
	if (end == SESSION_ASSOC_GONE && s->confirmed)
		end = SESSION_CONFIRMED;
	stats.ended[end]++;
	log_end(s, end);

	timer_disarm(&s->retransmit);
	timer_disarm(&s->expiry);
	tdelete(s, &by_endpoint, compare_endpoint);
	if (s->over.assoc) {
		tdelete(s, &by_assoc, compare_assoc);
		TAILQ_REMOVE(&waiting, s, entry);
		n_waiting--;
	} else {
		TAILQ_REMOVE(&half_open, s, entry);
		n_half_open--;
	}
	backend->free(s->hs);
	handover_free(&s->over, &s->ep);
	explicit_bzero(s, sizeof(*s));
	free(s);

	if (!trim.armed)
		timer_arm(&trim, timer_now() + TRIM_DELAY);
}

static void on_expiry(struct timer *timer)
{
	struct session *s = session_of(timer, expiry);

	if (s->confirmed)
		session_free(s, SESSION_CONFIRMED);
	else
		session_free(s, s->over.assoc ? SESSION_UNCONFIRMED : SESSION_EXPIRED);
}

/* ---- the library's events -------------------------------------------------- */

/* From half-open to waiting for the first record. */
static void handed_over(struct session *s)
{
	char text[ENDPOINT_TEXT];

	if (!tsearch(s, &by_assoc, compare_assoc))
		log_error("out of memory: the session of %s is kept until its time is over",
			  who(s));
	TAILQ_REMOVE(&half_open, s, entry);
	n_half_open--;
	TAILQ_INSERT_TAIL(&waiting, s, entry);
	n_waiting++;
	s->grace_max = timer_now() + config->confirm_expiry;
	timer_arm(&s->expiry, s->grace_max);
	stats.handshakes++;
	log_info("peer %s at %s: handshake done (%s), association %u", who(s),
		 endpoint_text(&s->ep, text), dgsec_cipher_name(s->over.cipher), s->over.assoc);
}

/* Design.md section 7: the association is there before the final flight leaves. */
static int hand_over(struct session *s)
{
	struct handshake_keys keys;
	char text[ENDPOINT_TEXT];
	int ret;

	ret = s->peer ? backend->keys(s->hs, &keys) : -EACCES;
	if (!ret)
		ret = handover_install(&s->over, s->peer, &s->ep, &keys);
	explicit_bzero(&keys, sizeof(keys));
	if (!ret) {
		handed_over(s);
		return 0;
	}
	log_error("peer %s at %s: handshake refused, as the kernel refuses the association: %s",
		  who(s), endpoint_text(&s->ep, text),
		  s->over.refusal ? s->over.refusal : strerror(-ret));
	s->end = SESSION_KERNEL;
	return ret;
}

static int on_send(void *user, const uint8_t *data, size_t len)
{
	struct session *s = user;
	const uint8_t *at = data;
	size_t left = len;
	struct record rec;
	int ret = 0;

	/* The library may try an alert after a refusal: in which epoch is unclear. */
	if (s->end)
		return -ECANCELED;

	while (!ret && record_next(&at, &left, s->over.tx_cid_len, &rec)) {
		if (rec.type == RECORD_CHANGE_CIPHER_SPEC && !s->over.assoc)
			ret = hand_over(s);
		if (!ret && !handover_may_send(&s->over, &rec)) {
			s->end = SESSION_SEQUENCE;
			ret = -ERANGE;
		}
	}
	if (!ret)
		listener_send(&s->ep, data, len);
	return ret;
}

static bool on_psk(void *user, const uint8_t *identity, size_t len, struct handshake_psk *psk)
{
	char text[HANDSHAKE_IDENTITY_MAX + 1];
	struct session *s = user;
	struct peer *peer = NULL;

	s->identity_len = len < sizeof(s->identity) ? len : sizeof(s->identity);
	memcpy(s->identity, identity, s->identity_len);
	if (len > HANDSHAKE_IDENTITY_MAX || !value_utf8(identity, len, true))
		return false;

	/* One with a 0 in it cannot be configured. */
	if (!memchr(identity, 0, len)) {
		memcpy(text, identity, len);
		text[len] = '\0';
		peer = config_peer_by_identity(config, text);
	}
	s->peer = peer;
	if (peer) {
		*psk = peer->psk;
		return true;
	}
	s->unknown = true;
	if (config->reject_unknown)
		return false;

	/*
	 * RFC 4279 section 2: go on as if the identity were known and the key
	 * wrong, so that nobody can find out which identities there are.
	 */
	psk->len = UNKNOWN_KEY;
	return getrandom(psk->key, psk->len, 0) == (ssize_t)psk->len;
}

static void on_timer(void *user, unsigned int milliseconds)
{
	struct session *s = user;

	if (milliseconds)
		timer_arm(&s->retransmit, timer_now() + milliseconds);
	else
		timer_disarm(&s->retransmit);
}

static const struct handshake_events events = {
	.send = on_send,
	.psk = on_psk,
	.timer = on_timer,
};

/* ---- running --------------------------------------------------------------- */

/* In the clear, as the client has not seen our ChangeCipherSpec. */
static void send_internal_error(const struct session *s)
{
	enum { FATAL = 2, INTERNAL_ERROR = 80 };
	uint8_t alert[RECORD_ALERT_SIZE];

	record_alert(alert, s->over.next_clear, FATAL, INTERNAL_ERROR);
	listener_send(&s->ep, alert, sizeof(alert));
}

static void failed(struct session *s)
{
	enum session_end end = s->end;

	if (end == SESSION_KERNEL)
		send_internal_error(s);
	if (!end)
		end = s->over.assoc ? SESSION_LIBRARY :
				      session_end_of(backend->failure(s->hs));
	/* The final flight did not leave in full: the client has no association. */
	if (s->over.assoc && !s->over.done)
		kernel_assoc_del(s->over.assoc);
	session_free(s, end);
}

static void run(struct session *s, const uint8_t *data, size_t len)
{
	switch (backend->run(s->hs, data, len)) {
	case HANDSHAKE_FAILED:
		failed(s);
		break;
	case HANDSHAKE_DONE:
		if (!s->over.done)
			handover_finish(&s->over, &s->ep);
		break;
	case HANDSHAKE_PENDING:
		break;
	}
}

static void on_retransmit(struct timer *timer)
{
	run(session_of(timer, retransmit), NULL, 0);
}

/* ---- hello ----------------------------------------------------------------- */

/*
 * Whoever comes here has shown that its address is its own. So one address
 * pays for itself first, and then the oldest goes: a real client is done in
 * seconds, and tries again.
 */
static void make_room(const struct in6_addr *address)
{
	size_t most = config->half_open_max / ADDRESS_PART, n = 0;
	struct session *s, *oldest = NULL;

	TAILQ_FOREACH(s, &half_open, entry) {
		if (!IN6_ARE_ADDR_EQUAL(&s->ep.remote, address))
			continue;
		if (!oldest)
			oldest = s;
		n++;
	}
	if (n >= (most > ADDRESS_LEAST ? most : ADDRESS_LEAST))
		session_free(oldest, SESSION_EVICTED);
	if (n_half_open >= config->half_open_max)
		session_free(TAILQ_FIRST(&half_open), SESSION_EVICTED);
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

static void accept_session(const struct endpoint *ep, struct handshake *hs, const uint8_t *random)
{
	struct session *old = find(ep), *s;

	s = calloc(1, sizeof(*s));
	if (s) {
		s->ep = *ep;
		s->hs = hs;
		memcpy(s->random, random, HELLO_RANDOM);
		s->retransmit.fire = on_retransmit;
		s->expiry.fire = on_expiry;
		if (old)
			take_place(s, old);
		make_room(&ep->remote);
	}
	if (!s || !tsearch(s, &by_endpoint, compare_endpoint)) {
		log_limited(LOG_ERR, "out of memory: a handshake was refused");
		free(s);
		backend->free(hs);
		return;
	}
	TAILQ_INSERT_TAIL(&half_open, s, entry);
	n_half_open++;
	timer_arm(&s->expiry, timer_now() + config->half_open_expiry);
	handover_expect(&s->over, ep, config->half_open_expiry);
	backend->attach(hs, s);
	run(s, NULL, 0);
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
	enum handshake_failure failure;
	struct handshake *hs = NULL;
	char text[ENDPOINT_TEXT];
	uint8_t random[HELLO_RANDOM];

	memcpy(random, dgram->random, sizeof(random));
	memcpy(client, ep, sizeof(*ep));
	memcpy(client + sizeof(*ep), random, sizeof(random));
	hello.client = client;
	hello.client_len = sizeof(client);

	switch (backend->listen(listener, &hello, &hs, &failure)) {
	case HANDSHAKE_VERIFY:
		stats.cookie_sent++;
		break;
	case HANDSHAKE_ACCEPTED:
		stats.cookie_good++;
		accept_session(ep, hs, random);
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

static void receive_hello(struct session *s, const struct endpoint *ep,
			  const struct datagram *dgram, const uint8_t *data, size_t len,
			  uint8_t *part)
{
	bool same = s && !memcmp(s->random, dgram->random, HELLO_RANDOM);

	stats.hello++;
	if (same && !s->over.assoc)
		run(s, part, datagram_handshake(data, len, cid_len(), part));
	else if (same || (s && is_stale(s, dgram->random)))
		stats.duplicate++;
	else
		listen_hello(ep, dgram, data, len);
}

/* ---- receiving ------------------------------------------------------------- */

/*
 * A client that sends data right behind its Finished (RFC 7918) may have lost
 * our final flight nevertheless: then it repeats its own, when its first record
 * has long come, and may have to do so again. What it repeats is not
 * authenticated when it comes here, so it cannot keep the state for ever.
 */
static void extend_grace(struct session *s)
{
	uint64_t end = timer_now() + config->confirm_grace;

	if (end > s->grace_max)
		end = s->grace_max;
	if (end > s->expiry.when)
		timer_arm(&s->expiry, end);
}

static void receive_protected(struct session *s, const struct endpoint *ep,
			      const uint8_t *data, size_t len, uint8_t *part)
{
	len = datagram_protected(data, len, cid_len(), part);
	if (s && !s->over.assoc)
		handover_hold(&s->over, part, len, cid_len());
	else
		handover_inject(ep, part, len);
}

/*
 * A record with a connection ID does not show what it is. The library gets what
 * can be a Finished: the first number of its epoch, or what follows a
 * ChangeCipherSpec; it would fail at application data. The kernel gets the rest,
 * and when there is an association also what the library got: whose it is not
 * passes it over, as its number was seen.
 */
static bool is_for_library(const struct session *s, const struct datagram *dgram)
{
	return s && (s->over.assoc || !dgram->cid_seq || dgram->change || s->over.changed);
}

/*
 * After the library has seen it, or not: the kernel's part. A Finished alone, by
 * which the association came about, is nothing to it.
 */
static void pass_on_cid(struct session *s, const struct endpoint *ep, bool taken,
			const uint8_t *data, size_t len, uint8_t *part)
{
	if (s && taken && !s->over.assoc)
		return;
	if (s && s->over.done && timer_now() >= s->over.inject_until)
		return;
	stats.application++;
	receive_protected(s, ep, data, len, part);
}

void session_receive(const struct endpoint *ep, const uint8_t *data, size_t len)
{
	static uint8_t part[LISTENER_DATAGRAM_MAX];
	struct session *s = find(ep);
	struct datagram dgram;
	bool for_library, alone;
	size_t len_part;

	datagram_classify(&dgram, data, len, cid_len());
	stats.records_daemon += dgram.applications;
	if (dgram.kind == DATAGRAM_HELLO_FRAGMENT) {
		stats.hello_fragment++;
		return;
	}
	if (dgram.kind == DATAGRAM_HELLO) {
		receive_hello(s, ep, &dgram, data, len, part);
		return;
	}
	for_library = dgram.cid && is_for_library(s, &dgram);
	if (dgram.protected && !dgram.cid) {
		stats.application++;
		receive_protected(s, ep, data, len, part);
	}
	if (dgram.handshake || for_library) {
		stats.handshake++;
		if (!s) {
			stats.no_session++;
			return;
		}
		if (s->confirmed)
			extend_grace(s);
		len_part = datagram_handshake(data, len, cid_len(), part);
		handover_note(&s->over, part, len_part, cid_len());
		s->over.changed = !dgram.cid && (s->over.changed || dgram.change);
		alone = for_library && dgram.cid == 1 && !s->over.assoc;
		run(s, part, len_part);
		if (alone)
			return;
		/* it may have failed */
		s = find(ep);
	}
	if (dgram.cid)
		pass_on_cid(s, ep, for_library, data, len, part);
	if (!dgram.handshake && !dgram.protected && !dgram.cid)
		stats.malformed++;
}

/* ---- the kernel's events --------------------------------------------------- */

static void confirm(struct session *s)
{
	if (s->confirmed)
		return;
	s->confirmed = true;
	timer_arm(&s->expiry, timer_now() + config->confirm_grace);
}

void session_confirmed(const struct dgsec_assoc *assoc)
{
	struct session *s = find_assoc(assoc);

	if (s)
		confirm(s);
}

void session_assoc_gone(const struct dgsec_assoc *assoc)
{
	struct session *s = find_assoc(assoc);

	if (s)
		session_free(s, SESSION_ASSOC_GONE);
}

static int on_assoc(const struct dgsec_assoc *assoc, void *arg)
{
	struct session *s = find_assoc(assoc);

	(void)arg;
	if (s) {
		s->seen = true;
		if (dgsec_has(assoc, DGSEC_A_ASSOC_CONFIRMED))
			confirm(s);
	}
	return 0;
}

void session_resync(void)
{
	struct session *s, *next;
	int ret;

	TAILQ_FOREACH(s, &waiting, entry)
		s->seen = false;
	ret = kernel_assoc_list(on_assoc, NULL);
	if (ret) {
		/* Nothing is wrong but memory: they end when their time is over. */
		log_warning("associations cannot be listed: %s", kernel_error());
		return;
	}
	for (s = TAILQ_FIRST(&waiting); s; s = next) {
		next = TAILQ_NEXT(s, entry);
		if (!s->seen)
			session_free(s, SESSION_ASSOC_GONE);
	}
}

/* ---- configuration --------------------------------------------------------- */

int session_start(const struct config *with)
{
	config = with;
	trim.fire = trim_memory;
	listener = backend->open(&with->handshake, &events);
	if (!listener)
		log_error("%s cannot be set up: out of memory or randomness", backend->name);
	return listener ? 0 : -ENOMEM;
}

/* The same peer in the new configuration, or NULL. */
static struct peer *renew(const struct session *s, const struct config *with)
{
	struct peer *peer = config_peer_by_addr(with, &s->peer->addr);

	return peer && peers_same(s->peer, peer) ? peer : NULL;
}

static void renew_list(struct session_list *list, const struct config *with)
{
	struct session *s, *next;
	struct peer *peer;

	for (s = TAILQ_FIRST(list); s; s = next) {
		next = TAILQ_NEXT(s, entry);
		if (!s->peer)
			continue;
		peer = renew(s, with);
		if (peer)
			s->peer = peer;
		else
			session_free(s, SESSION_PEER_CHANGED);
	}
}

int session_reload(const struct config *with)
{
	int ret = backend->set(listener, &with->handshake);

	renew_list(&half_open, with);
	renew_list(&waiting, with);
	config = with;
	return ret;
}

void session_stop(void)
{
	struct session *s;

	while ((s = TAILQ_FIRST(&half_open)))
		session_free(s, SESSION_SHUTDOWN);
	while ((s = TAILQ_FIRST(&waiting)))
		session_free(s, SESSION_SHUTDOWN);
	backend->close(listener);
	listener = NULL;
	timer_disarm(&trim);
}
