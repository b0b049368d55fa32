/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DGSEC_CLIENTS_H
#define _DGSEC_CLIENTS_H

#include <linux/skbuff.h>

#include "assoc.h"
#include "interface.h"
#include "peer.h"

struct dtls12_record;

int dgsec_clients_init(struct dgsec_iface *iface);
void dgsec_clients_stop(struct dgsec_iface *iface);
void dgsec_clients_destroy(struct dgsec_iface *iface);

struct dgsec_assoc *dgsec_clients_assoc(struct dgsec_peer *peer, __be16 port);
int dgsec_clients_out(struct dgsec_iface *iface, struct dgsec_peer *peer,
		      struct sk_buff *skb, bool service,
		      struct dgsec_assoc **a);
struct dgsec_assoc *dgsec_clients_gone(struct dgsec_iface *iface,
				       const struct sk_buff *skb,
				       u8 message[COAP_HEADER_LEN]);
int dgsec_clients_in(struct dgsec_assoc *a, struct dtls12_record *rec,
		     struct dgsec_service *to, __be16 *port);

enum {
	/* to a device: room before a packet, besides what an association has */
	DGSEC_CLIENTS_ROOM = DGSEC_EXCHANGE_TOKEN + DTLS12_CID_MAX,
	/* from a device: by how much a message can become longer */
	DGSEC_CLIENTS_GROWTH = COAP_TOKEN_MAX - DGSEC_EXCHANGE_TOKEN,
};

/* Do others than its service ask the peer? */
static inline bool dgsec_clients_share(const struct dgsec_peer *peer)
{
	return READ_ONCE(peer->sharing) == DGSEC_SHARING_YES;
}

#endif /* _DGSEC_CLIENTS_H */
