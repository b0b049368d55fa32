// SPDX-License-Identifier: GPL-2.0
/* The netlink commands: interfaces, sockets, and what all commands share. */

#include <net/genetlink.h>

#include "interface.h"
#include "lookup.h"
#include "netlink.h"
#include "netlink_gen.h"
#include "netlink_util.h"
#include "peer.h"
#include "rx.h"
#include "socket.h"

/* What a request holds between pre_doit and post_doit */
struct request {
	struct dgsec_iface *iface;
	netdevice_tracker tracker;
};

/*
 * An attribute given twice has no meaning: the parser would silently take the
 * last one. The nesting is that of the policies, so it has an end.
 */
static int refuse_doubles(const struct nlattr *head, int len, int depth,
			  struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	u64 seen = 0;
	int rem, err;

	nla_for_each_attr(attr, head, len, rem) {
		int type = nla_type(attr);

		if (type < 64 && seen & BIT_ULL(type)) {
			NL_SET_ERR_MSG_ATTR(extack, attr,
					    "attribute given twice");
			return -EINVAL;
		}
		if (type < 64)
			seen |= BIT_ULL(type);
		if (attr->nla_type & NLA_F_NESTED && depth) {
			err = refuse_doubles(nla_data(attr), nla_len(attr),
					     depth - 1, extack);
			if (err)
				return err;
		}
	}
	return 0;
}

static u32 get_u32(const struct nlattr *attr)
{
	return attr ? nla_get_u32(attr) : 0;
}

int dgsec_nl_pre_doit(const struct genl_split_ops *ops, struct sk_buff *skb,
		      struct genl_info *info)
{
	const int nests = 2;
	struct request *req;
	int err;

	err = refuse_doubles(genlmsg_data(info->genlhdr),
			     genlmsg_len(info->genlhdr), nests, info->extack);
	if (err)
		goto err_wipe;

	req = kzalloc(sizeof(*req), GFP_KERNEL);
	if (!req) {
		err = -ENOMEM;
		goto err_wipe;
	}
	req->iface = dgsec_interface_get(genl_info_net(info),
					 get_u32(info->attrs[DGSEC_A_IFINDEX]),
					 get_u32(info->attrs[DGSEC_A_LOWER_IFINDEX]),
					 &req->tracker, info->extack);
	if (IS_ERR(req->iface)) {
		err = PTR_ERR(req->iface);
		goto err_free;
	}
	mutex_lock(&req->iface->lock);
	if (req->iface->dying) {
		NL_SET_ERR_MSG(info->extack, "the interface is being deleted");
		err = -ENODEV;
		goto err_unlock;
	}
	info->user_ptr[0] = req->iface;
	info->user_ptr[1] = req;
	return 0;

err_unlock:
	mutex_unlock(&req->iface->lock);
	dgsec_interface_put(req->iface, &req->tracker);
err_free:
	kfree(req);
err_wipe:
	/* the answer would echo the keys */
	if (info->genlhdr->cmd == DGSEC_CMD_ASSOC_NEW)
		memzero_explicit(genlmsg_data(info->genlhdr),
				 genlmsg_len(info->genlhdr));
	return err;
}

void dgsec_nl_post_doit(const struct genl_split_ops *ops, struct sk_buff *skb,
			struct genl_info *info)
{
	struct request *req = info->user_ptr[1];

	mutex_unlock(&req->iface->lock);
	dgsec_interface_put(req->iface, &req->tracker);
	kfree(req);
}

/**
 * dgsec_nl_nest - parse the nest that a command is about
 * @info: the request
 * @type: attribute type of the nest
 * @tb: to be filled
 * @max: its highest index
 * @policy: of the nest
 * @allowed: bits of the attributes that the command takes
 *
 * Return: 0 or an error with a text.
 */
int dgsec_nl_nest(struct genl_info *info, int type, struct nlattr **tb,
		  int max, const struct nla_policy *policy, u64 allowed)
{
	int i, err;

	if (GENL_REQ_ATTR_CHECK(info, type)) {
		NL_SET_ERR_MSG(info->extack, "the object of the command is missing");
		return -EINVAL;
	}
	err = nla_parse_nested(tb, max, info->attrs[type], policy,
			       info->extack);
	if (err)
		return err;
	/* what would be passed over in silence is a mistake */
	for (i = 0; i <= max; i++) {
		if (!tb[i] || allowed & BIT_ULL(i))
			continue;
		NL_SET_ERR_MSG_ATTR(info->extack, tb[i],
				    "the attribute has no place in this command");
		return -EINVAL;
	}
	return 0;
}

