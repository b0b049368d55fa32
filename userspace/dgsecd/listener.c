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

static struct {
	int fd;
	struct udp_port port;
} sockets[LISTENER_SOCKETS];

static size_t n_sockets;
static unsigned int device;

/* An address with its port; room for both families */
union address {
	struct sockaddr any;
	struct sockaddr_in6 v6;
	struct sockaddr_in v4;
};

static socklen_t size_of(const union address *addr)
{
	return addr->any.sa_family == AF_INET ? sizeof(addr->v4) : sizeof(addr->v6);
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

/* An IPv6 or a mapped IPv4 address. Return: its size as the library wants it. */
static socklen_t set_address(union address *out, const struct in6_addr *addr, uint16_t port)
{
	memset(out, 0, sizeof(*out));
	if (IN6_IS_ADDR_V4MAPPED(addr)) {
		out->v4.sin_family = AF_INET;
		out->v4.sin_port = htons(port);
		out->v4.sin_addr = unmapped(addr);
	} else {
		out->v6.sin6_family = AF_INET6;
		out->v6.sin6_port = htons(port);
		out->v6.sin6_addr = *addr;
		if (IN6_IS_ADDR_LINKLOCAL(addr))
			out->v6.sin6_scope_id = device;
	}
	return size_of(out);
}

/* ---- open and close -------------------------------------------------------- */

size_t listener_ports(const struct config *config, struct udp_port out[LISTENER_SOCKETS])
{
	size_t n = 0;

	if (config->listen_port)
		out[n++] = (struct udp_port) { .number = config->listen_port };
	if (config->listen4_port)
		out[n++] = (struct udp_port) { .number = config->listen4_port, .v4 = true };
	for (size_t i = 0; i < CONNECT_PORTS && config_connects(config); i++) {
		if (config->listen_port)
			out[n++] = (struct udp_port) { .number = config->connect_ports[i] };
		if (config->listen4_port)
			out[n++] = (struct udp_port) { .number = config->connect_ports[i],
						       .v4 = true };
	}
	return n;
}

static int set_options(int fd, bool v4, const char *lower)
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
	if (v4)
		return setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on)) ? -errno : 0;
	if (setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) ||
	    setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof(on)))
		return -errno;
	return 0;
}

/* Our addresses are those of "listen": handshakes that we begin come from there, too. */
static void our_address(const struct config *config, bool v4, struct in6_addr *out)
{
	if (v4)
		set_mapped(out, &config->listen4_addr);
	else
		*out = config->listen_addr;
}

int listener_open(const struct config *config, unsigned int lower, struct udp_port port)
{
	struct in6_addr ours;
	union address local;
	socklen_t size;
	int fd, ret;

	device = lower;
	if (n_sockets == LISTENER_SOCKETS) {
		log_error("new \"connect-ports\" need a restart");
		return -ENOSPC;
	}
	our_address(config, port.v4, &ours);
	size = set_address(&local, &ours, port.number);
	fd = socket(local.any.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	ret = fd < 0 ? -errno : set_options(fd, port.v4, config->lower);
	if (!ret && bind(fd, &local.any, size))
		ret = -errno;
	if (!ret) {
		sockets[n_sockets].fd = fd;
		sockets[n_sockets++].port = port;
		return fd;
	}

	if (ret == -EADDRINUSE)
		log_error("port %u on %s belongs to another program: stop it or change \"%s\"",
			  port.number, config->lower,
			  port.number == (port.v4 ? config->listen4_port : config->listen_port) ?
			  "listen" : "connect-ports");
	else if (ret == -EADDRNOTAVAIL)
		log_error("the address in \"listen\" is not one of %s", config->lower);
	else
		log_error("no socket at port %u on %s: %s", port.number, config->lower,
			  strerror(-ret));
	if (fd >= 0)
		close(fd);
	return ret;
}

bool listener_has(struct udp_port port)
{
	for (size_t i = 0; i < n_sockets; i++)
		if (udp_port_equal(sockets[i].port, port))
			return true;
	return false;
}

void listener_close(void)
{
	while (n_sockets)
		close(sockets[--n_sockets].fd);
}

int listener_source(const struct config *config, struct endpoint *ep)
{
	bool v4 = IN6_IS_ADDR_V4MAPPED(&ep->remote);
	union address addr;
	socklen_t len;
	int probe, ret;

	if (!listener_has((struct udp_port) { .number = ep->local_port, .v4 = v4 }))
		return -EAFNOSUPPORT;
	our_address(config, v4, &ep->local);
	if (v4 ? config->listen4_addr.s_addr != INADDR_ANY :
		 !IN6_IS_ADDR_UNSPECIFIED(&ep->local))
		return 0;
	len = set_address(&addr, &ep->remote, ep->remote_port);
	/* Nothing is sent: the kernel chooses. */
	probe = socket(addr.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (probe < 0)
		return -errno;
	ret = set_options(probe, v4, config->lower);
	if (!ret && (connect(probe, &addr.any, len) || getsockname(probe, &addr.any, &len)))
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

/* ---- receive --------------------------------------------------------------- */

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
	if (!get_endpoint(&ep, &msg, sockets[i].port.number) || (msg.msg_flags & MSG_TRUNC)) {
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

/* ---- send ------------------------------------------------------------------ */

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
	bool v4 = IN6_IS_ADDR_V4MAPPED(&ep->remote);
	struct in6_pktinfo info6 = { .ipi6_addr = ep->local, .ipi6_ifindex = device };
	struct in_pktinfo info4 = {
		.ipi_spec_dst = unmapped(&ep->local),
		.ipi_ifindex = (int)device,
	};
	char text[ENDPOINT_TEXT];
	union address to;
	int fd = -1;

	for (size_t i = 0; i < n_sockets; i++)
		if (sockets[i].port.number == ep->local_port && sockets[i].port.v4 == v4)
			fd = sockets[i].fd;
	msg.msg_name = &to;
	msg.msg_namelen = set_address(&to, &ep->remote, ep->remote_port);
	if (v4)
		add_control(&msg, IPPROTO_IP, IP_PKTINFO, &info4, sizeof(info4));
	else
		add_control(&msg, IPPROTO_IPV6, IPV6_PKTINFO, &info6, sizeof(info6));
	if (sendmsg(fd, &msg, MSG_DONTWAIT) >= 0) {
		stats.sent++;
		return;
	}
	stats.send_failed++;
	if (errno != EAGAIN)
		log_limited(LOG_WARNING, "a handshake datagram to %s could not be sent: %s",
			    endpoint_text(ep, text), strerror(errno));
}
