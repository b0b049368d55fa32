/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TOOLS_UTIL_H
#define _TOOLS_UTIL_H

#include <linux/types.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdnoreturn.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Print to stderr and exit with 2: wrong use or a broken set-up, no verdict. */
noreturn void die(const char *fmt, ...);

int hex_parse(const char *text, __u8 *out, size_t max);
void hex_print(FILE *f, const __u8 *data, size_t len);
void hex_dump(FILE *f, const char *prefix, const __u8 *data, size_t len);
void json_text(FILE *f, const __u8 *data, size_t len);

void endpoint_parse(const char *text, struct sockaddr_in6 *sa);
int udp_open(const struct sockaddr_in6 *local, const struct sockaddr_in6 *remote);
bool readable(int fd, int ms);
long long now_ms(void);

__u16 get_be16(const __u8 *p);
__u64 get_be48(const __u8 *p);
void put_be16(__u8 *p, __u16 v);
void put_be48(__u8 *p, __u64 v);

#endif
