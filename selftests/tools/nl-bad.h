/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TOOLS_NL_BAD_H
#define _TOOLS_NL_BAD_H

#include <linux/types.h>
#include <stddef.h>

enum kind {
	END,
	U8,
	U16,
	BE16,
	U32,
	U64,
	FLAG,
	TEXT,
	ADDR,
	HEX,
	FILL,	/* value octets */
	NEST,
	BARE,	/* a nest without NLA_F_NESTED */
	DONE,
	IFINDEX,
	LOWER,
	PEER,	/* the id of the peer that peer-new made */
	ASSOC,
	LOCAL,	/* the address of this end */
	SOCK,	/* value: enum sock */
	RAW,	/* hex without an attribute header */
	LIST,	/* of ops */
};

enum sock {
	S_GOOD,
	S_BETTER,
	S_FILE,
	S_TCP,
	S_IPV4,
	S_UNBOUND,
	S_ANY_DEVICE,
	S_OTHER_DEVICE,
	S_NO_REUSE,
	S_REUSEADDR,
	S_DUAL,
	S_CONNECTED,
	S_ENCAP,
	S_CLOSED,
	N_SOCKS,
};

struct op {
	enum kind kind;
	int type;
	__u64 value;
	const char *text;
	const struct op *list;
};

struct row {
	const char *name;
	int cmd, error;
	struct op ops[28];
	int flags;
};

extern const struct row rows[];
extern const size_t n_rows;

#endif
