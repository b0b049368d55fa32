// SPDX-License-Identifier: GPL-2.0
/* The tables: associations by endpoint, peers by inner address and name. */

#include <linux/hash.h>
#include <linux/jiffies.h>
#include <linux/slab.h>
#include <linux/unaligned.h>

#include "lookup.h"

/*
 * Cheaper than jhash, and spreads as well what networks number their devices
 * by: addresses in a row, ports in a row, both. Only authenticated peers are in
 * these tables, each with a few entries, so nobody can fill a bucket.
 */
static u32 mix(const struct in6_addr *addr, u32 ports, u32 seed)
{
	u64 h = (get_unaligned((const u64 *)addr) ^ seed) * GOLDEN_RATIO_64;

	h = (h ^ (h >> 32) ^ get_unaligned((const u64 *)addr + 1)) *
	    GOLDEN_RATIO_64;
	h = ((h ^ (h >> 32)) + ports) * GOLDEN_RATIO_64;
	h = (h ^ (h >> 29)) * GOLDEN_RATIO_64;
	return h >> 32;
}

static u32 endpoint_hash(const void *data, u32 len, u32 seed)
{
	const struct dgsec_endpoint *remote = data;

	return mix(&remote->addr, (__force u16)remote->port << 16 |
				  (__force u16)remote->local_port, seed);
}

static int endpoint_cmp(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct dgsec_endpoint *key = arg->key;
	const struct dgsec_assoc *a = obj;

	return key->port != a->path.remote.port ||
	       key->local_port != a->path.remote.local_port ||
	       !ipv6_addr_equal(&key->addr, &a->path.remote.addr);
}

static const struct rhashtable_params by_endpoint = {
	.head_offset = offsetof(struct dgsec_assoc, node),
	.key_offset = offsetof(struct dgsec_assoc, path.remote),
	.key_len = sizeof(struct dgsec_endpoint),
	.hashfn = endpoint_hash,
	.obj_cmpfn = endpoint_cmp,
	.automatic_shrinking = true,
};

/* Ours to choose, but a load balancer may have a say: no order is assumed. */
static u32 cid_hash(const void *data, u32 len, u32 seed)
{
	const struct dtls12_cid *cid = data;

	return jhash(cid->id, cid->len, seed);
}

static int cid_cmp(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct dtls12_cid *key = arg->key;
	const struct dgsec_cids *cids = obj;

	return key->len != cids->rx.len ||
	       memcmp(key->id, cids->rx.id, key->len);
}

static const struct rhashtable_params by_cid = {
	.head_offset = offsetof(struct dgsec_cids, node),
	.key_offset = offsetof(struct dgsec_cids, rx),
	.key_len = sizeof(struct dtls12_cid),
	.hashfn = cid_hash,
	.obj_cmpfn = cid_cmp,
	.automatic_shrinking = true,
};

static u32 inner_hash(const void *data, u32 len, u32 seed)
{
	return mix(data, 0, seed);
}

static int inner_cmp(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct dgsec_peer *peer = obj;

	return !ipv6_addr_equal(arg->key, &peer->inner);
}

static const struct rhashtable_params by_inner = {
	.head_offset = offsetof(struct dgsec_peer, inner_node),
	.key_offset = offsetof(struct dgsec_peer, inner),
	.key_len = sizeof(struct in6_addr),
	.hashfn = inner_hash,
	.obj_cmpfn = inner_cmp,
	.automatic_shrinking = true,
};

static const struct rhashtable_params by_expected = {
	.head_offset = offsetof(struct dgsec_expected, node),
	.key_offset = offsetof(struct dgsec_expected, remote),
	.key_len = sizeof(struct dgsec_endpoint),
	.automatic_shrinking = true,
};

static u32 name_hash(const void *data, u32 len, u32 seed)
{
	return jhash(data, strlen(data), seed);
}

static u32 name_obj_hash(const void *obj, u32 len, u32 seed)
{
	const struct dgsec_peer *peer = obj;

	return name_hash(peer->name, 0, seed);
}

static int name_cmp(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct dgsec_peer *peer = obj;

	return strcmp(peer->name, arg->key);
}

static const struct rhashtable_params by_name = {
	.head_offset = offsetof(struct dgsec_peer, name_node),
	.hashfn = name_hash,
	.obj_hashfn = name_obj_hash,
	.obj_cmpfn = name_cmp,
	.automatic_shrinking = true,
};