/* Start an answer to the caller. Return: the message or NULL. */
struct sk_buff *dgsec_nl_reply(struct genl_info *info, int cmd, void **header)
{
	struct sk_buff *msg = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);

	if (!msg)
		return NULL;
	*header = genlmsg_put_reply(msg, info, &dgsec_nl_family, 0, cmd);
	if (!*header) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

/**
 * dgsec_nl_dump_start - the interface that a dump is about
 * @cb: the dump
 * @d: to be filled
 *
 * Return: 0, with the interface locked, or an error.
 */
int dgsec_nl_dump_start(struct netlink_callback *cb, struct dgsec_nl_dump *d)
{
	struct nlattr **attrs = dgsec_compat_dump_attrs(cb);

	d->ctx = (struct dgsec_nl_dump_ctx *)cb->ctx;
	d->attrs = attrs;
	d->iface = dgsec_interface_get(sock_net(cb->skb->sk),
				       get_u32(attrs[DGSEC_A_IFINDEX]),
				       get_u32(attrs[DGSEC_A_LOWER_IFINDEX]),
				       &d->tracker, cb->extack);
	if (IS_ERR(d->iface))
		return PTR_ERR(d->iface);
	mutex_lock(&d->iface->lock);
	return 0;
}

void dgsec_nl_dump_end(struct dgsec_nl_dump *d)
{
	mutex_unlock(&d->iface->lock);
	dgsec_interface_put(d->iface, &d->tracker);
}

/* Start one object of a dump. Return: its header or NULL if it is full. */
void *dgsec_nl_dump_put(struct sk_buff *skb, struct netlink_callback *cb,
			int cmd, const struct dgsec_iface *iface)
{
	void *header;

	header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
			     cb->nlh->nlmsg_seq, &dgsec_nl_family, NLM_F_MULTI,
			     cmd);
	if (!header)
		return NULL;
	if (dgsec_nl_put_ifindex(skb, sock_net(cb->skb->sk), iface)) {
		genlmsg_cancel(skb, header);
		return NULL;
	}
	return header;
}

/* The interface's index for whoever asks; 0 if it is in another netns. */
int dgsec_nl_put_ifindex(struct sk_buff *skb, const struct net *net,
			 const struct dgsec_iface *iface)
{
	return nla_put_u32(skb, DGSEC_A_IFINDEX,
			   net_eq(net, dev_net(iface->dev)) ?
			   iface->dev->ifindex : 0);
}

static int put_queue(struct sk_buff *skb, const struct dgsec_queue *q)
{
	if (nla_put_u32(skb, DGSEC_A_INTERFACE_QUEUE_LEN, q->len) ||
	    nla_put_u32(skb, DGSEC_A_INTERFACE_QUEUE_MAX, q->max) ||
	    nla_put_u32(skb, DGSEC_A_INTERFACE_QUEUE_BYTES, q->bytes) ||
	    nla_put_u32(skb, DGSEC_A_INTERFACE_QUEUE_SECONDS, q->seconds) ||
	    nla_put_u32(skb, DGSEC_A_INTERFACE_QUEUED,
			READ_ONCE(q->n_packets)))
		return -EMSGSIZE;
	return 0;
}

static int put_interface(struct sk_buff *skb, const struct net *net,
			 struct dgsec_iface *iface)
{
	u32 ifindex = net_eq(net, dev_net(iface->dev)) ?
		      iface->dev->ifindex : 0;
	struct nlattr *nest = nla_nest_start(skb, DGSEC_A_INTERFACE);

