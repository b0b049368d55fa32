// SPDX-License-Identifier: GPL-2.0
/* What becomes of a datagram: the library's part, the kernel's part. */
#include "hello.h"
#include "listener.h"
#include "session.h"
#include "session_life.h"
#include "stats.h"

/*
 * A client that sends data right behind its Finished (RFC 7918) may have lost
 * our final flight nevertheless: then it repeats its own, when its first record
 * has long come, and may have to do so again. What it repeats is not
 * authenticated when it comes here, so it cannot keep the state for ever.
 */
static void extend_grace(struct session *s)
{
	uint64_t end = timer_now() + session_config->confirm_grace;

	if (end > s->grace_max)
		end = s->grace_max;
	if (end > s->expiry.when)
		timer_arm(&s->expiry, end);
}

static void receive_protected(struct session *s, const struct endpoint *ep,
			      const uint8_t *data, size_t len, uint8_t *part)
{
	len = datagram_protected(data, len, session_cid_len(), part);
	if (s && !s->over.assoc)
		handover_hold(&s->over, part, len, session_cid_len());
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
	struct session *s = session_find(ep);
	struct datagram dgram;
	bool for_library, alone;
	size_t len_part;

	datagram_classify(&dgram, data, len, session_cid_len());
	stats.records_daemon += dgram.applications;
	if (dgram.kind == DATAGRAM_HELLO_FRAGMENT) {
		stats.hello_fragment++;
		return;
	}
	if (dgram.kind == DATAGRAM_HELLO) {
		hello_receive(s, ep, &dgram, data, len, part);
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
		len_part = datagram_handshake(data, len, session_cid_len(), part);
		handover_note(&s->over, part, len_part, session_cid_len());
		s->over.changed = !dgram.cid && (s->over.changed || dgram.change);
		alone = for_library && dgram.cid == 1 && !s->over.assoc;
		session_run(s, part, len_part);
		if (alone)
			return;
		/* it may have failed */
		s = session_find(ep);
	}
	if (dgram.cid)
		pass_on_cid(s, ep, for_library, data, len, part);
	if (!dgram.handshake && !dgram.protected && !dgram.cid)
		stats.malformed++;
}
