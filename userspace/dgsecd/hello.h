/* SPDX-License-Identifier: GPL-2.0 */
/* ClientHellos: who may start a session, by a cookie (RFC 6347 section 4.2.1). */
#ifndef DGSECD_HELLO_H
#define DGSECD_HELLO_H

#include <stddef.h>
#include <stdint.h>

#include "record.h"
#include "session_table.h"

/* @s: the session of this endpoint, or NULL. @part: room for @len octets. */
void hello_receive(struct session *s, const struct endpoint *ep, const struct datagram *dgram,
		   const uint8_t *data, size_t len, uint8_t *part);

#endif
