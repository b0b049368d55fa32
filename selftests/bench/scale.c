// SPDX-License-Identifier: GPL-2.0
/*
 * bench-scale: many devices in one process, each with an address of its own.
 * They make handshakes with a DTLS server, some at a time, and then exchange
 * CoAP messages over all associations. What the server needs meanwhile is read
 * from /proc. Prints one line of JSON.
 *
 * The addresses are those of a prefix that is local here as a whole:
 * ip -6 route add local PREFIX dev lo
 *
 * Copyright (C) 2026 The dgsec authors
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "client.h"

enum {
	PORT = 40000,
	REPEAT_MS = 2000,
	TRIES = 8,
	RECEIVE_BUFFER = 8 << 20,
};

static struct {
	struct client *clients;
	uint64_t *due;			/* when each repeats itself, ms; 0: waits for nothing */
	uint8_t *tries;
	unsigned int n, window;
	struct in6_addr base;		/* the number of the client is in the last four octets */
	struct sockaddr_in6 to;
	int fd;
	pid_t server;
	unsigned long repeated, failed, answers, bad, closed;
} w = { .n = 1, .window = 1 };

__attribute__((format(printf, 1, 2), noreturn))
static void die(const char *format, ...)
{
	va_list args;

	fputs("bench-scale: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static uint64_t now_ms(void)
{
	return now_ns() / 1000000;
}

/* ---- the server, from outside ---------------------------------------------- */

/* Nanoseconds that it ran for */
static uint64_t server_ns(void)
{
	unsigned long long ns = 0;
	char path[64];
	FILE *file;

	if (!w.server)
		return 0;
	snprintf(path, sizeof(path), "/proc/%d/schedstat", w.server);
	file = fopen(path, "re");
	if (!file || fscanf(file, "%llu", &ns) != 1)
		die("%s: %s", path, strerror(errno));
	fclose(file);
	return ns;
}

/* KiB of memory that is its own */
static long server_memory(void)
{
	char path[64], line[128];
	long kib = 0, part;
	FILE *file;

	if (!w.server)
		return 0;
	snprintf(path, sizeof(path), "/proc/%d/status", w.server);
	file = fopen(path, "re");
	if (!file)
		die("%s: %s", path, strerror(errno));
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "RssAnon: %ld kB", &part) == 1)
			kib += part;
	fclose(file);
	return kib;
}

/* ---- the devices ----------------------------------------------------------- */

static void open_socket(void)
{
	struct sockaddr_in6 any = { .sin6_family = AF_INET6, .sin6_port = htons(PORT) };
	int on = 1, size = RECEIVE_BUFFER;

	w.fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (w.fd < 0 || setsockopt(w.fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof(on)) ||
	    setsockopt(w.fd, IPPROTO_IPV6, IPV6_FREEBIND, &on, sizeof(on)) ||
	    setsockopt(w.fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) ||
	    bind(w.fd, (const struct sockaddr *)&any, sizeof(any)))
		die("socket: %s", strerror(errno));
}

static void address_of(unsigned int i, struct in6_addr *addr)
{
	uint32_t number = htonl(i + 1);

	*addr = w.base;
	memcpy(&addr->s6_addr[12], &number, sizeof(number));
}

static void transmit(unsigned int i, const uint8_t *data, size_t len)
{
	char control[CMSG_SPACE(sizeof(struct in6_pktinfo))]
		__attribute__((aligned(__alignof__(struct cmsghdr)))) = { 0 };
	struct iovec iov = { .iov_base = (void *)data, .iov_len = len };
	struct msghdr msg = {
		.msg_name = &w.to, .msg_namelen = sizeof(w.to),
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);
	struct in6_pktinfo info = { 0 };

	address_of(i, &info.ipi6_addr);
	cmsg->cmsg_level = IPPROTO_IPV6;
	cmsg->cmsg_type = IPV6_PKTINFO;
	cmsg->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(cmsg), &info, sizeof(info));
	/* what does not leave is repeated, like what is lost */
	if (sendmsg(w.fd, &msg, 0) < 0 && errno == EINVAL)
		die("sending: %s: is the prefix local?", strerror(errno));
}

static void send_flight(unsigned int i)
{
	uint8_t out[CLIENT_DATAGRAM];

	transmit(i, out, client_flight(&w.clients[i], out));
	w.due[i] = now_ms() + REPEAT_MS;
}

