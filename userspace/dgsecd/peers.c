// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kernel.h"
#include "log.h"
#include "peers.h"

#define TRIES	8			/* of a list that changes meanwhile */

struct sync {
	struct config *config;
	const struct config *old;
	uint32_t *remove;		/* ids */
	size_t n_remove;
	size_t kept;
	size_t assocs;			/* of those kept */
	struct peer **set;		/* whose settings differ */
	size_t n_set;
};

bool peers_same(const struct peer *a, const struct peer *b)
{
	return !strcmp(a->name, b->name) && !strcmp(a->identity, b->identity) &&
	       IN6_ARE_ADDR_EQUAL(&a->addr, &b->addr) && a->psk.len == b->psk.len &&
	       !memcmp(a->psk.key, b->psk.key, a->psk.len);
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

const char *peers_name(const struct config *config, uint32_t id)
{
	struct peer key = { .id = id }, *keyp = &key, **found;

	if (index_stale && config->n_peers)
		make_index(config);
	if (index_stale)
		return NULL;
	found = bsearch(&keyp, index_by_id, n_index, sizeof(*index_by_id), compare_id);
	return found ? (*found)->name : NULL;
}

static bool same_settings(const struct dgsec_peer *kernel, const struct peer *peer)
{
	return IN6_ARE_ADDR_EQUAL(&kernel->service_addr, &peer->service_addr) &&
	       kernel->service_port == peer->service_port && kernel->mark == peer->mark &&
	       kernel->payload == peer->payload && kernel->max_assocs == peer->max_assocs;
}

/* The configured peer that this one of the kernel is, or NULL. */
static struct peer *match(const struct sync *sync, const struct dgsec_peer *kernel)
{
	struct peer *peer = config_peer_by_addr(sync->config, &kernel->inner_addr);
	const struct peer *before;

	if (!peer || !dgsec_has(kernel, DGSEC_A_PEER_NAME) || strcmp(peer->name, kernel->name))
		return NULL;
	before = sync->old ? config_peer_by_addr(sync->old, &kernel->inner_addr) : NULL;
	return !before || peers_same(before, peer) ? peer : NULL;
}

static int on_peer(const struct dgsec_peer *kernel, void *arg)
{
	struct sync *sync = arg;
	struct peer *peer = match(sync, kernel);
	void *grown;

	if (peer) {
		peer->id = kernel->id;
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
		ret = kernel_peer_list(on_peer, sync);
	}
	return ret;
}

int peers_create(struct peer *peer)
{
	int ret = kernel_peer_new(peer, &peer->id);

	index_stale = true;
	if (ret)
		log_error("peer %s cannot be created in the kernel: %s", peer->name,
			  kernel_error());
	return ret;
}

int peers_sync(struct config *config, const struct config *old)
{
	struct sync sync = { .config = config, .old = old };
	size_t created = 0;
	int ret = list(&sync);

	index_stale = true;
	if (ret) {
		log_error("the kernel's peers cannot be listed: %s", kernel_error());
		goto out;
	}
	/* First, as a new peer may want a name or an address of an old one. */
	for (size_t i = 0; i < sync.n_remove; i++)
		if (kernel_peer_del(sync.remove[i]))
			log_warning("peer number %u cannot be deleted in the kernel: %s",
				    sync.remove[i], kernel_error());
	for (size_t i = 0; i < sync.n_set; i++)
		if (kernel_peer_set(sync.set[i]))
			log_error("peer %s cannot be changed in the kernel: %s",
				  sync.set[i]->name, kernel_error());
	for (size_t i = 0; i < config->n_peers; i++)
		if (!config->peers[i]->id && !peers_create(config->peers[i]))
			created++;
	log_info("peers: %zu kept with %zu associations, %zu changed, %zu created, %zu removed",
		 sync.kept, sync.assocs, sync.n_set, created, sync.n_remove);
out:
	free(sync.remove);
	free(sync.set);
	return ret;
}
