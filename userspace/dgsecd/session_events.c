// SPDX-License-Identifier: GPL-2.0
/* What the handshake library asks and tells of a session, until the kernel has the keys. */
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "binding.h"
#include "keylog.h"
#include "listener.h"
#include "log.h"
#include "session_life.h"
#include "stats.h"
#include "value.h"

#define UNKNOWN_KEY	16

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
			  session_who(s));
	s->grace_max = timer_now() + session_config->confirm_expiry;
	timer_arm(&s->expiry, s->grace_max);
	stats.handshakes++;
	stats.resumed[s->resumed]++;
	log_info("peer %s at %s: handshake done (%s%s), association %u", session_who(s),
		 endpoint_text(&s->ep, text), dgsec_cipher_name(s->over.cipher),
		 resumed_text[s->resumed], s->over.assoc);
}

int session_hand_over(struct session *s)
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
		  session_who(s), endpoint_text(&s->ep, text),
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
	return session_hand_over(s);
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

const struct handshake_events session_events = {
	.send = on_send,
	.psk = on_psk,
	.timer = on_timer,
	.bind = on_bind,
	.resume = on_resume,
	.secret = on_secret,
	.claim = session_claim,
};