/* A CoAP GET, non-confirmable, of /x */
static void send_request(unsigned int i)
{
	uint8_t message[] = { 0x54, 0x01, 0, 0, 0, 0, 0, 0, 0xb1, 'x' };
	uint8_t out[sizeof(message) + CLIENT_OVERHEAD];
	struct client *c = &w.clients[i];

	memcpy(message + 2, (uint16_t []) { htons((uint16_t)c->seq) }, 2);
	memcpy(message + 4, (uint32_t []) { htonl(c->seq) }, 4);
	transmit(i, out, client_seal(c, 23, message, sizeof(message), out));
	w.due[i] = now_ms() + REPEAT_MS;
}

static void send_close(unsigned int i)
{
	static const uint8_t close_notify[] = { 1, 0 };
	uint8_t out[sizeof(close_notify) + CLIENT_OVERHEAD];

	transmit(i, out, client_seal(&w.clients[i], 21, close_notify, sizeof(close_notify), out));
}

/* Return: whether there was one; @i is whose it is. */
static bool receive(unsigned int *i, struct client_events *events)
{
	char control[CMSG_SPACE(sizeof(struct in6_pktinfo))]
		__attribute__((aligned(__alignof__(struct cmsghdr))));
	static uint8_t data[CLIENT_DATAGRAM];
	struct iovec iov = { .iov_base = data, .iov_len = sizeof(data) };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg;
	uint32_t number;
	ssize_t len;

	len = recvmsg(w.fd, &msg, 0);
	cmsg = len < 0 ? NULL : CMSG_FIRSTHDR(&msg);
	if (!cmsg)
		return false;
	memcpy(&number, CMSG_DATA(cmsg) + 12, sizeof(number));
	*i = ntohl(number) - 1;
	if (*i >= w.n)
		die("a datagram for nobody");
	client_receive(&w.clients[*i], data, (size_t)len, events);
	w.bad += events->bad;
	w.closed += events->closed;
	return true;
}

/* ---- phases ---------------------------------------------------------------- */

static bool repeat(unsigned int i, bool handshake)
{
	if (++w.tries[i] > TRIES || w.clients[i].state == CLIENT_FAILED) {
		w.failed++;
		w.due[i] = 0;
		return false;
	}
	w.repeated++;
	if (handshake)
		send_flight(i);
	else
		send_request(i);
	return true;
}

/*
 * Some at a time until all have come to an end: handshakes, each with a first
 * request behind it unless it is to be closed at once, or requests.
 */
static void run(bool handshake, bool requests, bool closing)
{
	unsigned int started = 0, busy = 0, i;
	uint64_t look = now_ms() + REPEAT_MS / 4;
	struct client_events events;

	memset(w.tries, 0, w.n);
	while (started < w.n || busy) {
		for (; started < w.n && busy < w.window; started++) {
			if (!handshake && w.clients[started].state != CLIENT_DONE)
				continue;
			busy++;
			if (handshake)
				send_flight(started);
			else
				send_request(started);
		}
		if (!receive(&i, &events)) {
			struct pollfd pfd = { .fd = w.fd, .events = POLLIN };

			poll(&pfd, 1, REPEAT_MS / 4);
		} else if (w.due[i]) {
			if (events.send)
				send_flight(i);
			if (events.done && closing)
				send_close(i);
			if (events.done && requests)
				send_request(i);
			w.answers += events.data;
			if (w.clients[i].state == CLIENT_DONE && (!requests || events.data)) {
				w.due[i] = 0;
				busy--;
			}
		}
		if (now_ms() < look)
			continue;
		look = now_ms() + REPEAT_MS / 4;
		for (i = 0; i < started; i++)
			if (w.due[i] && w.due[i] < now_ms() &&
			    !repeat(i, w.clients[i].state != CLIENT_DONE))
				busy--;
	}
}

static unsigned int n_done(void)
{
	unsigned int done = 0;

	for (unsigned int i = 0; i < w.n; i++)
		done += w.clients[i].state == CLIENT_DONE;
	return done;
}

