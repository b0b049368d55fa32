// SPDX-License-Identifier: GPL-2.0
/* As much CoAP (RFC 7252 section 3) as the tests need. */

#include "coap.h"
#include "util.h"

#include <string.h>

#define URI_PATH 11

/* Returns the size of the message. */
size_t coap_build(const struct coap *m, const char *path, __u8 *out, size_t max)
{
	int last = 0;
	size_t n = 4;

	if (4u + m->token_len + (path ? 2 * strlen(path) : 0) + 1 + m->payload_len > max)
		die("a CoAP message does not fit into %zu octets", max);
	out[0] = 1 << 6 | m->type << 4 | m->token_len;
	out[1] = m->code;
	put_be16(out + 2, m->mid);
	memcpy(out + n, m->token, m->token_len);
	n += m->token_len;
	while (path && *path) {
		size_t len;

		path += strspn(path, "/");
		len = strcspn(path, "/");
		if (!len)
			break;
		if (len > 12)
			die("a path segment is longer than 12 octets: %s", path);
		out[n++] = (URI_PATH - last) << 4 | len;
		memcpy(out + n, path, len);
		n += len;
		path += len;
		last = URI_PATH;
	}
	if (m->payload_len) {
		out[n++] = 0xff;
		memcpy(out + n, m->payload, m->payload_len);
		n += m->payload_len;
	}
	return n;
}

/* The length that an option's nibble and the octets behind it stand for. */
static bool extended(const __u8 **p, const __u8 *end, size_t *v)
{
	if (*v == 15)
		return false;
	if (*v == 13) {
		if (*p >= end)
			return false;
		*v = *(*p)++ + 13;
	} else if (*v == 14) {
		if (end - *p < 2)
			return false;
		*v = get_be16(*p) + 269;
		*p += 2;
	}
	return true;
}

bool coap_parse(const __u8 *in, size_t len, struct coap *m)
{
	const __u8 *p = in, *end = in + len;

	if (len < 4 || in[0] >> 6 != 1 || (in[0] & 15) > 8)
		return false;
	m->type = in[0] >> 4 & 3;
	m->token_len = in[0] & 15;
	m->code = in[1];
	m->mid = get_be16(in + 2);
	p += 4;
	if (end - p < m->token_len)
		return false;
	memcpy(m->token, p, m->token_len);
	p += m->token_len;
	m->payload = NULL;
	m->payload_len = 0;
	while (p < end && *p != 0xff) {
		size_t delta = *p >> 4, size = *p & 15;

		p++;
		if (!extended(&p, end, &delta) || !extended(&p, end, &size) ||
		    (size_t)(end - p) < size)
			return false;
		p += size;
	}
	if (p < end) {
		m->payload = p + 1;
		m->payload_len = end - p - 1;
	}
	return true;
}

/* JSON members, without braces */
void coap_print(FILE *f, const struct coap *m)
{
	fprintf(f, "\"coap\":{\"type\":%d,\"code\":\"%d.%02d\",\"mid\":%d,\"token\":\"",
		m->type, m->code >> 5, m->code & 31, m->mid);
	hex_print(f, m->token, m->token_len);
	fprintf(f, "\",\"payload\":");
	json_text(f, m->payload, m->payload_len);
	fprintf(f, "}");
}
