/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tickets (RFC 5077): a session, sealed with a key that nobody else has, for
 * the client to keep. Keys are made anew as often as tickets get old, and the one
 * before opens what it sealed for that long again.
 */
#ifndef DGSECD_TICKET_H
#define DGSECD_TICKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	TICKET_OVER = 4 + 12 + 8 + 16,	/* by so much longer than what is in it */
};

/* How long a ticket is good. 0: none are made, and none is good. */
void ticket_set(uint32_t seconds);
uint32_t ticket_seconds(void);
/* Forget the keys: all tickets are void. */
void ticket_stop(void);

/* Return: the ticket's length, of @size octets at most, or 0. */
size_t ticket_seal(const uint8_t *session, size_t len, uint8_t *ticket, size_t size);
/* Return: the session's length, or 0 if it is not ours, too old, or longer than @size. */
size_t ticket_open(const uint8_t *ticket, size_t len, uint8_t *session, size_t size);

#endif
