// SPDX-License-Identifier: GPL-2.0
/* The service's end of the load, on one processor. */

#include "load.h"
#include "coap.h"
#include "util.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

enum { MESSAGE = 2048, BUFFER = 64 << 20 };

/* A message with the addresses of both ends */
struct message {
	struct sockaddr_in6 peer;
	struct in6_pktinfo here;
	uint8_t data[MESSAGE];
	size_t len;
};

int load_service_open(void)
{
	struct sockaddr_in6 addr = {
		.sin6_family = AF_INET6, .sin6_port = htons(LOAD_SERVICE),
	};
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0), one = 1, size = BUFFER;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) ||
	    setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &one, sizeof(one)) ||
	    bind(fd, (void *)&addr, sizeof(addr)))
		die("service: %s", strerror(errno));
	return fd;
}

static struct msghdr header(struct message *m, struct iovec *iov, void *control, size_t size)
{
	*iov = (struct iovec) { .iov_base = m->data, .iov_len = m->len };
	return (struct msghdr) {
		.msg_name = &m->peer, .msg_namelen = sizeof(m->peer),
		.msg_iov = iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = size,
	};
}

union control {
	struct cmsghdr align;
	char room[CMSG_SPACE(sizeof(struct in6_pktinfo))];
};

static bool receive(int fd, struct message *m)
{
	union control control;
	struct cmsghdr *c;
	struct iovec iov;
	struct msghdr h;
	ssize_t len;

	m->len = sizeof(m->data);
	h = header(m, &iov, &control, sizeof(control));
	len = recvmsg(fd, &h, MSG_DONTWAIT);
	if (len < 0)
		return false;
	m->len = len;
	c = CMSG_FIRSTHDR(&h);
	if (!c || c->cmsg_type != IPV6_PKTINFO)
		die("no IPV6_PKTINFO");
	memcpy(&m->here, CMSG_DATA(c), sizeof(m->here));
	return true;
}

/* From the address that the other end knows: the service's may have changed */
static void transmit(int fd, struct message *m)
{
	union control control = { };
	struct iovec iov;
	struct msghdr h = header(m, &iov, &control, sizeof(control));
	struct cmsghdr *c = CMSG_FIRSTHDR(&h);

	c->cmsg_level = IPPROTO_IPV6;
	c->cmsg_type = IPV6_PKTINFO;
	c->cmsg_len = CMSG_LEN(sizeof(m->here));
	memcpy(CMSG_DATA(c), &m->here, sizeof(m->here));
	load_count(sendmsg(fd, &h, 0) < 0 ? SERVICE_ERRORS : SERVICE_SENT);
}

static void answer(int fd, struct message *m)
{
	uint8_t own[LOAD_TOKEN], payload[MESSAGE];
	struct load_assoc *a;
	struct coap c;

	load_count(SERVICE_RECEIVED);
	if (!coap_parse(m->data, m->len, &c) || c.token_len != LOAD_TOKEN ||
	    c.token[0] >= load.n_assocs) {
		load_count(SERVICE_STRAY);
		return;
	}
	a = &load.assocs[c.token[0]];
	load_token(own, a, 0);
	if (memcmp(&m->peer.sin6_addr, &a->inner, sizeof(a->inner))) {
		load_count(SERVICE_STRAY);
		return;
	}
	atomic_fetch_add(&a->served, 1);
	if (!load_is_first(c.token, false))
		load_count(SERVICE_TWICE);
	memcpy(payload, c.payload, c.payload_len);
	c.payload = payload;
	c.code = COAP_CONTENT;
	m->len = coap_build(&c, NULL, m->data, sizeof(m->data));
	transmit(fd, m);
}

/* The service speaks by itself, on all processors to the same device at times. */
static void notify(int fd, struct message *m, const struct in6_pktinfo *here)
{
	struct load_assoc *a = load_pick();
	struct coap c = {
		.type = COAP_NON, .code = COAP_CONTENT, .token_len = LOAD_TOKEN,
		.payload = (const uint8_t *)"hello", .payload_len = 5,
	};

	load_token(c.token, a, 0);
	m->here = *here;
	m->peer = (struct sockaddr_in6) {
		.sin6_family = AF_INET6, .sin6_port = htons(LOAD_SERVICE), .sin6_addr = a->inner,
	};
	m->len = coap_build(&c, NULL, m->data, sizeof(m->data));
	transmit(fd, m);
}

void load_service(int fd)
{
	struct in6_pktinfo here = { };
	struct message m;

	while (!load.quit) {
		bool busy = false;

		for (int n = 0; n < 16 && receive(fd, &m); n++) {
			here = m.here;
			answer(fd, &m);
			busy = true;
		}
		/* Its address is known as soon as somebody has asked. */
		if (load.sending && here.ipi6_ifindex && load_random() % 2) {
			notify(fd, &m, &here);
			busy = true;
		}
		if (!busy)
			readable(fd, 10);
	}
}
