// SPDX-License-Identifier: GPL-2.0
/*
 * bench-relay: what dgsec replaces, as small as it can be: a process that ends
 * DTLS for a device and exchanges plain datagrams with the service. Without
 * more than one session it needs no table of them, and no timers once the
 * handshake is over, so it flatters its kind.
 *
 * Copyright (C) 2026 The dgsec authors
 */
#include "relay.h"

#include <arpa/inet.h>
#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

int relay_error(const char *format, ...)
{
	va_list args;

	fputs("bench-relay: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return -1;
}

static void queue_init(struct relay_queue *q)
{
	unsigned int i;

	for (i = 0; i < RELAY_BATCH_MAX; i++) {
		q->msg[i].msg_hdr.msg_iov = &q->iov[i];
		q->msg[i].msg_hdr.msg_iovlen = 1;
	}
}

/* All that is there, up to the batch. Sender's addresses only from @lower. */
static int queue_recv(struct relay *r, int fd)
{
	struct relay_queue *q = &r->in;
	unsigned int i;
	int n;

	for (i = 0; i < r->batch; i++) {
		q->iov[i].iov_base = q->data[i];
		q->iov[i].iov_len = RELAY_DATAGRAM_MAX;
		q->msg[i].msg_hdr.msg_name = fd == r->lower ? &q->addr[i] : NULL;
		q->msg[i].msg_hdr.msg_namelen = sizeof(q->addr[i]);
	}
	n = recvmmsg(fd, q->msg, r->batch, MSG_DONTWAIT, NULL);
	if (n < 0)
		return relay_error("recvmmsg: %s", strerror(errno));
	q->count = n;
	return 0;
}

static int queue_put(struct relay_queue *q, const void *data, size_t len)
{
	if (q->count == RELAY_BATCH_MAX)
		return relay_error("too much at once");
	q->iov[q->count].iov_base = (void *)data;
	q->iov[q->count++].iov_len = len;
	return 0;
}

static int queue_send(struct relay_queue *q, int fd, struct sockaddr_in6 *to)
{
	unsigned int i, count = q->count;

	if (!count)
		return 0;
	for (i = 0; i < count; i++) {
		q->msg[i].msg_hdr.msg_name = to;
		q->msg[i].msg_hdr.msg_namelen = to ? sizeof(*to) : 0;
	}
	q->count = 0;
	if (sendmmsg(fd, q->msg, count, 0) != (int)count)
		return relay_error("sendmmsg: %s", strerror(errno));
	return 0;
}

/* How a library sends a record. */
int relay_to_device(struct relay *r, const void *data, size_t len)
{
	struct relay_queue *q = &r->to_device;

	if (r->batch > 1) {
		/* the library uses its buffer again */
		if (len > RELAY_DATAGRAM_MAX || q->count == RELAY_BATCH_MAX)
			return relay_error("too much for the device");
		memcpy(q->data[q->count], data, len);
		return queue_put(q, q->data[q->count], len);
	}
	if (sendto(r->lower, data, len, 0, (struct sockaddr *)&r->device,
		   sizeof(r->device)) != (ssize_t)len)
		return relay_error("sendto: %s", strerror(errno));
	return 0;
}

/* How a library receives one: 0 if there is none. */
long relay_take_datagram(struct relay *r, void *to, size_t size)
{
	size_t len = r->datagram_len;

	if (len > size)
		return relay_error("datagram of %zu octets, room for %zu", len,
				   size);
	memcpy(to, r->datagram, len);
	r->datagram_len = 0;
	return len;
}

/* There is one session: it moves with its device until it is up. */
static int from_device(struct relay *r, const struct relay_tls *tls,
		       const struct sockaddr_in6 *from, uint8_t *data,
		       size_t len)
{
	struct relay_queue *q = &r->to_service;
	uint8_t *text = data;
	long text_len = len;

	r->device = *from;
	if (tls) {
		text = q->data[q->count];
		r->datagram = data;
		r->datagram_len = len;
		text_len = tls->unseal(r, text, RELAY_DATAGRAM_MAX);
		if (text_len <= 0)
			return text_len;
	}
	if (r->batch > 1)
		return queue_put(q, text, text_len);
	if (send(r->upstream, text, text_len, 0) != text_len)
		return relay_error("send: %s", strerror(errno));
	return 0;
}

static int from_service(struct relay *r, const struct relay_tls *tls,
			const uint8_t *data, size_t len)
{
	if (!tls && r->batch > 1)
		return queue_put(&r->to_device, data, len);
	if (!tls)
		return relay_to_device(r, data, len);
	return tls->seal(r, data, len);
}

/* One by one */
static int relay_one(struct relay *r, const struct relay_tls *tls, int fd)
{
	uint8_t *data = r->in.data[0];
	struct sockaddr_in6 from;
	socklen_t from_len = sizeof(from);
	ssize_t len;

	if (fd == r->upstream) {
		len = recv(fd, data, RELAY_DATAGRAM_MAX, 0);
		if (len >= 0)
			return from_service(r, tls, data, len);
	} else {
		len = recvfrom(fd, data, RELAY_DATAGRAM_MAX, 0,
			       (struct sockaddr *)&from, &from_len);
		if (len >= 0)
			return from_device(r, tls, &from, data, len);
	}
	return relay_error("recv: %s", strerror(errno));
}

/* All that has come, and out together */
static int relay_batch(struct relay *r, const struct relay_tls *tls, int fd)
{
	struct relay_queue *q = &r->in;
	unsigned int i;

	if (queue_recv(r, fd))
		return -1;
	for (i = 0; i < q->count; i++) {
		if (fd == r->upstream ?
		    from_service(r, tls, q->data[i], q->msg[i].msg_len) :
		    from_device(r, tls, &q->addr[i], q->data[i],
				q->msg[i].msg_len))
			return -1;
	}
	if (queue_send(&r->to_service, r->upstream, NULL))
		return -1;
	return queue_send(&r->to_device, r->lower, &r->device);
}

static int run(struct relay *r, const struct relay_tls *tls)
{
	struct epoll_event event = { .events = EPOLLIN };
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	event.data.fd = r->lower;
	if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, r->lower, &event))
		return relay_error("epoll: %s", strerror(errno));
	event.data.fd = r->upstream;
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, r->upstream, &event))
		return relay_error("epoll: %s", strerror(errno));
	if (write(STDOUT_FILENO, "\n", 1) != 1)
		return relay_error("stdout: %s", strerror(errno));
	for (;;) {
		if (epoll_wait(epoll, &event, 1, -1) != 1) {
			if (errno == EINTR)
				continue;
			return relay_error("epoll: %s", strerror(errno));
		}
		if ((r->batch > 1 ? relay_batch : relay_one)(r, tls,
							     event.data.fd))
			return -1;
	}
}

