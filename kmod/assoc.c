// SPDX-License-Identifier: GPL-2.0
/* Associations: keys, sequence numbers, lifetimes, and their end. */

#include <linux/netlink.h>
#include <linux/slab.h>

#include "assoc.h"
#include "event.h"
#include "lookup.h"
#include "tx.h"

/* Associations with the least window, which nearly all have */
static struct kmem_cache *cache;

static struct dgsec_assoc *alloc(u32 window)
{
	struct dgsec_assoc *a;

	if (window == DGSEC_WINDOW_MIN)
		return kmem_cache_zalloc(cache, GFP_KERNEL);
	return kzalloc(struct_size(a, replay.map, dgsec_replay_words(window)),
		       GFP_KERNEL);
}

static void destroy(struct dgsec_assoc *a)
{
	dgsec_aead_destroy(&a->tx);
	dgsec_aead_destroy(&a->rx);
	dst_release(rcu_dereference_protected(a->dst, true));
	dgsec_counts_destroy(&a->counts);
	kfree(rcu_dereference_protected(a->limits, true));
	kfree(a->cids);
	if (a->replay.window > DGSEC_WINDOW_MIN)
		kfree(a);
	else
		kmem_cache_free(cache, a);
}

static void destroy_rcu(struct rcu_head *rcu)
{
	destroy(container_of(rcu, struct dgsec_assoc, rcu));
}

static bool is_taken(const struct dgsec_peer *peer, u16 port)
{
	const struct dgsec_assoc *a;

	hlist_for_each_entry(a, &peer->assocs, peer_node)
		if (a->inner_port == htons(port) &&
		    !test_bit(DGSEC_ASSOC_ENDED, &a->flags))
			return true;
	return false;
}

/*
 * The port at which the secured side will know a new association: that of the
 * one it replaces, else CoAP's, else the outer one or the next that is free.
 */
static __be16 inner_port(const struct dgsec_peer *peer,
			 const struct dgsec_assoc *old,
			 const struct dgsec_endpoint *remote)
{
	u16 port = DGSEC_COAP_PORT;

	if (old && old->peer == peer)
		return old->inner_port;
	if (!is_taken(peer, port))
		return htons(port);
	for (port = ntohs(remote->port); !port || is_taken(peer, port);)
		port++;
	return htons(port);
}

/* A peer has its most: the one that was silent longest goes. */
static void make_room(struct dgsec_iface *iface, struct dgsec_peer *peer)
{
	u32 now = dgsec_now(), silent, most = 0;
	struct dgsec_assoc *a, *victim = NULL;

	if (peer->n_assocs < peer->max_assocs)
		return;
	hlist_for_each_entry(a, &peer->assocs, peer_node) {
		if (test_bit(DGSEC_ASSOC_ENDED, &a->flags))
			continue;
		silent = dgsec_since(READ_ONCE(a->last_rx) ?: a->created, now);
		if (!victim || silent > most) {
			victim = a;
			most = silent;
		}
	}
	if (victim)
		dgsec_assoc_end(victim, DGSEC_REASON_REPLACED);
	dgsec_assoc_reap(iface);
}

/* Return: 0 or -ENOMEM. */
static int make_cids(struct dgsec_assoc *a, const struct dgsec_assoc_config *c)
{
	struct dgsec_cids *cids;

	if (!c->rx_cid.len && !c->tx_cid.len)
		return 0;
	cids = kzalloc(struct_size(cids, octets, c->rx_cid.len + c->tx_cid.len),
		       GFP_KERNEL);
	if (!cids)
		return -ENOMEM;
	cids->assoc = a;
	cids->rx.id = cids->octets;
	cids->rx.len = c->rx_cid.len;
	memcpy(cids->octets, c->rx_cid.id, c->rx_cid.len);
	cids->tx.id = cids->octets + c->rx_cid.len;
	cids->tx.len = c->tx_cid.len;
	memcpy(cids->octets + c->rx_cid.len, c->tx_cid.id, c->tx_cid.len);
	seqcount_spinlock_init(&cids->moved, &a->lock);
	a->cids = cids;
	return 0;
}

