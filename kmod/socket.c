// SPDX-License-Identifier: GPL-2.0
/* UDP sockets: how they come, and what happens when they go. */

#include <linux/file.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include <net/sock.h>
#include <net/udp.h>
#include <net/udp_tunnel.h>

#include "rx.h"
#include "socket.h"

/*
 * Covers the sockets of all interfaces and their sk_user_data. Taken when a
 * process closes its socket, where no interface can be locked: below the
 * lock of an interface, above the lock of a sock.
 */
static DEFINE_MUTEX(sockets_lock);

/* The sockets of all interfaces */
static LIST_HEAD(sockets);

/* Calls of encap_destroy() that are under way, for the module's exit */
static atomic_t n_destroying = ATOMIC_INIT(0);

static void destroy(struct sock *sk);

static struct dgsec_socket __rcu **slot_of(struct dgsec_iface *iface, bool v4,
					   __be16 port)
{
	struct dgsec_socket *s;
	int i;

	for (i = 0; i < DGSEC_SOCKETS_MAX; i++) {
		s = rcu_dereference_protected(iface->sockets[v4][i],
					      lockdep_is_held(&sockets_lock));
		if (port ? s && s->port == port : !s)
			return &iface->sockets[v4][i];
	}
	return NULL;
}

/* Return: 0, or -EBUSY if somebody else has the socket. */
static int hook(struct sock *sk, struct dgsec_socket *s)
{
	int err = -EBUSY;

	lock_sock(sk);
	if (!READ_ONCE(sk->sk_user_data) && !udp_sk(sk)->encap_type) {
		/* the callbacks must find it */
		rcu_assign_sk_user_data(sk, s);
		WRITE_ONCE(udp_sk(sk)->encap_destroy, destroy);
		WRITE_ONCE(udp_sk(sk)->encap_rcv,
			   s->protocol == DGSEC_PROTOCOL_NONE ? dgsec_rx_nosec :
			   s->v4 ? dgsec_rx_encap4 : dgsec_rx_encap);
		WRITE_ONCE(udp_sk(sk)->encap_type, DGSEC_UDP_ENCAP);
		udp_tunnel_encap_enable(sk);
		/* alone at its port now: spare the lookup the choice */
		sk->sk_reuseport = !!s->standby;
		list_add(&s->list, &sockets);
		err = 0;
	}
	release_sock(sk);
	return err;
}

/*
 * Not under the sock's lock: a sender may hold that for long, and RTNL waits. A
 * setsockopt() of the same moment may undo, or be undone by, what is done to
 * sk_reuseport here: who may call it is the daemon.
 */
static void unhook(struct sock *sk)
{
	WRITE_ONCE(udp_sk(sk)->encap_type, 0);
	WRITE_ONCE(udp_sk(sk)->encap_rcv, NULL);
	WRITE_ONCE(udp_sk(sk)->encap_destroy, NULL);
	rcu_assign_sk_user_data(sk, NULL);
	sk->sk_reuseport = 1;
}

static void discard(struct dgsec_socket *s)
{
	list_del(&s->list);
	unhook(s->sk);
	sock_put(s->sk);
	if (s->standby)
		sock_release(s->standby);
	kfree_rcu(s, rcu);
}

static int bind_like(struct socket *sock, const struct dgsec_socket *s)
{
	struct sockaddr_in6 addr = {
		.sin6_family = AF_INET6,
		.sin6_port = s->port,
		.sin6_addr = s->addr,
		.sin6_scope_id = s->iface->lower_ifindex,
	};
	struct sockaddr_in addr4 = {
		.sin_family = AF_INET,
		.sin_port = s->port,
		.sin_addr.s_addr = s->addr.s6_addr32[3],
	};

	if (s->v4)
		return kernel_bind(sock, (void *)&addr4, sizeof(addr4));
	return kernel_bind(sock, (void *)&addr, sizeof(addr));
}

/*
 * A socket of the kernel's own with the address of one that goes away. It has
 * its hook before it has its port.
 */
static struct dgsec_socket *make_standby(const struct dgsec_socket *s)
{
	struct dgsec_socket *n;
	struct sock *sk;
	int err;