int dgsec_lookup_init(struct dgsec_iface *iface)
{
	int err;

	/* expected endpoints are hashed in words of 32 bits, padding included */
	BUILD_BUG_ON(sizeof(struct dgsec_endpoint) != 20);

	err = rhashtable_init(&iface->by_endpoint, &by_endpoint);
	if (err)
		return err;
	err = rhashtable_init(&iface->by_cid, &by_cid);
	if (err)
		goto err_endpoint;
	err = rhashtable_init(&iface->by_nosec, &by_endpoint);
	if (err)
		goto err_cid;
	err = rhashtable_init(&iface->by_inner, &by_inner);
	if (err)
		goto err_nosec;
	err = rhashtable_init(&iface->by_name, &by_name);
	if (err)
		goto err_inner;
	err = rhashtable_init(&iface->expected, &by_expected);
	if (err)
		goto err_name;
	return 0;

err_name:
	rhashtable_destroy(&iface->by_name);
err_inner:
	rhashtable_destroy(&iface->by_inner);
err_nosec:
	rhashtable_destroy(&iface->by_nosec);
err_cid:
	rhashtable_destroy(&iface->by_cid);
err_endpoint:
	rhashtable_destroy(&iface->by_endpoint);
	return err;
}

/* The tables are empty by now. */
void dgsec_lookup_destroy(struct dgsec_iface *iface)
{
	rhashtable_destroy(&iface->expected);
	rhashtable_destroy(&iface->by_name);
	rhashtable_destroy(&iface->by_inner);
	rhashtable_destroy(&iface->by_nosec);
	rhashtable_destroy(&iface->by_cid);
	rhashtable_destroy(&iface->by_endpoint);
}

/**
 * dgsec_lookup_assoc - whose datagram is it?
 * @iface: the interface
 * @remote: outer endpoint
 *
 * Context: RCU read lock, for as long as the result is used.
 */
struct dgsec_assoc *dgsec_lookup_assoc(struct dgsec_iface *iface,
				       const struct dgsec_endpoint *remote)
{
	return rhashtable_lookup(&iface->by_endpoint, remote, by_endpoint);
}

/*
 * The same of a datagram in the clear. Those without security are in a table of
 * their own: no record finds one, and no datagram in the clear another.
 */
struct dgsec_assoc *dgsec_lookup_nosec(struct dgsec_iface *iface,
				       const struct dgsec_endpoint *remote)
{
	return rhashtable_lookup(&iface->by_nosec, remote, by_endpoint);
}

static struct rhashtable *table_of(struct dgsec_iface *iface, u8 protocol)
{
	return protocol == DGSEC_PROTOCOL_NONE ? &iface->by_nosec :
						 &iface->by_endpoint;
}

/* The same for commands. Context: the lock. */
struct dgsec_assoc *dgsec_lookup_find_assoc(struct dgsec_iface *iface,
					    const struct dgsec_endpoint *remote,
					    u8 protocol)
{
	return rhashtable_lookup_fast(table_of(iface, protocol), remote,
				      by_endpoint);
}

int dgsec_lookup_add_assoc(struct dgsec_iface *iface, struct dgsec_assoc *a)
{
	return rhashtable_lookup_insert_fast(table_of(iface, a->protocol),
					     &a->node, by_endpoint);
}

int dgsec_lookup_replace_assoc(struct dgsec_iface *iface,
			       struct dgsec_assoc *old, struct dgsec_assoc *a)
{
	return rhashtable_replace_fast(table_of(iface, a->protocol),
				       &old->node, &a->node, by_endpoint);
}

/* Context: RCU read lock, for as long as the result is used. */
struct dgsec_assoc *dgsec_lookup_cid(struct dgsec_iface *iface,
				     const struct dtls12_cid *cid)
{
	struct dgsec_cids *cids;

	cids = rhashtable_lookup(&iface->by_cid, cid, by_cid);
	return cids ? cids->assoc : NULL;
}

/* The same for commands. Context: the lock. */
struct dgsec_cids *dgsec_lookup_find_cid(struct dgsec_iface *iface,
					 const struct dtls12_cid *cid)
{
	return rhashtable_lookup_fast(&iface->by_cid, cid, by_cid);
}

int dgsec_lookup_add_cid(struct dgsec_iface *iface, struct dgsec_cids *cids)
{
	return rhashtable_lookup_insert_fast(&iface->by_cid, &cids->node,
					     by_cid);
}

/* Does nothing if another association has taken its place. */
void dgsec_lookup_del_assoc(struct dgsec_iface *iface, struct dgsec_assoc *a)
{
	if (dgsec_assoc_has_rx_cid(a))
		rhashtable_remove_fast(&iface->by_cid, &a->cids->node, by_cid);
	else
		rhashtable_remove_fast(table_of(iface, a->protocol), &a->node,
				       by_endpoint);
}

/**
 * dgsec_lookup_peer - who is at this inner address?
 * @iface: the interface
 * @inner: inner address
 *
 * Context: RCU read lock, for as long as the result is used.
 */
struct dgsec_peer *dgsec_lookup_peer(struct dgsec_iface *iface,
				     const struct in6_addr *inner)
{
	return rhashtable_lookup(&iface->by_inner, inner, by_inner);
}

/* The same for commands. Context: the lock. */
struct dgsec_peer *dgsec_lookup_find_peer(struct dgsec_iface *iface,
					  const struct in6_addr *inner)
{
	return rhashtable_lookup_fast(&iface->by_inner, inner, by_inner);
}

