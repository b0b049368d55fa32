/* SPDX-License-Identifier: GPL-2.0 */
/* Values as people read them. Each returns @buf, for use inside a call. */
#ifndef DGSEC_FORMAT_H
#define DGSEC_FORMAT_H

#include <libdgsec.h>

/* Longest of all: "[address]:port", or a name. */
#define FORMAT_SIZE		80

const char *format_addr(char buf[FORMAT_SIZE], const struct in6_addr *addr);
const char *format_endpoint(char buf[FORMAT_SIZE], const struct in6_addr *addr,
			    uint16_t port);
const char *format_service(char buf[FORMAT_SIZE], const struct in6_addr *addr,
			   uint16_t port);
const char *format_age(char buf[FORMAT_SIZE], uint32_t seconds);
const char *format_number(char buf[FORMAT_SIZE], uint64_t n);
const char *format_cid(char buf[FORMAT_SIZE], const struct dgsec_cid *cid);
const char *format_name(char buf[FORMAT_SIZE], const char *name);
const char *format_time(char buf[FORMAT_SIZE]);
const char *format_known(const char *name);
const char *format_state(const struct dgsec_assoc *assoc);
uint64_t format_drops(const uint64_t *stats);

#endif /* DGSEC_FORMAT_H */
