/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TOOLS_LOAD_H
#define _TOOLS_LOAD_H

#include <libdgsec.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "record.h"

enum {
	LOAD_ASSOCS_MAX = 256,
	LOAD_PORT = 5684,
	LOAD_SERVICE = 5683,
	LOAD_DEVICE_PORT = 40000,
	LOAD_TOKEN = 8,
	LOAD_DATAGRAM = 2048,
	LOAD_PARTS = 2,		/* threads that change things, each with its associations */
};

/* What is counted, over all threads */
enum load_count {
	DEVICE_SENT,		/* records on their way to the gateway ... */
	DEVICE_REPLAYED,	/* ... again ... */
	DEVICE_FORGED,		/* ... and with a wrong tag; sums of the three are disjoint */
	DEVICE_ERRORS,		/* of the system call */
	DEVICE_RECEIVED,
	DEVICE_ALERTS,
	DEVICE_BAD,		/* does not authenticate */
	DEVICE_STRAY,		/* is another association's */
	DEVICE_TWICE,
	SERVICE_RECEIVED,
	SERVICE_STRAY,
	SERVICE_TWICE,
	SERVICE_SENT,
	SERVICE_ERRORS,
	CONFIG_DONE,
	CONFIG_FAILED,
	CONFIG_INJECTED,	/* records given to the gateway by netlink */
	LOAD_COUNTS,
};

/* An association, its device and its peer */
struct load_assoc {
	unsigned int index;
	struct in6_addr addr, inner;
	int fd;			/* the device's socket */
	bool stable;		/* it stays as it is for the whole time */
	/*
	 * generation << 48 | number of the next record from the device: one
	 * atomic addition takes a number and says for which keys. The epoch is
	 * the generation, so that the nonce oracle sees that keys are new.
	 */
	_Atomic uint64_t next;
	_Atomic uint64_t received, served;	/* by the device, by the service */
	uint32_t id, peer;	/* for who changes it alone */
	uint16_t generation;
};

struct load {
	struct dgsec_ref dev;	/* dg0 */
	int lower;		/* index of lowpan0 */
	unsigned int n_assocs;
	struct load_assoc assocs[LOAD_ASSOCS_MAX];
	atomic_bool sending, changing, swapping, quit;
	atomic_int busy;	/* threads in the middle of a change */
	_Atomic uint64_t counts[LOAD_COUNTS];
};

extern struct load load;

static inline void load_count(enum load_count what)
{
	atomic_fetch_add(&load.counts[what], 1);
}

unsigned int load_random(void);
struct load_assoc *load_pick(void);
void load_keys(const struct load_assoc *a, uint16_t generation, struct record_keys *keys);
void load_token(uint8_t token[LOAD_TOKEN], const struct load_assoc *a, uint64_t number);
bool load_is_first(const uint8_t token[LOAD_TOKEN], bool to_device);

size_t load_record(struct load_assoc *a, size_t len, uint8_t *out);
void load_device(void);

int load_service_open(void);
void load_service(int fd);

void load_configure(struct dgsec *dg);
void load_renew(struct dgsec *dg);
void load_change(struct dgsec *dg, unsigned int part);
void load_swap(struct dgsec *dg);

#endif
