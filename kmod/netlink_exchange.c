// SPDX-License-Identifier: GPL-2.0
/* The netlink commands about exchanges. */

#include <net/genetlink.h>

#include "exchange_table.h"
#include "netlink_gen.h"
#include "netlink_util.h"

static u32 state_of(const struct dgsec_exchange *e)
{
	if (e->theirs_len == DGSEC_EXCHANGE_NO_TOKEN)
		return DGSEC_EXCHANGE_STATE_MESSAGE;
	if (e->flags & DGSEC_EXCHANGE_OBSERVING)
		return DGSEC_EXCHANGE_STATE_OBSERVING;
	if (e->flags & DGSEC_EXCHANGE_ANSWERED)
		return DGSEC_EXCHANGE_STATE_ANSWERED;
	return e->flags & DGSEC_EXCHANGE_ACKED ?
	       DGSEC_EXCHANGE_STATE_ACKNOWLEDGED : DGSEC_EXCHANGE_STATE_WAITING;
}

static const struct dgsec_message *last_message(const struct dgsec_exchange *e)
{
	const struct dgsec_message *last = NULL, *m = e->messages;

	for (; m < e->messages + DGSEC_EXCHANGE_MESSAGES; m++)
		if (!hlist_unhashed(&m->node) &&
		    (!last || (s32)(m->until - last->until) >= 0))
			last = m;
	return last;
}

static int put_exchange(struct sk_buff *skb, const struct dgsec_exchange *e)
{
	struct nlattr *nest = nla_nest_start(skb, DGSEC_A_EXCHANGE);
	const struct dgsec_message *m = last_message(e);
	u32 now = dgsec_now();

	if (!nest || nla_put_u32(skb, DGSEC_A_EXCHANGE_PEER_ID, e->peer->id) ||
	    nla_put_in6_addr(skb, DGSEC_A_EXCHANGE_CLIENT_ADDR, &e->addr) ||
	    nla_put_be16(skb, DGSEC_A_EXCHANGE_CLIENT_PORT, e->port) ||
	    nla_put_be16(skb, DGSEC_A_EXCHANGE_INNER_PORT, e->inner_port) ||
	    nla_put_u32(skb, DGSEC_A_EXCHANGE_STATE, state_of(e)) ||
	    (e->flags & DGSEC_EXCHANGE_SERVICE &&
	     nla_put_flag(skb, DGSEC_A_EXCHANGE_SERVICE)) ||
	    (e->flags & DGSEC_EXCHANGE_CON &&
	     nla_put_flag(skb, DGSEC_A_EXCHANGE_CONFIRMABLE)) ||
	    nla_put_u32(skb, DGSEC_A_EXCHANGE_REQUESTS, e->requests) ||
	    nla_put_u32(skb, DGSEC_A_EXCHANGE_RESPONSES, e->responses) ||
	    nla_put_u32(skb, DGSEC_A_EXCHANGE_AGE,
			dgsec_since(e->opened, now)) ||
	    nla_put_u32(skb, DGSEC_A_EXCHANGE_LEFT, dgsec_since(now, e->until)))
		return -EMSGSIZE;
	if (e->theirs_len != DGSEC_EXCHANGE_NO_TOKEN &&
	    (nla_put(skb, DGSEC_A_EXCHANGE_CLIENT_TOKEN, e->theirs_len,
		     e->theirs) ||
	     nla_put(skb, DGSEC_A_EXCHANGE_DEVICE_TOKEN, sizeof(e->ours),
		     e->ours)))
		return -EMSGSIZE;
	if (m && (nla_put_u16(skb, DGSEC_A_EXCHANGE_CLIENT_MID, m->theirs) ||
		  nla_put_u16(skb, DGSEC_A_EXCHANGE_DEVICE_MID, m->ours)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

struct dump {
	struct sk_buff *skb;
	struct netlink_callback *cb;
	struct dgsec_iface *iface;
	u32 peer;		/* 0: all */
};

static int dump_one(const struct dgsec_exchange *e, void *arg)
{
	struct dump *dump = arg;
	void *header;

	if (dump->peer && e->peer->id != dump->peer)
		return 0;
	header = dgsec_nl_dump_put(dump->skb, dump->cb,
				   DGSEC_CMD_EXCHANGE_GET, dump->iface);
	if (!header)
		return -EMSGSIZE;
	if (put_exchange(dump->skb, e)) {
		genlmsg_cancel(dump->skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(dump->skb, header);
	return 0;
}

int dgsec_nl_exchange_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb)
{
	struct nlattr *tb[DGSEC_A_EXCHANGE_MAX + 1] = {};
	struct dump dump = { .skb = skb, .cb = cb };
	struct dgsec_nl_dump d;
	int err;

	err = dgsec_nl_dump_start(cb, &d);
	if (err)
		return err;
	dump.iface = d.iface;
	if (d.attrs[DGSEC_A_EXCHANGE]) {
		err = nla_parse_nested(tb, DGSEC_A_EXCHANGE_MAX,
				       d.attrs[DGSEC_A_EXCHANGE],
				       dgsec_exchange_nl_policy, cb->extack);
		if (err)
			goto out;
	}
	if (tb[DGSEC_A_EXCHANGE_PEER_ID])
		dump.peer = nla_get_u32(tb[DGSEC_A_EXCHANGE_PEER_ID]);
	if (dump.peer && !d.ctx->last && !xa_load(&d.iface->peers, dump.peer)) {
		NL_SET_ERR_MSG(cb->extack, "there is no such peer");
		err = -ENOENT;
		goto out;
	}
	err = dgsec_exchanges_walk(&d.iface->exchanges, &d.ctx->last,
				   dump_one, &dump);
out:
	dgsec_nl_dump_end(&d);
	return skb->len ?: err;
}