/*
 * The association that a new one with this endpoint is to replace. One with a
 * connection ID may have come there by moving; then only if it is of the same
 * peer, as others may be behind the same address translation by now.
 */
static struct dgsec_assoc *find_old(struct dgsec_iface *iface,
				    const struct dgsec_assoc_config *c)
{
	struct dgsec_assoc *a = dgsec_lookup_find_assoc(iface, &c->path.remote,
							c->protocol);
	struct dgsec_path copy;

	if (a)
		return a;
	hlist_for_each_entry(a, &c->peer->assocs, peer_node)
		if (dgsec_assoc_has_rx_cid(a) &&
		    !test_bit(DGSEC_ASSOC_ENDED, &a->flags) &&
		    !memcmp(&dgsec_assoc_path(a, &copy)->remote,
			    &c->path.remote, sizeof(c->path.remote)))
			return a;
	return NULL;
}

/*
 * A peer has security or it has none. Who can forge the one's datagrams shall
 * not be taken for the other, nor what is secret be sent in the clear.
 */
static bool is_mixed(const struct dgsec_assoc_config *c)
{
	bool none = c->protocol == DGSEC_PROTOCOL_NONE, others;
	const struct dgsec_assoc *a;

	hlist_for_each_entry(a, &c->peer->assocs, peer_node) {
		others = a->protocol == DGSEC_PROTOCOL_NONE;
		if (others != none && !test_bit(DGSEC_ASSOC_ENDED, &a->flags))
			return true;
	}
	return false;
}

/* Put it into its table, in the place of the old one if they share it. */
static int enter(struct dgsec_iface *iface, struct dgsec_assoc *a,
		 struct dgsec_assoc *old)
{
	if (dgsec_assoc_has_rx_cid(a))
		return dgsec_lookup_add_cid(iface, a->cids);
	if (old && !dgsec_assoc_has_rx_cid(old))
		return dgsec_lookup_replace_assoc(iface, old, a);
	return dgsec_lookup_add_assoc(iface, a);
}

static int make_keys(struct dgsec_assoc *a, const struct dgsec_assoc_config *c)
{
	int err = dgsec_aead_init(&a->tx, c->cipher, c->tx_key, c->tx_iv);

	if (err)
		return err;
	return dgsec_aead_init(&a->rx, c->cipher, c->rx_key, c->rx_iv);
}

/**
 * dgsec_assoc_new - create an association
 * @iface: the interface, locked
 * @c: what it is made of, valid for the cipher
 * @extack: gets the text of a refusal
 *
 * The caller reaps when it is done with the result: the new association may
 * have ended by then.
 *
 * Return: the association, in use, or an ERR_PTR.
 */
struct dgsec_assoc *dgsec_assoc_new(struct dgsec_iface *iface,
				    const struct dgsec_assoc_config *c,
				    struct netlink_ext_ack *extack)
{
	struct dgsec_assoc *a, *old;
	__be16 port = 0;
	int err;

	if (is_mixed(c)) {
		NL_SET_ERR_MSG(extack, "a peer cannot have associations with security and without: delete the others first");
		return ERR_PTR(-EBUSY);
	}
	if (c->rx_cid.len && dgsec_lookup_find_cid(iface, &c->rx_cid)) {
		NL_SET_ERR_MSG(extack, "another association has this connection ID");
		return ERR_PTR(-EEXIST);
	}
	old = find_old(iface, c);
	if (old && !c->replace && !test_bit(DGSEC_ASSOC_ENDED, &old->flags)) {
		NL_SET_ERR_MSG(extack, "another association has this endpoint: give the flag replace to replace it");
		return ERR_PTR(-EEXIST);
	}
	if (!old && iface->n_assocs >= iface->max_assocs) {
		NL_SET_ERR_MSG(extack, "too many associations: raise max-assocs of the interface");
		return ERR_PTR(-ENOSPC);
	}

