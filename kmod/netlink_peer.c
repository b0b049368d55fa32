// SPDX-License-Identifier: GPL-2.0
/* The netlink commands about peers. */

#include <net/genetlink.h>

#include "lookup.h"
#include "netlink_gen.h"
#include "netlink_util.h"
#include "peer.h"
#include "release.h"

/* What a peer is named by, and what can be set */
#define NAMES		(BIT_ULL(DGSEC_A_PEER_ID) |			\
			 BIT_ULL(DGSEC_A_PEER_INNER_ADDR) |		\
			 BIT_ULL(DGSEC_A_PEER_NAME))
#define SETTINGS	(BIT_ULL(DGSEC_A_PEER_SERVICE_ADDR) |		\
			 BIT_ULL(DGSEC_A_PEER_SERVICE_PORT) |		\
			 BIT_ULL(DGSEC_A_PEER_MARK) |			\
			 BIT_ULL(DGSEC_A_PEER_PAYLOAD) |		\
			 BIT_ULL(DGSEC_A_PEER_MAX_ASSOCS) |		\
			 BIT_ULL(DGSEC_A_PEER_ACQUIRE))

static int put_peer(struct sk_buff *skb, struct dgsec_iface *iface,
		    struct dgsec_peer *peer)
{
	struct nlattr *nest = nla_nest_start(skb, DGSEC_A_PEER);
	const struct dgsec_assoc *a;
	struct dgsec_counts *sum;
	int err;

	if (!nest || nla_put_u32(skb, DGSEC_A_PEER_ID, peer->id) ||
	    (*peer->name && nla_put_string(skb, DGSEC_A_PEER_NAME,
					   peer->name)) ||
	    nla_put_in6_addr(skb, DGSEC_A_PEER_INNER_ADDR, &peer->inner) ||
	    nla_put_in6_addr(skb, DGSEC_A_PEER_SERVICE_ADDR,
			     &peer->service.addr) ||
	    nla_put_be16(skb, DGSEC_A_PEER_SERVICE_PORT, peer->service.port) ||
	    nla_put_u32(skb, DGSEC_A_PEER_MARK, peer->mark) ||
	    nla_put_u32(skb, DGSEC_A_PEER_PAYLOAD, peer->payload) ||
	    nla_put_u32(skb, DGSEC_A_PEER_MAX_ASSOCS, peer->max_assocs) ||
	    nla_put_u32(skb, DGSEC_A_PEER_ASSOCS, peer->n_assocs) ||
	    nla_put_u32(skb, DGSEC_A_PEER_ACQUIRE, peer->acquire) ||
	    nla_put_u32(skb, DGSEC_A_PEER_QUEUED,
			dgsec_queue_count(&iface->queue, peer->id)) ||
	    nla_put_u32(skb, DGSEC_A_PEER_EXCHANGES,
			dgsec_exchanges_of(&iface->exchanges, peer->id)))
		return -EMSGSIZE;

	sum = kzalloc(sizeof(*sum), GFP_KERNEL);
	if (!sum)
		return -ENOMEM;
	dgsec_counts_fold(sum, &peer->counts);
	hlist_for_each_entry(a, &peer->assocs, peer_node)
		dgsec_counts_fold(sum, &a->counts);
	err = dgsec_counts_put(skb, DGSEC_A_PEER_STATS, sum);
	dgsec_counts_destroy(sum);
	kfree(sum);
	if (err)
		return err;
	nla_nest_end(skb, nest);
	return 0;
}

static int reply(struct genl_info *info, struct dgsec_peer *peer, int cmd)
{
	struct dgsec_iface *iface = info->user_ptr[0];
	struct sk_buff *msg;
	void *header;
	int err;

	msg = dgsec_nl_reply(info, cmd, &header);
	if (!msg)
		return -ENOMEM;
	err = dgsec_nl_put_ifindex(msg, genl_info_net(info), iface);
	if (!err)
		err = put_peer(msg, iface, peer);
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	genlmsg_end(msg, header);
	return genlmsg_reply(msg, info);
}

/*
 * The peer that a request names: by id, else by inner address, else by name.
 * If it gives more than one, they must agree.
 */
static struct dgsec_peer *named(struct dgsec_iface *iface, struct nlattr **tb,
				struct netlink_ext_ack *extack)
{
	const struct nlattr *id = tb[DGSEC_A_PEER_ID];
	const struct nlattr *inner = tb[DGSEC_A_PEER_INNER_ADDR];
	const struct nlattr *name = tb[DGSEC_A_PEER_NAME];
	struct dgsec_peer *peer;
	struct in6_addr in6;

