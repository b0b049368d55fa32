/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DGSEC_EVENT_H
#define _DGSEC_EVENT_H

#include "assoc.h"
#include "peer.h"

void dgsec_event_acquire(struct dgsec_iface *iface, struct dgsec_peer *peer,
			 bool at_once);
void dgsec_event_confirmed(struct dgsec_assoc *a);
void dgsec_event_moved(struct dgsec_assoc *a);
void dgsec_event_expire(struct dgsec_assoc *a, enum dgsec_reason reason,
			bool hard);
void dgsec_event_alert(struct dgsec_assoc *a, u8 level, u8 description);
void dgsec_event_auth(struct dgsec_assoc *a);

#endif /* _DGSEC_EVENT_H */
