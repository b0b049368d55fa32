// SPDX-License-Identifier: GPL-2.0
/*
 * The table of exchanges: finding them from both sides, their message IDs and
 * tokens towards the devices, their age, and who makes room.
 */

#ifdef __KERNEL__
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/slab.h>
#endif

#include "exchange_table.h"

enum index {
	BY_CLIENT,
	BY_TOKEN,
	BY_MESSAGE,
	BY_REPLY,
	HOLDERS,
	PEERS,
	INDICES,
};

enum {
	BUCKETS_FEWEST = 256,
	BUCKETS_MOST = 1 << 16,
	/* how many buckets are gone through with the lock held */
	STRETCH = 64,
};

static struct hlist_head *bucket(const struct dgsec_exchanges *x,
				 enum index index, u64 hash)
{
	return &x->buckets[index * (x->mask + 1) + ((u32)hash & x->mask)];
}

static struct hlist_head *client_bucket(const struct dgsec_exchanges *x,
					u32 peer, const struct in6_addr *addr,
					__be16 port, __be16 inner_port,
					const u8 *theirs, u8 len)
{
	struct {
		struct in6_addr addr;
		__be16 port, inner_port;
		u32 peer;
		u64 len;
		u8 theirs[COAP_TOKEN_MAX];
	} key = {
		.addr = *addr, .port = port, .inner_port = inner_port,
		.peer = peer, .len = len,
	};

	memcpy(key.theirs, theirs, min_t(u8, len, COAP_TOKEN_MAX));
	return bucket(x, BY_CLIENT, siphash(&key, sizeof(key), &x->key));
}

static struct hlist_head *token_bucket(const struct dgsec_exchanges *x,
				       u32 peer, const u8 *ours)
{
	u8 key[sizeof(u64)] = {};

	memcpy(key, ours, DGSEC_EXCHANGE_TOKEN);
	return bucket(x, BY_TOKEN, siphash_2u64(get_unaligned_be64(key), peer,
						&x->key));
}

static struct hlist_head *message_bucket(const struct dgsec_exchanges *x,
					 enum index index, u32 peer, u16 mid)
{
	return bucket(x, index, siphash_2u64(mid, peer, &x->key));
}

static struct hlist_head *peer_bucket(const struct dgsec_exchanges *x, u32 peer)
{
	return bucket(x, PEERS, siphash_2u64(0, peer, &x->key));
}

static struct hlist_head *holder_bucket(const struct dgsec_exchanges *x,
					const struct in6_addr *addr)
{
	return bucket(x, HOLDERS, siphash(addr, sizeof(*addr), &x->key));
}

static bool is_over(u32 until, u32 now)
{
	return (s32)(now - until) >= 0;
}

/* Should there be more buckets, by dgsec_exchanges_age()? */
bool dgsec_exchanges_are_many(const struct dgsec_exchanges *x)
{
	return READ_ONCE(x->share.count) > READ_ONCE(x->mask) &&
	       x->mask + 1 < BUCKETS_MOST;
}

static struct hlist_head *alloc_buckets(u32 n)
{
	return kvcalloc(INDICES * n, sizeof(struct hlist_head), GFP_KERNEL);
}

/**
 * dgsec_exchanges_init - an empty table
 * @x: the table, zeros
 *
 * Return: 0 or -ENOMEM.
 */
int dgsec_exchanges_init(struct dgsec_exchanges *x)
{
	x->buckets = alloc_buckets(BUCKETS_FEWEST);
	if (!x->buckets)
		return -ENOMEM;
	x->mask = BUCKETS_FEWEST - 1;
	x->max = DGSEC_MAX_EXCHANGES;
	x->max_peer = DGSEC_MAX_PEER_EXCHANGES;
	spin_lock_init(&x->lock);
	get_random_bytes(&x->key, sizeof(x->key));
	dgsec_share_init(&x->share);
	return 0;
}

