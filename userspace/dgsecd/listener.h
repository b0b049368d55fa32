/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The UDP sockets, which the kernel listens in on: those that all clients share,
 * and those from which we begin handshakes ourselves.
 */
#ifndef DGSECD_LISTENER_H
#define DGSECD_LISTENER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config.h"
#include "endpoint.h"

enum {
	LISTENER_DATAGRAM_MAX = 65536,
	LISTENER_SOCKETS = 2 * (1 + CONNECT_PORTS),	/* IPv6, IPv4 */
};

struct listener_place {
	int family;
	uint16_t port;
};

/*
 * Where the configuration wants sockets. The ports for handshakes that we begin
 * only if we may have to: each is one more that somebody can send to.
 */
size_t listener_places(const struct config *config, struct listener_place out[LISTENER_SOCKETS]);
/* Have we one there? */
bool listener_has(const struct listener_place *place);

/* Those that are missing, bound on the lower device. 0 or a negative errno (logged). */
int listener_open(const struct config *config, unsigned int lower);
/* In the order in which they were opened; -1: no more. */
int listener_fd(size_t i);
void listener_close(void);

/* The local address of what goes to the remote one. 0, or a negative errno. */
int listener_source(const struct config *config, struct endpoint *ep);

/* Take what has come, but not for ever: there may be more afterwards. */
void listener_read(void);
/* Take all that has come until now. */
void listener_drain(void);

/* What cannot be sent is lost, as on the wire. */
void listener_send(const struct endpoint *ep, const uint8_t *data, size_t len);

#endif
