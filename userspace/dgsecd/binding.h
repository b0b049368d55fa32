/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What binds a session that may be resumed to its peer: whoever resumes it is
 * that peer as long as its address, name, identity and key are the same.
 */
#ifndef DGSECD_BINDING_H
#define DGSECD_BINDING_H

#include "config.h"

/* Bindings of before are good no more. 0 or a negative errno. */
int binding_start(void);
/* Return: its length, at most HANDSHAKE_BINDING_MAX octets, or 0. */
size_t binding_make(const struct peer *peer, uint8_t *binding);
/* The peer, if it still is as it was, or NULL. */
struct peer *binding_peer(const struct config *config, const uint8_t *binding, size_t len);

#endif
