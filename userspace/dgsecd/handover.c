// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "handover.h"
#include "kernel.h"
#include "log.h"
#include "peers.h"
#include "session.h"
#include "stats.h"
#include "timer.h"

/* So long what was on the socket before may still have to be read, milliseconds. */
#define INJECT_TIME	1000

struct handover_datagram {
	size_t len;
	uint8_t data[];
};

void handover_expect(struct handover *over, const struct endpoint *ep, uint32_t milliseconds)
{
	int ret = kernel_expect_add(ep, (milliseconds + 999) / 1000);

	over->expected = !ret;
	if (ret)
		log_limited(LOG_WARNING,
			    "application data that overtakes a handshake will be lost: %s",
			    kernel_error());
}

static void unexpect(struct handover *over, const struct endpoint *ep)
{
	/* It may have expired meanwhile: no error. */
	if (over->expected)
		kernel_expect_del(ep);
	over->expected = false;
}

void handover_note(struct handover *over, const uint8_t *data, size_t len, size_t cid_len)
{
	struct record rec;

	while (record_next(&data, &len, cid_len, &rec)) {
		if ((rec.type != RECORD_HANDSHAKE && rec.type != RECORD_CID) || !rec.epoch)
			continue;
		if (!over->finished_seen || rec.seq < over->finished)
			over->finished = rec.seq;
		over->finished_seen = true;
	}
}

bool handover_may_send(struct handover *over, const struct record *rec)
{
	if (!rec->epoch) {
		if (rec->seq >= over->next_clear)
			over->next_clear = rec->seq + 1;
		return true;
	}
	/*
	 * The kernel sends in the same epoch from SESSION_RESERVED on, and a
	 * number used twice would give the key away.
	 */
	if (!over->assoc && !over->resumes && !over->client)
		return false;
	/* Whose Finished comes second has the last flight, and may have to repeat it. */
	if (over->client && !over->protected)
		over->last = over->finished_seen;
	over->protected = true;
	return rec->epoch == 1 && rec->seq < SESSION_RESERVED;
}

/* ---- held datagrams -------------------------------------------------------- */

void handover_hold(struct handover *over, const uint8_t *data, size_t len, size_t cid_len)
{
	struct handover_datagram *dgram = NULL;
	struct record rec;

	if (over->n_held < HANDOVER_HELD && len <= HANDOVER_HELD_SIZE)
		dgram = malloc(sizeof(*dgram) + len);
	if (!dgram) {
		stats.datagrams_held_over++;
		return;
	}
	memcpy(dgram->data, data, len);
	dgram->len = len;
	if (!over->n_held)
		over->first_held = UINT64_MAX;
	while (record_next(&data, &len, cid_len, &rec))
		if (rec.seq < over->first_held)
			over->first_held = rec.seq;
	over->held[over->n_held++] = dgram;
	stats.datagrams_held++;
}

void handover_inject(const struct endpoint *ep, const uint8_t *data, size_t len)
{
	if (kernel_inject(ep, data, len))
		stats.inject_failed++;
	else
		stats.injected++;
}

void handover_finish(struct handover *over, const struct endpoint *ep)
{
	over->done = true;
	over->inject_until = timer_now() + INJECT_TIME;
	for (unsigned int i = 0; i < over->n_held; i++) {
		handover_inject(ep, over->held[i]->data, over->held[i]->len);
		free(over->held[i]);
	}
	over->n_held = 0;
	unexpect(over, ep);
}

void handover_free(struct handover *over, const struct endpoint *ep)
{
	for (unsigned int i = 0; i < over->n_held; i++)
		free(over->held[i]);
	over->n_held = 0;
	unexpect(over, ep);
}

/* ---- association ----------------------------------------------------------- */

/*
 * The kernel takes all numbers up to this one as received. The library has
 * consumed no application record, only the Finished: so nothing is lost by
 * saying less, but an early record that is still under way would be by saying
 * more, as it is when the Finished was repeated.
 */
static bool consumed(const struct handover *over, uint64_t *seq)
{
	*seq = 0;
	return over->finished_seen && !over->finished && (!over->n_held || over->first_held);
}

static int install(struct handover *over, const struct peer *peer, const struct endpoint *ep,
		   const struct handshake_keys *keys)
{
	struct kernel_assoc with = {
		.client = over->client,
		.tx_seq = SESSION_RESERVED,
		.succeeds = over->succeeds,
	};

	with.rx_seen = consumed(over, &with.rx_seq);
	return kernel_assoc_new(peer, ep, keys, &with, &over->assoc);
}

void handover_resume(struct handover *over, const struct handshake_keys *keys)
{
	over->resumes = true;
	over->tx_cid_len = keys->tx_cid.len;
}

int handover_install(struct handover *over, struct peer *peer, const struct endpoint *ep,
		     const struct handshake_keys *keys)
{
	int ret = peer->id ? install(over, peer, ep, keys) : -ENOENT;

	over->cipher = keys->cipher;
	over->tx_cid_len = keys->tx_cid.len;
	/* Somebody deleted the peer, or it could not be created before. */
	if (ret == -ENOENT && !peers_create(peer))
		ret = install(over, peer, ep, keys);
	if (ret && *kernel_error())
		over->refusal = kernel_error();
	return ret;
}
