// SPDX-License-Identifier: GPL-2.0
/*
 * Many clients, one association: a record carries no addresses, so requests of
 * others than the peer's service get message IDs and tokens of their own towards
 * the device, and their answers get back what the client had chosen. What a
 * device sends by itself keeps its message ID: those are unique already.
 */

#include "exchange.h"

/* As it is, but for what is said about it afterwards */
static void keep(struct dgsec_verdict *v, const struct dgsec_coap *m)
{
	v->rewrite = true;
	v->to.mid = m->mid;
	v->to.old_len = m->token_len;
	v->to.token_len = m->token_len;
	memcpy(v->to.token, m->token, m->token_len);
}

/* ---- to the device ---- */

/* Its token is replaced, and its message ID. */
static int request(struct dgsec_exchanges *x, const struct dgsec_asker *from,
		   const struct dgsec_coap *m, const u8 *data, size_t len,
		   u32 now, struct dgsec_verdict *v)
{
	struct dgsec_exchange *e;
	u32 observe;

	e = dgsec_exchange_by_client(x, from, m->token, m->token_len, now);
	if (!e) {
		e = dgsec_exchange_open(x, from, m->token, m->token_len, now,
					&v->evicted);
		if (!e)
			return DGSEC_A_STATS_TX_DROP_MEMORY;
		v->opened += !from->service;
	}
	e->requests++;
	e->flags &= ~(DGSEC_EXCHANGE_ACKED | DGSEC_EXCHANGE_ANSWERED |
		      DGSEC_EXCHANGE_CON);
	if (m->type == COAP_CON)
		e->flags |= DGSEC_EXCHANGE_CON;
	/* RFC 7641 section 2: 0 registers, 1 deregisters */
	if (dgsec_coap_observe(data, len, &observe)) {
		e->flags &= ~DGSEC_EXCHANGE_WANTED;
		if (!observe)
			e->flags |= DGSEC_EXCHANGE_WANTED;
		else
			e->flags &= ~DGSEC_EXCHANGE_OBSERVING;
	}
	v->to.mid = dgsec_exchange_send(x, e, m->mid, now);
	v->to.token_len = sizeof(e->ours);
	memcpy(v->to.token, e->ours, sizeof(e->ours));
	dgsec_exchange_use(e, now);
	return 0;
}

/* A ping, or something of the service's: only its message ID is replaced. */
static int message(struct dgsec_exchanges *x, const struct dgsec_asker *from,
		   const struct dgsec_coap *m, u32 now, struct dgsec_verdict *v)
{
	u8 theirs[COAP_TOKEN_MAX] = {};
	struct dgsec_exchange *e;

	put_unaligned_be16(m->mid, theirs);
	e = dgsec_exchange_by_client(x, from, theirs, DGSEC_EXCHANGE_NO_TOKEN,
				     now);
	if (!e) {
		e = dgsec_exchange_open(x, from, theirs,
					DGSEC_EXCHANGE_NO_TOKEN, now,
					&v->evicted);
		if (!e)
			return DGSEC_A_STATS_TX_DROP_MEMORY;
		v->opened += !from->service;
	}
	e->requests++;
	if (m->type == COAP_CON)
		e->flags |= DGSEC_EXCHANGE_CON;
	v->to.mid = dgsec_exchange_send(x, e, m->mid, now);
	dgsec_exchange_use(e, now);
	return 0;
}

/* A client acknowledges or rejects what the device sent it. */
static int acknowledge(struct dgsec_exchanges *x,
		       const struct dgsec_asker *from,
		       const struct dgsec_coap *m, u32 now,
		       struct dgsec_verdict *v)
{
	struct dgsec_exchange *e;

	e = dgsec_exchange_by_reply(x, from, m->mid, now);
	if (!e)
		return DGSEC_A_STATS_TX_DROP_NO_EXCHANGE;
	/* RFC 7641 section 3.6: that ends an observation */
	if (m->type == COAP_RST)
		e->flags &= ~(DGSEC_EXCHANGE_WANTED | DGSEC_EXCHANGE_OBSERVING);
	/* the device knows its message ID only where it sent it */
	v->via = e->via;
	dgsec_exchange_use(e, now);
	return 0;
}

