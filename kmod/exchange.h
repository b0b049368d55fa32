/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DGSEC_EXCHANGE_H
#define _DGSEC_EXCHANGE_H

#include "exchange_table.h"

/* What becomes of a message */
struct dgsec_verdict {
	bool rewrite;
	struct dgsec_coap_rewrite to;
	u32 via;		/* to the device: by this association, or 0 */
	bool client;		/* from it: not to the service, but here */
	struct in6_addr addr;
	__be16 port;
	__be16 inner_port;
	u32 opened, evicted;	/* exchanges, to be counted */
};

int dgsec_exchange_out(struct dgsec_exchanges *x,
		       const struct dgsec_asker *from, const u8 *data,
		       size_t len, u32 now, struct dgsec_verdict *v);
int dgsec_exchange_in(struct dgsec_exchanges *x, u32 peer, u32 via,
		      const u8 *data, size_t len, u32 now,
		      struct dgsec_verdict *v);

#endif /* _DGSEC_EXCHANGE_H */
