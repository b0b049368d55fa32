/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DGSEC_NETLINK_H
#define _DGSEC_NETLINK_H

int dgsec_netlink_init(void);
void dgsec_netlink_exit(void);

#endif /* _DGSEC_NETLINK_H */
