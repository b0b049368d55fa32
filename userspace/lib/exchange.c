// SPDX-License-Identifier: GPL-2.0
/* Exchanges. */
#include "internal.h"

#include <linux/netlink.h>

struct exchange_list {
	int (*fn)(const struct dgsec_exchange *exchange, void *arg);
	void *arg;
};

static int on_exchange(const void *obj, void *arg)
{
	struct exchange_list *list = arg;

	return list->fn(obj, list->arg);
}

int dgsec_exchange_list(struct dgsec *dg, struct dgsec_ref dev,
			uint32_t peer_id,
			int (*fn)(const struct dgsec_exchange *exchange,
				  void *arg),
			void *arg)
{
	struct dgsec_exchange exchange = {
		.has = DGSEC_HAS(DGSEC_A_EXCHANGE_PEER_ID),
		.peer_id = peer_id,
	};
	struct exchange_list list = { fn, arg };
	struct nl_msg *msg;
	int err = 0;

	msg = dg_request(dg, DGSEC_CMD_EXCHANGE_GET, NLM_F_DUMP, dev, 0);
	if (msg && peer_id)
		err = object_put(msg, &object_exchange, &exchange,
				 ~UINT64_C(0));
	return dg_list(dg, msg, err, &object_exchange, &exchange, on_exchange,
		       &list);
}