/* Context: the lock. */
struct dgsec_peer *dgsec_lookup_name(struct dgsec_iface *iface,
				     const char *name)
{
	return rhashtable_lookup_fast(&iface->by_name, name, by_name);
}

/* Context: the lock. Return: 0, -EEXIST, -ENOMEM. */
int dgsec_lookup_add_peer(struct dgsec_iface *iface, struct dgsec_peer *peer)
{
	__be64 prefix;
	int err;

	/* before anybody can find it: dgsec_lookup_may_be_peer() */
	memcpy(&prefix, &peer->inner, sizeof(prefix));
	if (!iface->n_peers) {
		WRITE_ONCE(iface->inner_mixed, false);
		WRITE_ONCE(iface->inner_prefix, prefix);
	} else if (prefix != iface->inner_prefix) {
		WRITE_ONCE(iface->inner_mixed, true);
	}

	err = rhashtable_lookup_insert_fast(&iface->by_inner,
					    &peer->inner_node, by_inner);
	if (err || !*peer->name)
		return err;
	err = rhashtable_lookup_insert_key(&iface->by_name, peer->name,
					   &peer->name_node, by_name);
	if (err)
		rhashtable_remove_fast(&iface->by_inner, &peer->inner_node,
				       by_inner);
	return err;
}

void dgsec_lookup_del_peer(struct dgsec_iface *iface, struct dgsec_peer *peer)
{
	rhashtable_remove_fast(&iface->by_inner, &peer->inner_node, by_inner);
	if (*peer->name)
		rhashtable_remove_fast(&iface->by_name, &peer->name_node,
				       by_name);
}

/**
 * dgsec_lookup_expected - is a handshake going on with this endpoint?
 * @iface: the interface
 * @remote: outer endpoint
 *
 * Context: RCU read lock.
 */
bool dgsec_lookup_expected(struct dgsec_iface *iface,
			   const struct dgsec_endpoint *remote)
{
	struct dgsec_expected *e;

	if (likely(!atomic_read(&iface->n_expected)))
		return false;
	e = rhashtable_lookup(&iface->expected, remote, by_expected);
	return e && time_before(jiffies, READ_ONCE(e->until));
}

/**
 * dgsec_lookup_expect - expect an endpoint, or for longer
 * @iface: the interface, locked
 * @remote: outer endpoint
 * @seconds: from now
 *
 * Return: 0, -ENOMEM, or -ENOSPC if there are too many.
 */
int dgsec_lookup_expect(struct dgsec_iface *iface,
			const struct dgsec_endpoint *remote, u32 seconds)
{
	unsigned long until = jiffies + seconds * HZ;
	struct dgsec_expected *e;
	int err;

	e = rhashtable_lookup_fast(&iface->expected, remote, by_expected);
	if (e) {
		WRITE_ONCE(e->until, until);
		return 0;
	}
	if (atomic_read(&iface->n_expected) >= DGSEC_MAX_EXPECTED)
		dgsec_lookup_unexpect_old(iface, false);
	if (atomic_read(&iface->n_expected) >= DGSEC_MAX_EXPECTED)
		return -ENOSPC;
	e = kzalloc(sizeof(*e), GFP_KERNEL);
	if (!e)
		return -ENOMEM;
	e->remote = *remote;
	e->until = until;
	err = rhashtable_insert_fast(&iface->expected, &e->node, by_expected);
	if (err) {
		kfree(e);
		return err;
	}
	atomic_inc(&iface->n_expected);
	return 0;
}

static void forget(struct dgsec_iface *iface, struct dgsec_expected *e)
{
	rhashtable_remove_fast(&iface->expected, &e->node, by_expected);
	atomic_dec(&iface->n_expected);
	kfree_rcu(e, rcu);
}

/* Return: 0 or -ENOENT. Context: the lock. */
int dgsec_lookup_unexpect(struct dgsec_iface *iface,
			  const struct dgsec_endpoint *remote)
{
	struct dgsec_expected *e;

	e = rhashtable_lookup_fast(&iface->expected, remote, by_expected);
	if (!e)
		return -ENOENT;
	forget(iface, e);
	return 0;
}

/* Forget the endpoints whose time is over, or all. Context: the lock. */
void dgsec_lookup_unexpect_old(struct dgsec_iface *iface, bool all)
{
	struct rhashtable_iter iter;
	struct dgsec_expected *e;

	rhashtable_walk_enter(&iface->expected, &iter);
	do {
		rhashtable_walk_start(&iter);
		while ((e = rhashtable_walk_next(&iter)) && !IS_ERR(e))
			if (all || time_after_eq(jiffies, e->until))
				forget(iface, e);
		rhashtable_walk_stop(&iter);
		cond_resched();
	} while (IS_ERR(e));
	rhashtable_walk_exit(&iter);
}
