/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's side of one interface: what dgsecd asks of the module. Errors
 * are negative errnos; kernel_error() has the text for people. The interface
 * is named by its lower device, so it works wherever the interface itself is.
 */
#ifndef DGSECD_KERNEL_H
#define DGSECD_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "config.h"
#include "endpoint.h"

/* Each says in the log what failed. */
int kernel_open(void);
int kernel_start(const struct config *config);	/* find or create the interface */
int kernel_set(const struct config *config);	/* the interface's settings */
/* Nobody else serves the ports: to be asked before sockets are bound there. */
int kernel_claim(const struct config *config);
int kernel_attach(int fd, const struct config *config);
/* The same for those without security: the kernel lets nothing of them up. */
int kernel_claim_nosec(const struct config *config);
int kernel_attach_nosec(int fd);
void kernel_close(void);

const char *kernel_error(void);

/* Is the interface still there, the one that has our socket? */
bool kernel_alive(void);
/* Did anything come up since that makes this worth asking? */
bool kernel_doubtful(void);
unsigned int kernel_lower(void);

int kernel_peer_list(int (*fn)(const struct dgsec_peer *peer, void *arg), void *arg);
int kernel_peer_new(const struct peer *peer, uint32_t *id);
int kernel_peer_set(const struct peer *peer);
int kernel_peer_del(uint32_t id);

int kernel_expect_add(const struct endpoint *ep, unsigned int seconds);
int kernel_expect_del(const struct endpoint *ep);
/* Send what waits for a peer, or drop it, and all that comes for so many seconds. */
int kernel_acquire_done(const struct peer *peer, unsigned int seconds);
int kernel_inject(const struct endpoint *ep, const void *data, size_t len);

/* What the handshake knows of an association, besides its keys. */
struct kernel_assoc {
	bool client;			/* our role */
	uint64_t tx_seq;
	bool rx_seen;
	uint64_t rx_seq;		/* as DGSEC_A_ASSOC_RX_SEQ, if rx_seen */
	uint32_t succeeds;		/* the association before it, or 0 */
};

/* The association replaces another one there. */
int kernel_assoc_new(const struct peer *peer, const struct endpoint *ep,
		     const struct handshake_keys *keys, const struct kernel_assoc *with,
		     uint32_t *id);
/* Without security. */
int kernel_assoc_new_nosec(const struct peer *peer, const struct endpoint *ep);
int kernel_assoc_del(uint32_t id);
/* The same with close_notify. */
int kernel_assoc_close(uint32_t id);
int kernel_assoc_list(int (*fn)(const struct dgsec_assoc *assoc, void *arg), void *arg);

int kernel_events_fd(void);
/* As dgsec_events_recv(), only those of the interface. */
int kernel_event(struct dgsec_event *event);

#endif
