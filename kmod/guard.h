/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DGSEC_GUARD_H
#define _DGSEC_GUARD_H

#include "interface.h"

int dgsec_guard_register(struct dgsec_iface *iface);
void dgsec_guard_unregister(struct dgsec_iface *iface);

#endif /* _DGSEC_GUARD_H */