static void make_clients(const char *identity)
{
	uint8_t psk[CLIENT_PSK] = "sixteen octets.", random[32];
	char name[CLIENT_IDENTITY_MAX];

	w.clients = calloc(w.n, sizeof(*w.clients));
	w.due = calloc(w.n, sizeof(*w.due));
	w.tries = calloc(w.n, 1);
	if (!w.clients || !w.due || !w.tries)
		die("out of memory");
	for (unsigned int i = 0; i < w.n; i++) {
		if (getrandom(random, sizeof(random), 0) != sizeof(random))
			die("no randomness");
		if (identity) {
			snprintf(name, sizeof(name), "%s", identity);
		} else {
			snprintf(name, sizeof(name), "device-%u", i);
			memcpy(psk + 12, (uint32_t []) { htonl(i) }, 4);
		}
		client_init(&w.clients[i], name, psk, random);
	}
}

static void usage(void)
{
	fputs("usage: bench-scale -r [ADDR]:PORT -b BASE [-n N] [-w N] [-p PID] [-e N] [-s SECONDS] [-i IDENTITY -c]\n"
	      "  -b BASE     address of client 0, less one\n"
	      "  -n, -w      so many clients, so many handshakes or requests at a time\n"
	      "  -p PID      the server: its time and memory\n"
	      "  -e N        N times one request of each over its association\n"
	      "  -s SECONDS  so long until the server has come to rest\n"
	      "  -i          all with the same identity; without it each has its own, and a key\n"
	      "  -c          no requests: close_notify when the handshake is done\n",
	      stderr);
	exit(2);
}

static void parse_server(const char *text)
{
	const char *close = strchr(text, ']');
	char addr[64];

	if (*text != '[' || !close || close[1] != ':' || (size_t)(close - text) > sizeof(addr))
		usage();
	snprintf(addr, sizeof(addr), "%.*s", (int)(close - text - 1), text + 1);
	w.to.sin6_family = AF_INET6;
	w.to.sin6_port = htons((uint16_t)atoi(close + 2));
	if (inet_pton(AF_INET6, addr, &w.to.sin6_addr) != 1)
		usage();
}

int main(int argc, char **argv)
{
	unsigned int exchanges = 0, settle = 0;
	const char *identity = NULL;
	bool closing = false;
	uint64_t start, ns, cpu;
	unsigned long before;
	long memory;
	int option;

	while ((option = getopt(argc, argv, "r:b:n:w:p:e:s:i:c")) != -1) {
		switch (option) {
		case 'r':
			parse_server(optarg);
			break;
		case 'b':
			if (inet_pton(AF_INET6, optarg, &w.base) != 1)
				usage();
			break;
		case 'n':
			w.n = (unsigned int)strtoul(optarg, NULL, 10);
			break;
		case 'w':
			w.window = (unsigned int)strtoul(optarg, NULL, 10);
			break;
		case 'p':
			w.server = atoi(optarg);
			break;
		case 'e':
			exchanges = (unsigned int)strtoul(optarg, NULL, 10);
			break;
		case 's':
			settle = (unsigned int)strtoul(optarg, NULL, 10);
			break;
		case 'i':
			identity = optarg;
			break;
		case 'c':
			closing = true;
			break;
		default:
			usage();
		}
	}
	if (!w.to.sin6_port || !w.n || !w.window)
		usage();
	make_clients(identity);
	open_socket();

	memory = server_memory();
	cpu = server_ns();
	start = now_ns();
	run(true, !closing, closing);
	ns = now_ns() - start;
	cpu = server_ns() - cpu;
	printf("{\"clients\":%u,\"at_a_time\":%u,\"done\":%u,\"handshake_ns\":%llu,\"server_ns\":%llu,",
	       w.n, w.window, n_done(), (unsigned long long)ns, (unsigned long long)cpu);
	printf("\"memory_peak_kib\":%ld,", server_memory() - memory);
	sleep(settle);
	printf("\"memory_kib\":%ld,\"memory_before_kib\":%ld,", server_memory() - memory, memory);

	before = w.answers;
	cpu = server_ns();
	start = now_ns();
	for (unsigned int i = 0; i < exchanges; i++)
		run(false, true, false);
	ns = now_ns() - start;
	printf("\"requests\":%lu,\"answers\":%lu,\"exchange_ns\":%llu,\"exchange_server_ns\":%llu,",
	       (unsigned long)exchanges * w.n, w.answers - before, (unsigned long long)ns,
	       (unsigned long long)(server_ns() - cpu));
	printf("\"repeated\":%lu,\"failed\":%lu,\"bad\":%lu,\"closed\":%lu}\n", w.repeated,
	       w.failed, w.bad, w.closed);
	return n_done() == w.n && !w.failed && !w.bad ? 0 : 1;
}
