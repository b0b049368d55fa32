// SPDX-License-Identifier: GPL-2.0
/* The events of the family, by a socket of its own: answers never mix in. */
#include "internal.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* Tens of thousands of associations may expire in the same second. */
#define EVENT_BUFFER		(4 << 20)

/* An event holds one object without counters: well below this. */
#define EVENT_SIZE		8192

struct dgsec_events {
	struct nl_sock *sk;
	int family;
	struct nlmsghdr *next;		/* what is left of the last datagram */
	int left;
	union {
		struct nlmsghdr nlh;	/* for its alignment */
		char bytes[EVENT_SIZE];
	} buf;
};

static int subscribe(struct dgsec_events *ev)
{
	int size = EVENT_BUFFER;
	int group, err;

	err = genl_connect(ev->sk);
	if (err)
		return dg_errno(err);
	ev->family = genl_ctrl_resolve(ev->sk, DGSEC_FAMILY_NAME);
	if (ev->family < 0)
		return dg_errno(ev->family);
	group = genl_ctrl_resolve_grp(ev->sk, DGSEC_FAMILY_NAME,
				      DGSEC_MCGRP_EVENTS);
	if (group < 0)
		return dg_errno(group);
	err = nl_socket_add_memberships(ev->sk, group, GENL_ID_CTRL, 0);
	if (err)
		return dg_errno(err);
	err = nl_socket_set_nonblocking(ev->sk);
	if (err)
		return dg_errno(err);
	/* Beyond the system's limit if we may; else it is what it is. */
	if (setsockopt(nl_socket_get_fd(ev->sk), SOL_SOCKET, SO_RCVBUFFORCE,
		       &size, sizeof(size)))
		setsockopt(nl_socket_get_fd(ev->sk), SOL_SOCKET, SO_RCVBUF,
			   &size, sizeof(size));
	return 0;
}

int dgsec_events_open(struct dgsec_events **handle)
{
	struct dgsec_events *ev;
	int err;

	*handle = NULL;
	ev = calloc(1, sizeof(*ev));
	if (!ev)
		return -ENOMEM;
	ev->sk = nl_socket_alloc();
	err = ev->sk ? subscribe(ev) : -ENOMEM;
	if (err) {
		dgsec_events_close(ev);
		return err;
	}
	*handle = ev;
	return 0;
}

void dgsec_events_close(struct dgsec_events *ev)
{
	if (!ev)
		return;
	nl_socket_free(ev->sk);
	free(ev);
}

int dgsec_events_fd(const struct dgsec_events *ev)
{
	return nl_socket_get_fd(ev->sk);
}

/* Return: 1 with a datagram in the buffer, 0 without, or a negative errno. */
static int receive(struct dgsec_events *ev)
{
	struct sockaddr_nl from;
	struct iovec iov = { ev->buf.bytes, sizeof(ev->buf.bytes) };
	struct msghdr msg = {
		.msg_name = &from,
		.msg_iov = &iov,
		.msg_iovlen = 1,
	};
	ssize_t n;

	do {
		msg.msg_namelen = sizeof(from);
		n = recvmsg(nl_socket_get_fd(ev->sk), &msg, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? 0 : -errno;
	} while (n <= 0 || from.nl_pid);	/* only the kernel's word counts */

	if (msg.msg_flags & MSG_TRUNC)
		return -ENOBUFS;
	ev->next = &ev->buf.nlh;
	ev->left = n;
	return 1;
}

/* Did a notification of the controller say that our family is gone? */
static bool family_gone(const struct dgsec_events *ev, struct nlmsghdr *nlh)
{
	struct nlattr *attrs[CTRL_ATTR_MAX + 1];

	return genlmsg_valid_hdr(nlh, 0) &&
	       genlmsg_hdr(nlh)->cmd == CTRL_CMD_DELFAMILY &&
	       genlmsg_parse(nlh, 0, attrs, CTRL_ATTR_MAX, NULL) >= 0 &&
	       attrs[CTRL_ATTR_FAMILY_ID] &&
	       nla_get_u16(attrs[CTRL_ATTR_FAMILY_ID]) == ev->family;
}

static uint32_t get_u32(struct nlattr *a)
{
	return a && nla_len(a) == sizeof(uint32_t) ? nla_get_u32(a) : 0;
}

static void parse_alert(struct nlattr *nest, struct dgsec_event *event)
{
	struct nlattr *attrs[DGSEC_A_ALERT_MAX + 1];

	if (!nest || nla_parse_nested(attrs, DGSEC_A_ALERT_MAX, nest, NULL) < 0)
		return;
	if (attrs[DGSEC_A_ALERT_LEVEL] && nla_len(attrs[DGSEC_A_ALERT_LEVEL]))
		event->level = nla_get_u8(attrs[DGSEC_A_ALERT_LEVEL]);
	if (attrs[DGSEC_A_ALERT_DESCRIPTION] &&
	    nla_len(attrs[DGSEC_A_ALERT_DESCRIPTION]))
		event->description =
			nla_get_u8(attrs[DGSEC_A_ALERT_DESCRIPTION]);
}

static bool parse_event(struct nlmsghdr *nlh, struct dgsec_event *event)
{
	struct nlattr *attrs[DGSEC_A_MAX + 1];

	if (!genlmsg_valid_hdr(nlh, 0))
		return false;
	memset(event, 0, sizeof(*event));
	event->type = genlmsg_hdr(nlh)->cmd;
	if (!dgsec_event_name(event->type) ||
	    genlmsg_parse(nlh, 0, attrs, DGSEC_A_MAX, NULL) < 0)
		return false;
	event->dev.ifindex = get_u32(attrs[DGSEC_A_IFINDEX]);
	event->dev.lower_ifindex = get_u32(attrs[DGSEC_A_LOWER_IFINDEX]);
	object_parse(&object_peer, attrs[DGSEC_A_PEER], &event->peer);
	object_parse(&object_assoc, attrs[DGSEC_A_ASSOC], &event->assoc);
	parse_alert(attrs[DGSEC_A_ALERT], event);
	event->reason = get_u32(attrs[DGSEC_A_REASON]);
	event->hard = attrs[DGSEC_A_HARD];
	event->count = get_u32(attrs[DGSEC_A_COUNT]);
	return true;
}

int dgsec_events_recv(struct dgsec_events *ev, struct dgsec_event *event)
{
	struct nlmsghdr *nlh;
	int ret;

	for (;;) {
		while (nlmsg_ok(ev->next, ev->left)) {
			nlh = ev->next;
			ev->next = nlmsg_next(nlh, &ev->left);
			if (nlh->nlmsg_type == GENL_ID_CTRL &&
			    family_gone(ev, nlh))
				return -ENODEV;
			if (nlh->nlmsg_type == ev->family &&
			    parse_event(nlh, event))
				return 1;
		}
		ret = receive(ev);
		if (ret <= 0)
			return ret;
	}
}
