/* SPDX-License-Identifier: GPL-2.0 */
/* Network devices, by rtnetlink. Errors are negative errnos. */
#ifndef DGSECD_LINK_H
#define DGSECD_LINK_H

#include <netinet/in.h>

int link_open(void);
void link_close(void);

/* The last failure's text from the kernel, or that of the errno. */
const char *link_error(void);

/* ip link add link LOWER name NAME type dgsec. -EEXIST is an error here. */
int link_add(const char *name, unsigned int lower);

/* ip link set INDEX up */
int link_up(unsigned int index);

/* ip address add ADDR/LEN dev INDEX; there already: fine. */
int link_add_addr(unsigned int index, const struct in6_addr *addr, unsigned int prefix_len);

/*
 * ip -6 route add unreachable ADDR/LEN metric 4294967294; there already: fine.
 * It stays when all devices with a better route have gone.
 */
int link_add_unreachable(const struct in6_addr *addr, unsigned int prefix_len);

/*
 * ip -6 route add ADDR/LEN via fe80::1 dev INDEX onlink metric 128; there
 * already: fine. Nobody is at fe80::1, nor asked: it stands for all peers, so
 * that the kernel needs one neighbour entry and not one for each of them, of
 * which there can be a thousand at a time.
 */
int link_add_route(unsigned int index, const struct in6_addr *addr, unsigned int prefix_len);

/* Subscribe to devices that go away. A nonblocking descriptor to poll. */
int link_watch(void);

/* The index of a device that went away, 0 if there is none now, or an error. */
int link_gone(void);

#endif
