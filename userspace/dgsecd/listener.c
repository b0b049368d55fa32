// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "listener.h"
#include "log.h"
#include "session.h"
#include "stats.h"

#define BATCH		64		/* datagrams before timers and events get their turn */
#define DRAIN_MAX	100000		/* a flood must not keep us from starting */
#define RECEIVE_BUFFER	(1024 * 1024)

enum { V6, V4 };

static int fds[LISTENER_SOCKETS] = { -1, -1 };
static uint16_t ports[LISTENER_SOCKETS];
static unsigned int device;

static int set_options(int fd, int family, const char *lower)
{
	int on = 1, size = RECEIVE_BUFFER;

	/*
	 * SO_REUSEPORT lets the kernel's standby socket and the next daemon's
	 * join, for the same user only. More room while the daemon is busy:
	 * without it, too, all works.
	 */
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, lower, (socklen_t)strlen(lower) + 1) ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)))
		return -errno;
	if (family == V4)
		return setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on)) ? -errno : 0;
	if (setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) ||
	    setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof(on)))
		return -errno;
	return 0;
}

/* A socket of one family that is as @local says. Return: 0 or a negative errno (logged). */
static int open_one(int family, const char *lower, uint16_t port, const struct sockaddr *local,
		    socklen_t size)
{
	int fd = socket(local->sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int ret = fd < 0 ? -errno : set_options(fd, family, lower);

	fds[family] = fd;
	ports[family] = port;
	if (!ret && bind(fd, local, size))
		ret = -errno;
	if (ret == -EADDRINUSE)
		log_error("port %u on %s belongs to another program: stop it or change \"listen\"",
			  port, lower);
	else if (ret == -EADDRNOTAVAIL)
		log_error("the address in \"listen\" is not one of %s", lower);
	else if (ret)
		log_error("no socket at port %u on %s: %s", port, lower, strerror(-ret));
	return ret;
}

int listener_open(const struct config *config, unsigned int lower)
{
	struct sockaddr_in6 local = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(config->listen_port),
		.sin6_addr = config->listen_addr,
	};
	const struct sockaddr_in local4 = {
		.sin_family = AF_INET,
		.sin_port = htons(config->listen4_port),
		.sin_addr = config->listen4_addr,
	};
	int ret = 0;

	if (IN6_IS_ADDR_LINKLOCAL(&config->listen_addr))
		local.sin6_scope_id = lower;
	device = lower;
	if (config->listen_port)
		ret = open_one(V6, config->lower, config->listen_port,
			       (const struct sockaddr *)&local, sizeof(local));
	if (!ret && config->listen4_port)
		ret = open_one(V4, config->lower, config->listen4_port,
			       (const struct sockaddr *)&local4, sizeof(local4));
	if (ret)
		listener_close();
	return ret;
}

int listener_fd(size_t i)
{
	return fds[i];
}

void listener_close(void)
{
	for (size_t i = 0; i < LISTENER_SOCKETS; i++) {
		if (fds[i] >= 0)
			close(fds[i]);
		fds[i] = -1;
	}
}

static void set_mapped(struct in6_addr *out, const struct in_addr *addr)
{
	memset(out, 0, sizeof(*out));
	memset(&out->s6_addr[10], 0xff, 2);
	memcpy(&out->s6_addr[12], addr, sizeof(*addr));
}

static struct in_addr unmapped(const struct in6_addr *addr)
{
	struct in_addr out;

	memcpy(&out, &addr->s6_addr[12], sizeof(out));
	return out;
}

/* The local address, which is half of an endpoint. */
static bool get_local(struct msghdr *msg, struct in6_addr *local)
{
	struct cmsghdr *cmsg;

	for (cmsg = CMSG_FIRSTHDR(msg); cmsg; cmsg = CMSG_NXTHDR(msg, cmsg)) {
		if (cmsg->cmsg_level == IPPROTO_IPV6 && cmsg->cmsg_type == IPV6_PKTINFO &&
		    cmsg->cmsg_len >= CMSG_LEN(sizeof(struct in6_pktinfo))) {
			*local = ((struct in6_pktinfo *)CMSG_DATA(cmsg))->ipi6_addr;
			return !IN6_IS_ADDR_MULTICAST(local);
		}
		/* Its ipi_addr may be a multicast or broadcast address: one to send from is not. */
		if (cmsg->cmsg_level == IPPROTO_IP && cmsg->cmsg_type == IP_PKTINFO &&
		    cmsg->cmsg_len >= CMSG_LEN(sizeof(struct in_pktinfo))) {
			const struct in_pktinfo *info = (struct in_pktinfo *)CMSG_DATA(cmsg);

			set_mapped(local, &info->ipi_addr);
			return info->ipi_addr.s_addr == info->ipi_spec_dst.s_addr;
		}
	}
	return false;
}