	a = alloc(c->window);
	if (!a)
		return ERR_PTR(-ENOMEM);
	dgsec_replay_init(&a->replay, c->window);
	err = 0;
	if (c->protocol != DGSEC_PROTOCOL_NONE)
		err = make_keys(a, c);
	if (err) {
		NL_SET_ERR_MSG(extack, "the kernel cannot use this cipher: is its crypto module there?");
		err = err == -ENOENT ? -EOPNOTSUPP : err;
		goto err_free;
	}

	a->iface = iface;
	a->peer = c->peer;
	a->path = c->path;
	a->protocol = c->protocol;
	a->role = c->role;
	a->epoch = c->epoch;
	a->created = dgsec_now();
	atomic64_set(&a->tx_seq, c->tx_seq);
	spin_lock_init(&a->lock);
	if (c->has_rx_seq)
		dgsec_replay_fill(&a->replay, c->rx_seq);

	err = dgsec_lifetime_set(a, &c->limits);
	if (!err)
		err = make_cids(a, c);
	if (err)
		goto err_free;
	err = xa_alloc_cyclic(&iface->assocs, &a->id, a,
			      XA_LIMIT(1, U32_MAX), &iface->next_assoc,
			      GFP_KERNEL);
	if (err < 0)
		goto err_free;
	/* making room may take it away */
	if (c->succeeds)
		port = c->succeeds->inner_port;
	if (!old || old->peer != c->peer)
		make_room(iface, c->peer);
	/* that may have taken the old one away */
	old = find_old(iface, c);
	a->inner_port = port ?: inner_port(c->peer, old, &c->path.remote);
	err = enter(iface, a, old);
	if (err)
		goto err_id;

	hlist_add_head_rcu(&a->peer_node, &c->peer->assocs);
	c->peer->n_assocs++;
	iface->n_assocs++;
	iface->n_cids += dgsec_assoc_has_rx_cid(a);
	if (old)
		dgsec_assoc_end(old, DGSEC_REASON_REPLACED);
	if (c->limits.soft_seconds || c->limits.hard_seconds ||
	    c->limits.idle_seconds)
		dgsec_assoc_arm_aging(iface, 1);
	return a;

err_id:
	xa_erase(&iface->assocs, a->id);
err_free:
	destroy(a);
	return ERR_PTR(err);
}

/**
 * dgsec_assoc_end - nothing passes any more; the reaper takes it away
 * @a: the association
 * @reason: why
 *
 * The only way in which associations end. Whoever sets the flag first gives
 * the association to the reaper, which alone takes it out of the tables.
 *
 * Context: any but hard interrupts; RCU read lock or the lock.
 * Return: whether it had not ended before.
 */
bool dgsec_assoc_end(struct dgsec_assoc *a, enum dgsec_reason reason)
{
	bool mine;

	/* not to be delayed between the two: see dgsec_peer_delete() */
	local_bh_disable();
	mine = !test_and_set_bit(DGSEC_ASSOC_ENDED, &a->flags);
	if (mine) {
		a->reason = reason;
		llist_add(&a->ended, &a->iface->ended);
		queue_work(system_power_efficient_wq, &a->iface->reaper);
	}
	local_bh_enable();
	return mine;
}

/*
 * Is the peer told that it has ended? Else it would send to nobody until it
 * gives up; a client can begin a new handshake at once. Not at the end of the
 * sequence space, where no number is left to say it with.
 */
static bool is_told(enum dgsec_reason reason)
{
	return reason == DGSEC_REASON_PACKETS ||
	       reason == DGSEC_REASON_BYTES ||
	       reason == DGSEC_REASON_SECONDS || reason == DGSEC_REASON_IDLE ||
	       reason == DGSEC_REASON_AUTHENTICATION;
}

/**
 * dgsec_assoc_reap - take away the associations that have ended
 * @iface: the interface, locked
 */
