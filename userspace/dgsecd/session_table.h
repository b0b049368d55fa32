/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The sessions there are: by endpoint, by association, half-open or waiting for
 * the first record of their association. For the files of a session's life only.
 */
#ifndef DGSECD_SESSION_TABLE_H
#define DGSECD_SESSION_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "config.h"
#include "endpoint.h"
#include "handover.h"
#include "handshake.h"
#include "record.h"
#include "session_end.h"
#include "timer.h"

enum {
	RANDOMS_BEFORE = 4,
	/* Of a pre-shared key, or the name of a public one. */
	SESSION_IDENTITY_MAX = HANDSHAKE_IDENTITY_MAX,
};

struct session {
	TAILQ_ENTRY(session) entry;
	struct endpoint ep;
	const struct handshake_backend *backend;
	struct handshake *hs;
	struct peer *peer;		/* NULL until known, or unknown */
	struct handover over;
	uint8_t random[HELLO_RANDOM];	/* the client's */
	uint8_t before[RANDOMS_BEFORE][HELLO_RANDOM];	/* of the sessions it replaced */
	unsigned int n_before;
	enum session_end end;		/* decided while the library runs */
	bool unknown;			/* its identity is */
	int64_t until;			/* its certificate is good; 0: it came without */
	bool seen;			/* by session_resync() */
	bool confirmed;
	enum handshake_resumed resumed;
	size_t identity_len;
	uint8_t identity[SESSION_IDENTITY_MAX];
	struct timer retransmit;
	struct timer expiry;
	uint64_t grace_max;		/* when the last grace ends */
};

TAILQ_HEAD(session_list, session);

/* Each with the oldest first. */
extern struct session_list session_half_open_list;
extern struct session_list session_waiting_list;

struct session *session_find(const struct endpoint *ep);
struct session *session_find_assoc(uint32_t assoc);

/* To the half-open ones, false: out of memory. Its endpoint is free. */
bool session_insert(struct session *s);
/* It has an association: on to the waiting ones. False: not found by that, no memory. */
bool session_move(struct session *s);
void session_remove(struct session *s);

#endif
