// SPDX-License-Identifier: GPL-2.0
/*
 * Generic netlink by hand: a library would refuse to build the requests that
 * the family must refuse.
 */

#include "netlink.h"
#include "util.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef SOL_NETLINK
#define SOL_NETLINK 270
#endif

int netlink_open(void)
{
	struct timeval limit = { .tv_sec = 10 };
	int fd, one = 1;

	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (fd < 0)
		die("netlink socket: %s", strerror(errno));
	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one));
	/* A request that is never answered is a failure, not a hang. */
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	return fd;
}

void request_begin(struct request *r, int family, int command, int flags)
{
	struct nlmsghdr *h = (void *)r->data;
	struct genlmsghdr *g = NLMSG_DATA(h);

	memset(r->data, 0, NLMSG_HDRLEN + GENL_HDRLEN);
	h->nlmsg_type = family;
	h->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	g->cmd = command;
	g->version = 1;
	r->len = NLMSG_HDRLEN + GENL_HDRLEN;
}

void request_raw(struct request *r, const void *data, size_t len)
{
	if (r->len + NLA_ALIGN(len) > sizeof(r->data))
		die("a netlink request is too long");
	memset(r->data + r->len, 0, NLA_ALIGN(len));
	memcpy(r->data + r->len, data, len);
	r->len += NLA_ALIGN(len);
}

void request_put(struct request *r, int type, const void *data, size_t len)
{
	struct nlattr a = { .nla_type = type, .nla_len = NLA_HDRLEN + len };

	request_raw(r, &a, sizeof(a));
	if (len)
		request_raw(r, data, len);
}

size_t request_nest(struct request *r, int type)
{
	size_t at = r->len;

	request_put(r, type | NLA_F_NESTED, NULL, 0);
	return at;
}

void request_end(struct request *r, size_t at)
{
	struct nlattr *a = (void *)(r->data + at);

	a->nla_len = r->len - at;
}

static void error_of(const struct nlmsghdr *h, struct reply *reply)
{
	const struct nlmsgerr *e = NLMSG_DATA(h);
	size_t skip = sizeof(*e), size;
	const char *text;

	reply->error = -e->error;
	if (!(h->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (!(h->nlmsg_flags & NLM_F_CAPPED))
		skip += NLMSG_ALIGN(e->msg.nlmsg_len) - sizeof(e->msg);
	text = reply_find((const __u8 *)e + skip, h->nlmsg_len - NLMSG_HDRLEN - skip,
			  NLMSGERR_ATTR_MSG, &size);
	if (text)
		snprintf(reply->text, sizeof(reply->text), "%.*s", (int)size, text);
}

/* A dump's error comes with its end, where the text follows the number. */
static void end_of(const struct nlmsghdr *h, struct reply *reply)
{
	size_t skip = sizeof(int), size;
	const char *text;

	if (h->nlmsg_len < NLMSG_HDRLEN + skip)
		return;
	reply->error = -*(const int *)NLMSG_DATA(h);
	text = reply_find((const __u8 *)NLMSG_DATA(h) + skip, h->nlmsg_len - NLMSG_HDRLEN - skip,
			  NLMSGERR_ATTR_MSG, &size);
	if (text)
		snprintf(reply->text, sizeof(reply->text), "%.*s", (int)size, text);
}

/* Send @r and read up to the answer or the end of the dump. */
void netlink_ask(int fd, struct request *r, struct reply *reply)
{
	static __u32 sequence;
	static __u8 in[65536];
	struct nlmsghdr *h = (void *)r->data;

	memset(reply, 0, sizeof(*reply));
	h->nlmsg_len = r->len;
	h->nlmsg_seq = ++sequence;
	if (send(fd, r->data, r->len, 0) < 0)
		die("netlink send: %s", strerror(errno));
	for (;;) {
		ssize_t got = recv(fd, in, sizeof(in), 0);
		int left = got;

		if (got < 0)
			die("netlink receive: %s", strerror(errno));
		for (h = (void *)in; NLMSG_OK(h, left); h = NLMSG_NEXT(h, left)) {
			if (h->nlmsg_seq != sequence)
				continue;
			if (h->nlmsg_type == NLMSG_ERROR) {
				error_of(h, reply);
				return;
			}
			if (h->nlmsg_type == NLMSG_DONE) {
				end_of(h, reply);
				return;
			}
			if (!reply->messages++) {
				reply->len = h->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN;
				if (reply->len > sizeof(reply->data))
					die("a netlink reply is too long");
				memcpy(reply->data, (__u8 *)NLMSG_DATA(h) + GENL_HDRLEN,
				       reply->len);
			}
		}
	}
}

const void *reply_find(const void *attrs, size_t len, int type, size_t *size)
{
	const __u8 *p = attrs;

	while (len >= NLA_HDRLEN) {
		const struct nlattr *a = (const void *)p;

		if (a->nla_len < NLA_HDRLEN || a->nla_len > len)
			break;
		if ((a->nla_type & NLA_TYPE_MASK) == type) {
			*size = a->nla_len - NLA_HDRLEN;
			return p + NLA_HDRLEN;
		}
		if ((size_t)NLA_ALIGN(a->nla_len) >= len)
			break;
		p += NLA_ALIGN(a->nla_len);
		len -= NLA_ALIGN(a->nla_len);
	}
	return NULL;
}

int netlink_family(int fd, const char *name)
{
	static struct request r;
	static struct reply reply;
	const __u16 *id;
	size_t size;

	request_begin(&r, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0);
	request_put(&r, CTRL_ATTR_FAMILY_NAME, name, strlen(name) + 1);
	netlink_ask(fd, &r, &reply);
	id = reply_find(reply.data, reply.len, CTRL_ATTR_FAMILY_ID, &size);
	if (reply.error || !id)
		die("netlink has no family %s: is the module loaded?", name);
	return *id;
}
