/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TOOLS_NETLINK_H
#define _TOOLS_NETLINK_H

#include <linux/types.h>
#include <stddef.h>

/* A request under construction, right or wrong: nothing is checked here. */
struct request {
	size_t len;
	__u8 data[65536];
};

struct reply {
	int error;	 /* positive errno, 0 for success */
	char text[256];	 /* of the extack, empty if there was none */
	int messages;	 /* of the family, before the end */
	__u8 data[8192]; /* the first of these, from its attributes */
	size_t len;
};

int netlink_open(void);
int netlink_family(int fd, const char *name);
void request_begin(struct request *r, int family, int command, int flags);
void request_put(struct request *r, int type, const void *data, size_t len);
void request_raw(struct request *r, const void *data, size_t len);
size_t request_nest(struct request *r, int type);
void request_end(struct request *r, size_t at);
void netlink_ask(int fd, struct request *r, struct reply *reply);
const void *reply_find(const void *attrs, size_t len, int type, size_t *size);

#endif
