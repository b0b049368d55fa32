// SPDX-License-Identifier: GPL-2.0
/* Endpoints under handshake, and datagrams that overtook it. */
#include "internal.h"

#include <errno.h>

static int endpoint_request(struct dgsec *dg, struct dgsec_ref dev,
			    enum dgsec_cmd cmd, const struct dgsec_endpoint *ep)
{
	struct nl_msg *msg;
	int err = 0;

	msg = dg_request(dg, cmd, 0, dev, 0);
	if (msg)
		err = endpoint_put(msg, ep);
	return dg_transact(dg, msg, err, NULL, NULL);
}

int dgsec_expect_add(struct dgsec *dg, struct dgsec_ref dev,
		     const struct dgsec_endpoint *ep)
{
	return endpoint_request(dg, dev, DGSEC_CMD_EXPECT_ADD, ep);
}

int dgsec_expect_del(struct dgsec *dg, struct dgsec_ref dev,
		     const struct dgsec_endpoint *ep)
{
	struct dgsec_endpoint key = *ep;

	key.seconds = 0;
	return endpoint_request(dg, dev, DGSEC_CMD_EXPECT_DEL, &key);
}

int dgsec_inject(struct dgsec *dg, struct dgsec_ref dev,
		 const struct dgsec_endpoint *ep, const void *data, size_t len)
{
	struct dgsec_endpoint from = *ep;
	struct nl_msg *msg;
	int err = 0;

	if (len > DGSEC_DATAGRAM_MAX)
		return dg_fail(dg, -EMSGSIZE, "the datagram is too long");
	from.seconds = 0;
	msg = dg_request(dg, DGSEC_CMD_INJECT, 0, dev, len);
	if (msg) {
		err = endpoint_put(msg, &from);
		if (!err)
			err = nla_put(msg, DGSEC_A_DATAGRAM, len, data);
	}
	return dg_transact(dg, msg, err, NULL, NULL);
}
