/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Calls: handshakes with peers that we begin, in the client's role, because a
 * packet waits for one, because an association nears its end, or always.
 */
#ifndef DGSECD_CALL_H
#define DGSECD_CALL_H

#include <libdgsec.h>

#include "config.h"
#include "session_table.h"

/* When the daemon is ready, and when events were lost; after a reload; at the end. */
void call_start(const struct config *config);
void call_reload(const struct config *config);
void call_stop(void);

/* The kernel has a packet for a peer without association. */
void call_acquire(const struct config *config, uint32_t peer_id);
/*
 * An association reached a soft limit. @insist: try until it has a successor; otherwise
 * the kernel says it again.
 */
void call_renew(const struct config *config, const struct dgsec_assoc *assoc, bool insist);
/* The peer of an association moved, or it has ended. */
void call_moved(const struct config *config, const struct dgsec_assoc *assoc);
void call_ended(const struct config *config, const struct dgsec_assoc *assoc);

/* A session has made an association, whose role it was; or a call's has failed. */
void call_established(struct session *s);
void call_failed(struct session *s, enum session_end end);

#endif