/* All peers are forgotten by now. */
void dgsec_exchanges_destroy(struct dgsec_exchanges *x)
{
	kvfree(x->buckets);
}

/* ---- finding ---- */

static struct dgsec_exchange_peer *find_peer(struct dgsec_exchanges *x, u32 id)
{
	struct dgsec_exchange_peer *p;

	hlist_for_each_entry(p, peer_bucket(x, id), node)
		if (p->id == id)
			return p;
	return NULL;
}

static bool is_from(const struct dgsec_exchange *e,
		    const struct dgsec_asker *from)
{
	return e->peer->id == from->peer && e->port == from->port &&
	       e->inner_port == from->inner_port &&
	       !memcmp(&e->addr, &from->addr, sizeof(e->addr));
}

static bool is_theirs(const struct dgsec_exchange *e, const u8 *theirs, u8 len)
{
	return e->theirs_len == len &&
	       !memcmp(e->theirs, theirs, min_t(u8, len, COAP_TOKEN_MAX));
}

/**
 * dgsec_exchange_by_client - what a client asks with this token
 * @x: the table, locked
 * @from: the client
 * @theirs: its token, or its message ID in as many octets
 * @len: length of the token, or DGSEC_EXCHANGE_NO_TOKEN
 * @now: the time
 *
 * Return: the exchange or NULL.
 */
struct dgsec_exchange *
dgsec_exchange_by_client(struct dgsec_exchanges *x,
			 const struct dgsec_asker *from, const u8 *theirs,
			 u8 len, u32 now)
{
	struct hlist_head *head = client_bucket(x, from->peer, &from->addr,
						from->port, from->inner_port,
						theirs, len);
	struct dgsec_exchange *e;

	hlist_for_each_entry(e, head, by_client) {
		if (!is_from(e, from) || !is_theirs(e, theirs, len))
			continue;
		if (!is_over(e->until, now))
			return e;
		dgsec_exchange_end(x, e, now);
		break;
	}
	return NULL;
}

struct dgsec_exchange *dgsec_exchange_by_token(struct dgsec_exchanges *x,
					       u32 peer, const u8 *ours,
					       u32 now)
{
	struct dgsec_exchange *e;

	hlist_for_each_entry(e, token_bucket(x, peer, ours), by_token)
		if (e->peer->id == peer && !is_over(e->until, now) &&
		    !memcmp(e->ours, ours, sizeof(e->ours)))
			return e;
	return NULL;
}

/* To whom did the device send a message with this ID, at last? */
struct dgsec_exchange *dgsec_exchange_by_reply(struct dgsec_exchanges *x,
					       const struct dgsec_asker *from,
					       u16 mid, u32 now)
{
	struct hlist_head *head = message_bucket(x, BY_REPLY, from->peer, mid);
	struct dgsec_exchange *e;

	hlist_for_each_entry(e, head, by_reply)
		if (e->reply == mid && is_from(e, from) &&
		    !is_over(e->until, now))
			return e;
	return NULL;
}

/* Which message did the device get with this ID? */
struct dgsec_message *dgsec_exchange_by_message(struct dgsec_exchanges *x,
						u32 peer, u16 mid, u32 now)
{
	struct hlist_head *head = message_bucket(x, BY_MESSAGE, peer, mid);
	struct dgsec_message *message;

	hlist_for_each_entry(message, head, node)
		if (message->ours == mid &&
		    message->exchange->peer->id == peer &&
		    !is_over(message->until, now))
			return message;
	return NULL;
}

/* ---- coming and going ---- */

