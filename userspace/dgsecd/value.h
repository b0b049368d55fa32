/* SPDX-License-Identifier: GPL-2.0 */
/* Values of the configuration, from text. All return false for what is none. */
#ifndef DGSECD_VALUE_H
#define DGSECD_VALUE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decimal, or hexadecimal after 0x; nothing before or behind it. */
bool value_number(const char *text, uint64_t *number);

/* A number and ms, s, min, h or d; without a unit seconds. In milliseconds. */
bool value_duration(const char *text, uint64_t *milliseconds);

bool value_address(const char *text, struct in6_addr *addr);

/* ADDRESS/LENGTH */
bool value_prefix(const char *text, struct in6_addr *addr, unsigned int *len);

/* PORT, :PORT, ADDRESS, [ADDRESS] or [ADDRESS]:PORT; what is not there stays. */
bool value_endpoint(const char *text, struct in6_addr *addr, uint16_t *port);
/* The same of IPv4: an address, or address:port. */
bool value_endpoint4(const char *text, struct in_addr *addr, uint16_t *port);

/* Pairs of hexadecimal digits. @len: room on entry, octets on return. */
bool value_hex(const char *text, uint8_t *out, size_t *len);

/* Is something in it that may be a key, or most of one? Then it must not be shown. */
bool value_like_key(const char *text);

/* UTF-8 as RFC 3629 has it. @control: may control characters be in it? */
bool value_utf8(const void *text, size_t len, bool control);

bool value_in_prefix(const struct in6_addr *addr, const struct in6_addr *prefix, unsigned int len);

/* A name that a network device can have, and a log can bear. */
bool value_ifname(const char *text);

/* Can a host have it on an interface, reachable from others? */
bool value_unicast(const struct in6_addr *addr);

#endif
