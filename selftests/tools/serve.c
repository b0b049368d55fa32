// SPDX-License-Identifier: GPL-2.0
/*
 * A device that is a CoAP server: what comes over its association goes to an
 * unmodified server's UDP port, and back.
 */

#include "serve.h"
#include "util.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

const char serve_help[] =
	"  serve [ADDR]:PORT [ADDR]:PORT [lose=N] [twice=N]\n"
	"                              from the first, local, to a server at the second, and back;\n"
	"                              lose, twice: each Nth datagram, of either way\n";

struct server {
	struct session *s;
	int fd;
	int lose, twice;
	unsigned int lost, count;
};

/* How often a datagram is to be passed on */
static int times(struct server *server)
{
	server->count++;
	if (server->lose && !(server->count % server->lose))
		return 0;
	return server->twice && !(server->count % server->twice) ? 2 : 1;
}

/* Return: whether the session goes on. */
static bool to_server(struct server *server)
{
	static __u8 data[DATAGRAM_MAX];
	int len, n;

	do {
		len = session_read(server->s, data, sizeof(data), 1);
		if (len < 0)
			return false;
		for (n = len ? times(server) : 0; n; n--)
			if (send(server->fd, data, len, 0) < 0 && errno != ECONNREFUSED)
				die("serve: send: %s", strerror(errno));
	} while (len && readable(server->s->wire.fd, 0));
	return true;
}

static bool to_gateway(struct server *server)
{
	static __u8 data[DATAGRAM_MAX];
	ssize_t len;
	int n;

	while ((len = recv(server->fd, data, sizeof(data), MSG_DONTWAIT)) >= 0) {
		for (n = times(server); n; n--)
			if (session_write(server->s, data, len))
				return false;
	}
	return true;
}

/* The value of NAME=N among @args, or 0 */
static int number(const char *args, const char *name)
{
	const char *p = strstr(args, name);

	return p ? atoi(p + strlen(name)) : 0;
}

/* Until the session ends */
bool serve(struct session *s, const char *args)
{
	struct server server = { .s = s };
	struct sockaddr_in6 local, remote;
	char from[64], to[64];
	int size = 4 << 20;

	if (sscanf(args, "%63s %63s", from, to) != 2)
		die("serve [ADDR]:PORT [ADDR]:PORT");
	server.lose = number(args, "lose=");
	server.twice = number(args, "twice=");
	endpoint_parse(from, &local);
	endpoint_parse(to, &remote);
	server.fd = udp_open(&local, &remote);
	/* both must hold what comes at once */
	if (setsockopt(server.fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) ||
	    setsockopt(s->wire.fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		die("serve: buffers: %s", strerror(errno));
	printf("{\"serving\":true}\n");
	fflush(stdout);
	for (;;) {
		struct pollfd fds[] = {
			{ .fd = s->wire.fd, .events = POLLIN },
			{ .fd = server.fd, .events = POLLIN },
		};

		/* what the library holds already does not show */
		if (s->next_early == s->n_early && poll(fds, 2, -1) < 0)
			die("serve: poll: %s", strerror(errno));
		if (!to_gateway(&server) || !to_server(&server))
			break;
	}
	printf("{\"serving\":false}\n");
	fflush(stdout);
	return true;
}
