/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of libdgsec share, and nobody else sees. */
#ifndef LIBDGSEC_INTERNAL_H
#define LIBDGSEC_INTERNAL_H

#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>

#include "libdgsec.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

enum field_type {
	FIELD_U16,
	FIELD_BE16,		/* host order in the struct */
	FIELD_U32,		/* and s32 */
	FIELD_U64,
	FIELD_ADDR,
	FIELD_STRING,		/* size octets with the final NUL */
	FIELD_OCTETS,		/* their number in one octet, then they */
	FIELD_FLAG,		/* no member, only its bit */
	FIELD_STATS,		/* never sent */
};

/* One attribute of an object and where its struct keeps it. */
struct field {
	uint8_t attr;
	uint8_t type;
	uint16_t offset;
	uint16_t size;
};

/* An object: its nest in the message, and its fields. */
struct object {
	int nest;
	const struct field *fields;
	unsigned int count;
	size_t size;
};

extern const struct object object_interface;
extern const struct object object_socket;
extern const struct object object_peer;
extern const struct object object_assoc;
extern const struct object object_exchange;

/* Every object starts with its has bits. */
#define object_has(obj)	(*(uint64_t *)(obj))

struct dgsec {
	struct nl_sock *sk;
	int family;
	char error[512];
};

/* codec.c */
int object_put(struct nl_msg *msg, const struct object *type, const void *obj,
	       uint64_t mask);
void object_parse(const struct object *type, struct nlattr *nest, void *obj);
int endpoint_put(struct nl_msg *msg, const struct dgsec_endpoint *ep);

/* handle.c */
int dg_errno(int nlerr);
int dg_fail(struct dgsec *dg, int err, const char *text);
struct nl_msg *dg_request(struct dgsec *dg, enum dgsec_cmd cmd, int flags,
			  struct dgsec_ref dev, size_t payload);
int dg_transact(struct dgsec *dg, struct nl_msg *msg, int err,
		int (*reply)(struct nlattr **attrs, void *arg), void *arg);
int dg_get(struct dgsec *dg, struct nl_msg *msg, int err,
	   const struct object *type, void *out);
int dg_list(struct dgsec *dg, struct nl_msg *msg, int err,
	    const struct object *type, void *obj,
	    int (*fn)(const void *obj, void *arg), void *arg);

#endif /* LIBDGSEC_INTERNAL_H */
