/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One handshake's way into the kernel: what has to be known of the records
 * before it, and the application records that came too early.
 */
#ifndef DGSECD_HANDOVER_H
#define DGSECD_HANDOVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config.h"
#include "endpoint.h"
#include "record.h"

enum {
	HANDOVER_HELD = 4,		/* datagrams for each session */
	HANDOVER_HELD_SIZE = 2048,	/* more than fits a constrained network */
};

struct handover_datagram;

struct handover {
	uint32_t assoc;			/* the kernel's number, 0 before */
	uint32_t cipher;
	bool client;			/* our role */
	bool last;			/* as a client: the last flight is ours */
	bool protected;			/* the library has sent at epoch 1 */
	uint32_t succeeds;		/* the association to be taken over from, or 0 */
	bool expected;
	bool done;			/* the final flight has left */
	bool resumes;			/* ours has left, the client's Finished comes last */
	bool finished_seen;
	uint64_t finished;		/* lowest number of a handshake record at epoch 1 */
	uint64_t next_clear;		/* our next number at epoch 0 */
	size_t tx_cid_len;		/* of the client's connection ID, in our records */
	bool changed;			/* a ChangeCipherSpec has come, no connection ID since */
	uint64_t inject_until;		/* what is on the socket may be the kernel's */
	const char *refusal;		/* the kernel's text, valid until its next call */
	unsigned int n_held;
	uint64_t first_held;		/* lowest number of a held record */
	struct handover_datagram *held[HANDOVER_HELD];
};

/* Have application records of this endpoint come up that overtake us. */
void handover_expect(struct handover *over, const struct endpoint *ep, uint32_t milliseconds);

/* Handshake records came that the library is about to see. */
void handover_note(struct handover *over, const uint8_t *data, size_t len, size_t cid_len);

/* May the library send this record? Also takes note of it. */
bool handover_may_send(struct handover *over, const struct record *rec);

/* Keep application records until there is an association. */
void handover_hold(struct handover *over, const uint8_t *data, size_t len, size_t cid_len);

/*
 * A session is resumed: our flight, with a Finished, leaves before the client's has
 * come and there is an association (RFC 5246 section 7.3).
 */
void handover_resume(struct handover *over, const struct handshake_keys *keys);

/* Create the association; it replaces one of this endpoint. */
int handover_install(struct handover *over, struct peer *peer, const struct endpoint *ep,
		     const struct handshake_keys *keys);

/* The final flight has left: give the kernel what is held. */
void handover_finish(struct handover *over, const struct endpoint *ep);

/* Give the kernel records that it would have had without us. */
void handover_inject(const struct endpoint *ep, const uint8_t *data, size_t len);

void handover_free(struct handover *over, const struct endpoint *ep);

#endif
