/* SPDX-License-Identifier: GPL-2.0 */
/* Counters of the daemon, and how they get out. */
#ifndef DGSECD_STATS_H
#define DGSECD_STATS_H

#include <stdint.h>

#include "session_end.h"

struct stats {
	/* Datagrams from the socket, by what they are. */
	uint64_t hello;
	uint64_t hello_fragment;
	uint64_t handshake;
	uint64_t application;
	uint64_t malformed;
	uint64_t no_session;		/* handshake records of no handshake */
	uint64_t duplicate;		/* a ClientHello that was answered before */

	uint64_t sent;
	uint64_t send_failed;

	uint64_t cookie_sent;
	uint64_t cookie_good;
	uint64_t refused[HANDSHAKE_FAILURES];	/* before there was a handshake */

	uint64_t handshakes;		/* handed over to the kernel */
	uint64_t ended[SESSION_ENDS];
	uint64_t resumed[HANDSHAKE_RESUMED_BY_TICKET + 1];	/* of these handshakes */
	uint64_t calls;			/* handshakes that we began */
	uint64_t calls_failed;

	/*
	 * Application records that reached the daemon at all: only those that
	 * overtake a handover do. It opens none, it gives them back.
	 */
	uint64_t records_daemon;
	uint64_t datagrams_held;
	uint64_t datagrams_held_over;	/* no room to hold them */
	uint64_t injected;		/* datagrams */
	uint64_t inject_failed;

	uint64_t events_lost;
	uint64_t reloads;
	uint64_t reloads_failed;
};

extern struct stats stats;

/* Where stats_write() writes, NULL for the log. */
void stats_set_file(const char *path);

/* One line of JSON. */
void stats_write(void);

#endif
