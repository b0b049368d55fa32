/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TOOLS_ORACLE_H
#define _TOOLS_ORACLE_H

#include <linux/types.h>
#include <stdbool.h>
#include <stdio.h>

enum { ORACLE_PORTS = 4 };

struct oracle {
	__u16 ports[ORACLE_PORTS]; /* 0: no more */
	struct oracle_assoc *assocs;
	unsigned long datagrams, records, handshakes, n_assocs, pending_hits;
	bool violated;
	FILE *report;
};

void oracle_packet(struct oracle *o, const __u8 *packet, size_t len);
void oracle_reset(struct oracle *o);

#endif