static struct dgsec_exchange_peer *get_peer(struct dgsec_exchanges *x,
					    const struct dgsec_asker *from)
{
	struct dgsec_exchange_peer *p = find_peer(x, from->peer);

	/* the service alone is no reason, and who is deleted gets none */
	if (p || from->service || *from->sharing == DGSEC_SHARING_NEVER)
		return p;
	p = kzalloc(sizeof(*p), GFP_ATOMIC | __GFP_NOWARN);
	if (!p)
		return NULL;
	p->id = from->peer;
	p->sharing = from->sharing;
	get_random_bytes(&p->next, sizeof(p->next));
	dgsec_share_init(&p->share);
	hlist_add_head(&p->node, peer_bucket(x, p->id));
	x->n_peers++;
	WRITE_ONCE(*p->sharing, DGSEC_SHARING_YES);
	return p;
}

static void put_peer(struct dgsec_exchanges *x, struct dgsec_exchange_peer *p,
		     u8 sharing)
{
	WRITE_ONCE(*p->sharing, sharing);
	hlist_del(&p->node);
	x->n_peers--;
	kfree(p);
}

/* May the peer be forgotten while this one lasts? */
static bool is_service_message(const struct dgsec_exchange *e)
{
	return e->flags & DGSEC_EXCHANGE_SERVICE &&
	       e->theirs_len == DGSEC_EXCHANGE_NO_TOKEN;
}

static struct dgsec_exchange *victim_of_all(struct dgsec_exchanges *x)
{
	struct dgsec_place *place = dgsec_share_victim(&x->share);

	return place ? container_of(place, struct dgsec_exchange, of_all) :
		       NULL;
}

static struct dgsec_exchange *victim_of_peer(struct dgsec_exchange_peer *p)
{
	struct dgsec_place *place = dgsec_share_victim(&p->share);

	return place ? container_of(place, struct dgsec_exchange, of_peer) :
		       NULL;
}

static int take_places(struct dgsec_exchanges *x, struct dgsec_exchange *e)
{
	struct hlist_head *head = holder_bucket(x, &e->addr);
	struct dgsec_holder *all, *peer;

	all = dgsec_share_join(&x->share, &e->addr, head);
	if (!all)
		return -ENOMEM;
	peer = dgsec_share_join(&e->peer->share, &e->addr, head);
	if (!peer) {
		dgsec_share_leave(all);
		return -ENOMEM;
	}
	dgsec_share_take(all, &e->of_all);
	dgsec_share_take(peer, &e->of_peer);
	return 0;
}

/**
 * dgsec_exchange_open - a client asks something new
 * @x: the table, locked
 * @from: the client
 * @theirs: its token, or its message ID in as many octets
 * @len: length of the token, or DGSEC_EXCHANGE_NO_TOKEN
 * @now: the time
 * @evicted: how many make room for it
 *
 * Return: the exchange or NULL without memory.
 */
struct dgsec_exchange *
dgsec_exchange_open(struct dgsec_exchanges *x, const struct dgsec_asker *from,
		    const u8 *theirs, u8 len, u32 now, u32 *evicted)
{
	struct dgsec_exchange_peer *p = get_peer(x, from);
	struct dgsec_exchange *e;
	int i;

	if (!p)
		return NULL;
	for (; p->share.count >= x->max_peer; ++*evicted)
		dgsec_exchange_end(x, victim_of_peer(p), now);
	for (; x->share.count >= x->max; ++*evicted)
		dgsec_exchange_end(x, victim_of_all(x), now);

	e = kzalloc(sizeof(*e), GFP_ATOMIC | __GFP_NOWARN);
	if (!e)
		return NULL;
	e->peer = p;
	e->addr = from->addr;
	e->port = from->port;
	e->inner_port = from->inner_port;
	e->flags = from->service ? DGSEC_EXCHANGE_SERVICE : 0;
	e->theirs_len = len;
	memcpy(e->theirs, theirs, min_t(u8, len, COAP_TOKEN_MAX));
	e->opened = now;
	e->until = now;
	for (i = 0; i < DGSEC_EXCHANGE_MESSAGES; i++)
		e->messages[i].exchange = e;
	if (take_places(x, e)) {
		kfree(e);
		return NULL;
	}

	hlist_add_head(&e->by_client,
		       client_bucket(x, p->id, &e->addr, e->port,
				     e->inner_port, theirs, len));
	if (len != DGSEC_EXCHANGE_NO_TOKEN) {
		do
			get_random_bytes(e->ours, sizeof(e->ours));
		while (dgsec_exchange_by_token(x, p->id, e->ours, now));
		hlist_add_head(&e->by_token, token_bucket(x, p->id, e->ours));
	}
	p->others += !is_service_message(e);
	return e;
}

