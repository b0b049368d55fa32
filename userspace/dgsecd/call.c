// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/random.h>

#include "call.h"
#include "kernel.h"
#include "listener.h"
#include "log.h"
#include "peers.h"
#include "session.h"
#include "session_life.h"
#include "stats.h"
#include "timer.h"

/* Of all unfinished handshakes so many may be ours: one in so many. */
#define CALLS_PART	2
/* When to look again after there were too many, milliseconds. */
#define BUSY_TIME	1000

/* What is known of one peer that we can call. */
struct call {
	LIST_ENTRY(call) entry;
	struct peer *peer;
	struct session *session;	/* the handshake under way, or NULL */
	unsigned int failures;		/* in a row */
	uint64_t not_before;		/* of the next try */
	struct timer retry;
	unsigned int turn;		/* which of our ports is next */
	struct in6_addr last;		/* where it was; all zeros: never met */
	uint16_t last_port;
	/* Numbers of the kernel's, or 0 */
	uint32_t assoc;			/* the newest */
	uint32_t renew;			/* to be succeeded, tried until it is */
	uint32_t lingering;		/* has been succeeded */
	uint16_t assoc_port, lingering_port;	/* ours, of these */
	uint16_t inner_port;		/* of the newest */
	struct timer linger;
};

static const struct config *config;
static LIST_HEAD(call_list, call) list = LIST_HEAD_INITIALIZER(list);
static void *calls;			/* the same by the peer's address */
static size_t n_calls;			/* handshakes under way */

#define call_of(timer_, member)	\
	((struct call *)((char *)(timer_) - offsetof(struct call, member)))

static void begin(struct call *call, uint32_t succeeds);

/* ---- table ----------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
	const struct call *x = a, *y = b;

	return memcmp(&x->peer->addr, &y->peer->addr, sizeof(x->peer->addr));
}

static struct call *find(struct peer *peer)
{
	struct call key = { .peer = peer }, **found;

	found = tfind(&key, &calls, compare);
	return found ? *found : NULL;
}

static void on_retry(struct timer *timer)
{
	struct call *call = call_of(timer, retry);

	if (call->renew)
		begin(call, call->renew);
	else if (call->peer->always && !call->assoc)
		begin(call, 0);
}

/* The device had its time to answer what it was asked before. */
static void end_lingering(struct call *call)
{
	timer_disarm(&call->linger);
	if (call->lingering)
		kernel_assoc_close(call->lingering);
	call->lingering = 0;
}

static void on_linger(struct timer *timer)
{
	end_lingering(call_of(timer, linger));
}

/* NULL: we cannot call it, or there is no memory. */
static struct call *get(struct peer *peer)
{
	struct call *call;

	if (!peer || !config_peer_connects(peer))
		return NULL;
	call = find(peer);
	if (call)
		return call;
	call = calloc(1, sizeof(*call));
	if (!call)
		return NULL;
	call->peer = peer;
	call->retry.fire = on_retry;
	call->linger.fire = on_linger;
	/* After a restart the device may remember the port of last time. */
	if (getrandom(&call->turn, sizeof(call->turn), GRND_NONBLOCK) < 0 ||
	    !tsearch(call, &calls, compare)) {
		free(call);
		return NULL;
	}
	LIST_INSERT_HEAD(&list, call, entry);
	return call;
}

static void drop(struct call *call)
{
	if (call->session)
		session_free(call->session, SESSION_PEER_CHANGED);
	LIST_REMOVE(call, entry);
	tdelete(call, &calls, compare);
	timer_disarm(&call->retry);
	timer_disarm(&call->linger);
	free(call);
}

/* ---- one call -------------------------------------------------------------- */

/* So many milliseconds, and up to a quarter more: not all at the same time. */
static uint64_t with_jitter(uint64_t ms)
{
	uint16_t chance = 0;

	if (getrandom(&chance, sizeof(chance), GRND_NONBLOCK) < 0)
		chance = 0;
	return ms + ms * chance / UINT16_MAX / 4;
}

/* Nothing waits for it in the kernel for so long. */
static void answer(struct call *call, uint64_t ms)
{
	int ret = kernel_acquire_done(call->peer, (unsigned int)((ms + 999) / 1000));

	/* It may be gone: then nothing waits. */
	if (ret && ret != -ENOENT)
		log_limited(LOG_WARNING, "peer %s: the kernel cannot be told how the call went: %s",
			    call->peer->name, kernel_error());
}