	n = kmemdup(s, sizeof(*s), GFP_KERNEL);
	if (!n)
		return ERR_PTR(-ENOMEM);
	err = sock_create_kern(s->iface->lower_net, s->v4 ? AF_INET : AF_INET6,
			       SOCK_DGRAM, IPPROTO_UDP, &n->standby);
	if (err)
		goto err_free;
	sk = n->standby->sk;
	n->sk = sk;
	INIT_LIST_HEAD(&n->list);
	sock_hold(sk);
	sock_set_reuseport(sk);
	err = s->v4 ? 0 : ip6_sock_set_v6only(sk);
	if (!err)
		err = sock_bindtoindex(sk, s->iface->lower_ifindex, true);
	if (!err)
		err = hook(sk, n);
	if (!err)
		err = bind_like(n->standby, n);
	if (err)
		goto err_discard;
	return n;

err_discard:
	discard(n);
	return ERR_PTR(err);
err_free:
	kfree(n);
	return ERR_PTR(err);
}

/*
 * A process closes its socket (or dies). The standby one joins it at its port
 * (SO_REUSEPORT, for the same user only), then it leaves: there is no moment
 * without a hook. The standby's user is the current one, that is the daemon's.
 */
static void destroy(struct sock *sk)
{
	struct dgsec_socket *s, *n;

	atomic_inc(&n_destroying);
	mutex_lock(&sockets_lock);
	s = rcu_dereference_protected(__sk_user_data(sk),
				      lockdep_is_held(&sockets_lock));
	if (!s || s->standby)
		goto out;

	sk->sk_reuseport = 1;
	n = make_standby(s);
	if (IS_ERR(n)) {
		net_warn_ratelimited("dgsec: %s: cannot keep port %u open: error %ld\n",
				     s->iface->dev->name, ntohs(s->port),
				     PTR_ERR(n));
		n = NULL;
	}
	rcu_assign_pointer(*slot_of(s->iface, s->v4, s->port), n);
	sk->sk_prot->unhash(sk);
	discard(s);
out:
	mutex_unlock(&sockets_lock);
	atomic_dec(&n_destroying);
}

static int check(const struct dgsec_iface *iface, const struct sock *sk,
		 struct netlink_ext_ack *extack)
{
	if ((sk->sk_family != AF_INET6 && sk->sk_family != AF_INET) ||
	    sk->sk_type != SOCK_DGRAM || sk->sk_protocol != IPPROTO_UDP)
		NL_SET_ERR_MSG(extack, "the file descriptor is not a UDP socket");
	else if (!net_eq(sock_net(sk), iface->lower_net))
		NL_SET_ERR_MSG(extack, "the socket is not in the network namespace of the lower device");
	else if (!inet_sk(sk)->inet_num)
		NL_SET_ERR_MSG(extack, "the socket is not bound to a port");
	else if (sk->sk_bound_dev_if != iface->lower_ifindex)
		NL_SET_ERR_MSG(extack, "the socket is not bound to the lower device (SO_BINDTODEVICE)");
	else if (sk->sk_family == AF_INET6 && !ipv6_only_sock(sk))
		NL_SET_ERR_MSG(extack, "the socket is not for IPv6 only (IPV6_V6ONLY)");
	else if (sk->sk_reuse)
		NL_SET_ERR_MSG(extack, "the socket has SO_REUSEADDR: anybody could take its port");
	else if (!sk->sk_reuseport)
		NL_SET_ERR_MSG(extack, "the socket is without SO_REUSEPORT: no standby could take over");
	else if (sk->sk_state == TCP_ESTABLISHED)
		NL_SET_ERR_MSG(extack, "the socket is connected");
	else
		return 0;
	return -EINVAL;
}

/* Where a socket is bound; IPv4 is mapped */
static void get_addr(const struct sock *sk, struct in6_addr *addr)
{
	if (sk->sk_family == AF_INET)
		ipv6_addr_set_v4mapped(inet_sk(sk)->inet_rcv_saddr, addr);
	else
		*addr = sk->sk_v6_rcv_saddr;
}

static bool is_any(const struct in6_addr *addr)
{
	return ipv6_addr_any(addr) ||
	       (ipv6_addr_v4mapped(addr) && !addr->s6_addr32[3]);
}

/* Sockets that share a port would share its datagrams too. */
static bool is_port_taken(const struct dgsec_socket *new)
{
	const struct dgsec_socket *s;

	list_for_each_entry(s, &sockets, list)
		if (s->iface != new->iface &&
		    s->iface->lower == new->iface->lower &&
		    s->port == new->port && s->v4 == new->v4 &&
		    (is_any(&new->addr) || is_any(&s->addr) ||
		     ipv6_addr_equal(&new->addr, &s->addr)))
			return true;
	return false;
}

#define BUSY "the socket already belongs to an interface or a tunnel"

