/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of a session's life have from session.c. */
#ifndef DGSECD_SESSION_LIFE_H
#define DGSECD_SESSION_LIFE_H

#include "session_table.h"

/* In force now. */
extern const struct config *session_config;
struct handshake_listener *session_listener(const struct handshake_backend *backend);

/* Length of our connection IDs, in records that come. */
size_t session_cid_len(void);

struct peer;

/*
 * A handshake in the client's role, to be begun; what it is to succeed may be 0. NULL: out
 * of memory, which the log says.
 */
struct session *session_connect(struct peer *peer, const struct endpoint *ep, uint32_t succeeds);

/* NULL: out of memory, then the handshake is freed and the log says so. */
struct session *session_new(const struct endpoint *ep, const struct handshake_backend *backend,
			    struct handshake *hs);
/* It is the only one at its endpoint. It may be gone afterwards. */
void session_begin(struct session *s);
/* Let the library go on, with a datagram or without. It may be gone afterwards. */
void session_run(struct session *s, const uint8_t *data, size_t len);
/* Its peer's name, for the log. */
const char *session_who(const struct session *s);
/*
 * The kernel gets the keys. A server has its association before its final flight is
 * sent, a client before it reports success (design.md section 7). 0, or a negative
 * errno, with the end of the session.
 */
int session_hand_over(struct session *s);
extern const struct handshake_events session_events;
/* A struct handshake_events has it: see there. */
enum handshake_trust session_claim(void *user, const struct handshake_claim *claim);
void session_free(struct session *s, enum session_end end);

#endif
