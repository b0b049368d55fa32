// SPDX-License-Identifier: GPL-2.0
/* Interfaces and their sockets. */
#include "internal.h"

#include <arpa/inet.h>
#include <linux/netlink.h>

static const struct dgsec_ref no_ref;

int dgsec_interface_get(struct dgsec *dg, struct dgsec_ref dev,
			struct dgsec_interface *out)
{
	struct nl_msg *msg;

	msg = dg_request(dg, DGSEC_CMD_INTERFACE_GET, 0, dev, 0);
	return dg_get(dg, msg, 0, &object_interface, out);
}

int dgsec_interface_set(struct dgsec *dg, struct dgsec_ref dev,
			const struct dgsec_interface *iface)
{
	struct nl_msg *msg;
	int err = 0;

	msg = dg_request(dg, DGSEC_CMD_INTERFACE_SET, 0, dev, 0);
	if (msg)
		err = object_put(msg, &object_interface, iface, ~UINT64_C(0));
	return dg_transact(dg, msg, err, NULL, NULL);
}

struct interface_list {
	int (*fn)(const struct dgsec_interface *iface, void *arg);
	void *arg;
};

static int on_interface(const void *obj, void *arg)
{
	struct interface_list *list = arg;

	return list->fn(obj, list->arg);
}

int dgsec_interface_list(struct dgsec *dg,
			 int (*fn)(const struct dgsec_interface *iface, void *arg),
			 void *arg)
{
	struct interface_list list = { fn, arg };
	struct dgsec_interface iface;
	struct nl_msg *msg;

	msg = dg_request(dg, DGSEC_CMD_INTERFACE_GET, NLM_F_DUMP, no_ref, 0);
	return dg_list(dg, msg, 0, &object_interface, &iface, on_interface,
		       &list);
}

static int socket_request(struct dgsec *dg, struct dgsec_ref dev,
			  enum dgsec_cmd cmd, const struct dgsec_socket *sock)
{
	struct nl_msg *msg;
	int err = 0;

	msg = dg_request(dg, cmd, 0, dev, 0);
	if (msg)
		err = object_put(msg, &object_socket, sock, ~UINT64_C(0));
	return dg_transact(dg, msg, err, NULL, NULL);
}

int dgsec_socket_add(struct dgsec *dg, struct dgsec_ref dev, int fd,
		     enum dgsec_protocol protocol)
{
	struct dgsec_socket sock = {
		.has = DGSEC_HAS(DGSEC_A_SOCKET_FD) |
		       DGSEC_HAS(DGSEC_A_SOCKET_PROTOCOL),
		.fd = fd,
		.protocol = protocol,
	};

	return socket_request(dg, dev, DGSEC_CMD_SOCKET_ADD, &sock);
}

int dgsec_socket_del(struct dgsec *dg, struct dgsec_ref dev,
		     const struct in6_addr *addr, uint16_t port)
{
	struct dgsec_socket sock = {
		.has = DGSEC_HAS(DGSEC_A_SOCKET_PORT),
		.port = port,
	};

	if (addr)
		DGSEC_PUT(&sock, DGSEC_A_SOCKET_ADDR, addr, *addr);

	return socket_request(dg, dev, DGSEC_CMD_SOCKET_DEL, &sock);
}

struct socket_list {
	int (*fn)(const struct dgsec_socket *sock, void *arg);
	void *arg;
};

static int on_socket(const void *obj, void *arg)
{
	struct socket_list *list = arg;

	return list->fn(obj, list->arg);
}

int dgsec_socket_list(struct dgsec *dg, struct dgsec_ref dev,
		      int (*fn)(const struct dgsec_socket *sock, void *arg),
		      void *arg)
{
	struct socket_list list = { fn, arg };
	struct dgsec_socket sock;
	struct nl_msg *msg;

	msg = dg_request(dg, DGSEC_CMD_SOCKET_GET, NLM_F_DUMP, dev, 0);
	return dg_list(dg, msg, 0, &object_socket, &sock, on_socket, &list);
}
