/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An outer endpoint: both addresses and both ports, as a datagram carries them.
 * IPv4 addresses are mapped.
 */
#ifndef DGSECD_ENDPOINT_H
#define DGSECD_ENDPOINT_H

#include <netinet/in.h>
#include <stdint.h>

struct endpoint {
	struct in6_addr remote;
	struct in6_addr local;
	uint16_t remote_port;		/* host byte order */
	uint16_t local_port;
};

/* "[2001:db8:ffff:ffff:ffff:ffff:ffff:ffff]:65535" and its end. */
#define ENDPOINT_TEXT	56

/* As the kernel compares them, which does not look at the local address. */
int endpoint_compare(const struct endpoint *a, const struct endpoint *b);

/* The remote side as text, for people. */
const char *endpoint_text(const struct endpoint *ep, char text[ENDPOINT_TEXT]);

#endif
