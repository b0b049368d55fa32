/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DGSEC_COAP_H
#define _DGSEC_COAP_H

#include "platform.h"
#include "wire.h"

/* Header and token of a message; the token stays where it is */
struct dgsec_coap {
	u8 type;
	u8 code;
	u8 token_len;
	u16 mid;
	const u8 *token;
};

/* What header and token become */
struct dgsec_coap_rewrite {
	u16 mid;
	u8 old_len;		/* of the token that is there */
	u8 token_len;
	u8 token[COAP_TOKEN_MAX];
};

static inline u8 dgsec_coap_class(const struct dgsec_coap *m)
{
	return m->code >> 5;
}

static inline bool dgsec_coap_is_request(const struct dgsec_coap *m)
{
	return m->code && dgsec_coap_class(m) == COAP_CLASS_REQUEST;
}

bool dgsec_coap_parse(const u8 *data, size_t len, struct dgsec_coap *m);
bool dgsec_coap_observe(const u8 *data, size_t len, u32 *value);
u8 *dgsec_coap_rewrite(u8 *data, const struct dgsec_coap_rewrite *to);

#endif /* _DGSEC_COAP_H */
