/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DGSEC_PREROUTING_H
#define _DGSEC_PREROUTING_H

#include "interface.h"

int dgsec_prerouting_register(struct dgsec_iface *iface);
void dgsec_prerouting_unregister(struct dgsec_iface *iface);

#endif /* _DGSEC_PREROUTING_H */
