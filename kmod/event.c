// SPDX-License-Identifier: GPL-2.0
/* What userspace is told: the netlink group "events". */

#include <net/genetlink.h>

#include "event.h"
#include "netlink_gen.h"

struct event {
	u8 cmd;
	struct dgsec_iface *iface;
	const struct dgsec_peer *peer;
	const struct dgsec_assoc *assoc;
	u8 reason;
	bool hard;
	bool alert;
	u8 level, description;
	u32 count;
};

static int put_peer(struct sk_buff *skb, const struct dgsec_peer *peer)
{
	struct nlattr *nest = nla_nest_start(skb, DGSEC_A_PEER);

	if (!nest || nla_put_u32(skb, DGSEC_A_PEER_ID, peer->id) ||
	    nla_put_in6_addr(skb, DGSEC_A_PEER_INNER_ADDR, &peer->inner) ||
	    (*peer->name && nla_put_string(skb, DGSEC_A_PEER_NAME, peer->name)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_assoc(struct sk_buff *skb, const struct dgsec_assoc *a)
{
	struct nlattr *nest = nla_nest_start(skb, DGSEC_A_ASSOC);
	struct dgsec_path copy;
	const struct dgsec_path *path = dgsec_assoc_path(a, &copy);

	if (!nest || nla_put_u32(skb, DGSEC_A_ASSOC_ID, a->id) ||
	    nla_put_u32(skb, DGSEC_A_ASSOC_PEER_ID, a->peer->id) ||
	    nla_put_u32(skb, DGSEC_A_ASSOC_PROTOCOL, a->protocol) ||
	    nla_put_in6_addr(skb, DGSEC_A_ASSOC_REMOTE_ADDR, &path->remote.addr) ||
	    nla_put_be16(skb, DGSEC_A_ASSOC_REMOTE_PORT, path->remote.port) ||
	    nla_put_in6_addr(skb, DGSEC_A_ASSOC_LOCAL_ADDR, &path->local) ||
	    nla_put_be16(skb, DGSEC_A_ASSOC_LOCAL_PORT, path->remote.local_port))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_alert(struct sk_buff *skb, const struct event *e)
{
	struct nlattr *nest = nla_nest_start(skb, DGSEC_A_ALERT);

	if (!nest || nla_put_u8(skb, DGSEC_A_ALERT_LEVEL, e->level) ||
	    nla_put_u8(skb, DGSEC_A_ALERT_DESCRIPTION, e->description))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_event(struct sk_buff *skb, const struct event *e, u32 ifindex)
{
	if (nla_put_u32(skb, DGSEC_A_IFINDEX, ifindex) ||
	    nla_put_u32(skb, DGSEC_A_LOWER_IFINDEX, e->iface->lower_ifindex) ||
	    (e->peer && put_peer(skb, e->peer)) ||
	    (e->assoc && put_assoc(skb, e->assoc)) ||
	    (e->alert && put_alert(skb, e)) ||
	    (e->reason && nla_put_u32(skb, DGSEC_A_REASON, e->reason)) ||
	    (e->hard && nla_put_flag(skb, DGSEC_A_HARD)) ||
	    (e->count && nla_put_u32(skb, DGSEC_A_COUNT, e->count)))
		return -EMSGSIZE;
	return 0;
}

static bool send_to(struct net *net, const struct event *e, u32 ifindex)
{
	struct sk_buff *skb;
	void *header;

	if (!genl_has_listeners(&dgsec_nl_family, net, DGSEC_NLGRP_EVENTS))
		return true;
	skb = genlmsg_new(NLMSG_GOODSIZE, GFP_ATOMIC);
	if (!skb)
		return false;
	header = genlmsg_put(skb, 0, 0, &dgsec_nl_family, 0, e->cmd);
	if (!header || put_event(skb, e, ifindex)) {
		nlmsg_free(skb);
		return false;
	}
	genlmsg_end(skb, header);
	genlmsg_multicast_netns(&dgsec_nl_family, net, skb, 0,
				DGSEC_NLGRP_EVENTS, GFP_ATOMIC);
	return true;
}

/*
 * To the netns of the lower side, where the daemon is, and to the one of the
 * interface. Interface indexes of the other netns are given as 0.
 */
static void send(const struct event *e)
{
	struct dgsec_iface *iface = e->iface;
	struct net *net;
	bool sent;

	local_bh_disable();
	if (!dgsec_bucket_allow(&iface->events, DGSEC_EVENT_RATE,
				DGSEC_EVENT_BURST)) {
		dgsec_count(iface, DGSEC_A_STATS_EVENT_LOST);
		goto out;
	}
	rcu_read_lock();
	net = dev_net_rcu(iface->dev);
	sent = send_to(net, e, iface->dev->ifindex);
	if (!net_eq(net, iface->lower_net))
		sent &= send_to(iface->lower_net, e, 0);
	rcu_read_unlock();
	if (!sent)
		dgsec_count(iface, DGSEC_A_STATS_EVENT_LOST);
out:
	local_bh_enable();
}

/* May an event of this kind be sent, once a second? @at is when it last was. */
static bool once_a_second(u32 *at)
{
	u32 was = READ_ONCE(*at), now = dgsec_now();

	return was != now && cmpxchg(at, was, now) == was;
}

/**
 * dgsec_event_acquire - a peer is wanted that has no association
 * @iface: the interface
 * @peer: the peer
 * @at_once: whenever the last one was; otherwise at most once a second
 */
void dgsec_event_acquire(struct dgsec_iface *iface, struct dgsec_peer *peer,
			 bool at_once)
{
	struct event e = {
		.cmd = DGSEC_CMD_ACQUIRE_NTF, .iface = iface, .peer = peer,
	};

	if (at_once)
		WRITE_ONCE(peer->acquire_at, dgsec_now());
	else if (!once_a_second(&peer->acquire_at))
		return;
	send(&e);
}

/* The first authentic record of an association has come. */
void dgsec_event_confirmed(struct dgsec_assoc *a)
{
	struct event e = {
		.cmd = DGSEC_CMD_CONFIRMED_NTF, .iface = a->iface, .assoc = a,
	};

	send(&e);
}

/* The peer sends from another endpoint. */
void dgsec_event_moved(struct dgsec_assoc *a)
{
	struct event e = {
		.cmd = DGSEC_CMD_MOVED_NTF, .iface = a->iface, .assoc = a,
	};

	send(&e);
}

/**
 * dgsec_event_expire - a limit was reached, or an association has ended
 * @a: the association
 * @reason: why
 * @hard: it has ended
 */
void dgsec_event_expire(struct dgsec_assoc *a, enum dgsec_reason reason,
			bool hard)
{
	struct event e = {
		.cmd = DGSEC_CMD_EXPIRE_NTF, .iface = a->iface, .assoc = a,
		.reason = reason, .hard = hard,
	};

	send(&e);
}

/* An authentic alert has come. Warnings at most once a second. */
void dgsec_event_alert(struct dgsec_assoc *a, u8 level, u8 description)
{
	struct event e = {
		.cmd = DGSEC_CMD_ALERT_NTF, .iface = a->iface, .assoc = a,
		.alert = true, .level = level, .description = description,
	};

	if (level == DTLS_ALERT_FATAL ||
	    description == DTLS_ALERT_CLOSE_NOTIFY ||
	    once_a_second(&a->alert_at))
		send(&e);
}

/* A record failed authentication. At most once a second an interface. */
void dgsec_event_auth(struct dgsec_assoc *a)
{
	struct event e = {
		.cmd = DGSEC_CMD_AUTH_NTF, .iface = a->iface, .assoc = a,
	};

	atomic_inc(&a->iface->auth_failed);
	if (!once_a_second(&a->iface->auth_event_at))
		return;
	e.count = atomic_xchg(&a->iface->auth_failed, 0);
	send(&e);
}