/* Of the service: nothing to do, unless it could be mixed up with others'. */
static int from_service(struct dgsec_exchanges *x,
			const struct dgsec_asker *from,
			const struct dgsec_coap *m, const u8 *data, size_t len,
			u32 now, struct dgsec_verdict *v)
{
	/* what it answers has the device's message ID */
	if (m->type == COAP_ACK || m->type == COAP_RST ||
	    *from->sharing != DGSEC_SHARING_YES)
		return 0;
	if (dgsec_coap_is_request(m) && m->token_len == DGSEC_EXCHANGE_TOKEN)
		return request(x, from, m, data, len, now, v);
	return message(x, from, m, now, v);
}

static int from_client(struct dgsec_exchanges *x,
		       const struct dgsec_asker *from,
		       const struct dgsec_coap *m, const u8 *data, size_t len,
		       u32 now, struct dgsec_verdict *v)
{
	if (dgsec_coap_is_request(m))
		return request(x, from, m, data, len, now, v);
	if (m->code == COAP_EMPTY && m->type == COAP_CON)
		return message(x, from, m, now, v);
	if (m->code == COAP_EMPTY)
		return acknowledge(x, from, m, now, v);
	/* a response, but the device asks its service only */
	return DGSEC_A_STATS_TX_DROP_NO_EXCHANGE;
}

/**
 * dgsec_exchange_out - a message to a device
 * @x: the table
 * @from: who sends it
 * @data: the message
 * @len: its length
 * @now: the time, in seconds
 * @v: what becomes of it
 *
 * Context: bottom halves off.
 * Return: 0 or the counter of the reason to drop.
 */
int dgsec_exchange_out(struct dgsec_exchanges *x,
		       const struct dgsec_asker *from, const u8 *data,
		       size_t len, u32 now, struct dgsec_verdict *v)
{
	struct dgsec_coap m;
	int stat;

	memset(v, 0, sizeof(*v));
	if (!dgsec_coap_parse(data, len, &m)) {
		/* the service may send what it likes */
		return from->service ? 0 : DGSEC_A_STATS_TX_DROP_NOT_COAP;
	}
	keep(v, &m);
	spin_lock(&x->lock);
	if (!x->max || !x->max_peer)
		stat = from->service ? 0 : DGSEC_A_STATS_TX_DROP_NOT_SERVICE;
	else if (from->service)
		stat = from_service(x, from, &m, data, len, now, v);
	else
		stat = from_client(x, from, &m, data, len, now, v);
	spin_unlock(&x->lock);
	return stat;
}

/* ---- from the device ---- */

/* It goes to whoever has asked, who finds its own token. */
static void answer(struct dgsec_verdict *v, const struct dgsec_exchange *e,
		   bool with_token)
{
	v->client = !(e->flags & DGSEC_EXCHANGE_SERVICE);
	v->addr = e->addr;
	v->port = e->port;
	v->inner_port = e->inner_port;
	if (!with_token || e->theirs_len == DGSEC_EXCHANGE_NO_TOKEN)
		return;
	v->to.token_len = e->theirs_len;
	memcpy(v->to.token, e->theirs, e->theirs_len);
}

/* A response has come. Is it a notification (RFC 7641 section 4.2)? */
static void note_response(struct dgsec_exchange *e, const struct dgsec_coap *m,
			  const u8 *data, size_t len)
{
	u32 value;

	e->responses++;
	e->flags |= DGSEC_EXCHANGE_ANSWERED;
	if (dgsec_coap_class(m) == COAP_CLASS_SUCCESS &&
	    dgsec_coap_observe(data, len, &value)) {
		if (e->flags & DGSEC_EXCHANGE_WANTED)
			e->flags |= DGSEC_EXCHANGE_OBSERVING;
		return;
	}
	e->flags &= ~(DGSEC_EXCHANGE_WANTED | DGSEC_EXCHANGE_OBSERVING);
}

