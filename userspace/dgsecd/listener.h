/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The UDP sockets, which the kernel listens in on: those that all clients share,
 * of IPv6 and IPv4, and those from which we begin handshakes ourselves.
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
	LISTENER_SOCKETS = 2 + 2 * CONNECT_PORTS,
};

/*
 * The sockets that a configuration needs. Those for handshakes that we begin only
 * if we may have to: each is one more that somebody can send to.
 */
size_t listener_ports(const struct config *config, struct udp_port out[LISTENER_SOCKETS]);

/* A bound socket on the lower device at a port, or a negative errno (logged). */
int listener_open(const struct config *config, unsigned int lower, struct udp_port port);
/* Is there one? */
bool listener_has(struct udp_port port);
/* All of them */
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
