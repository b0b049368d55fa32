// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "array.h"
#include "binding.h"
#include "call.h"
#include "kernel.h"
#include "keylog.h"
#include "listener.h"
#include "log.h"
#include "peers.h"
#include "resume.h"
#include "session.h"
#include "session_life.h"
#include "stats.h"
#include "ticket.h"
#include "value.h"

#define TRIM_DELAY	5000		/* milliseconds */

#define UNKNOWN_KEY	16

const struct config *session_config;

static struct {
	const struct handshake_backend *backend;
	struct handshake_listener *listener;
} listeners[] = { { &handshake_mbedtls, NULL }, { &handshake_gnutls, NULL } };

static struct timer trim;

#define session_of(timer_, member)	\
	((struct session *)((char *)(timer_) - offsetof(struct session, member)))

size_t session_cid_len(void)
{
	return session_config->handshake.cid_len;
}

struct handshake_listener *session_listener(const struct handshake_backend *backend)
{
	for (size_t i = 0; i < ARRAY_SIZE(listeners); i++)
		if (listeners[i].backend == backend)
			return listeners[i].listener;
	return NULL;
}

static const char *who(const struct session *s)
{
	return s->peer ? s->peer->name : "(unknown)";
}

static const char *why(const struct session *s, enum session_end end)
{
	return s->over.client ? session_end_text_client(end) : session_end_text(end);
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
			 endpoint_text(&s->ep, text), why(s, end));
		return;
	}
	/* Said in full where it happened, or no failure. */
	if (end == SESSION_KERNEL || end == SESSION_SHUTDOWN)
		return;
	if (s->peer)
		log_limited(LOG_NOTICE, "peer %s at %s: handshake failed: %s", who(s),
			    endpoint_text(&s->ep, text), why(s, end));
	else if (s->identity_len)
		log_limited(LOG_NOTICE, "handshake with %s failed, identity \"%s\": %s",
			    endpoint_text(&s->ep, text),
			    log_escape(escaped, sizeof(escaped), s->identity, s->identity_len),
			    why(s, end));
	else
		log_limited(LOG_NOTICE, "handshake with %s failed: %s",
			    endpoint_text(&s->ep, text), why(s, end));
}

