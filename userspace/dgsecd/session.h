/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sessions: one for each handshake under way, from its good cookie until the
 * first record of its association has come (design.md section 7). At most one
 * for each endpoint; an association of an earlier handshake at that endpoint
 * lives on in the kernel meanwhile.
 */
#ifndef DGSECD_SESSION_H
#define DGSECD_SESSION_H

#include <stddef.h>
#include <stdint.h>

#include "config.h"
#include "endpoint.h"

/*
 * The kernel sends from this sequence number on: above what the library will
 * ever use to repeat its Finished, and inside the 64 records by which a
 * receiver's window may go ahead.
 */
#define SESSION_RESERVED	32

/* 0 or -ENOMEM. The configuration stays the caller's, until the next reload. */
int session_start(const struct config *config);
int session_reload(const struct config *config);
/* Free all; nothing is sent. */
void session_stop(void);

/* A datagram has come. */
void session_receive(const struct endpoint *ep, const uint8_t *data, size_t len);

/* What the kernel says of associations. */
void session_confirmed(const struct dgsec_assoc *assoc);
void session_assoc_gone(const struct dgsec_assoc *assoc);
/* Events were lost: look what became of ours. */
void session_resync(void);

size_t session_count(void);
size_t session_half_open(void);

#endif
