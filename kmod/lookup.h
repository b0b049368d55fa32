/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DGSEC_LOOKUP_H
#define _DGSEC_LOOKUP_H

#include <linux/rhashtable.h>

#include "assoc.h"
#include "interface.h"
#include "peer.h"

/* An endpoint whose handshake is going on, until a time in jiffies */
struct dgsec_expected {
	struct rhash_head node;
	struct dgsec_endpoint remote;
	unsigned long until;
	struct rcu_head rcu;
};

int dgsec_lookup_init(struct dgsec_iface *iface);
void dgsec_lookup_destroy(struct dgsec_iface *iface);

struct dgsec_assoc *dgsec_lookup_assoc(struct dgsec_iface *iface,
				       const struct dgsec_endpoint *remote);
struct dgsec_assoc *dgsec_lookup_nosec(struct dgsec_iface *iface,
				       const struct dgsec_endpoint *remote);
struct dgsec_assoc *dgsec_lookup_find_assoc(struct dgsec_iface *iface,
					    const struct dgsec_endpoint *remote,
					    u8 protocol);
int dgsec_lookup_add_assoc(struct dgsec_iface *iface, struct dgsec_assoc *a);
int dgsec_lookup_replace_assoc(struct dgsec_iface *iface,
			       struct dgsec_assoc *old, struct dgsec_assoc *a);
void dgsec_lookup_del_assoc(struct dgsec_iface *iface, struct dgsec_assoc *a);

/* Cheaper than a lookup: can this be the inner address of a peer? */
static inline bool dgsec_lookup_may_be_peer(const struct dgsec_iface *iface,
					    const struct in6_addr *addr)
{
	__be64 prefix;

	memcpy(&prefix, addr, sizeof(prefix));
	return READ_ONCE(iface->inner_mixed) ||
	       prefix == READ_ONCE(iface->inner_prefix);
}

struct dgsec_assoc *dgsec_lookup_cid(struct dgsec_iface *iface,
				     const struct dtls12_cid *cid);
struct dgsec_cids *dgsec_lookup_find_cid(struct dgsec_iface *iface,
					 const struct dtls12_cid *cid);
int dgsec_lookup_add_cid(struct dgsec_iface *iface, struct dgsec_cids *cids);

struct dgsec_peer *dgsec_lookup_peer(struct dgsec_iface *iface,
				     const struct in6_addr *inner);
struct dgsec_peer *dgsec_lookup_find_peer(struct dgsec_iface *iface,
					  const struct in6_addr *inner);
struct dgsec_peer *dgsec_lookup_name(struct dgsec_iface *iface,
				     const char *name);
int dgsec_lookup_add_peer(struct dgsec_iface *iface, struct dgsec_peer *peer);
void dgsec_lookup_del_peer(struct dgsec_iface *iface, struct dgsec_peer *peer);

bool dgsec_lookup_expected(struct dgsec_iface *iface,
			   const struct dgsec_endpoint *remote);
int dgsec_lookup_expect(struct dgsec_iface *iface,
			const struct dgsec_endpoint *remote, u32 seconds);
int dgsec_lookup_unexpect(struct dgsec_iface *iface,
			  const struct dgsec_endpoint *remote);
void dgsec_lookup_unexpect_old(struct dgsec_iface *iface, bool all);

#endif /* _DGSEC_LOOKUP_H */
