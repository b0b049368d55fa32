/* SPDX-License-Identifier: GPL-2.0 */
/* The UDP sockets that all clients share, and that the kernel listens in on. */
#ifndef DGSECD_LISTENER_H
#define DGSECD_LISTENER_H

#include <stddef.h>
#include <stdint.h>

#include "config.h"
#include "endpoint.h"

enum {
	LISTENER_DATAGRAM_MAX = 65536,
	LISTENER_SOCKETS = 2,		/* IPv6, IPv4 */
};

/* Bound sockets on the lower device. Return: 0 or a negative errno (logged). */
int listener_open(const struct config *config, unsigned int lower);
/* -1: the configuration has none. */
int listener_fd(size_t i);
void listener_close(void);

/* Take what has come, but not for ever: there may be more afterwards. */
void listener_read(void);
/* Take all that has come until now. */
void listener_drain(void);

/* What cannot be sent is lost, as on the wire. */
void listener_send(const struct endpoint *ep, const uint8_t *data, size_t len);

#endif