void dgsec_assoc_reap(struct dgsec_iface *iface)
{
	struct dgsec_assoc *a, *next;

	llist_for_each_entry_safe(a, next, llist_del_all(&iface->ended),
				  ended) {
		if (is_told(a->reason))
			dgsec_tx_alert(a, DTLS_ALERT_WARNING,
				       DTLS_ALERT_CLOSE_NOTIFY, GFP_KERNEL);
		dgsec_lookup_del_assoc(iface, a);
		xa_erase(&iface->assocs, a->id);
		hlist_del_rcu(&a->peer_node);
		a->peer->n_assocs--;
		iface->n_assocs--;
		iface->n_cids -= dgsec_assoc_has_rx_cid(a);
		dgsec_counts_fold(&a->peer->counts, &a->counts);
		dgsec_event_expire(a, a->reason, true);
		call_rcu(&a->rcu, destroy_rcu);
	}
}

/* Context: no packet can be on its way any more. */
void dgsec_assoc_forget_route(struct dgsec_assoc *a)
{
	dst_release(rcu_replace_pointer(a->dst, NULL, true));
}

/* Look at one association's time limits. Return: seconds to the next one. */
static u32 age(struct dgsec_assoc *a, u32 now)
{
	const struct dgsec_limits *l = rcu_dereference_protected(a->limits,
			lockdep_is_held(&a->iface->lock));
	u32 old = dgsec_since(a->created, now);
	u32 silent = dgsec_since(READ_ONCE(a->last_rx) ?: a->created, now);
	u32 next = U32_MAX;

	if (!l)
		return next;
	if (l->hard_seconds && old >= l->hard_seconds)
		dgsec_assoc_end(a, DGSEC_REASON_SECONDS);
	else if (l->hard_seconds)
		next = l->hard_seconds - old;

	if (l->idle_seconds && silent >= l->idle_seconds)
		dgsec_assoc_end(a, DGSEC_REASON_IDLE);
	else if (l->idle_seconds)
		next = min(next, l->idle_seconds - silent);

	if (l->soft_seconds && old < l->soft_seconds)
		next = min(next, l->soft_seconds - old);
	else if (l->soft_seconds &&
		 !test_and_set_bit(DGSEC_ASSOC_SOFT, &a->flags))
		dgsec_event_expire(a, DGSEC_REASON_SECONDS, false);
	return next;
}

/* The work that takes away what has ended. */
void dgsec_assoc_reaper(struct work_struct *work)
{
	struct dgsec_iface *iface = container_of(work, struct dgsec_iface,
						 reaper);

	mutex_lock(&iface->lock);
	dgsec_assoc_reap(iface);
	mutex_unlock(&iface->lock);
}

/**
 * dgsec_assoc_arm_aging - look at the time limits by then
 * @iface: the interface, locked
 * @seconds: from now; what is to come sooner stays
 */
void dgsec_assoc_arm_aging(struct dgsec_iface *iface, u32 seconds)
{
	unsigned long delay = min_t(u32, seconds, DGSEC_AGING_MAX) * HZ;
	struct delayed_work *aging = &iface->aging;

	if (!delayed_work_pending(aging) ||
	    time_before(jiffies + delay, aging->timer.expires))
		mod_delayed_work(system_power_efficient_wq, aging, delay);
}

/* The work that ends what is too old. */
void dgsec_assoc_aging(struct work_struct *work)
{
	struct dgsec_iface *iface = container_of(to_delayed_work(work),
						 struct dgsec_iface, aging);
	u32 now, next = U32_MAX;
	struct dgsec_assoc *a;
	unsigned long id;

	mutex_lock(&iface->lock);
	if (iface->dying)
		goto out;
	now = dgsec_now();
	xa_for_each(&iface->assocs, id, a) {
		if (!test_bit(DGSEC_ASSOC_ENDED, &a->flags))
			next = min(next, age(a, now));
		cond_resched();
	}
	dgsec_assoc_reap(iface);
	dgsec_lookup_unexpect_old(iface, false);
	if (atomic_read(&iface->n_expected))
		next = min_t(u32, next, DGSEC_EXPECT_AGING);
	/* limits may be set far away: look at least now and then */
	if (next != U32_MAX)
		dgsec_assoc_arm_aging(iface, next);
out:
	mutex_unlock(&iface->lock);
}

