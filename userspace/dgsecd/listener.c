// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "array.h"
#include "listener.h"
#include "log.h"
#include "session.h"
#include "stats.h"

#define BATCH		64		/* datagrams before timers and events get their turn */
#define DRAIN_MAX	100000		/* a flood must not keep us from starting */
#define RECEIVE_BUFFER	(1024 * 1024)

static struct {
	int fd;
	struct listener_place at;
} sockets[LISTENER_SOCKETS];

static size_t n_sockets;
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
	if (family == AF_INET)
		return setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on)) ? -errno : 0;
	if (setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) ||
	    setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof(on)))
		return -errno;
	return 0;
}

/* Room for both families */
union address {
	struct sockaddr any;
	struct sockaddr_in6 v6;
	struct sockaddr_in v4;
};

static socklen_t address_size(const union address *addr)
{
	return addr->any.sa_family == AF_INET ? sizeof(addr->v4) : sizeof(addr->v6);
}

size_t listener_places(const struct config *config, struct listener_place out[LISTENER_SOCKETS])
{
	const struct listener_place wanted[] = {
		{ AF_INET6, config->listen.port }, { AF_INET, config->listen.port4 },
	};
	bool connects = config_connects(config);
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
		if (!wanted[i].port)
			continue;
		out[n++] = wanted[i];
		for (size_t k = 0; k < CONNECT_PORTS && connects; k++) {
			out[n].family = wanted[i].family;
			out[n++].port = config->connect_ports[k];
		}
	}
	return n;
}

static int fd_at(int family, uint16_t port)
{
	for (size_t i = 0; i < n_sockets; i++)
		if (sockets[i].at.family == family && sockets[i].at.port == port)
			return sockets[i].fd;
	return -1;
}

bool listener_has(const struct listener_place *place)
{
	return fd_at(place->family, place->port) >= 0;
}

static union address address_at(const struct config *config, const struct listener_place *at)
{
	union address addr = { .v6.sin6_family = AF_INET6 };

	if (at->family == AF_INET) {
		addr = (union address) { .v4.sin_family = AF_INET };
		addr.v4.sin_port = htons(at->port);
		addr.v4.sin_addr = config->listen.addr4;
		return addr;
	}
	addr.v6.sin6_port = htons(at->port);
	addr.v6.sin6_addr = config->listen.addr;
	if (IN6_IS_ADDR_LINKLOCAL(&config->listen.addr))
		addr.v6.sin6_scope_id = device;
	return addr;
}

static void log_failure(const struct config *config, const struct listener_place *at, int err)
{
	bool listens = at->port == (at->family == AF_INET ? config->listen.port4 :
							     config->listen.port);

	if (err == -EADDRINUSE)
		log_error("port %u on %s belongs to another program: stop it or change \"%s\"",
			  at->port, config->lower, listens ? "listen" : "connect-ports");
	else if (err == -EADDRNOTAVAIL)
		log_error("the address in \"listen\" is not one of %s", config->lower);
	else
		log_error("no socket at port %u on %s: %s", at->port, config->lower,
			  strerror(-err));
}

static int open_one(const struct config *config, const struct listener_place *at)
{
	union address local = address_at(config, at);
	int fd, ret;

	if (n_sockets == LISTENER_SOCKETS) {
		log_error("new \"connect-ports\" need a restart");
		return -ENOSPC;
	}
	fd = socket(at->family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	ret = fd < 0 ? -errno : set_options(fd, at->family, config->lower);
	if (!ret && bind(fd, &local.any, address_size(&local)))
		ret = -errno;
	if (!ret) {
		sockets[n_sockets].fd = fd;
		sockets[n_sockets++].at = *at;
		return 0;
	}
	log_failure(config, at, ret);
	if (fd >= 0)
		close(fd);
	return ret;
}

int listener_open(const struct config *config, unsigned int lower)
{
	struct listener_place places[LISTENER_SOCKETS];
	size_t n = listener_places(config, places);
	int ret = 0;

	device = lower;
	for (size_t i = 0; i < n && !ret; i++)
		if (!listener_has(&places[i]))
			ret = open_one(config, &places[i]);
	return ret;
}

int listener_fd(size_t i)
{
	return i < n_sockets ? sockets[i].fd : -1;
}

void listener_close(void)
{
	while (n_sockets)
		close(sockets[--n_sockets].fd);
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

static union address remote_of(const struct endpoint *ep)
{
	union address to = { .v6.sin6_family = AF_INET6 };

	if (IN6_IS_ADDR_V4MAPPED(&ep->remote)) {
		to = (union address) { .v4.sin_family = AF_INET };
		to.v4.sin_port = htons(ep->remote_port);
		to.v4.sin_addr = unmapped(&ep->remote);
		return to;
	}
	to.v6.sin6_port = htons(ep->remote_port);
	to.v6.sin6_addr = ep->remote;
	if (IN6_IS_ADDR_LINKLOCAL(&ep->remote))
		to.v6.sin6_scope_id = device;
	return to;
}

int listener_source(const struct config *config, struct endpoint *ep)
{
	union address addr = remote_of(ep);
	bool v4 = addr.any.sa_family == AF_INET;
	socklen_t len = sizeof(addr);
	int probe, ret;

	ep->local = config->listen.addr;
	if (v4)
		set_mapped(&ep->local, &config->listen.addr4);
	if (v4 ? config->listen.addr4.s_addr : !IN6_IS_ADDR_UNSPECIFIED(&ep->local))
		return 0;
	/* Nothing is sent: the kernel chooses. */
	probe = socket(addr.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (probe < 0)
		return -errno;
	ret = set_options(probe, addr.any.sa_family, config->lower);
	if (!ret && (connect(probe, &addr.any, address_size(&addr)) ||
		     getsockname(probe, &addr.any, &len)))
		ret = -errno;
	close(probe);
	if (ret)
		return ret;
	if (v4)
		set_mapped(&ep->local, &addr.v4.sin_addr);
	else
		ep->local = addr.v6.sin6_addr;
	return 0;
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

	len = recvmsg(sockets[i].fd, &msg, 0);
	if (len < 0) {
		/* ICMP errors of others' making also come this way: go on then. */
		return errno != EAGAIN && errno != EBADF && errno != ENOTSOCK && errno != ENOMEM;
	}
	if (!get_endpoint(&ep, &msg, sockets[i].at.port) || (msg.msg_flags & MSG_TRUNC)) {
		stats.malformed++;
		return true;
	}
	session_receive(&ep, data, (size_t)len);
	return true;
}

static void receive(int most)
{
	for (size_t i = 0; i < n_sockets; i++)
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

	add_control(msg, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof(info));
	return sendmsg(fd_at(AF_INET6, ep->local_port), msg, MSG_DONTWAIT);
}

static ssize_t send_v4(const struct endpoint *ep, struct msghdr *msg)
{
	struct in_pktinfo info = {
		.ipi_spec_dst = unmapped(&ep->local),
		.ipi_ifindex = (int)device,
	};

	add_control(msg, IPPROTO_IP, IP_PKTINFO, &info, sizeof(info));
	return sendmsg(fd_at(AF_INET, ep->local_port), msg, MSG_DONTWAIT);
}

void listener_send(const struct endpoint *ep, const uint8_t *data, size_t len)
{
	char control[CMSG_SPACE(sizeof(struct in6_pktinfo))]
		__attribute__((aligned(__alignof__(struct cmsghdr))));
	union address to = remote_of(ep);
	struct iovec iov = { .iov_base = (void *)data, .iov_len = len };
	struct msghdr msg = {
		.msg_name = &to,
		.msg_namelen = address_size(&to),
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