void dgsec_exchange_end(struct dgsec_exchanges *x, struct dgsec_exchange *e,
			u32 now)
{
	struct dgsec_exchange_peer *p = e->peer;
	int i;

	if (!is_service_message(e) && !--p->others)
		p->quiet = now;
	hlist_del(&e->by_client);
	hlist_del_init(&e->by_token);
	hlist_del_init(&e->by_reply);
	for (i = 0; i < DGSEC_EXCHANGE_MESSAGES; i++)
		hlist_del_init(&e->messages[i].node);
	dgsec_share_give(&e->of_all);
	dgsec_share_give(&e->of_peer);
	kfree(e);
}

/* Is there nothing more to come, as far as it can be known? */
static bool is_done(const struct dgsec_exchange *e)
{
	if (e->flags & DGSEC_EXCHANGE_OBSERVING)
		return false;
	return e->flags & DGSEC_EXCHANGE_ANSWERED ||
	       (e->flags & DGSEC_EXCHANGE_ACKED &&
		e->theirs_len == DGSEC_EXCHANGE_NO_TOKEN);
}

static u32 lifetime(const struct dgsec_exchange *e)
{
	return e->flags & DGSEC_EXCHANGE_CON ? COAP_EXCHANGE_LIFETIME :
					       COAP_NON_LIFETIME;
}

/**
 * dgsec_exchange_use - a message of an exchange has come or gone
 * @e: the exchange
 * @now: the time
 *
 * From here on it lasts as long as CoAP's own times say. An observed device has
 * to send a confirmable notification once a day (RFC 7641 section 4.5).
 */
void dgsec_exchange_use(struct dgsec_exchange *e, u32 now)
{
	bool done = is_done(e);

	e->until = now + lifetime(e);
	if (e->flags & DGSEC_EXCHANGE_OBSERVING)
		e->until = now + COAP_OBSERVE_CON + COAP_EXCHANGE_LIFETIME;
	dgsec_share_use(&e->of_all, done);
	dgsec_share_use(&e->of_peer, done);
}

/**
 * dgsec_exchange_send - a message ID towards the device
 * @x: the table, locked
 * @e: the exchange
 * @theirs: the client's message ID
 * @now: the time
 *
 * The same for a repeated message. The service keeps its own IDs where that is
 * possible: what it sent before anybody else asked has them.
 */
u16 dgsec_exchange_send(struct dgsec_exchanges *x, struct dgsec_exchange *e,
			u16 theirs, u32 now)
{
	struct dgsec_message *message, *oldest = &e->messages[0];
	struct dgsec_exchange_peer *p = e->peer;
	u16 ours = theirs;
	int i;

	for (i = 0; i < DGSEC_EXCHANGE_MESSAGES; i++) {
		message = &e->messages[i];
		if (hlist_unhashed(&message->node) ||
		    is_over(message->until, now)) {
			hlist_del_init(&message->node);
			oldest = message;
			continue;
		}
		if (message->theirs == theirs)
			return message->ours;
		if (!hlist_unhashed(&oldest->node) &&
		    (s32)(message->until - oldest->until) < 0)
			oldest = message;
	}
	hlist_del_init(&oldest->node);

	/* half of all IDs can be in use at most */
	if (!(e->flags & DGSEC_EXCHANGE_SERVICE) ||
	    dgsec_exchange_by_message(x, p->id, ours, now))
		do
			ours = p->next++;
		while (dgsec_exchange_by_message(x, p->id, ours, now));
	oldest->theirs = theirs;
	oldest->ours = ours;
	oldest->until = now + lifetime(e);
	hlist_add_head(&oldest->node,
		       message_bucket(x, BY_MESSAGE, p->id, ours));
	return ours;
}