static int attach(struct dgsec_iface *iface, struct sock *sk, u8 protocol,
		  struct netlink_ext_ack *extack)
{
	bool v4 = sk->sk_family == AF_INET;
	struct dgsec_socket __rcu **slot;
	struct dgsec_socket *s, *old;
	int err;

	/* hook() has the last word; this is for the right words */
	err = READ_ONCE(sk->sk_user_data) ? -EBUSY : check(iface, sk, extack);
	if (err == -EBUSY)
		NL_SET_ERR_MSG(extack, BUSY);
	if (err)
		return err;
	slot = slot_of(iface, v4, inet_sk(sk)->inet_sport) ?:
	       slot_of(iface, v4, 0);
	if (!slot) {
		NL_SET_ERR_MSG(extack, "the interface has as many sockets as it can have");
		return -ENOSPC;
	}
	s = kzalloc(sizeof(*s), GFP_KERNEL);
	if (!s)
		return -ENOMEM;
	s->sk = sk;
	s->iface = iface;
	get_addr(sk, &s->addr);
	s->port = inet_sk(sk)->inet_sport;
	s->protocol = protocol;
	s->v4 = v4;

	if (is_port_taken(s)) {
		NL_SET_ERR_MSG(extack, "another interface on this lower device has a socket at this port");
		err = -EADDRINUSE;
		goto err_free;
	}
	err = hook(sk, s);
	if (err) {
		NL_SET_ERR_MSG(extack, BUSY);
		goto err_free;
	}
	/* so that there is something to unhook, whatever its owner does */
	sock_hold(sk);
	old = rcu_dereference_protected(*slot, lockdep_is_held(&sockets_lock));
	rcu_assign_pointer(*slot, s);
	if (old)
		discard(old);
	return 0;

err_free:
	kfree(s);
	return err;
}

/**
 * dgsec_socket_add - attach a socket of the calling process
 * @iface: the interface, locked
 * @fd: its file descriptor
 * @protocol: what it carries
 * @extack: gets the text of a refusal
 *
 * Return: 0, or -EBADF, -ENOTSOCK, -EINVAL, -EBUSY, -EADDRINUSE, -ENOSPC,
 * -ENOMEM.
 */
int dgsec_socket_add(struct dgsec_iface *iface, int fd, u8 protocol,
		     struct netlink_ext_ack *extack)
{
	struct socket *sock;
	int err;

	sock = sockfd_lookup(fd, &err);
	if (!sock) {
		NL_SET_ERR_MSG(extack, "the file descriptor is not an open socket");
		return err;
	}
	mutex_lock(&sockets_lock);
	err = attach(iface, sock->sk, protocol, extack);
	mutex_unlock(&sockets_lock);
	sockfd_put(sock);
	return err;
}

/* Detach the socket of a family at a port. Return: 0 or -ENOENT. */
int dgsec_socket_del(struct dgsec_iface *iface, bool v4, __be16 port)
{
	struct dgsec_socket __rcu **slot;
	struct dgsec_socket *s;

	mutex_lock(&sockets_lock);
	slot = port ? slot_of(iface, v4, port) : NULL;
	if (slot) {
		s = rcu_dereference_protected(*slot,
					      lockdep_is_held(&sockets_lock));
		RCU_INIT_POINTER(*slot, NULL);
		discard(s);
	}
	mutex_unlock(&sockets_lock);
	return slot ? 0 : -ENOENT;
}

/* Detach all sockets of an interface that is going away. */
void dgsec_socket_release(struct dgsec_iface *iface)
{
	struct dgsec_socket __rcu **slot;
	struct dgsec_socket *s;
	int i;

	mutex_lock(&sockets_lock);
	for (i = 0; i < 2 * DGSEC_SOCKETS_MAX; i++) {
		slot = &iface->sockets[i / DGSEC_SOCKETS_MAX]
				      [i % DGSEC_SOCKETS_MAX];
		s = rcu_dereference_protected(*slot,
					      lockdep_is_held(&sockets_lock));
		RCU_INIT_POINTER(*slot, NULL);
		if (s)
			discard(s);
	}
	mutex_unlock(&sockets_lock);
}

/*
 * The module goes away: no task may be in destroy(), nor about to call it
 * with a pointer that it read before unhook().
 */
void dgsec_socket_exit(void)
{
	synchronize_rcu_tasks();
	while (atomic_read(&n_destroying))
		schedule_timeout_uninterruptible(1);
	synchronize_rcu_tasks();
}
