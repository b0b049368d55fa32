/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TOOLS_COAP_H
#define _TOOLS_COAP_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum {
	COAP_CON = 0,
	COAP_NON = 1,
	COAP_ACK = 2,
	COAP_RST = 3,

	COAP_GET = 1,
	COAP_PUT = 3,
	COAP_CONTENT = 0x45, /* 2.05 */
};

struct coap {
	__u8 type, code, token_len;
	__u16 mid;
	__u8 token[8];
	const __u8 *payload;
	size_t payload_len;
};

size_t coap_build(const struct coap *m, const char *path, __u8 *out, size_t max);
bool coap_parse(const __u8 *in, size_t len, struct coap *m);
void coap_print(FILE *f, const struct coap *m);

#endif