/* Has it ended, by its age too? The reaper may be late, the keys may not. */
static bool has_ended(struct dgsec_assoc *a, const struct dgsec_limits *l)
{
	if (unlikely(test_bit(DGSEC_ASSOC_ENDED, &a->flags)))
		return true;
	if (likely(!l) || !l->hard_seconds ||
	    dgsec_since(a->created, dgsec_now()) < l->hard_seconds)
		return false;
	dgsec_assoc_end(a, DGSEC_REASON_SECONDS);
	return true;
}

/*
 * Longer than the negotiated length (RFC 6066 section 4)? Told before it is
 * decrypted; with a connection ID there may be padding, which counts as what
 * the record layer adds. It is dropped without an alert: the association lives
 * on, as after every bad record (RFC 6347 section 4.1.2.7).
 */
static bool is_too_long(const struct dgsec_assoc *a,
			const struct dgsec_limits *l,
			const struct dtls12_record *rec)
{
	size_t over = DTLS12_EXPLICIT_LEN + a->rx.tag_len;

	if (rec->cid_len)
		over += DTLS12_PADDING_MAX;
	return l->rx_max && rec->len > over + l->rx_max;
}

/**
 * dgsec_assoc_check - is it worth opening this record?
 * @a: the association
 * @rec: as parsed and vetted
 *
 * Context: RCU read lock.
 * Return: 0 or the counter of the reason to drop.
 */
int dgsec_assoc_check(struct dgsec_assoc *a, const struct dtls12_record *rec)
{
	const struct dgsec_limits *l = rcu_dereference(a->limits);

	if (has_ended(a, l))
		return DGSEC_A_STATS_RX_DROP_EXPIRED;
	if (rec->epoch != a->epoch)
		return DGSEC_A_STATS_RX_DROP_EPOCH;
	if (unlikely(l) && is_too_long(a, l, rec))
		return DGSEC_A_STATS_RX_DROP_LENGTH;
	return dgsec_replay_check(&a->replay, rec->seq);
}

/*
 * The peer sends from elsewhere (RFC 9146 section 6). The caller has seen that
 * the record is authentic, new, and newer than all others.
 */
static void move(struct dgsec_assoc *a, const struct dgsec_path *to)
{
	struct dst_entry *dst;

	lockdep_assert_held(&a->lock);
	write_seqcount_begin(&a->cids->moved);
	a->path = *to;
	write_seqcount_end(&a->cids->moved);
	dst = rcu_replace_pointer(a->dst, NULL, lockdep_is_held(&a->lock));
	dst_release(dst);
}

/**
 * dgsec_assoc_open - open a record in place, and move the window
 * @a: the association
 * @rec: checked
 * @from: where it came from, NULL if that does not count
 *
 * Context: RCU read lock, bottom halves off.
 * Return: 0 or the counter of the reason to drop.
 */