	if (!nest ||
	    nla_put_u32(skb, DGSEC_A_INTERFACE_IFINDEX, ifindex) ||
	    nla_put_u32(skb, DGSEC_A_INTERFACE_LOWER_IFINDEX,
			iface->lower_ifindex) ||
	    nla_put_string(skb, DGSEC_A_INTERFACE_NAME, iface->dev->name) ||
	    nla_put_in6_addr(skb, DGSEC_A_INTERFACE_SERVICE_ADDR,
			     &iface->service.addr) ||
	    nla_put_be16(skb, DGSEC_A_INTERFACE_SERVICE_PORT,
			 iface->service.port) ||
	    nla_put_u32(skb, DGSEC_A_INTERFACE_HANDSHAKE_RATE,
			iface->handshakes.rate) ||
	    nla_put_u32(skb, DGSEC_A_INTERFACE_CID_LEN, iface->cid_len) ||
	    nla_put_u32(skb, DGSEC_A_INTERFACE_HANDSHAKE_BURST,
			iface->handshakes.burst) ||
	    nla_put_u32(skb, DGSEC_A_INTERFACE_HANDSHAKE_PREFIX_RATE,
			iface->handshakes.prefix_rate) ||
	    nla_put_u32(skb, DGSEC_A_INTERFACE_HANDSHAKE_TOTAL_RATE,
			iface->handshakes.total_rate) ||
	    nla_put_u32(skb, DGSEC_A_INTERFACE_MAX_PEERS, iface->max_peers) ||
	    nla_put_u32(skb, DGSEC_A_INTERFACE_MAX_ASSOCS,
			iface->max_assocs) ||
	    nla_put_u32(skb, DGSEC_A_INTERFACE_PEERS, iface->n_peers) ||
	    nla_put_u32(skb, DGSEC_A_INTERFACE_ASSOCS, iface->n_assocs) ||
	    nla_put_u32(skb, DGSEC_A_INTERFACE_EXPECTED,
			atomic_read(&iface->n_expected)) ||
	    put_queue(skb, &iface->queue) ||
	    nla_put_u32(skb, DGSEC_A_INTERFACE_MAX_EXCHANGES,
			iface->exchanges.max) ||
	    nla_put_u32(skb, DGSEC_A_INTERFACE_MAX_PEER_EXCHANGES,
			iface->exchanges.max_peer) ||
	    nla_put_u32(skb, DGSEC_A_INTERFACE_EXCHANGES,
			READ_ONCE(iface->exchanges.share.count)) ||
	    dgsec_stats_put(skb, DGSEC_A_INTERFACE_STATS, iface->stats))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

int dgsec_nl_interface_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct dgsec_iface *iface = info->user_ptr[0];
	struct sk_buff *msg;
	void *header;

	msg = dgsec_nl_reply(info, DGSEC_CMD_INTERFACE_GET, &header);
	if (!msg)
		return -ENOMEM;
	if (dgsec_nl_put_ifindex(msg, genl_info_net(info), iface) ||
	    put_interface(msg, genl_info_net(info), iface)) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, header);
	return genlmsg_reply(msg, info);
}

int dgsec_nl_interface_get_dumpit(struct sk_buff *skb,
				  struct netlink_callback *cb)
{
	struct dgsec_nl_dump_ctx *ctx = (struct dgsec_nl_dump_ctx *)cb->ctx;
	struct net *net = sock_net(cb->skb->sk);
	struct dgsec_iface *iface;
	netdevice_tracker tracker;
	void *header;
	int err = 0;

	while (!err && (iface = dgsec_interface_next(net, ctx->last,
						     &tracker))) {
		mutex_lock(&iface->lock);
		header = dgsec_nl_dump_put(skb, cb, DGSEC_CMD_INTERFACE_GET,
					   iface);
		if (!header) {
			err = -EMSGSIZE;
		} else if (put_interface(skb, net, iface)) {
			genlmsg_cancel(skb, header);
			err = -EMSGSIZE;
		} else {
			genlmsg_end(skb, header);
			ctx->last = iface->serial;
		}
		mutex_unlock(&iface->lock);
		dgsec_interface_put(iface, &tracker);
	}
	return skb->len ?: err;
}

/**
 * dgsec_nl_get_service - take a service from its two attributes
 * @addr: address, may be NULL
 * @port: port, may be NULL
 * @service: changed where an attribute is given
 * @extack: gets the text of a refusal
 *
 * Return: 0 or -EINVAL.
 */
int dgsec_nl_get_service(const struct nlattr *addr, const struct nlattr *port,
			 struct dgsec_service *service,
			 struct netlink_ext_ack *extack)
{
	struct in6_addr in6;

	if (addr) {
		in6 = nla_get_in6_addr(addr);
		if (!ipv6_addr_any(&in6) && !dgsec_nl_is_unicast(&in6)) {
			NL_SET_ERR_MSG_ATTR(extack, addr,
					    "the service must be at a global or unique local unicast address");
			return -EINVAL;
		}
		service->addr = in6;
	}
	if (port)
		service->port = nla_get_be16(port);
	return 0;
}

