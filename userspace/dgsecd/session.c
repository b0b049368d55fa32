// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

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

#define TRIM_DELAY	5000		/* milliseconds */

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

const char *session_who(const struct session *s)
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
			 "peer %s at %s: handshake state freed: %s", session_who(s),
			 endpoint_text(&s->ep, text), why(s, end));
		return;
	}
	/* Said in full where it happened, or no failure. */
	if (end == SESSION_KERNEL || end == SESSION_SHUTDOWN)
		return;
	if (s->peer)
		log_limited(LOG_NOTICE, "peer %s at %s: handshake failed: %s", session_who(s),
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
	if (session_hand_over(s)) {
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
	if (s->over.client && session_hand_over(s)) {
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
		listeners[i].listener = listeners[i].backend->open(&with->handshake,
								&session_events);
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
	resume_sift(session_events.resume);
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
