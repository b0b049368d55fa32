/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Peers without security (NoSec, RFC 7252 section 9): each has an association of
 * protocol "none" with its endpoint, which needs no handshake.
 */
#ifndef DGSECD_NOSEC_H
#define DGSECD_NOSEC_H

#include "config.h"

/* The sockets of "listen-nosec". Return: 0 or a negative errno (logged). */
int nosec_open(const struct config *config);
void nosec_close(void);
/* Make the associations that are missing or have another endpoint by now. */
void nosec_sync(const struct config *config);
/* The same, if some could not be made. */
void nosec_retry(const struct config *config);

#endif
