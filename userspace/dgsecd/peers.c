// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fingerprint.h"
#include "kernel.h"
#include "log.h"
#include "peers.h"
#include "timer.h"

#define TRIES	8			/* of a list that changes meanwhile */
#define RETRY	1000			/* milliseconds, of deletions */

struct sync {
	struct config *config;
	const struct config *old;
	uint32_t *remove;		/* ids */
	size_t n_remove;
	size_t kept;
	size_t assocs;			/* of those kept */
	struct peer **set;		/* whose settings differ */
	size_t n_set;
	size_t unknown;			/* that look configured, but for their keys */
};

static struct config *current;

/* Ids of peers that should be gone; nobody may come under their keys any more. */
static uint32_t *doomed;
static size_t n_doomed;
static struct timer retry;

static bool same_public(const struct public_identity *a, const struct public_identity *b)
{
	/* All of it is compared: what was not given is 0. */
	return (!a && !b) || (a && b && !memcmp(a, b, sizeof(*a)));
}

bool peers_same(const struct peer *a, const struct peer *b)
{
	return !strcmp(a->name, b->name) && !strcmp(a->identity, b->identity) &&
	       IN6_ARE_ADDR_EQUAL(&a->addr, &b->addr) && a->nosec == b->nosec &&
	       a->psk.len == b->psk.len &&
	       !memcmp(a->psk.key, b->psk.key, a->psk.len) && same_public(a->public, b->public);
}

/* By id, for events; made when it is needed, as ids seldom change. */
static struct peer **index_by_id;
static size_t n_index;
static bool index_stale = true;

static int compare_id(const void *a, const void *b)
{
	const struct peer *x = *(struct peer *const *)a, *y = *(struct peer *const *)b;

	return (x->id > y->id) - (x->id < y->id);
}

static void make_index(const struct config *config)
{
	struct peer **grown = reallocarray(index_by_id, config->n_peers, sizeof(*grown));

	n_index = 0;
	if (!grown)
		return;
	index_by_id = grown;
	n_index = config->n_peers;
	memcpy(index_by_id, config->peers, n_index * sizeof(*grown));
	qsort(index_by_id, n_index, sizeof(*grown), compare_id);
	index_stale = false;
}

struct peer *peers_find(const struct config *config, uint32_t id)
{
	struct peer key = { .id = id }, *keyp = &key, **found;

	if (index_stale && config->n_peers)
		make_index(config);
	if (index_stale)
		return NULL;
	found = bsearch(&keyp, index_by_id, n_index, sizeof(*index_by_id), compare_id);
	return found ? *found : NULL;
}

const char *peers_name(const struct config *config, uint32_t id)
{
	const struct peer *peer = peers_find(config, id);

	return peer ? peer->name : NULL;
}

static bool same_settings(const struct dgsec_peer *kernel, const struct peer *peer)
{
	return IN6_ARE_ADDR_EQUAL(&kernel->service_addr, &peer->service_addr) &&
	       kernel->service_port == peer->service_port && kernel->mark == peer->mark &&
	       kernel->payload == peer->payload && kernel->max_assocs == peer->max_assocs &&
	       kernel->acquire == peer->acquire;
}

/* The configured peer that this one of the kernel is, or NULL. */
static struct peer *match(struct sync *sync, const struct dgsec_peer *kernel)
{
	struct peer *peer = config_peer_by_addr(sync->config, &kernel->inner_addr);
	const struct peer *before;

	if (!peer || !dgsec_has(kernel, DGSEC_A_PEER_NAME) || strcmp(peer->name, kernel->name))
		return NULL;
	if (!sync->old) {
		sync->unknown += !peer->known;
		return peer->known ? peer : NULL;
	}
	/* Another number: somebody else has made it, or it is doomed. */
	before = config_peer_by_addr(sync->old, &kernel->inner_addr);
	return before && before->id == kernel->id && peers_same(before, peer) ? peer : NULL;
}