/* A separate response or a notification: its token says whose it is. */
static int respond(struct dgsec_exchanges *x, u32 peer, u32 via,
		   const struct dgsec_coap *m, const u8 *data, size_t len,
		   u32 now, struct dgsec_verdict *v)
{
	struct dgsec_exchange *e = NULL;

	if (m->token_len == DGSEC_EXCHANGE_TOKEN)
		e = dgsec_exchange_by_token(x, peer, m->token, now);
	if (!e)
		return 0;
	note_response(e, m, data, len);
	dgsec_exchange_replied(x, e, m->mid, via);
	dgsec_exchange_use(e, now);
	answer(v, e, true);
	return 0;
}

static bool has_token(const struct dgsec_exchange *e,
		      const struct dgsec_coap *m)
{
	if (e->theirs_len == DGSEC_EXCHANGE_NO_TOKEN)
		return e->flags & DGSEC_EXCHANGE_SERVICE;
	return m->token_len == sizeof(e->ours) &&
	       !memcmp(m->token, e->ours, sizeof(e->ours));
}

/* It acknowledges or rejects a message of ours, or answers it at once. */
static int acknowledged(struct dgsec_exchanges *x, u32 peer,
			const struct dgsec_coap *m, const u8 *data, size_t len,
			u32 now, struct dgsec_verdict *v)
{
	struct dgsec_message *message;
	struct dgsec_exchange *e;

	message = dgsec_exchange_by_message(x, peer, m->mid, now);
	if (!message || (m->code && !has_token(message->exchange, m))) {
		/*
		 * The service had this ID before the peer was shared: the
		 * device takes our message for that one and repeats its
		 * answer. When the client repeats it, it gets another ID.
		 */
		if (message)
			hlist_del_init(&message->node);
		return m->token_len == DGSEC_EXCHANGE_TOKEN &&
		       dgsec_exchange_by_token(x, peer, m->token, now) ?
		       DGSEC_A_STATS_RX_DROP_NO_EXCHANGE : 0;
	}

	e = message->exchange;
	if (m->code)
		note_response(e, m, data, len);
	else if (m->type == COAP_ACK)
		e->flags |= DGSEC_EXCHANGE_ACKED;
	else
		e->flags = (e->flags & ~(DGSEC_EXCHANGE_WANTED |
					 DGSEC_EXCHANGE_OBSERVING)) |
			   DGSEC_EXCHANGE_ANSWERED;
	v->to.mid = message->theirs;
	dgsec_exchange_use(e, now);
	answer(v, e, m->code);
	return 0;
}

/**
 * dgsec_exchange_in - a message from a device
 * @x: the table
 * @peer: the device's id
 * @via: id of the association that it came by
 * @data: the message
 * @len: its length
 * @now: the time, in seconds
 * @v: what becomes of it
 *
 * Only what answers an open exchange goes to others than the service.
 *
 * Context: bottom halves off.
 * Return: 0 or the counter of the reason to drop.
 */
int dgsec_exchange_in(struct dgsec_exchanges *x, u32 peer, u32 via,
		      const u8 *data, size_t len, u32 now,
		      struct dgsec_verdict *v)
{
	struct dgsec_coap m;
	int stat = 0;

	memset(v, 0, sizeof(*v));
	if (!dgsec_coap_parse(data, len, &m) || dgsec_coap_is_request(&m))
		return 0;
	keep(v, &m);
	spin_lock(&x->lock);
	if (m.type == COAP_ACK || m.type == COAP_RST)
		stat = acknowledged(x, peer, &m, data, len, now, v);
	else if (m.code)
		stat = respond(x, peer, via, &m, data, len, now, v);
	spin_unlock(&x->lock);
	return stat;
}