static void back_off(struct call *call, uint64_t ms)
{
	call->not_before = timer_now() + ms;
	/* An association that is to be renewed is there still: nothing waits. */
	answer(call, ms);
	if (call->renew || (call->peer->always && !call->assoc))
		timer_arm(&call->retry, call->not_before);
}

static void fail(struct call *call)
{
	uint64_t ms = config->retry_min;

	for (unsigned int i = 0; i < call->failures && ms < config->retry_max; i++)
		ms *= 2;
	if (ms > config->retry_max)
		ms = config->retry_max;
	call->failures++;
	stats.calls_failed++;
	ms = with_jitter(ms);
	log_limited(LOG_INFO, "peer %s: not called again for %u s", call->peer->name,
		    (unsigned int)(ms / 1000));
	back_off(call, ms);
}

/*
 * Each handshake comes from the other one of two ports. A device may hold on to
 * what it knows of the last one, and not take a ClientHello from there.
 */
static uint16_t choose_port(struct call *call)
{
	uint16_t port = config->connect_ports[call->turn++ % CONNECT_PORTS];

	if (call->assoc && port == call->assoc_port)
		port = config->connect_ports[call->turn++ % CONNECT_PORTS];
	if (call->lingering && port == call->lingering_port)
		end_lingering(call);
	return port;
}

static bool where(struct call *call, struct endpoint *ep)
{
	const struct peer *peer = call->peer;

	memset(ep, 0, sizeof(*ep));
	ep->remote = peer->endpoint_last ? call->last : peer->endpoint;
	ep->remote_port = peer->endpoint_last ? call->last_port : peer->endpoint_port;
	if (IN6_IS_ADDR_UNSPECIFIED(&ep->remote))
		return false;
	ep->local_port = choose_port(call);
	return !listener_source(config, ep);
}

static void begin(struct call *call, uint32_t succeeds)
{
	char text[ENDPOINT_TEXT];
	struct endpoint ep;

	if (call->session)
		return;
	if (timer_now() < call->not_before) {
		back_off(call, call->not_before - timer_now());
		return;
	}
	if (n_calls >= config->half_open_max / CALLS_PART + 1) {
		log_limited(LOG_WARNING, "too many handshakes at once: peer %s has to wait",
			    call->peer->name);
		back_off(call, with_jitter(BUSY_TIME));
		return;
	}
	if (!where(call, &ep)) {
		log_limited(LOG_NOTICE, "peer %s cannot be called: %s", call->peer->name,
			    call->peer->endpoint_last && !call->last_port ?
			    "it was not here yet" : "no route to its endpoint");
		fail(call);
		return;
	}
	call->session = session_connect(call->peer, &ep, succeeds);
	if (!call->session) {
		fail(call);
		return;
	}
	n_calls++;
	stats.calls++;
	timer_disarm(&call->retry);
	log_info("peer %s at %s: calling it%s", call->peer->name, endpoint_text(&ep, text),
		 succeeds ? ", for new keys" : "");
	session_begin(call->session);
}

/* ---- what becomes of it ---------------------------------------------------- */

static void learn(struct call *call, const struct in6_addr *addr, uint16_t port)
{
	struct peer *peer = call->peer;

	call->last = *addr;
	call->last_port = port;
	if (peer->acquire || !peer->id)
		return;
	/* From now on it can be called. */
	peer->acquire = true;
	if (kernel_peer_set(peer))
		log_warning("peer %s: packets for it will not wait: %s", peer->name,
			    kernel_error());
}

/* It has no use any more but for what is under way to us. */
static void let_linger(struct call *call, uint32_t assoc, uint16_t port)
{
	end_lingering(call);
	call->lingering = assoc;
	call->lingering_port = port;
	timer_arm(&call->linger, timer_now() + config->linger);
}

static void succeed(struct call *call, const struct session *s)
{
	uint32_t before = s->over.succeeds;

	if (call->session == s) {
		call->session = NULL;
		n_calls--;
	}
	if (before && before == call->assoc)
		let_linger(call, before, call->assoc_port);
	else if (before)
		let_linger(call, before, 0);
	call->renew = 0;
}

void call_established(struct session *s)
{
	struct call *call = get(s->peer);
	struct session *other;

	if (!call)
		return;
	if (s->over.client) {
		succeed(call, s);
	} else if (call->session && !call->session->over.succeeds) {
		/* The device was faster. */
		other = call->session;
		session_free(other, SESSION_SUPERFLUOUS);
	}
	call->failures = 0;
	call->not_before = 0;
	timer_disarm(&call->retry);
	call->assoc = s->over.assoc;
	call->assoc_port = s->ep.local_port;
	learn(call, &s->ep.remote, s->ep.remote_port);
	answer(call, 0);
}

