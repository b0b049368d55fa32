/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DGSEC_SOCKET_H
#define _DGSEC_SOCKET_H

#include <linux/in6.h>
#include <linux/list.h>
#include <linux/net.h>

#include "interface.h"

/*
 * A UDP socket where datagrams come in and go out. It is the daemon's, brought
 * by file descriptor. When the daemon dies, a standby socket of the kernel's
 * own takes its port at once, so that associations go on and no device is told
 * "port unreachable"; the next daemon's socket replaces that.
 */
struct dgsec_socket {
	struct sock *sk;
	struct dgsec_iface *iface;
	struct socket *standby;		/* ours, if the daemon is gone */
	struct list_head list;		/* of all interfaces; sockets_lock */
	struct in6_addr addr;		/* of IPv4, mapped */
	__be16 port;
	u8 protocol;
	bool v4;
	struct rcu_head rcu;
};

struct netlink_ext_ack;

int dgsec_socket_add(struct dgsec_iface *iface, int fd, u8 protocol,
		     struct netlink_ext_ack *extack);
int dgsec_socket_del(struct dgsec_iface *iface, bool v4, __be16 port);
void dgsec_socket_release(struct dgsec_iface *iface);
void dgsec_socket_exit(void);

/* Each family has its own. Context: RCU read lock. */
static inline struct dgsec_socket *
dgsec_socket_at(const struct dgsec_iface *iface, bool v4, __be16 port)
{
	struct dgsec_socket *s;
	int i;

	for (i = 0; i < DGSEC_SOCKETS_MAX; i++) {
		s = rcu_dereference(iface->sockets[v4][i]);
		if (s && s->port == port)
			return s;
	}
	return NULL;
}

#endif /* _DGSEC_SOCKET_H */