/* The device has sent a message of its own, which may be acknowledged. */
void dgsec_exchange_replied(struct dgsec_exchanges *x,
			    struct dgsec_exchange *e, u16 mid, u32 via)
{
	hlist_del_init(&e->by_reply);
	e->reply = mid;
	e->via = via;
	hlist_add_head(&e->by_reply,
		       message_bucket(x, BY_REPLY, e->peer->id, mid));
}

/* ---- all of them ---- */

/**
 * dgsec_exchanges_limit - how many there may be
 * @x: the table
 * @max: in all
 * @max_peer: with one peer, at most 16384: all message IDs are 65536
 * @now: the time
 */
void dgsec_exchanges_limit(struct dgsec_exchanges *x, u32 max, u32 max_peer,
			   u32 now)
{
	struct dgsec_exchange *e;

	/* what is too much with a peer goes when there is something new */
	do {
		spin_lock_bh(&x->lock);
		x->max = max;
		x->max_peer = max_peer;
		e = x->share.count > max ? victim_of_all(x) : NULL;
		if (e)
			dgsec_exchange_end(x, e, now);
		spin_unlock_bh(&x->lock);
	} while (e);
}

static void end_all(struct dgsec_exchanges *x, struct dgsec_exchange_peer *p)
{
	struct dgsec_exchange *e;

	while ((e = victim_of_peer(p)))
		dgsec_exchange_end(x, e, 0);
}

/**
 * dgsec_exchanges_forget - end all exchanges with a peer
 * @x: the table
 * @peer: its id
 * @sharing: its enum dgsec_sharing, for which the table has no use afterwards ...
 * @to: ... and what it becomes: DGSEC_SHARING_NO or DGSEC_SHARING_NEVER
 */
void dgsec_exchanges_forget(struct dgsec_exchanges *x, u32 peer, u8 *sharing,
			    u8 to)
{
	struct dgsec_exchange_peer *p;

	spin_lock_bh(&x->lock);
	WRITE_ONCE(*sharing, to);
	p = find_peer(x, peer);
	if (p) {
		end_all(x, p);
		put_peer(x, p, to);
	}
	spin_unlock_bh(&x->lock);
}

/* Into all indices again: those it was in are there no more. */
static void rehash(struct dgsec_exchanges *x, struct dgsec_exchange *e)
{
	struct dgsec_message *message = e->messages;
	u32 peer = e->peer->id;

	hlist_add_head(&e->by_client,
		       client_bucket(x, peer, &e->addr, e->port, e->inner_port,
				     e->theirs, e->theirs_len));
	if (!hlist_unhashed(&e->by_token))
		hlist_add_head(&e->by_token, token_bucket(x, peer, e->ours));
	if (!hlist_unhashed(&e->by_reply))
		hlist_add_head(&e->by_reply,
			       message_bucket(x, BY_REPLY, peer, e->reply));
	for (; message < e->messages + DGSEC_EXCHANGE_MESSAGES; message++)
		if (!hlist_unhashed(&message->node))
			hlist_add_head(&message->node,
				       message_bucket(x, BY_MESSAGE, peer,
						      message->ours));
}

