/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TOOLS_COMMAND_H
#define _TOOLS_COMMAND_H

#include "record.h"

/* The most a UDP datagram carries */
#define DATAGRAM_MAX 65527

/* A connected UDP socket and the keys of what goes over it. */
struct wire {
	int fd;
	bool keyed;
	struct record_keys keys;
	__u8 last[DATAGRAM_MAX];
	size_t last_len;
	__u64 last_seq;
};

extern const char command_send_help[];

int command_int(const char *name, const char *value, long long min, long long max);
size_t command_build(struct wire *w, const char *args, __u64 step, __u8 *out);
void command_send(struct wire *w, const char *args);
void command_replay(struct wire *w);
void wire_send(struct wire *w, const __u8 *data, size_t len);

#endif