	if (inner)
		in6 = nla_get_in6_addr(inner);
	if (id) {
		peer = xa_load(&iface->peers, nla_get_u32(id));
	} else if (inner) {
		peer = dgsec_lookup_find_peer(iface, &in6);
	} else if (name) {
		peer = dgsec_lookup_name(iface, nla_data(name));
	} else {
		NL_SET_ERR_MSG(extack, "name the peer by id, inner address or name");
		return ERR_PTR(-EINVAL);
	}
	if (!peer) {
		NL_SET_ERR_MSG(extack, "there is no such peer");
		return ERR_PTR(-ENOENT);
	}
	if ((inner && !ipv6_addr_equal(&in6, &peer->inner)) ||
	    (name && nla_strcmp(name, peer->name))) {
		NL_SET_ERR_MSG(extack, "id, inner address and name are of different peers, and cannot be changed");
		return ERR_PTR(-EINVAL);
	}
	return peer;
}

/* What peer-new and peer-set have in common, checked before it is set */
struct settings {
	struct dgsec_service service;
	u32 mark;
	u8 payload;
	u8 max_assocs;
	bool acquire;
};

static int get_settings(struct nlattr **tb, struct settings *s,
			struct netlink_ext_ack *extack)
{
	if (tb[DGSEC_A_PEER_MARK])
		s->mark = nla_get_u32(tb[DGSEC_A_PEER_MARK]);
	if (tb[DGSEC_A_PEER_PAYLOAD])
		s->payload = nla_get_u32(tb[DGSEC_A_PEER_PAYLOAD]);
	if (tb[DGSEC_A_PEER_MAX_ASSOCS])
		s->max_assocs = nla_get_u32(tb[DGSEC_A_PEER_MAX_ASSOCS]);
	if (tb[DGSEC_A_PEER_ACQUIRE])
		s->acquire = nla_get_u32(tb[DGSEC_A_PEER_ACQUIRE]);
	return dgsec_nl_get_service(tb[DGSEC_A_PEER_SERVICE_ADDR],
				    tb[DGSEC_A_PEER_SERVICE_PORT], &s->service,
				    extack);
}

static void set(struct dgsec_iface *iface, struct dgsec_peer *peer,
		const struct settings *s)
{
	dgsec_peer_set_service(iface, &peer->service, &s->service);
	/* read by the data path */
	WRITE_ONCE(peer->mark, s->mark);
	WRITE_ONCE(peer->payload, s->payload);
	WRITE_ONCE(peer->acquire, s->acquire);
	peer->max_assocs = s->max_assocs;
	if (s->payload != DGSEC_PAYLOAD_COAP)
		dgsec_exchanges_forget(&iface->exchanges, peer->id,
				       &peer->sharing, DGSEC_SHARING_NO);
}

/* UTF-8 in shortest form, without control characters: it goes to terminals. */
static bool is_label(const char *name)
{
	static const u32 least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const u8 *p = name;

	while (*p) {
		int n = *p < 0x80 ? 1 : *p >> 5 == 6 ? 2 : *p >> 4 == 14 ? 3 :
			*p >> 3 == 30 ? 4 : 0;
		u32 c = n == 1 ? *p : n ? *p & (0x7f >> n) : 0;
		int i;

		if (!n)
			return false;
		for (i = 1; i < n; i++) {
			if (p[i] >> 6 != 2)
				return false;
			c = c << 6 | (p[i] & 0x3f);
		}
		if (c < least[n] || c < 0x20 || (c >= 0x7f && c < 0xa0) ||
		    (c >= 0xd800 && c < 0xe000) || c > 0x10ffff)
			return false;
		p += n;
	}
	return true;
}

