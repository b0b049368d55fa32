/* SPDX-License-Identifier: GPL-2.0 */
/* Why a session of the handshake library was freed. */
#ifndef DGSECD_SESSION_END_H
#define DGSECD_SESSION_END_H

#include "handshake.h"

enum session_end {
	SESSION_ALIVE,
	/* After the handover. */
	SESSION_CONFIRMED,		/* the first record came: as it should be */
	SESSION_UNCONFIRMED,		/* none came in confirm-expiry */
	SESSION_ASSOC_GONE,
	SESSION_LIBRARY,		/* the library gave up afterwards */
	SESSION_RESUMED,		/* the client's Finished came last: nothing to repeat */
	SESSION_CONNECTED,		/* we were the client, and are done */
	/* Before it: the handshake failed. */
	SESSION_NO_CIPHER,
	SESSION_BAD_VERSION,
	SESSION_BAD_MESSAGE,
	SESSION_BAD_IDENTITY,
	SESSION_UNKNOWN_IDENTITY,
	SESSION_BAD_KEY,
	SESSION_NO_CERTIFICATE,
	SESSION_UNKNOWN_CERTIFICATE,
	SESSION_UNKNOWN_PUBLIC_KEY,
	SESSION_UNTRUSTED,
	SESSION_CERTIFICATE_EXPIRED,
	SESSION_REVOKED,
	SESSION_BAD_USAGE,
	SESSION_BAD_CRL,
	SESSION_BAD_CERTIFICATE,
	SESSION_BAD_SIGNATURE,
	SESSION_BAD_SERVER_NAME,
	SESSION_ALERT,
	SESSION_TIMEOUT,
	SESSION_EXPIRED,
	SESSION_EVICTED,
	SESSION_KERNEL,
	SESSION_INTERNAL,
	SESSION_NOT_EXTENDED,
	/* Either. */
	SESSION_SEQUENCE,
	SESSION_RESTARTED,
	SESSION_SUPERFLUOUS,
	SESSION_PEER_CHANGED,
	SESSION_SHUTDOWN,
	SESSION_ENDS,
};

/* For JSON. */
const char *session_end_name(enum session_end end);
const char *handshake_failure_name(enum handshake_failure failure);

/* For people: why, and what to do. */
const char *session_end_text(enum session_end end);
/* The same where we are the client. */
const char *session_end_text_client(enum session_end end);

enum session_end session_end_of(enum handshake_failure failure);

#endif