/* Give the table more buckets; it keeps them. */
static bool grow(struct dgsec_exchanges *x)
{
	u32 old_mask = x->mask, mask = old_mask * 4 + 3, i;
	struct hlist_head *old = x->buckets, *more;
	struct dgsec_exchange_peer *p;
	struct dgsec_holder *holder;
	struct dgsec_exchange *e;
	struct hlist_node *next;

	more = alloc_buckets(mask + 1);
	if (!more)
		return false;
	spin_lock_bh(&x->lock);
	x->buckets = more;
	x->mask = mask;
	for (i = 0; i <= old_mask; i++) {
		struct hlist_head *head = old + i;

		hlist_for_each_entry_safe(e, next, head, by_client)
			rehash(x, e);
		head = old + PEERS * (old_mask + 1) + i;
		hlist_for_each_entry_safe(p, next, head, node)
			hlist_add_head(&p->node, peer_bucket(x, p->id));
		head = old + HOLDERS * (old_mask + 1) + i;
		hlist_for_each_entry_safe(holder, next, head, node)
			hlist_add_head(&holder->node,
				       holder_bucket(x, &holder->addr));
	}
	spin_unlock_bh(&x->lock);
	kvfree(old);
	return true;
}

/**
 * dgsec_exchanges_age - end what is over, and make the table large enough
 * @x: the table
 * @now: the time
 *
 * Context: may sleep; one at a time.
 * Return: whether there is anything left to age.
 */
bool dgsec_exchanges_age(struct dgsec_exchanges *x, u32 now)
{
	struct dgsec_exchange_peer *p;
	struct hlist_node *next;
	struct dgsec_exchange *e;
	bool left;
	u32 i;

	while (dgsec_exchanges_are_many(x) && grow(x))
		;
	spin_lock_bh(&x->lock);
	for (i = 0; i <= x->mask; i++) {
		hlist_for_each_entry_safe(e, next, bucket(x, BY_CLIENT, i),
					  by_client)
			if (is_over(e->until, now))
				dgsec_exchange_end(x, e, now);
		/* who asks nobody but its service any more is left alone */
		hlist_for_each_entry_safe(p, next, bucket(x, PEERS, i), node) {
			if (p->others ||
			    !is_over(p->quiet + COAP_EXCHANGE_LIFETIME, now))
				continue;
			end_all(x, p);
			put_peer(x, p, DGSEC_SHARING_NO);
		}
		if (i % STRETCH == STRETCH - 1) {
			spin_unlock_bh(&x->lock);
			cond_resched();
			spin_lock_bh(&x->lock);
		}
	}
	left = x->n_peers;
	spin_unlock_bh(&x->lock);
	return left;
}

/* How many exchanges are there with a peer? */
u32 dgsec_exchanges_of(struct dgsec_exchanges *x, u32 peer)
{
	struct dgsec_exchange_peer *p;
	u32 n;

	spin_lock_bh(&x->lock);
	p = find_peer(x, peer);
	n = p ? p->share.count : 0;
	spin_unlock_bh(&x->lock);
	return n;
}

/**
 * dgsec_exchanges_walk - look at all exchanges, in no order
 * @x: the table
 * @at: where to go on, 0 to begin with
 * @fn: called for each with the lock; other than 0 ends the walk before it
 * @arg: for @fn
 *
 * If the table grows meanwhile, some may be seen twice.
 *
 * Return: 0, or what @fn returned.
 */
int dgsec_exchanges_walk(struct dgsec_exchanges *x, unsigned long *at,
			 int (*fn)(const struct dgsec_exchange *e, void *arg),
			 void *arg)
{
	u32 i = *at >> 16, done = *at & 0xffff, n;
	struct dgsec_exchange *e;
	int ret = 0;

	spin_lock_bh(&x->lock);
	for (; i <= x->mask && !ret; i++, done = 0) {
		n = 0;
		hlist_for_each_entry(e, bucket(x, BY_CLIENT, i), by_client) {
			if (n++ < done)
				continue;
			ret = fn(e, arg);
			if (ret)
				break;
			done = n;
		}
		if (ret)
			break;
		if (i % STRETCH == STRETCH - 1) {
			spin_unlock_bh(&x->lock);
			cond_resched();
			spin_lock_bh(&x->lock);
		}
	}
	*at = (unsigned long)i << 16 | done;
	spin_unlock_bh(&x->lock);
	return ret;
}