int dgsec_nl_peer_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct dgsec_iface *iface = info->user_ptr[0];
	struct settings s = {
		.payload = DGSEC_PAYLOAD_COAP, .max_assocs = DGSEC_PEER_ASSOCS,
	};
	struct nlattr *tb[DGSEC_A_PEER_MAX + 1];
	struct dgsec_peer *peer;
	const char *name = "";
	struct in6_addr inner;
	int err;

	err = dgsec_nl_nest(info, DGSEC_A_PEER, tb, DGSEC_A_PEER_MAX,
			    dgsec_peer_nl_policy,
			    (NAMES & ~BIT_ULL(DGSEC_A_PEER_ID)) | SETTINGS);
	if (err)
		return err;
	if (!tb[DGSEC_A_PEER_INNER_ADDR]) {
		NL_SET_ERR_MSG(info->extack, "the inner address is missing");
		return -EINVAL;
	}
	inner = nla_get_in6_addr(tb[DGSEC_A_PEER_INNER_ADDR]);
	if (!dgsec_nl_is_unicast(&inner)) {
		NL_SET_ERR_MSG_ATTR(info->extack, tb[DGSEC_A_PEER_INNER_ADDR],
				    "the inner address must be a global or unique local unicast address");
		return -EINVAL;
	}
	if (tb[DGSEC_A_PEER_NAME])
		name = nla_data(tb[DGSEC_A_PEER_NAME]);
	if (!is_label(name)) {
		NL_SET_ERR_MSG_ATTR(info->extack, tb[DGSEC_A_PEER_NAME],
				    "the name must be UTF-8 without control characters");
		return -EINVAL;
	}
	err = get_settings(tb, &s, info->extack);
	if (err)
		return err;

	peer = dgsec_peer_new(iface, &inner, name, info->extack);
	if (IS_ERR(peer))
		return PTR_ERR(peer);
	set(iface, peer, &s);
	err = reply(info, peer, DGSEC_CMD_PEER_NEW);
	if (err)
		dgsec_peer_delete(iface, peer);
	return err;
}

int dgsec_nl_peer_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[DGSEC_A_PEER_MAX + 1];
	struct dgsec_peer *peer;
	struct settings s;
	int err;

	err = dgsec_nl_nest(info, DGSEC_A_PEER, tb, DGSEC_A_PEER_MAX,
			    dgsec_peer_nl_policy, NAMES | SETTINGS);
	if (err)
		return err;
	peer = named(info->user_ptr[0], tb, info->extack);
	if (IS_ERR(peer))
		return PTR_ERR(peer);
	s.service = peer->service;
	s.mark = peer->mark;
	s.payload = peer->payload;
	s.max_assocs = peer->max_assocs;
	s.acquire = peer->acquire;
	err = get_settings(tb, &s, info->extack);
	if (!err)
		set(info->user_ptr[0], peer, &s);
	return err;
}

int dgsec_nl_peer_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[DGSEC_A_PEER_MAX + 1];
	struct dgsec_peer *peer;
	int err;

	err = dgsec_nl_nest(info, DGSEC_A_PEER, tb, DGSEC_A_PEER_MAX,
			    dgsec_peer_nl_policy, NAMES);
	if (err)
		return err;
	peer = named(info->user_ptr[0], tb, info->extack);
	if (IS_ERR(peer))
		return PTR_ERR(peer);
	return reply(info, peer, DGSEC_CMD_PEER_GET);
}

int dgsec_nl_peer_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct dgsec_nl_dump d;
	struct dgsec_peer *peer;
	unsigned long id;
	void *header;
	int err;

	err = dgsec_nl_dump_start(cb, &d);
	if (err)
		return err;
	xa_for_each_start(&d.iface->peers, id, peer, d.ctx->last + 1) {
		header = dgsec_nl_dump_put(skb, cb, DGSEC_CMD_PEER_GET,
					   d.iface);
		err = header ? put_peer(skb, d.iface, peer) : -EMSGSIZE;
		if (err) {
			if (header)
				genlmsg_cancel(skb, header);
			break;
		}
		genlmsg_end(skb, header);
		d.ctx->last = id;
	}
	dgsec_nl_dump_end(&d);
	return skb->len ?: err;
}

int dgsec_nl_peer_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[DGSEC_A_PEER_MAX + 1];
	struct dgsec_iface *iface = info->user_ptr[0];
	struct dgsec_peer *peer;
	int err;

	err = dgsec_nl_nest(info, DGSEC_A_PEER, tb, DGSEC_A_PEER_MAX,
			    dgsec_peer_nl_policy, NAMES);
	if (err)
		return err;
	peer = named(iface, tb, info->extack);
	if (IS_ERR(peer))
		return PTR_ERR(peer);
	dgsec_peer_delete(iface, peer);
	return 0;
}

int dgsec_nl_acquire_done_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *seconds = info->attrs[DGSEC_A_SECONDS];
	struct nlattr *tb[DGSEC_A_PEER_MAX + 1];
	struct dgsec_iface *iface = info->user_ptr[0];
	struct dgsec_peer *peer;
	int err;

	err = dgsec_nl_nest(info, DGSEC_A_PEER, tb, DGSEC_A_PEER_MAX,
			    dgsec_peer_nl_policy, NAMES);
	if (err)
		return err;
	peer = named(iface, tb, info->extack);
	if (IS_ERR(peer))
		return PTR_ERR(peer);
	dgsec_release_peer(iface, peer, seconds ? nla_get_u32(seconds) : 0);
	return 0;
}