static void set_queue(struct dgsec_queue *q, struct nlattr **tb)
{
	/* what waits already stays */
	xa_lock_bh(&q->waiting);
	if (tb[DGSEC_A_INTERFACE_QUEUE_LEN])
		WRITE_ONCE(q->len,
			   nla_get_u32(tb[DGSEC_A_INTERFACE_QUEUE_LEN]));
	if (tb[DGSEC_A_INTERFACE_QUEUE_MAX])
		q->max = nla_get_u32(tb[DGSEC_A_INTERFACE_QUEUE_MAX]);
	if (tb[DGSEC_A_INTERFACE_QUEUE_BYTES])
		q->bytes = nla_get_u32(tb[DGSEC_A_INTERFACE_QUEUE_BYTES]);
	if (tb[DGSEC_A_INTERFACE_QUEUE_SECONDS])
		q->seconds = nla_get_u32(tb[DGSEC_A_INTERFACE_QUEUE_SECONDS]);
	xa_unlock_bh(&q->waiting);
}

static void set_exchanges(struct dgsec_iface *iface, const struct nlattr *max,
			  const struct nlattr *max_peer)
{
	struct dgsec_exchanges *x = &iface->exchanges;

	if (max || max_peer)
		dgsec_exchanges_limit(x, max ? nla_get_u32(max) : x->max,
				      max_peer ? nla_get_u32(max_peer) :
						 x->max_peer, dgsec_now());
}

int dgsec_nl_interface_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[DGSEC_A_INTERFACE_MAX + 1];
	struct dgsec_iface *iface = info->user_ptr[0];
	struct dgsec_service service = iface->service;
	struct nlattr *port, *attr;
	int err;

	err = dgsec_nl_nest(info, DGSEC_A_INTERFACE, tb,
			    DGSEC_A_INTERFACE_MAX, dgsec_interface_nl_policy,
			    BIT_ULL(DGSEC_A_INTERFACE_SERVICE_ADDR) |
			    BIT_ULL(DGSEC_A_INTERFACE_SERVICE_PORT) |
			    BIT_ULL(DGSEC_A_INTERFACE_HANDSHAKE_RATE) |
			    BIT_ULL(DGSEC_A_INTERFACE_HANDSHAKE_BURST) |
			    BIT_ULL(DGSEC_A_INTERFACE_HANDSHAKE_PREFIX_RATE) |
			    BIT_ULL(DGSEC_A_INTERFACE_HANDSHAKE_TOTAL_RATE) |
			    BIT_ULL(DGSEC_A_INTERFACE_MAX_PEERS) |
			    BIT_ULL(DGSEC_A_INTERFACE_MAX_ASSOCS) |
			    BIT_ULL(DGSEC_A_INTERFACE_CID_LEN) |
			    BIT_ULL(DGSEC_A_INTERFACE_QUEUE_LEN) |
			    BIT_ULL(DGSEC_A_INTERFACE_QUEUE_MAX) |
			    BIT_ULL(DGSEC_A_INTERFACE_QUEUE_BYTES) |
			    BIT_ULL(DGSEC_A_INTERFACE_QUEUE_SECONDS) |
			    BIT_ULL(DGSEC_A_INTERFACE_MAX_EXCHANGES) |
			    BIT_ULL(DGSEC_A_INTERFACE_MAX_PEER_EXCHANGES));
	if (err)
		return err;
	attr = tb[DGSEC_A_INTERFACE_CID_LEN];
	if (attr && nla_get_u32(attr) != iface->cid_len && iface->n_cids) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "there are associations with connection IDs of another length");
		return -EBUSY;
	}
	port = tb[DGSEC_A_INTERFACE_MAX_EXCHANGES];
	if (port && nla_get_u32(port) > DGSEC_EXCHANGES_LIMIT) {
		NL_SET_ERR_MSG_ATTR(info->extack, port,
				    "at most 131072 exchanges");
		return -ERANGE;
	}
	port = tb[DGSEC_A_INTERFACE_SERVICE_PORT];
	if (port && !nla_get_be16(port)) {
		NL_SET_ERR_MSG_ATTR(info->extack, port,
				    "the service port cannot be 0");
		return -EINVAL;
	}
	err = dgsec_nl_get_service(tb[DGSEC_A_INTERFACE_SERVICE_ADDR], port,
				   &service, info->extack);
	if (err)
		return err;

	dgsec_peer_set_service(iface, &iface->service, &service);
	if (attr)
		WRITE_ONCE(iface->cid_len, nla_get_u32(attr));
	attr = tb[DGSEC_A_INTERFACE_HANDSHAKE_RATE];
	if (attr)
		WRITE_ONCE(iface->handshakes.rate, nla_get_u32(attr));
	attr = tb[DGSEC_A_INTERFACE_HANDSHAKE_BURST];
	if (attr)
		WRITE_ONCE(iface->handshakes.burst, nla_get_u32(attr));
	attr = tb[DGSEC_A_INTERFACE_HANDSHAKE_PREFIX_RATE];
	if (attr)
		WRITE_ONCE(iface->handshakes.prefix_rate, nla_get_u32(attr));
	attr = tb[DGSEC_A_INTERFACE_HANDSHAKE_TOTAL_RATE];
	if (attr)
		WRITE_ONCE(iface->handshakes.total_rate, nla_get_u32(attr));
	attr = tb[DGSEC_A_INTERFACE_MAX_PEERS];
	if (attr)
		iface->max_peers = nla_get_u32(attr);
	attr = tb[DGSEC_A_INTERFACE_MAX_ASSOCS];
	if (attr)
		iface->max_assocs = nla_get_u32(attr);
	set_queue(&iface->queue, tb);
	set_exchanges(iface, tb[DGSEC_A_INTERFACE_MAX_EXCHANGES],
		      tb[DGSEC_A_INTERFACE_MAX_PEER_EXCHANGES]);
	return 0;
}

