// SPDX-License-Identifier: GPL-2.0
/* Associations, and alerts on them. */
#include "internal.h"

#include <errno.h>
#include <linux/netlink.h>

static int keys_put(struct nl_msg *msg, const struct dgsec_keys *keys)
{
	struct nlattr *nest;

	nest = nla_nest_start(msg, DGSEC_A_ASSOC_KEYS | NLA_F_NESTED);
	if (!nest ||
	    nla_put(msg, DGSEC_A_KEYS_TX_KEY, keys->key_len, keys->tx_key) ||
	    nla_put(msg, DGSEC_A_KEYS_TX_IV, keys->iv_len, keys->tx_iv) ||
	    nla_put(msg, DGSEC_A_KEYS_RX_KEY, keys->key_len, keys->rx_key) ||
	    nla_put(msg, DGSEC_A_KEYS_RX_IV, keys->iv_len, keys->rx_iv))
		return -NLE_NOMEM;
	nla_nest_end(msg, nest);
	return 0;
}

/* object_put() leaves its nest closed; the keys go in at its end. */
static int assoc_put(struct nl_msg *msg, const struct dgsec_assoc *assoc,
		     const struct dgsec_keys *keys)
{
	struct nlattr *nest = nlmsg_tail(nlmsg_hdr(msg));
	int err;

	err = object_put(msg, &object_assoc, assoc, ~UINT64_C(0));
	if (err || !keys)
		return err;
	err = keys_put(msg, keys);
	nla_nest_end(msg, nest);
	return err;
}

int dgsec_assoc_new(struct dgsec *dg, struct dgsec_ref dev,
		    const struct dgsec_assoc *assoc,
		    const struct dgsec_keys *keys, struct dgsec_assoc *out)
{
	struct nl_msg *msg;
	int err = 0;

	if (keys && (keys->key_len > DGSEC_KEY_MAX ||
		     keys->iv_len > DGSEC_IV_MAX))
		return dg_fail(dg, -EINVAL, "keys are longer than their room");
	msg = dg_request(dg, DGSEC_CMD_ASSOC_NEW, 0, dev, 0);
	if (msg)
		err = assoc_put(msg, assoc, keys);
	return dg_get(dg, msg, err, &object_assoc, out);
}

int dgsec_assoc_set(struct dgsec *dg, struct dgsec_ref dev,
		    const struct dgsec_assoc *assoc)
{
	struct nl_msg *msg;
	int err = 0;

	msg = dg_request(dg, DGSEC_CMD_ASSOC_SET, 0, dev, 0);
	if (msg)
		err = object_put(msg, &object_assoc, assoc, ~UINT64_C(0));
	return dg_transact(dg, msg, err, NULL, NULL);
}

int dgsec_assoc_get(struct dgsec *dg, struct dgsec_ref dev, uint32_t id,
		    struct dgsec_assoc *out)
{
	struct dgsec_assoc key = {
		.has = DGSEC_HAS(DGSEC_A_ASSOC_ID),
		.id = id,
	};
	struct nl_msg *msg;
	int err = 0;

	msg = dg_request(dg, DGSEC_CMD_ASSOC_GET, 0, dev, 0);
	if (msg)
		err = object_put(msg, &object_assoc, &key, ~UINT64_C(0));
	return dg_get(dg, msg, err, &object_assoc, out);
}

int dgsec_assoc_del(struct dgsec *dg, struct dgsec_ref dev, uint32_t id,
		    bool close)
{
	struct dgsec_assoc key = {
		.has = DGSEC_HAS(DGSEC_A_ASSOC_ID),
		.id = id,
	};
	struct nl_msg *msg;
	int err = 0;

	if (close)
		key.has |= DGSEC_HAS(DGSEC_A_ASSOC_CLOSE);
	msg = dg_request(dg, DGSEC_CMD_ASSOC_DEL, 0, dev, 0);
	if (msg)
		err = object_put(msg, &object_assoc, &key, ~UINT64_C(0));
	return dg_transact(dg, msg, err, NULL, NULL);
}

struct assoc_list {
	int (*fn)(const struct dgsec_assoc *assoc, void *arg);
	void *arg;
};

static int on_assoc(const void *obj, void *arg)
{
	struct assoc_list *list = arg;

	return list->fn(obj, list->arg);
}

int dgsec_assoc_list(struct dgsec *dg, struct dgsec_ref dev, uint32_t peer_id,
		     int (*fn)(const struct dgsec_assoc *assoc, void *arg),
		     void *arg)
{
	struct dgsec_assoc assoc = {
		.has = DGSEC_HAS(DGSEC_A_ASSOC_PEER_ID),
		.peer_id = peer_id,
	};
	struct assoc_list list = { fn, arg };
	struct nl_msg *msg;
	int err = 0;

	msg = dg_request(dg, DGSEC_CMD_ASSOC_GET, NLM_F_DUMP, dev, 0);
	if (msg && peer_id)
		err = object_put(msg, &object_assoc, &assoc, ~UINT64_C(0));
	return dg_list(dg, msg, err, &object_assoc, &assoc, on_assoc, &list);
}

int dgsec_alert_send(struct dgsec *dg, struct dgsec_ref dev, uint32_t assoc_id,
		     uint8_t level, uint8_t description)
{
	struct dgsec_assoc key = {
		.has = DGSEC_HAS(DGSEC_A_ASSOC_ID),
		.id = assoc_id,
	};
	struct nlattr *nest;
	struct nl_msg *msg;
	int err = 0;

	msg = dg_request(dg, DGSEC_CMD_ALERT_SEND, 0, dev, 0);
	if (msg) {
		err = object_put(msg, &object_assoc, &key, ~UINT64_C(0));
		nest = nla_nest_start(msg, DGSEC_A_ALERT | NLA_F_NESTED);
		if (err || !nest ||
		    nla_put_u8(msg, DGSEC_A_ALERT_LEVEL, level) ||
		    nla_put_u8(msg, DGSEC_A_ALERT_DESCRIPTION, description))
			err = -NLE_NOMEM;
		else
			nla_nest_end(msg, nest);
	}
	return dg_transact(dg, msg, err, NULL, NULL);
}
