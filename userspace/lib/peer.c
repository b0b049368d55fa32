// SPDX-License-Identifier: GPL-2.0
/* Peers. */
#include "internal.h"

#include <linux/netlink.h>

/* What can name a peer: one of these, the first that is there. */
static uint64_t key_mask(const struct dgsec_peer *key)
{
	static const int keys[] = {
		DGSEC_A_PEER_ID, DGSEC_A_PEER_INNER_ADDR, DGSEC_A_PEER_NAME,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(keys); i++)
		if (dgsec_has(key, keys[i]))
			return DGSEC_HAS(keys[i]);
	return 0;
}

int dgsec_peer_new(struct dgsec *dg, struct dgsec_ref dev,
		   const struct dgsec_peer *peer, struct dgsec_peer *out)
{
	struct nl_msg *msg;
	int err = 0;

	msg = dg_request(dg, DGSEC_CMD_PEER_NEW, 0, dev, 0);
	if (msg)
		err = object_put(msg, &object_peer, peer, ~UINT64_C(0));
	return dg_get(dg, msg, err, &object_peer, out);
}

int dgsec_peer_set(struct dgsec *dg, struct dgsec_ref dev,
		   const struct dgsec_peer *peer)
{
	struct nl_msg *msg;
	int err = 0;

	msg = dg_request(dg, DGSEC_CMD_PEER_SET, 0, dev, 0);
	if (msg)
		err = object_put(msg, &object_peer, peer, ~UINT64_C(0));
	return dg_transact(dg, msg, err, NULL, NULL);
}

int dgsec_peer_get(struct dgsec *dg, struct dgsec_ref dev,
		   const struct dgsec_peer *key, struct dgsec_peer *out)
{
	struct nl_msg *msg;
	int err = 0;

	msg = dg_request(dg, DGSEC_CMD_PEER_GET, 0, dev, 0);
	if (msg)
		err = object_put(msg, &object_peer, key, key_mask(key));
	return dg_get(dg, msg, err, &object_peer, out);
}

int dgsec_peer_del(struct dgsec *dg, struct dgsec_ref dev,
		   const struct dgsec_peer *key)
{
	struct nl_msg *msg;
	int err = 0;

	msg = dg_request(dg, DGSEC_CMD_PEER_DEL, 0, dev, 0);
	if (msg)
		err = object_put(msg, &object_peer, key, key_mask(key));
	return dg_transact(dg, msg, err, NULL, NULL);
}

struct peer_list {
	int (*fn)(const struct dgsec_peer *peer, void *arg);
	void *arg;
};

static int on_peer(const void *obj, void *arg)
{
	struct peer_list *list = arg;

	return list->fn(obj, list->arg);
}

int dgsec_peer_list(struct dgsec *dg, struct dgsec_ref dev,
		    int (*fn)(const struct dgsec_peer *peer, void *arg),
		    void *arg)
{
	struct peer_list list = { fn, arg };
	struct dgsec_peer peer;
	struct nl_msg *msg;

	msg = dg_request(dg, DGSEC_CMD_PEER_GET, NLM_F_DUMP, dev, 0);
	return dg_list(dg, msg, 0, &object_peer, &peer, on_peer, &list);
}

int dgsec_acquire_done(struct dgsec *dg, struct dgsec_ref dev,
		       const struct dgsec_peer *key, uint32_t seconds)
{
	struct nl_msg *msg;
	int err = 0;

	msg = dg_request(dg, DGSEC_CMD_ACQUIRE_DONE, 0, dev, 0);
	if (msg)
		err = object_put(msg, &object_peer, key, key_mask(key));
	if (msg && !err && seconds)
		err = nla_put_u32(msg, DGSEC_A_SECONDS, seconds);
	return dg_transact(dg, msg, err, NULL, NULL);
}