int dgsec_nl_socket_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[DGSEC_A_SOCKET_MAX + 1];
	struct dgsec_iface *iface = info->user_ptr[0];
	u32 protocol = DGSEC_PROTOCOL_DTLS12;
	int err;

	err = dgsec_nl_nest(info, DGSEC_A_SOCKET, tb, DGSEC_A_SOCKET_MAX,
			    dgsec_socket_nl_policy,
			    BIT_ULL(DGSEC_A_SOCKET_FD) |
			    BIT_ULL(DGSEC_A_SOCKET_PROTOCOL));
	if (err)
		return err;
	if (!tb[DGSEC_A_SOCKET_FD]) {
		NL_SET_ERR_MSG(info->extack, "the file descriptor is missing");
		return -EINVAL;
	}
	if (tb[DGSEC_A_SOCKET_PROTOCOL])
		protocol = nla_get_u32(tb[DGSEC_A_SOCKET_PROTOCOL]);
	return dgsec_socket_add(iface, nla_get_s32(tb[DGSEC_A_SOCKET_FD]),
				protocol, info->extack);
}

int dgsec_nl_socket_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[DGSEC_A_SOCKET_MAX + 1];
	struct dgsec_iface *iface = info->user_ptr[0];
	struct in6_addr addr;
	__be16 port;
	int err;

	err = dgsec_nl_nest(info, DGSEC_A_SOCKET, tb, DGSEC_A_SOCKET_MAX,
			    dgsec_socket_nl_policy,
			    BIT_ULL(DGSEC_A_SOCKET_PORT) |
			    BIT_ULL(DGSEC_A_SOCKET_ADDR));
	if (err)
		return err;
	if (!tb[DGSEC_A_SOCKET_PORT]) {
		NL_SET_ERR_MSG(info->extack, "the port is missing");
		return -EINVAL;
	}
	port = nla_get_be16(tb[DGSEC_A_SOCKET_PORT]);
	if (tb[DGSEC_A_SOCKET_ADDR]) {
		addr = nla_get_in6_addr(tb[DGSEC_A_SOCKET_ADDR]);
		err = dgsec_socket_del(iface, ipv6_addr_v4mapped(&addr), port);
	} else {
		err = dgsec_socket_del(iface, false, port);
		if (!dgsec_socket_del(iface, true, port))
			err = 0;
	}
	if (err)
		NL_SET_ERR_MSG(info->extack, "the interface has no socket at this port");
	return err;
}

