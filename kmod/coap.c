// SPDX-License-Identifier: GPL-2.0
/* CoAP messages over UDP (RFC 7252): header and token, and what is observed. */

#include "coap.h"

/**
 * dgsec_coap_parse - header and token of a message
 * @data: the message
 * @len: its length
 * @m: to be filled
 *
 * Options and payload are between client and device, and not looked at.
 *
 * Return: whether there is no message format error (RFC 7252 sections 3, 4.1
 * to 4.3).
 */
bool dgsec_coap_parse(const u8 *data, size_t len, struct dgsec_coap *m)
{
	if (len < COAP_HEADER_LEN || data[0] >> 6 != COAP_VERSION)
		return false;
	m->type = (data[0] >> 4) & 3;
	m->token_len = data[0] & 15;
	m->code = data[COAP_CODE];
	m->mid = get_unaligned_be16(data + COAP_MID);
	m->token = data + COAP_HEADER_LEN;
	if (m->token_len > COAP_TOKEN_MAX ||
	    len < COAP_HEADER_LEN + m->token_len)
		return false;

	if (m->code == COAP_EMPTY)
		return len == COAP_HEADER_LEN && m->type != COAP_NON;
	switch (dgsec_coap_class(m)) {
	case 1:
	case 6:
	case 7:
		return false;
	case COAP_CLASS_REQUEST:
		return m->type == COAP_CON || m->type == COAP_NON;
	default:
		return m->type != COAP_RST;
	}
}

/* What a nibble of an option's header stands for (RFC 7252 section 3.1) */
static bool extend(const u8 **p, const u8 *end, u32 *v)
{
	switch (*v) {
	case 13:
		if (end - *p < 1)
			return false;
		*v = 13 + **p;
		*p += 1;
		return true;
	case 14:
		if (end - *p < 2)
			return false;
		*v = 269 + get_unaligned_be16(*p);
		*p += 2;
		return true;
	case 15:
		return false;
	default:
		return true;
	}
}

/**
 * dgsec_coap_observe - the Observe option (RFC 7641 section 2)
 * @data: a message that dgsec_coap_parse() has found good
 * @len: its length
 * @value: gets the option's value
 *
 * Return: whether it has one.
 */
bool dgsec_coap_observe(const u8 *data, size_t len, u32 *value)
{
	const u8 *p = data + COAP_HEADER_LEN + (data[0] & 15);
	const u8 *end = data + len;
	u32 number = 0, delta, size;

	/* options come in the order of their numbers */
	while (p < end && *p != COAP_PAYLOAD_MARKER) {
		delta = *p >> 4;
		size = *p & 15;
		p++;
		if (!extend(&p, end, &delta) || !extend(&p, end, &size) ||
		    size > end - p)
			return false;
		number += delta;
		if (number > COAP_OPTION_OBSERVE)
			return false;
		if (number == COAP_OPTION_OBSERVE) {
			/* longer than it may be: an elective one, ignored */
			if (size > 3)
				return false;
			for (*value = 0; size; size--)
				*value = *value << 8 | *p++;
			return true;
		}
		p += size;
	}
	return false;
}

/**
 * dgsec_coap_rewrite - give a message another message ID and token
 * @data: the message, with room before it for what the token grows
 * @to: what they become
 *
 * Return: where the message begins now.
 */
u8 *dgsec_coap_rewrite(u8 *data, const struct dgsec_coap_rewrite *to)
{
	u8 *start = data + to->old_len - to->token_len;
	u8 first = data[0], code = data[COAP_CODE];

	start[0] = (first & 0xf0) | to->token_len;
	start[COAP_CODE] = code;
	put_unaligned_be16(to->mid, start + COAP_MID);
	memcpy(start + COAP_HEADER_LEN, to->token, to->token_len);
	return start;
}
