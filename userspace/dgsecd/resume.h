/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sessions that clients may resume, so that they need not go through a whole
 * handshake again: kept here by their ID (RFC 5246 section 7.3), or by the
 * clients themselves, sealed in tickets (RFC 5077). What is in them is the
 * handshake library's, but for the beginning: the length of the binding, in one
 * octet, and the binding (see handshake.h).
 */
#ifndef DGSECD_RESUME_H
#define DGSECD_RESUME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	RESUME_ID_MAX = 32,		/* RFC 5246 section 7.4.1.2 */
	RESUME_SESSION_MAX = 1024,	/* longer ones are not kept */
};

/*
 * @seconds: how long after its handshake a session may be resumed
 * @cache: most octets of sessions that are kept here
 */
void resume_set(uint32_t seconds, size_t cache);
/* Forget all. */
void resume_stop(void);

/* Keep a session; the oldest go for it. False: it is not kept. */
bool resume_keep(const uint8_t *id, size_t id_len, const uint8_t *session, size_t len);
/* Return: the session's length, 0 if there is none. */
size_t resume_find(const uint8_t *id, size_t id_len, uint8_t session[RESUME_SESSION_MAX]);
/* Forget those whose binding is not good any more. */
void resume_sift(bool (*good)(const uint8_t *binding, size_t len));

/* How many are kept, and in how many octets. */
size_t resume_count(void);
size_t resume_octets(void);

#endif