static int address(const char *addr, const char *port, struct sockaddr_in6 *sa)
{
	*sa = (struct sockaddr_in6){
		.sin6_family = AF_INET6,
		.sin6_port = htons(atoi(port)),
	};
	if (inet_pton(AF_INET6, addr, &sa->sin6_addr) != 1)
		return relay_error("%s is no IPv6 address", addr);
	return 0;
}

static int bound(const char *addr, const char *port)
{
	struct sockaddr_in6 sa;
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (address(addr, port, &sa))
		return -1;
	if (fd < 0 || bind(fd, (struct sockaddr *)&sa, sizeof(sa)))
		return relay_error("%s port %s: %s", addr, port,
				   strerror(errno));
	return fd;
}

static int tls_find(const char *name, const struct relay_tls **tls)
{
	*tls = NULL;
	if (!strcmp(name, "mbedtls"))
		*tls = &relay_mbedtls;
	else if (!strcmp(name, "gnutls"))
		*tls = &relay_gnutls;
	else if (strcmp(name, "none"))
		return relay_error("no library %s", name);
	return 0;
}

int main(int argc, char **argv)
{
	const struct sched_param param = { .sched_priority = 1 };
	static struct relay r;
	const struct relay_tls *tls;
	struct sockaddr_in6 service;

	if (argc != 9) {
		fputs("usage: bench-relay none|mbedtls|gnutls BATCH ADDRESS PORT INNER PORT SERVICE PORT\n"
		      "Ends DTLS of one device at ADDRESS, is INNER towards SERVICE. Writes a newline\n"
		      "when it is ready.\n", stderr);
		return 2;
	}
	r.batch = atoi(argv[2]);
	if (tls_find(argv[1], &tls) || !r.batch || r.batch > RELAY_BATCH_MAX ||
	    address(argv[7], argv[8], &service))
		return 2;
	r.lower = bound(argv[3], argv[4]);
	r.upstream = bound(argv[5], argv[6]);
	if (r.lower < 0 || r.upstream < 0)
		return 1;
	if (connect(r.upstream, (struct sockaddr *)&service, sizeof(service))) {
		relay_error("connect: %s", strerror(errno));
		return 1;
	}
	/* before the bench whenever there is work, see step_back() */
	if (sched_setscheduler(0, SCHED_FIFO, &param)) {
		relay_error("scheduler: %s", strerror(errno));
		return 1;
	}
	queue_init(&r.in);
	queue_init(&r.to_device);
	queue_init(&r.to_service);
	if (tls && tls->open(&r))
		return 1;
	return run(&r, tls) ? 1 : 0;
}