void call_failed(struct session *s, enum session_end end)
{
	struct call *call = find(s->peer);

	if (!call || call->session != s)
		return;
	call->session = NULL;
	n_calls--;
	switch (end) {
	case SESSION_SUPERFLUOUS:
	case SESSION_RESTARTED:
	case SESSION_PEER_CHANGED:
	case SESSION_SHUTDOWN:
		return;
	default:
		fail(call);
	}
}

/* ---- the kernel's events --------------------------------------------------- */

void call_acquire(const struct config *with, uint32_t peer_id)
{
	struct peer *peer = peers_find(with, peer_id);
	struct call *call = get(peer);

	if (call)
		begin(call, 0);
	else
		log_limited(LOG_INFO,
			    "peer %s has no association, a packet for it was dropped: it has to begin the handshake",
			    peer ? peer->name : "(not configured)");
}

void call_renew(const struct config *with, const struct dgsec_assoc *assoc, bool insist)
{
	struct call *call = get(peers_find(with, assoc->peer_id));

	if (!call || assoc->id == call->lingering)
		return;
	call->assoc = assoc->id;
	call->assoc_port = assoc->local_port;
	if (insist)
		call->renew = assoc->id;
	begin(call, assoc->id);
}

void call_moved(const struct config *with, const struct dgsec_assoc *assoc)
{
	struct call *call = get(peers_find(with, assoc->peer_id));

	if (call)
		learn(call, &assoc->remote_addr, assoc->remote_port);
}

void call_ended(const struct config *with, const struct dgsec_assoc *assoc)
{
	struct peer *peer = peers_find(with, assoc->peer_id);
	struct call *call = peer ? find(peer) : NULL;

	if (!call)
		return;
	if (call->lingering == assoc->id) {
		call->lingering = 0;
		timer_disarm(&call->linger);
	}
	if (call->renew == assoc->id)
		call->renew = 0;
	if (call->assoc != assoc->id)
		return;
	call->assoc = 0;
	if (call->peer->always && !call->session && !call->retry.armed)
		begin(call, 0);
}

/* ---- start and configuration ----------------------------------------------- */

static int on_assoc(const struct dgsec_assoc *assoc, void *arg)
{
	struct call *call = get(peers_find(config, assoc->peer_id));

	(void)arg;
	if (!call)
		return 0;
	call->last = assoc->remote_addr;
	call->last_port = assoc->remote_port;
	/* In the order of numbers: of two at one inner port the first was succeeded. */
	if (call->assoc && call->inner_port == assoc->inner_port && !call->lingering) {
		call->lingering = call->assoc;
		call->lingering_port = call->assoc_port;
		timer_arm(&call->linger, timer_now() + config->linger);
	}
	call->assoc = assoc->id;
	call->assoc_port = assoc->local_port;
	call->inner_port = assoc->inner_port;
	return 0;
}

void call_start(const struct config *with)
{
	struct call *call;
	struct peer *peer;

	config = with;
	if (!config_connects(config))
		return;
	LIST_FOREACH(call, &list, entry) {
		call->assoc = 0;
		call->lingering = 0;
		timer_disarm(&call->linger);
	}
	if (kernel_assoc_list(on_assoc, NULL))
		log_warning("associations cannot be listed: %s", kernel_error());
	for (size_t i = 0; i < config->n_peers; i++) {
		peer = config->peers[i];
		if (!config_peer_connects(peer) || !peer->id)
			continue;
		call = find(peer);
		if (peer->endpoint_last && peer->acquire != (call && call->last_port)) {
			peer->acquire = call && call->last_port;
			kernel_peer_set(peer);
		}
		call = peer->always ? get(peer) : NULL;
		if (call && !call->assoc)
			begin(call, 0);
	}
}

void call_reload(const struct config *with)
{
	struct call *call, *next;
	struct peer *peer;

	for (call = LIST_FIRST(&list); call; call = next) {
		next = LIST_NEXT(call, entry);
		peer = config_peer_by_addr(with, &call->peer->addr);
		if (peer && peers_same(call->peer, peer) && config_peer_connects(peer))
			call->peer = peer;
		else
			drop(call);
	}
	call_start(with);
}

void call_stop(void)
{
	struct call *call;

	while ((call = LIST_FIRST(&list)))
		drop(call);
}