/* Where a datagram came from; room for both families */
union address {
	struct sockaddr any;
	struct sockaddr_in6 v6;
	struct sockaddr_in v4;
};

static bool get_endpoint(struct endpoint *ep, struct msghdr *msg, uint16_t port)
{
	const union address *from = msg->msg_name;

	/* Padding too: cookies cover all octets. */
	memset(ep, 0, sizeof(*ep));
	if (from->any.sa_family == AF_INET) {
		set_mapped(&ep->remote, &from->v4.sin_addr);
		ep->remote_port = ntohs(from->v4.sin_port);
	} else {
		ep->remote = from->v6.sin6_addr;
		ep->remote_port = ntohs(from->v6.sin6_port);
	}
	ep->local_port = port;
	return get_local(msg, &ep->local);
}

/* False when there is nothing more. */
static bool receive_one(size_t i)
{
	static uint8_t data[LISTENER_DATAGRAM_MAX];
	char control[CMSG_SPACE(sizeof(struct in6_pktinfo))]
		__attribute__((aligned(__alignof__(struct cmsghdr))));
	union address from;
	struct iovec iov = { .iov_base = data, .iov_len = sizeof(data) };
	struct msghdr msg = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct endpoint ep;
	ssize_t len;

	len = fds[i] < 0 ? -1 : recvmsg(fds[i], &msg, 0);
	if (len < 0) {
		/* ICMP errors of others' making also come this way: go on then. */
		return fds[i] >= 0 && errno != EAGAIN && errno != EBADF && errno != ENOTSOCK &&
		       errno != ENOMEM;
	}
	if (!get_endpoint(&ep, &msg, ports[i]) || (msg.msg_flags & MSG_TRUNC)) {
		stats.malformed++;
		return true;
	}
	session_receive(&ep, data, (size_t)len);
	return true;
}

static void receive(int most)
{
	for (size_t i = 0; i < LISTENER_SOCKETS; i++)
		for (int n = 0; n < most && receive_one(i); n++)
			;
}

void listener_read(void)
{
	receive(BATCH);
}

void listener_drain(void)
{
	receive(DRAIN_MAX);
}

static void add_control(struct msghdr *msg, int level, int type, const void *data, size_t len)
{
	struct cmsghdr *cmsg;

	memset(msg->msg_control, 0, msg->msg_controllen);
	cmsg = CMSG_FIRSTHDR(msg);
	cmsg->cmsg_level = level;
	cmsg->cmsg_type = type;
	cmsg->cmsg_len = CMSG_LEN(len);
	memcpy(CMSG_DATA(cmsg), data, len);
	msg->msg_controllen = CMSG_SPACE(len);
}

static ssize_t send_v6(const struct endpoint *ep, struct msghdr *msg)
{
	struct in6_pktinfo info = { .ipi6_addr = ep->local, .ipi6_ifindex = device };
	struct sockaddr_in6 to = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(ep->remote_port),
		.sin6_addr = ep->remote,
	};

	if (IN6_IS_ADDR_LINKLOCAL(&ep->remote))
		to.sin6_scope_id = device;
	msg->msg_name = &to;
	msg->msg_namelen = sizeof(to);
	add_control(msg, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof(info));
	return sendmsg(fds[V6], msg, MSG_DONTWAIT);
}

static ssize_t send_v4(const struct endpoint *ep, struct msghdr *msg)
{
	struct in_pktinfo info = {
		.ipi_spec_dst = unmapped(&ep->local),
		.ipi_ifindex = (int)device,
	};
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(ep->remote_port),
		.sin_addr = unmapped(&ep->remote),
	};

	msg->msg_name = &to;
	msg->msg_namelen = sizeof(to);
	add_control(msg, IPPROTO_IP, IP_PKTINFO, &info, sizeof(info));
	return sendmsg(fds[V4], msg, MSG_DONTWAIT);
}

void listener_send(const struct endpoint *ep, const uint8_t *data, size_t len)
{
	char control[CMSG_SPACE(sizeof(struct in6_pktinfo))]
		__attribute__((aligned(__alignof__(struct cmsghdr))));
	struct iovec iov = { .iov_base = (void *)data, .iov_len = len };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	char text[ENDPOINT_TEXT];

	if ((IN6_IS_ADDR_V4MAPPED(&ep->remote) ? send_v4 : send_v6)(ep, &msg) >= 0) {
		stats.sent++;
		return;
	}
	stats.send_failed++;
	if (errno != EAGAIN)
		log_limited(LOG_WARNING, "a handshake datagram to %s could not be sent: %s",
			    endpoint_text(ep, text), strerror(errno));
}
