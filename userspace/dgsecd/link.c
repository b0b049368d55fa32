// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>

#include "link.h"

static struct nl_sock *sock;		/* requests */
static struct nl_sock *watch;		/* notifications */
static int gone;
static char error_text[256];

static struct nl_sock *open_socket(void)
{
	struct nl_sock *sk = nl_socket_alloc();

	if (sk && nl_connect(sk, NETLINK_ROUTE)) {
		nl_socket_free(sk);
		sk = NULL;
	}
	return sk;
}

int link_open(void)
{
	int on = 1;

	sock = open_socket();
	if (!sock)
		return -ENOTSUP;
	/* Its own text says more than an errno; a kernel without it is fine. */
	setsockopt(nl_socket_get_fd(sock), SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	return 0;
}

void link_close(void)
{
	nl_socket_free(sock);
	nl_socket_free(watch);
	sock = NULL;
	watch = NULL;
}

const char *link_error(void)
{
	return error_text;
}

static void note_text(const struct nlmsghdr *nlh, const struct nlmsgerr *err)
{
	struct nlattr *attrs, *text;
	size_t skip = sizeof(*err);

	/* Unless capped, the request comes back before the attributes. */
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		skip += err->msg.nlmsg_len - sizeof(err->msg);
	if (nlh->nlmsg_len < NLMSG_HDRLEN + NLMSG_ALIGN(skip))
		return;
	attrs = (struct nlattr *)((char *)NLMSG_DATA(nlh) + NLMSG_ALIGN(skip));
	text = nla_find(attrs, (int)(nlh->nlmsg_len - NLMSG_HDRLEN - NLMSG_ALIGN(skip)),
			NLMSGERR_ATTR_MSG);
	if (text)
		nla_strlcpy(error_text, text, sizeof(error_text));
}

static int on_error(struct sockaddr_nl *from, struct nlmsgerr *err, void *arg)
{
	const struct nlmsghdr *nlh = (struct nlmsghdr *)((char *)err - NLMSG_HDRLEN);
	int *ret = arg;

	(void)from;
	*ret = err->error;
	note_text(nlh, err);
	return NL_STOP;
}

/* As libnl's own check, but it survives a request that was given up. */
static int on_seq(struct nl_msg *msg, void *arg)
{
	const uint32_t *seq = arg;

	return nlmsg_hdr(msg)->nlmsg_seq == *seq ? NL_OK : NL_SKIP;
}

static int on_ack(struct nl_msg *msg, void *arg)
{
	int *ret = arg;

	(void)msg;
	*ret = 0;
	return NL_STOP;
}

/* Sends and frees the message; errnos as the kernel gave them, not as libnl maps them. */
static int request(struct nl_msg *msg)
{
	struct nl_cb *cb = nl_cb_alloc(NL_CB_DEFAULT);
	int ret = -ENOMEM;
	uint32_t seq;

	*error_text = '\0';
	if (cb && msg) {
		nl_cb_err(cb, NL_CB_CUSTOM, on_error, &ret);
		nl_cb_set(cb, NL_CB_ACK, NL_CB_CUSTOM, on_ack, &ret);
		nl_cb_set(cb, NL_CB_SEQ_CHECK, NL_CB_CUSTOM, on_seq, &seq);
		ret = nl_send_auto(sock, msg) < 0 ? -EIO : 1;
		seq = nlmsg_hdr(msg)->nlmsg_seq;
		while (ret > 0)
			if (nl_recvmsgs(sock, cb) < 0 && ret > 0)
				ret = -EIO;
	}
	if (ret && !*error_text)
		snprintf(error_text, sizeof(error_text), "%s", strerror(-ret));
	if (cb)
		nl_cb_put(cb);
	if (msg)
		nlmsg_free(msg);
	return ret;
}

static struct nl_msg *new_link(unsigned int index, unsigned int flags, int nl_flags)
{
	struct nl_msg *msg = nlmsg_alloc_simple(RTM_NEWLINK, nl_flags);
	struct ifinfomsg info = {
		.ifi_index = (int)index,
		.ifi_flags = flags,
		.ifi_change = flags,
	};

	if (msg && nlmsg_append(msg, &info, sizeof(info), NLMSG_ALIGNTO)) {
		nlmsg_free(msg);
		msg = NULL;
	}
	return msg;
}

int link_add(const char *name, unsigned int lower)
{
	struct nl_msg *msg = new_link(0, 0, NLM_F_CREATE | NLM_F_EXCL);
	struct nlattr *nest;

	if (!msg)
		return -ENOMEM;
	/* A page holds these three: they cannot fail. */
	nla_put_string(msg, IFLA_IFNAME, name);
	nla_put_u32(msg, IFLA_LINK, lower);
	nest = nla_nest_start(msg, IFLA_LINKINFO);
	nla_put_string(msg, IFLA_INFO_KIND, "dgsec");
	nla_nest_end(msg, nest);
	return request(msg);
}

int link_up(unsigned int index)
{
	return request(new_link(index, IFF_UP, 0));
}

int link_add_addr(unsigned int index, const struct in6_addr *addr, unsigned int prefix_len)
{
	struct nl_msg *msg = nlmsg_alloc_simple(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL);
	struct ifaddrmsg info = {
		.ifa_family = AF_INET6,
		.ifa_prefixlen = (uint8_t)prefix_len,
		/* Nobody else can be on this link. */
		.ifa_flags = IFA_F_NODAD,
		.ifa_index = index,
	};
	int ret;

	if (!msg)
		return -ENOMEM;
	nlmsg_append(msg, &info, sizeof(info), NLMSG_ALIGNTO);
	nla_put(msg, IFA_LOCAL, sizeof(*addr), addr);
	ret = request(msg);
	return ret == -EEXIST ? 0 : ret;
}

static struct in6_addr network(const struct in6_addr *addr, unsigned int prefix_len)
{
	struct in6_addr out = *addr;

	for (unsigned int i = 0; i < 16; i++, prefix_len -= prefix_len < 8 ? prefix_len : 8)
		if (prefix_len < 8)
			out.s6_addr[i] &= (uint8_t)(0xff00 >> prefix_len);
	return out;
}

static struct nl_msg *new_route(const struct in6_addr *addr, unsigned int prefix_len,
				unsigned char type, unsigned int flags, uint32_t metric,
				int nl_flags)
{
	struct nl_msg *msg = nlmsg_alloc_simple(RTM_NEWROUTE, NLM_F_CREATE | nl_flags);
	const struct in6_addr prefix = network(addr, prefix_len);
	struct rtmsg route = {
		.rtm_family = AF_INET6,
		.rtm_dst_len = (uint8_t)prefix_len,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = RTPROT_STATIC,
		.rtm_scope = RT_SCOPE_UNIVERSE,
		.rtm_type = type,
		.rtm_flags = flags,
	};

	if (msg) {
		nlmsg_append(msg, &route, sizeof(route), NLMSG_ALIGNTO);
		nla_put(msg, RTA_DST, sizeof(prefix), &prefix);
		nla_put_u32(msg, RTA_PRIORITY, metric);
	}
	return msg;
}

static int request_new(struct nl_msg *msg)
{
	int ret = msg ? request(msg) : -ENOMEM;

	return ret == -EEXIST ? 0 : ret;
}

int link_add_unreachable(const struct in6_addr *addr, unsigned int prefix_len)
{
	/* Behind any other; the last one of all is the kernel's own. */
	return request_new(new_route(addr, prefix_len, RTN_UNREACHABLE, 0, UINT32_MAX - 1,
				     NLM_F_EXCL));
}

int link_add_route(unsigned int index, const struct in6_addr *addr, unsigned int prefix_len)
{
	static const struct in6_addr via = { .s6_addr = { 0xfe, 0x80, [15] = 1 } };
	/* Before that of the address, 256. */
	struct nl_msg *msg = new_route(addr, prefix_len, RTN_UNICAST, RTNH_F_ONLINK, 128,
				       NLM_F_REPLACE);

	if (msg) {
		nla_put_u32(msg, RTA_OIF, index);
		nla_put(msg, RTA_GATEWAY, sizeof(via), &via);
	}
	return request_new(msg);
}

/* ---- notifications --------------------------------------------------------- */

static int on_notification(struct nl_msg *msg, void *arg)
{
	const struct nlmsghdr *nlh = nlmsg_hdr(msg);
	const struct ifinfomsg *info = nlmsg_data(nlh);

	(void)arg;
	if (nlh->nlmsg_type != RTM_DELLINK || nlh->nlmsg_len < NLMSG_LENGTH(sizeof(*info)))
		return NL_OK;
	/* A device that leaves a bridge, say, is "deleted" in that family only. */
	if (info->ifi_family != AF_UNSPEC)
		return NL_OK;
	gone = info->ifi_index;
	return NL_STOP;
}

int link_watch(void)
{
	watch = open_socket();
	if (!watch || nl_socket_add_memberships(watch, RTNLGRP_LINK, 0) ||
	    nl_socket_set_nonblocking(watch))
		return -ENOTSUP;
	nl_socket_disable_seq_check(watch);
	nl_socket_modify_cb(watch, NL_CB_VALID, NL_CB_CUSTOM, on_notification, NULL);
	return nl_socket_get_fd(watch);
}

int link_gone(void)
{
	int ret;

	gone = 0;
	do {
		ret = nl_recvmsgs_default(watch);
	} while (!ret && !gone);
	if (gone)
		return gone;
	return ret == -NLE_AGAIN ? 0 : -EIO;
}
