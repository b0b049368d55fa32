/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DGSEC_EXCHANGE_TABLE_H
#define _DGSEC_EXCHANGE_TABLE_H

#include "coap.h"
#include "share.h"

/* Defaults and bounds; what can be changed is in docs/netlink/dgsec.yaml */
enum dgsec_exchange_limits {
	DGSEC_MAX_EXCHANGES		= 16384,
	DGSEC_MAX_PEER_EXCHANGES	= 4096,
	DGSEC_EXCHANGE_MESSAGES		= 2,	/* followed for each */
	DGSEC_EXCHANGE_AGING		= 8,	/* seconds */
	/*
	 * Tokens given to devices: 40 random bits, of a length that hardly
	 * anybody else uses.
	 */
	DGSEC_EXCHANGE_TOKEN		= 5,
	/* in place of a token's length: it is named by its message ID */
	DGSEC_EXCHANGE_NO_TOKEN		= 255,
};

/* Is a peer asked by others than its service? Those that are not pay nothing. */
enum dgsec_sharing {
	DGSEC_SHARING_NO,
	DGSEC_SHARING_YES,
	DGSEC_SHARING_NEVER,		/* the peer is being deleted */
};

enum dgsec_exchange_flag {
	DGSEC_EXCHANGE_SERVICE		= 1,	/* the service's own */
	DGSEC_EXCHANGE_CON		= 2,	/* its last request was */
	DGSEC_EXCHANGE_ACKED		= 4,
	DGSEC_EXCHANGE_ANSWERED		= 8,
	DGSEC_EXCHANGE_WANTED		= 16,	/* asked for notifications, */
	DGSEC_EXCHANGE_OBSERVING	= 32,	/* and gets them */
};

struct dgsec_exchange;

/* A message to a device, which may acknowledge or reject it */
struct dgsec_message {
	struct hlist_node node;
	struct dgsec_exchange *exchange;
	u32 until;
	u16 ours;			/* its ID towards the device */
	u16 theirs;			/* and the client's */
};

/* What one client asks with one token, and what answers it */
struct dgsec_exchange {
	struct hlist_node by_client;
	struct hlist_node by_token;
	struct hlist_node by_reply;
	struct dgsec_message messages[DGSEC_EXCHANGE_MESSAGES];
	struct dgsec_place of_all, of_peer;
	struct dgsec_exchange_peer *peer;
	struct in6_addr addr;		/* the client ... */
	__be16 port;
	__be16 inner_port;		/* ... and the port it asks */
	u8 flags;
	u8 theirs_len;
	u8 theirs[COAP_TOKEN_MAX];	/* the client's token, or message ID */
	u8 ours[DGSEC_EXCHANGE_TOKEN];
	u16 reply;			/* ID of the device's last message */
	u32 via;			/* the association that it came by */
	u32 opened, until;		/* seconds */
	u32 requests, responses;
};

/* What is known of a peer that others than its service ask */
struct dgsec_exchange_peer {
	struct hlist_node node;
	struct dgsec_share share;
	u8 *sharing;
	u32 id;
	u32 others;			/* exchanges that are a reason for it */
	u32 quiet;			/* since when there are none */
	u16 next;			/* message ID */
};

/* All exchanges of an interface. They are in several indices of equal size. */
struct dgsec_exchanges {
	spinlock_t lock;		/* bottom halves are off */
	siphash_key_t key;
	struct hlist_head *buckets;
	u32 mask;			/* of one index */
	u32 max, max_peer;
	u32 n_peers;
	struct dgsec_share share;
};

/* Who sends a message to a peer */
struct dgsec_asker {
	u32 peer;
	u8 *sharing;			/* the peer's enum dgsec_sharing */
	struct in6_addr addr;
	__be16 port;
	__be16 inner_port;
	bool service;
};

int dgsec_exchanges_init(struct dgsec_exchanges *x);
void dgsec_exchanges_destroy(struct dgsec_exchanges *x);
void dgsec_exchanges_limit(struct dgsec_exchanges *x, u32 max, u32 max_peer,
			   u32 now);
void dgsec_exchanges_forget(struct dgsec_exchanges *x, u32 peer, u8 *sharing,
			    u8 to);
bool dgsec_exchanges_are_many(const struct dgsec_exchanges *x);
bool dgsec_exchanges_age(struct dgsec_exchanges *x, u32 now);
u32 dgsec_exchanges_of(struct dgsec_exchanges *x, u32 peer);
int dgsec_exchanges_walk(struct dgsec_exchanges *x, unsigned long *at,
			 int (*fn)(const struct dgsec_exchange *e, void *arg),
			 void *arg);

/* with the lock */
struct dgsec_exchange *
dgsec_exchange_by_client(struct dgsec_exchanges *x,
			 const struct dgsec_asker *from, const u8 *theirs,
			 u8 len, u32 now);
struct dgsec_exchange *dgsec_exchange_by_token(struct dgsec_exchanges *x,
					       u32 peer, const u8 *ours,
					       u32 now);
struct dgsec_exchange *dgsec_exchange_by_reply(struct dgsec_exchanges *x,
					       const struct dgsec_asker *from,
					       u16 mid, u32 now);
struct dgsec_message *dgsec_exchange_by_message(struct dgsec_exchanges *x,
						u32 peer, u16 mid, u32 now);
struct dgsec_exchange *
dgsec_exchange_open(struct dgsec_exchanges *x, const struct dgsec_asker *from,
		    const u8 *theirs, u8 len, u32 now, u32 *evicted);
void dgsec_exchange_end(struct dgsec_exchanges *x, struct dgsec_exchange *e,
			u32 now);
void dgsec_exchange_use(struct dgsec_exchange *e, u32 now);
u16 dgsec_exchange_send(struct dgsec_exchanges *x, struct dgsec_exchange *e,
			u16 theirs, u32 now);
void dgsec_exchange_replied(struct dgsec_exchanges *x,
			    struct dgsec_exchange *e, u16 mid, u32 via);

#endif /* _DGSEC_EXCHANGE_TABLE_H */