static int put_socket(struct sk_buff *skb, const struct dgsec_socket *s)
{
	struct nlattr *nest = nla_nest_start(skb, DGSEC_A_SOCKET);

	if (!nest || nla_put_be16(skb, DGSEC_A_SOCKET_PORT, s->port) ||
	    nla_put_in6_addr(skb, DGSEC_A_SOCKET_ADDR, &s->addr) ||
	    nla_put_u32(skb, DGSEC_A_SOCKET_PROTOCOL, s->protocol) ||
	    (s->standby && nla_put_flag(skb, DGSEC_A_SOCKET_STANDBY)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

int dgsec_nl_socket_get_dumpit(struct sk_buff *skb,
			       struct netlink_callback *cb)
{
	struct dgsec_socket *s;
	struct dgsec_nl_dump d;
	void *header;
	int err;

	err = dgsec_nl_dump_start(cb, &d);
	if (err)
		return err;
	rcu_read_lock();
	for (; !err && d.ctx->last < 2 * DGSEC_SOCKETS_MAX; d.ctx->last++) {
		s = rcu_dereference(d.iface->sockets
				    [d.ctx->last / DGSEC_SOCKETS_MAX]
				    [d.ctx->last % DGSEC_SOCKETS_MAX]);
		if (!s)
			continue;
		header = dgsec_nl_dump_put(skb, cb, DGSEC_CMD_SOCKET_GET,
					   d.iface);
		err = header ? put_socket(skb, s) : -EMSGSIZE;
		if (err) {
			if (header)
				genlmsg_cancel(skb, header);
			break;
		}
		genlmsg_end(skb, header);
	}
	rcu_read_unlock();
	dgsec_nl_dump_end(&d);
	return skb->len ?: err;
}

static int get_endpoint(struct genl_info *info, struct dgsec_endpoint *remote,
			u32 *seconds)
{
	struct nlattr *tb[DGSEC_A_ENDPOINT_MAX + 1];
	int err;

	err = dgsec_nl_nest(info, DGSEC_A_ENDPOINT, tb, DGSEC_A_ENDPOINT_MAX,
			    dgsec_endpoint_nl_policy, ~0ULL);
	if (err)
		return err;
	err = dgsec_nl_get_endpoint(tb[DGSEC_A_ENDPOINT_REMOTE_ADDR],
				    tb[DGSEC_A_ENDPOINT_REMOTE_PORT],
				    tb[DGSEC_A_ENDPOINT_LOCAL_PORT], remote,
				    info->extack);
	if (err)
		return err;
	*seconds = 60;
	if (tb[DGSEC_A_ENDPOINT_SECONDS])
		*seconds = nla_get_u32(tb[DGSEC_A_ENDPOINT_SECONDS]);
	return 0;
}

int dgsec_nl_expect_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct dgsec_iface *iface = info->user_ptr[0];
	struct dgsec_endpoint remote;
	u32 seconds;
	int err;

	err = get_endpoint(info, &remote, &seconds);
	if (err)
		return err;
	err = dgsec_lookup_expect(iface, &remote, seconds);
	if (err == -ENOSPC)
		NL_SET_ERR_MSG(info->extack, "too many endpoints are expected");
	if (!err)
		dgsec_assoc_arm_aging(iface, DGSEC_EXPECT_AGING);
	return err;
}

int dgsec_nl_expect_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct dgsec_endpoint remote;
	u32 seconds;
	int err;

	err = get_endpoint(info, &remote, &seconds);
	if (err)
		return err;
	err = dgsec_lookup_unexpect(info->user_ptr[0], &remote);
	if (err)
		NL_SET_ERR_MSG(info->extack, "the endpoint is not expected");
	return err;
}

int dgsec_nl_inject_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *datagram = info->attrs[DGSEC_A_DATAGRAM];
	struct dgsec_endpoint remote;
	u32 seconds;
	int err;

	err = get_endpoint(info, &remote, &seconds);
	if (err)
		return err;
	if (!datagram || nla_len(datagram) > DGSEC_DATAGRAM_MAX) {
		NL_SET_ERR_MSG(info->extack, "the datagram is missing or too long");
		return -EINVAL;
	}
	return dgsec_rx_inject(info->user_ptr[0], &remote, nla_data(datagram),
			       nla_len(datagram));
}

int dgsec_netlink_init(void)
{
	return dgsec_compat_register_family(&dgsec_nl_family);
}

void dgsec_netlink_exit(void)
{
	genl_unregister_family(&dgsec_nl_family);
}