void session_free(struct session *s, enum session_end end)
{
	/* To the client all unknown identities look like a wrong key; not to us. */
	if (end == SESSION_BAD_KEY && s->unknown)
		end = SESSION_UNKNOWN_IDENTITY;
	if (end == SESSION_ASSOC_GONE && s->confirmed)
		end = SESSION_CONFIRMED;
	stats.ended[end]++;
	log_end(s, end);

	if (s->over.client && !s->over.assoc)
		call_failed(s, end);

	timer_disarm(&s->retransmit);
	timer_disarm(&s->expiry);
	session_remove(s);
	s->backend->free(s->hs);
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

static const char *const resumed_text[] = {
	[HANDSHAKE_NOT_RESUMED] = "",
	[HANDSHAKE_RESUMED_BY_ID] = ", session resumed by its ID",
	[HANDSHAKE_RESUMED_BY_TICKET] = ", session resumed by ticket",
};

/* From half-open to waiting for the first record. */
static void handed_over(struct session *s)
{
	char text[ENDPOINT_TEXT];

	if (!session_move(s))
		log_error("out of memory: the session of %s is kept until its time is over",
			  who(s));
	s->grace_max = timer_now() + session_config->confirm_expiry;
	timer_arm(&s->expiry, s->grace_max);
	stats.handshakes++;
	stats.resumed[s->resumed]++;
	log_info("peer %s at %s: handshake done (%s%s), association %u", who(s),
		 endpoint_text(&s->ep, text), dgsec_cipher_name(s->over.cipher),
		 resumed_text[s->resumed], s->over.assoc);
}

/* Design.md section 7: the association is there before the final flight leaves. */
static int hand_over(struct session *s)
{
	struct handshake_keys keys;
	char text[ENDPOINT_TEXT];
	int ret;

	ret = s->peer ? s->backend->keys(s->hs, &keys) : -EACCES;
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

/*
 * Our Finished may leave: the client's is still to come, so there is no association
 * yet. Its application data is held meanwhile, as if it had overtaken its Finished.
 */
static int resume(struct session *s)
{
	const uint8_t *binding;
	struct handshake_keys keys;
	size_t len;
	int ret;

	s->resumed = s->backend->resumed(s->hs, &binding, &len);
	s->peer = binding_peer(session_config, binding, len);
	ret = s->peer ? s->backend->keys(s->hs, &keys) : -EACCES;
	if (!ret)
		handover_resume(&s->over, &keys);
	explicit_bzero(&keys, sizeof(keys));
	return ret;
}

/* Our ChangeCipherSpec is about to leave, perhaps again. */
static int before_change(struct session *s)
{
	const uint8_t *binding;
	size_t len;

	if (s->over.assoc || s->over.resumes)
		return 0;
	if (s->backend->resumed &&
	    s->backend->resumed(s->hs, &binding, &len) != HANDSHAKE_NOT_RESUMED)
		return resume(s);
	return hand_over(s);
}

static int may_send(struct session *s, const struct record *rec)
{
	if (handover_may_send(&s->over, rec))
		return 0;
	s->end = SESSION_SEQUENCE;
	return -ERANGE;
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
		if (rec.type == RECORD_CHANGE_CIPHER_SPEC && !s->over.client)
			ret = before_change(s);
		ret = ret ? ret : may_send(s, &rec);
		/*
		 * A client that has no association yet does not know how long
		 * the connection ID is: only that its Finished comes last.
		 */
		if (rec.type == RECORD_CID && s->over.client && !s->over.assoc)
			left = 0;
	}
	if (!ret && left && s->over.client)
		ret = record_head(at, left, &rec) ? may_send(s, &rec) : -EPROTO;
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
		peer = config_peer_by_identity(session_config, text);
	}
	s->peer = peer;
	if (peer) {
		*psk = peer->psk;
		return true;
	}
	s->unknown = true;
	if (session_config->reject_unknown)
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

static size_t on_bind(void *user, uint8_t *binding)
{
	struct session *s = user;

	return s->peer ? binding_make(session_config, s->peer, s->until, binding) : 0;
}

static bool on_resume(const uint8_t *binding, size_t len)
{
	return binding_peer(session_config, binding, len);
}

static void on_secret(void *user, const uint8_t *random, const uint8_t *secret)
{
	(void)user;
	keylog_write(random, secret);
}

static const struct handshake_events events = {
	.send = on_send,
	.psk = on_psk,
	.timer = on_timer,
	.bind = on_bind,
	.resume = on_resume,
	.secret = on_secret,
	.claim = session_claim,
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

	if (end == SESSION_KERNEL && !s->over.client)
		send_internal_error(s);
	if (!end)
		end = s->over.assoc ? SESSION_LIBRARY :
				      session_end_of(s->backend->failure(s->hs));
	/* The final flight did not leave in full: the client has no association. */
	if (s->over.assoc && !s->over.done)
		kernel_assoc_del(s->over.assoc);
	session_free(s, end);
}

/*
 * A resumed session: the client has said the last word, and what it may repeat
 * needs no answer (RFC 6347 section 4.2.4).
 */
static void resumed(struct session *s)
{
	if (hand_over(s)) {
		s->end = SESSION_ALIVE;
		s->backend->abort(s->hs);
		session_free(s, SESSION_KERNEL);
		return;
	}
	handover_finish(&s->over, &s->ep);
	call_established(s);
	session_free(s, SESSION_RESUMED);
}

/*
 * The handshake is done. A client has its association only now; and if the last
 * flight was not its own, there is nothing left to repeat.
 */
static void done(struct session *s)
{
	if (s->over.resumes) {
		resumed(s);
		return;
	}
	if (s->over.client && hand_over(s)) {
		failed(s);
		return;
	}
	handover_finish(&s->over, &s->ep);
	call_established(s);
	if (s->over.client && !s->over.last)
		session_free(s, SESSION_CONNECTED);
}

void session_run(struct session *s, const uint8_t *data, size_t len)
{
	switch (s->backend->run(s->hs, data, len)) {
	case HANDSHAKE_FAILED:
		failed(s);
		break;
	case HANDSHAKE_DONE:
		if (!s->over.done)
			done(s);
		break;
	case HANDSHAKE_PENDING:
		break;
	}
}

static void on_retransmit(struct timer *timer)
{
	session_run(session_of(timer, retransmit), NULL, 0);
}

static void refuse(const struct handshake_backend *backend, struct handshake *hs)
{
	log_limited(LOG_ERR, "out of memory: a handshake was refused");
	backend->free(hs);
}

struct session *session_new(const struct endpoint *ep, const struct handshake_backend *backend,
			    struct handshake *hs)
{
	struct session *s = calloc(1, sizeof(*s));

	if (!s) {
		refuse(backend, hs);
		return NULL;
	}
	s->ep = *ep;
	s->backend = backend;
	s->hs = hs;
	s->retransmit.fire = on_retransmit;
	s->expiry.fire = on_expiry;
	return s;
}

struct session *session_connect(struct peer *peer, const struct endpoint *ep, uint32_t succeeds)
{
	struct session *old = session_find(ep), *s = NULL;
	struct handshake *hs;

	/* A key of its own is all that we can show as a client so far. */
	if (!peer->psk.len) {
		log_limited(LOG_ERR, "peer %s cannot be called: it has no psk", peer->name);
		return NULL;
	}
	hs = handshake_mbedtls.connect(session_listener(&handshake_mbedtls), peer->local_identity,
				       &peer->psk);
	if (hs)
		s = session_new(ep, &handshake_mbedtls, hs);
	else
		log_limited(LOG_ERR, "out of memory: peer %s cannot be called", peer->name);
	if (!s)
		return NULL;
	s->peer = peer;
	s->over.client = true;
	s->over.succeeds = succeeds;
	if (old)
		session_free(old, SESSION_RESTARTED);
	return s;
}

void session_begin(struct session *s)
{
	if (!session_insert(s)) {
		if (s->over.client)
			call_failed(s, SESSION_INTERNAL);
		refuse(s->backend, s->hs);
		free(s);
		return;
	}
	timer_arm(&s->expiry, timer_now() + session_config->half_open_expiry);
	handover_expect(&s->over, &s->ep, session_config->half_open_expiry);
	s->backend->attach(s->hs, s);
	session_run(s, NULL, 0);
}

/* ---- the kernel's events --------------------------------------------------- */

static void confirm(struct session *s)
{
	if (s->confirmed)
		return;
	s->confirmed = true;
	timer_arm(&s->expiry, timer_now() + session_config->confirm_grace);
}

void session_confirmed(const struct dgsec_assoc *assoc)
{
	struct session *s = session_find_assoc(assoc->id);

	if (s)
		confirm(s);
}

void session_assoc_gone(const struct dgsec_assoc *assoc)
{
	struct session *s = session_find_assoc(assoc->id);

	if (s)
		session_free(s, SESSION_ASSOC_GONE);
}

static int on_assoc(const struct dgsec_assoc *assoc, void *arg)
{
	struct session *s = session_find_assoc(assoc->id);

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

	TAILQ_FOREACH(s, &session_waiting_list, entry)
		s->seen = false;
	ret = kernel_assoc_list(on_assoc, NULL);
	if (ret) {
		/* Nothing is wrong but memory: they end when their time is over. */
		log_warning("associations cannot be listed: %s", kernel_error());
		return;
	}
	for (s = TAILQ_FIRST(&session_waiting_list); s; s = next) {
		next = TAILQ_NEXT(s, entry);
		if (!s->seen)
			session_free(s, SESSION_ASSOC_GONE);
	}
}

/* ---- configuration --------------------------------------------------------- */

static void set_resumption(const struct config *with)
{
	resume_set(with->resume_seconds, with->session_cache);
	ticket_set(with->session_tickets ? with->resume_seconds : 0);
}

static int set_keylog(const struct config *with)
{
	return keylog_set(*with->key_log ? with->key_log : NULL);
}

int session_start(const struct config *with)
{
	session_config = with;
	if (set_keylog(with) || binding_start())
		return -EACCES;
	set_resumption(with);
	trim.fire = trim_memory;
	for (size_t i = 0; i < ARRAY_SIZE(listeners); i++) {
		listeners[i].listener = listeners[i].backend->open(&with->handshake, &events);
		if (listeners[i].listener)
			continue;
		log_error("%s cannot be set up: out of memory or randomness",
			  listeners[i].backend->name);
		return -ENOMEM;
	}
	return 0;
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
	int ret = 0;

	for (size_t i = 0; i < ARRAY_SIZE(listeners); i++)
		ret |= listeners[i].backend->set(listeners[i].listener, &with->handshake);
	renew_list(&session_half_open_list, with);
	renew_list(&session_waiting_list, with);
	if (strcmp(session_config->key_log, with->key_log))
		set_keylog(with);
	session_config = with;
	set_resumption(with);
	resume_sift(on_resume);
	return ret;
}

void session_stop(void)
{
	struct session *s;

	while ((s = TAILQ_FIRST(&session_half_open_list)))
		session_free(s, SESSION_SHUTDOWN);
	while ((s = TAILQ_FIRST(&session_waiting_list)))
		session_free(s, SESSION_SHUTDOWN);
	resume_stop();
	ticket_stop();
	keylog_close();
	for (size_t i = 0; i < ARRAY_SIZE(listeners); i++) {
		listeners[i].backend->close(listeners[i].listener);
		listeners[i].listener = NULL;
	}
	timer_disarm(&trim);
}
