/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DGSEC_RELEASE_H
#define _DGSEC_RELEASE_H

#include "interface.h"
#include "peer.h"

void dgsec_release_peer(struct dgsec_iface *iface, struct dgsec_peer *peer,
			u32 seconds);
void dgsec_release_drop(struct dgsec_iface *iface);
void dgsec_release_look(struct work_struct *work);

#endif /* _DGSEC_RELEASE_H */
