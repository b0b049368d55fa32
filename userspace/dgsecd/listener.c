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

static int fd = -1;
static unsigned int device;
static uint16_t port;

static int set_options(const char *lower)
{
	int on = 1, size = RECEIVE_BUFFER;

	/*
	 * SO_REUSEPORT lets the kernel's standby socket and the next daemon's
	 * join, for the same user only. More room while the daemon is busy:
	 * without it, too, all works.
	 */
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, lower, (socklen_t)strlen(lower) + 1) ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) ||
	    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) ||
	    setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof(on)))
		return -errno;
	return 0;
}

int listener_open(const struct config *config, unsigned int lower)
{
	struct sockaddr_in6 local = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(config->listen_port),
		.sin6_addr = config->listen_addr,
	};
	int ret;

	if (IN6_IS_ADDR_LINKLOCAL(&config->listen_addr))
		local.sin6_scope_id = lower;
	device = lower;
	port = config->listen_port;
	fd = socket(AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	ret = fd < 0 ? -errno : set_options(config->lower);
	if (!ret && bind(fd, (struct sockaddr *)&local, sizeof(local)))
		ret = -errno;
	if (!ret)
		return fd;

	if (ret == -EADDRINUSE)
		log_error("port %u on %s belongs to another program: stop it or change \"listen\"",
			  port, config->lower);
	else if (ret == -EADDRNOTAVAIL)
		log_error("the address in \"listen\" is not one of %s", config->lower);
	else
		log_error("no socket at port %u on %s: %s", port, config->lower, strerror(-ret));
	listener_close();
	return ret;
}

void listener_close(void)
{
	if (fd >= 0)
		close(fd);
	fd = -1;
}

/* The local address, which is half of an endpoint. */
static const struct in6_addr *local_addr(struct msghdr *msg)
{
	struct cmsghdr *cmsg;

	for (cmsg = CMSG_FIRSTHDR(msg); cmsg; cmsg = CMSG_NXTHDR(msg, cmsg))
		if (cmsg->cmsg_level == IPPROTO_IPV6 && cmsg->cmsg_type == IPV6_PKTINFO &&
		    cmsg->cmsg_len >= CMSG_LEN(sizeof(struct in6_pktinfo)))
			return &((struct in6_pktinfo *)CMSG_DATA(cmsg))->ipi6_addr;
	return NULL;
}

/* False when there is nothing more. */
static bool receive_one(void)
{
	static uint8_t data[LISTENER_DATAGRAM_MAX];
	char control[CMSG_SPACE(sizeof(struct in6_pktinfo))]
		__attribute__((aligned(__alignof__(struct cmsghdr))));
	struct sockaddr_in6 from;
	struct iovec iov = { .iov_base = data, .iov_len = sizeof(data) };
	struct msghdr msg = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	const struct in6_addr *local;
	struct endpoint ep;
	ssize_t len;

	len = recvmsg(fd, &msg, 0);
	if (len < 0) {
		/* ICMP errors of others' making also come this way: go on then. */
		return errno != EAGAIN && errno != EBADF && errno != ENOTSOCK && errno != ENOMEM;
	}
	local = local_addr(&msg);
	if (!local || IN6_IS_ADDR_MULTICAST(local) || (msg.msg_flags & MSG_TRUNC)) {
		stats.malformed++;
		return true;
	}
	/* Padding too: cookies cover all octets. */
	memset(&ep, 0, sizeof(ep));
	ep.remote = from.sin6_addr;
	ep.remote_port = ntohs(from.sin6_port);
	ep.local = *local;
	ep.local_port = port;
	session_receive(&ep, data, (size_t)len);
	return true;
}

void listener_read(void)
{
	for (int i = 0; i < BATCH && receive_one(); i++)
		;
}

void listener_drain(void)
{
	for (int i = 0; i < DRAIN_MAX && receive_one(); i++)
		;
}

void listener_send(const struct endpoint *ep, const uint8_t *data, size_t len)
{
	char control[CMSG_SPACE(sizeof(struct in6_pktinfo))]
		__attribute__((aligned(__alignof__(struct cmsghdr))));
	struct in6_pktinfo info = { .ipi6_addr = ep->local, .ipi6_ifindex = device };
	struct sockaddr_in6 to = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(ep->remote_port),
		.sin6_addr = ep->remote,
	};
	struct iovec iov = { .iov_base = (void *)data, .iov_len = len };
	struct msghdr msg = {
		.msg_name = &to,
		.msg_namelen = sizeof(to),
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	char text[ENDPOINT_TEXT];
	struct cmsghdr *cmsg;

	if (IN6_IS_ADDR_LINKLOCAL(&ep->remote))
		to.sin6_scope_id = device;
	memset(control, 0, sizeof(control));
	cmsg = CMSG_FIRSTHDR(&msg);
	cmsg->cmsg_level = IPPROTO_IPV6;
	cmsg->cmsg_type = IPV6_PKTINFO;
	cmsg->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(cmsg), &info, sizeof(info));

	if (sendmsg(fd, &msg, MSG_DONTWAIT) >= 0) {
		stats.sent++;
		return;
	}
	stats.send_failed++;
	if (errno != EAGAIN)
		log_limited(LOG_WARNING, "a handshake datagram to %s could not be sent: %s",
			    endpoint_text(ep, text), strerror(errno));
}