int dgsec_assoc_open(struct dgsec_assoc *a, struct dtls12_record *rec,
		     const struct dgsec_path *from)
{
	bool moved = false;
	int drop;

	drop = dgsec_dtls12_open(&a->rx, rec);
	if (drop) {
		if (drop == DGSEC_A_STATS_RX_DROP_AUTH)
			dgsec_lifetime_failed(a);
		return drop;
	}

	spin_lock(&a->lock);
	if (unlikely(rec->cid_len) && from && rec->seq >= a->replay.next)
		moved = memcmp(from, &a->path, sizeof(*from));
	drop = dgsec_replay_update(&a->replay, rec->seq);
	if (unlikely(moved) && !drop)
		move(a, from);
	spin_unlock(&a->lock);
	if (drop)
		return drop;
	if (unlikely(moved)) {
		dgsec_count(a->iface, DGSEC_A_STATS_RX_MOVED);
		dgsec_counts_inc(&a->counts, DGSEC_A_STATS_RX_MOVED);
		dgsec_event_moved(a);
	}

	WRITE_ONCE(a->last_rx, dgsec_now());
	/* a client that repeats its Finished has not seen ours */
	if (unlikely(!test_bit(DGSEC_ASSOC_CONFIRMED, &a->flags)) &&
	    rec->type != DTLS_HANDSHAKE &&
	    !test_and_set_bit(DGSEC_ASSOC_CONFIRMED, &a->flags))
		dgsec_event_confirmed(a);
	return 0;
}

/**
 * dgsec_assoc_seal - take a sequence number and make a record, in place
 * @a: the association
 * @type: content type
 * @data: the plaintext, with room as dgsec_dtls12_seal() wants for
 *	dgsec_assoc_tx_cid()
 * @len: its length
 *
 * Context: RCU read lock, bottom halves off.
 * Return: 0 or the counter of the reason to drop.
 */
int dgsec_assoc_seal(struct dgsec_assoc *a, u8 type, u8 *data, size_t len)
{
	const struct dgsec_limits *l = rcu_dereference(a->limits);
	u64 seq;
	int err;

	/* its last word comes after its end */
	if (has_ended(a, l) && type != DTLS_ALERT)
		return DGSEC_A_STATS_TX_DROP_EXPIRED;
	if (len > dgsec_lifetime_tx_max(l))
		return DGSEC_A_STATS_TX_DROP_TOO_BIG;

	/* the number is spent, whatever comes of the record */
	seq = atomic64_inc_return(&a->tx_seq) - 1;
	if (unlikely(seq >= DGSEC_SEQUENCE_SOFT)) {
		if (seq >= DTLS12_SEQUENCE_MAX)
			dgsec_assoc_end(a, DGSEC_REASON_SEQUENCE);
		else if (!test_and_set_bit(DGSEC_ASSOC_SEQUENCE_SOFT,
					   &a->flags))
			dgsec_event_expire(a, DGSEC_REASON_SEQUENCE, false);
		if (seq > DTLS12_SEQUENCE_MAX)
			return DGSEC_A_STATS_TX_DROP_SEQUENCE;
	}

	err = dgsec_dtls12_seal(&a->tx, dgsec_assoc_tx_cid(a), type, a->epoch,
				seq, data, len);
	if (err)
		return err == -ENOMEM ? DGSEC_A_STATS_TX_DROP_MEMORY :
					DGSEC_A_STATS_TX_DROP_CRYPTO;
	WRITE_ONCE(a->last_tx, dgsec_now());
	return 0;
}

/**
 * dgsec_assoc_pass - a datagram in the clear is about to pass
 * @a: the association, without security
 * @last: of it: last_rx or last_tx
 *
 * Context: RCU read lock, bottom halves off.
 * Return: whether it may.
 */
bool dgsec_assoc_pass(struct dgsec_assoc *a, u32 *last)
{
	if (has_ended(a, rcu_dereference(a->limits)))
		return false;
	WRITE_ONCE(*last, dgsec_now());
	return true;
}

int dgsec_assoc_init(void)
{
	struct dgsec_assoc *a;

	/* for itself in /proc/slabinfo: users count what associations cost */
	cache = kmem_cache_create("dgsec_assoc",
				  struct_size(a, replay.map,
					      dgsec_replay_words(DGSEC_WINDOW_MIN)),
				  0, DGSEC_COMPAT_NO_MERGE, NULL);
	return cache ? 0 : -ENOMEM;
}

/* The last of them went with the last interface, but for its memory. */
void dgsec_assoc_exit(void)
{
	/* RCU callbacks of this module, those of peers too */
	rcu_barrier();
	kmem_cache_destroy(cache);
}