static int on_peer(const struct dgsec_peer *kernel, void *arg)
{
	struct sync *sync = arg;
	struct peer *peer = match(sync, kernel);
	void *grown;

	if (peer) {
		peer->id = kernel->id;
		/* Whether we have met it is known elsewhere. */
		if (peer->endpoint_last)
			peer->acquire = kernel->acquire;
		sync->kept++;
		sync->assocs += kernel->assocs;
		if (same_settings(kernel, peer))
			return 0;
		grown = reallocarray(sync->set, sync->n_set + 1, sizeof(*sync->set));
		if (!grown)
			return -ENOMEM;
		sync->set = grown;
		sync->set[sync->n_set++] = peer;
		return 0;
	}
	grown = reallocarray(sync->remove, sync->n_remove + 1, sizeof(*sync->remove));
	if (!grown)
		return -ENOMEM;
	sync->remove = grown;
	sync->remove[sync->n_remove++] = kernel->id;
	return 0;
}

static int list(struct sync *sync)
{
	int ret = -EAGAIN;

	for (int i = 0; i < TRIES && ret == -EAGAIN; i++) {
		for (size_t k = 0; k < sync->config->n_peers; k++)
			sync->config->peers[k]->id = 0;
		sync->n_remove = 0;
		sync->n_set = 0;
		sync->kept = 0;
		sync->assocs = 0;
		sync->unknown = 0;
		ret = kernel_peer_list(on_peer, sync);
	}
	return ret;
}

static int create(struct peer *peer)
{
	int ret = kernel_peer_new(peer, &peer->id);

	index_stale = true;
	if (ret)
		log_error("peer %s cannot be created in the kernel: %s", peer->name,
			  kernel_error());
	return ret;
}

int peers_create(struct peer *peer)
{
	int ret = create(peer);

	if (!ret && !peer->known)
		fingerprint_store(current);
	return ret;
}

static size_t create_missing(struct config *config)
{
	size_t created = 0;

	for (size_t i = 0; i < config->n_peers; i++)
		if (!config->peers[i]->id && !create(config->peers[i]))
			created++;
	return created;
}

static void delete_doomed(void)
{
	size_t left = 0;
	int ret;

	for (size_t i = 0; i < n_doomed; i++) {
		ret = kernel_peer_del(doomed[i]);
		if (!ret || ret == -ENOENT)
			continue;
		log_limited(LOG_ERR,
			    "peer number %u should be gone, but cannot be deleted in the kernel; trying again: %s",
			    doomed[i], kernel_error());
		doomed[left++] = doomed[i];
	}
	n_doomed = left;
	if (left)
		timer_arm(&retry, timer_now() + RETRY);
	else
		timer_disarm(&retry);
}

static void on_retry(struct timer *timer)
{
	(void)timer;
	delete_doomed();
	if (n_doomed)
		return;
	log_info("peers: all that should be gone are");
	if (create_missing(current))
		fingerprint_store(current);
}

int peers_sync(struct config *config, const struct config *old)
{
	struct sync sync = { .config = config, .old = old };
	int missing, ret;
	size_t created;
	char why[256];

	missing = old ? 0 : fingerprint_load(config, why, sizeof(why));
	ret = list(&sync);
	index_stale = true;
	if (ret) {
		log_error("the kernel's peers cannot be listed: %s", kernel_error());
		free(sync.remove);
		goto out;
	}
	if (sync.unknown)
		log_warning("peers: %zu not kept, made with keys that %s%s", sync.unknown,
			    missing ? "nobody remembers: " : "are others now",
			    missing ? why : "");
	/* First, as a new peer may want a name or an address of an old one. */
	free(doomed);
	doomed = sync.remove;
	n_doomed = sync.n_remove;
	retry.fire = on_retry;
	delete_doomed();
	for (size_t i = 0; i < sync.n_set; i++)
		if (kernel_peer_set(sync.set[i]))
			log_error("peer %s cannot be changed in the kernel: %s",
				  sync.set[i]->name, kernel_error());
	created = create_missing(config);
	current = config;
	fingerprint_store(config);
	log_info("peers: %zu kept with %zu associations, %zu changed, %zu created, %zu removed",
		 sync.kept, sync.assocs, sync.n_set, created,
		 sync.n_remove - n_doomed);
out:
	free(sync.set);
	return ret;
}
