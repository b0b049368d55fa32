// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "endpoint.h"
#include "kernel.h"
#include "log.h"
#include "nosec.h"

static int fds[2] = { -1, -1 };		/* IPv6, IPv4 */
static bool missing;

/* ---- sockets --------------------------------------------------------------- */

static int open_one(int *fd, const char *lower, const struct sockaddr *local, socklen_t size)
{
	int on = 1;

	*fd = socket(local->sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (*fd < 0 ||
	    setsockopt(*fd, SOL_SOCKET, SO_BINDTODEVICE, lower, (socklen_t)strlen(lower) + 1) ||
	    setsockopt(*fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) ||
	    (local->sa_family == AF_INET6 &&
	     setsockopt(*fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on))) ||
	    bind(*fd, local, size)) {
		log_error("no socket for \"listen-nosec\" on %s: %s%s", lower, strerror(errno),
			  errno == EADDRINUSE ?
			  "; a server at all addresses has the port, too: give the address here" : "");
		return -EIO;
	}
	return kernel_attach_nosec(*fd);
}

int nosec_open(const struct config *config)
{
	const struct places *places = &config->listen_nosec;
	struct sockaddr_in6 local = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(places->port),
		.sin6_addr = places->addr,
	};
	const struct sockaddr_in local4 = {
		.sin_family = AF_INET,
		.sin_port = htons(places->port4),
		.sin_addr = places->addr4,
	};
	int ret;

	if (IN6_IS_ADDR_LINKLOCAL(&places->addr))
		local.sin6_scope_id = kernel_lower();
	ret = kernel_claim_nosec(config);
	if (!ret && places->port)
		ret = open_one(&fds[0], config->lower, (const struct sockaddr *)&local,
			       sizeof(local));
	if (!ret && places->port4)
		ret = open_one(&fds[1], config->lower, (const struct sockaddr *)&local4,
			       sizeof(local4));
	return ret;
}

void nosec_close(void)
{
	for (int i = 0; i < 2; i++) {
		if (fds[i] >= 0)
			close(fds[i]);
		fds[i] = -1;
	}
}

/* ---- associations ---------------------------------------------------------- */

/* The address that the stack would send from, by asking it. */
static int local_of(const struct config *config, const struct peer *peer, struct in6_addr *local)
{
	struct sockaddr_in6 sa = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(peer->endpoint_port),
		.sin6_addr = peer->endpoint,
	};
	socklen_t size = sizeof(sa);
	int fd, ret = 0;

	if (IN6_IS_ADDR_LINKLOCAL(&peer->endpoint))
		sa.sin6_scope_id = kernel_lower();
	/* with a mapped address it is one of IPv4 */
	fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, config->lower,
		       (socklen_t)strlen(config->lower) + 1) ||
	    connect(fd, (struct sockaddr *)&sa, sizeof(sa)) ||
	    getsockname(fd, (struct sockaddr *)&sa, &size))
		ret = -errno;
	else
		*local = sa.sin6_addr;
	if (fd >= 0)
		close(fd);
	return ret;
}

static int endpoint_of(const struct config *config, const struct peer *peer, struct endpoint *ep)
{
	const struct places *places = &config->listen_nosec;

	memset(ep, 0, sizeof(*ep));
	ep->remote = peer->endpoint;
	ep->remote_port = peer->endpoint_port;
	if (IN6_IS_ADDR_V4MAPPED(&peer->endpoint)) {
		ep->local_port = places->port4;
		if (places->addr4.s_addr == INADDR_ANY)
			return local_of(config, peer, &ep->local);
		memset(&ep->local.s6_addr[10], 0xff, 2);
		memcpy(&ep->local.s6_addr[12], &places->addr4, sizeof(places->addr4));
		return 0;
	}
	ep->local_port = places->port;
	if (IN6_IS_ADDR_UNSPECIFIED(&places->addr))
		return local_of(config, peer, &ep->local);
	ep->local = places->addr;
	return 0;
}

/* The kernel's associations without security, as they were when last listed */
static struct dgsec_assoc *list;
static size_t n_list;

static int on_assoc(const struct dgsec_assoc *assoc, void *arg)
{
	struct dgsec_assoc *grown;

	(void)arg;
	if (assoc->protocol != DGSEC_PROTOCOL_NONE || dgsec_has(assoc, DGSEC_A_ASSOC_EXPIRED))
		return 0;
	grown = reallocarray(list, n_list + 1, sizeof(*list));
	if (!grown)
		return -ENOMEM;
	list = grown;
	list[n_list++] = *assoc;
	return 0;
}

static bool is_at(const struct dgsec_assoc *assoc, const struct endpoint *ep)
{
	return IN6_ARE_ADDR_EQUAL(&assoc->remote_addr, &ep->remote) &&
	       IN6_ARE_ADDR_EQUAL(&assoc->local_addr, &ep->local) &&
	       assoc->remote_port == ep->remote_port && assoc->local_port == ep->local_port;
}

/* Delete those of a peer that are elsewhere. Return: whether one is where it should be. */
static bool keep_at(const struct peer *peer, const struct endpoint *ep)
{
	bool found = false;

	for (size_t i = 0; i < n_list; i++) {
		if (list[i].peer_id != peer->id)
			continue;
		if (is_at(&list[i], ep))
			found = true;
		else
			kernel_assoc_del(list[i].id);
	}
	return found;
}

static int make(const struct config *config, const struct peer *peer)
{
	struct endpoint ep;
	char text[ENDPOINT_TEXT];
	int ret;

	ret = endpoint_of(config, peer, &ep);
	if (ret) {
		log_limited(LOG_ERR, "peer %s at %s cannot be reached through %s, trying again: %s",
			    peer->name, endpoint_text(&ep, text), config->lower, strerror(-ret));
		return ret;
	}
	if (!keep_at(peer, &ep))
		ret = kernel_assoc_new_nosec(peer, &ep);
	if (ret) {
		log_limited(LOG_ERR, "peer %s: no association without security can be made, trying again: %s",
			    peer->name, kernel_error());
		return ret;
	}
	log_warning("peer %s has NO SECURITY: what comes in the clear from %s, or from whoever forges that address, is taken for the peer's",
		    peer->name, endpoint_text(&ep, text));
	return 0;
}

static bool has_any(const struct config *config)
{
	for (size_t i = 0; i < config->n_peers; i++)
		if (config->peers[i]->nosec)
			return true;
	return false;
}

void nosec_sync(const struct config *config)
{
	const struct peer *peer;
	bool failed;

	missing = false;
	if (!has_any(config))
		return;
	failed = kernel_assoc_list(on_assoc, NULL);
	if (failed) {
		log_limited(LOG_ERR, "associations cannot be listed, trying again: %s",
			    kernel_error());
		missing = true;
	}
	for (size_t i = 0; i < config->n_peers && !failed; i++) {
		peer = config->peers[i];
		/* one that cannot be reached is no reason to leave out the others */
		if (peer->nosec && (!peer->id || make(config, peer)))
			missing = true;
	}
	free(list);
	list = NULL;
	n_list = 0;
}

void nosec_retry(const struct config *config)
{
	if (missing)
		nosec_sync(config);
}
