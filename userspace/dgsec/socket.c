// SPDX-License-Identifier: GPL-2.0
/* dgsec socket: sockets without a daemon, for associations keyed by hand. */
#include "cli.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char help[] =
"dgsec socket add DEV [ADDRESS]:PORT | :PORT | IPV4ADDRESS:PORT [protocol none]\n"
"dgsec socket del DEV PORT\n"
"\n"
"dgsecd brings the socket of an interface itself. Where all keys are manual and\n"
"no daemon runs, 'add' binds one to the lower device and leaves it to the\n"
"kernel: it is on standby from then on, and handshakes get no answer. A socket\n"
"that is attached at the same port is replaced, dgsecd's too. A socket is for\n"
"IPv6 or for IPv4 (0.0.0.0:PORT for any address); 'del' takes both.\n"
"With protocol none it is for associations without security: datagrams from their\n"
"endpoints pass in the clear, all others are dropped.\n"
"Run it in the network namespace of the lower device.\n";

/* A UDP socket as SOCKET_ADD wants it. Return: the fd, or a negative errno. */
static int open_socket(const char *lower, const struct in6_addr *addr,
		       uint16_t port)
{
	struct sockaddr_in6 sa = {
		.sin6_family = AF_INET6,
		.sin6_addr = *addr,
		.sin6_port = htons(port),
	};
	struct sockaddr_in sa4 = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
	};
	bool v4 = IN6_IS_ADDR_V4MAPPED(addr);
	int one = 1;
	int fd, err;

	memcpy(&sa4.sin_addr, &addr->s6_addr[12], sizeof(sa4.sin_addr));
	fd = socket(v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one)) ||
	    (!v4 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one,
			       sizeof(one))) ||
	    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, lower,
		       strlen(lower) + 1) ||
	    (v4 ? bind(fd, (struct sockaddr *)&sa4, sizeof(sa4)) :
		  bind(fd, (struct sockaddr *)&sa, sizeof(sa)))) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

static int attach(struct dev *dev, const struct in6_addr *addr, uint16_t port,
		  enum dgsec_protocol protocol)
{
	struct dgsec_interface iface;
	char lower[IF_NAMESIZE];
	int err, fd;

	err = dgsec_interface_get(dev->dg, dev->ref, &iface);
	if (err)
		return dev_failed(dev, "socket add", err);
	dev_lower(dev, &iface, lower);
	if (!*lower) {
		cli_error("socket add %s: run this in the netns of its lower device",
			  dev->name);
		return EXIT_FAILED;
	}
	fd = open_socket(lower, addr, port);
	if (fd < 0) {
		cli_error("socket add %s: cannot bind port %u on %s: %s",
			  dev->name, port, lower, strerror(-fd));
		return EXIT_FAILED;
	}
	err = dgsec_socket_add(dev->dg, dev->ref, fd, protocol);
	if (err)
		err = dev_failed(dev, "socket add", err);
	close(fd);
	return err;
}

struct binding {
	uint64_t has;
	uint32_t protocol;
};

static const struct keyword keywords[] = {
	{ KEYWORD_ENUM("protocol", struct binding, protocol,
		       DGSEC_A_SOCKET_PROTOCOL, dgsec_protocol_value,
		       "dtls12, none") },
};

static int run_add(struct args *a)
{
	struct binding binding = { .protocol = DGSEC_PROTOCOL_DTLS12 };
	struct in6_addr addr;
	const char *text;
	struct dev dev;
	uint16_t port;
	int ret;

	if (dev_parse(a, &dev))
		return cli_usage(a);
	text = args_next(a);
	if (!text) {
		args_error(a, "where to bind is missing: [ADDRESS]:PORT or :PORT");
		return cli_usage(a);
	}
	if (args_bind(a, "socket", text, &addr, &port) ||
	    args_keywords(a, keywords, ARRAY_SIZE(keywords), &binding))
		return cli_usage(a);
	ret = dev_open(&dev);
	if (ret)
		return ret;
	ret = attach(&dev, &addr, port, binding.protocol);
	dev_close(&dev);
	return ret;
}

static int run_del(struct args *a)
{
	const char *text;
	struct dev dev;
	uint64_t port;
	int err, ret;

	if (dev_parse(a, &dev))
		return cli_usage(a);
	text = args_next(a);
	if (!text) {
		args_error(a, "the port is missing");
		return cli_usage(a);
	}
	if (args_number(a, "port", text, 1, 65535, &port) || args_done(a))
		return cli_usage(a);
	ret = dev_open(&dev);
	if (ret)
		return ret;
	err = dgsec_socket_del(dev.dg, dev.ref, NULL, port);
	if (err)
		ret = dev_failed(&dev, "socket del", err);
	dev_close(&dev);
	return ret;
}

static const struct verb verb_add = { .name = "add", .run = run_add };
static const struct verb verb_del = { .name = "del", .run = run_del };
static const struct verb *const verbs[] = { &verb_add, &verb_del };

static int run(struct args *a)
{
	return cli_dispatch(a, verbs, ARRAY_SIZE(verbs));
}

const struct verb verb_socket = {
	.name = "socket",
	.summary = "attach a socket without dgsecd, or detach one",
	.help = help,
	.run = run,
};
