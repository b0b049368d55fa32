/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What binds a session that may be resumed to its peer: whoever resumes it is
 * that peer as long as its address, name, identity and key are the same. One who
 * came with a certificate also must have got the same answer now: nothing of it
 * has expired, and authorities and lists of revoked certificates are the same.
 */
#ifndef DGSECD_BINDING_H
#define DGSECD_BINDING_H

#include "config.h"

/* Bindings of before are good no more. 0 or a negative errno. */
int binding_start(void);
/*
 * @until: how long its certificate is good, or 0 if it came without.
 * Return: its length, at most HANDSHAKE_BINDING_MAX octets, or 0.
 */
size_t binding_make(const struct config *config, const struct peer *peer, int64_t until,
		    uint8_t *binding);
/* The peer, if it still is as it was, or NULL. */
struct peer *binding_peer(const struct config *config, const uint8_t *binding, size_t len);

#endif
