// SPDX-License-Identifier: GPL-2.0
/* dgsec set: change an interface. */
#include "cli.h"

static const char help[] =
"dgsec set DEV [service SERVICE] [handshake-rate N] [handshake-burst N]\n"
"          [handshake-prefix-rate N] [handshake-total-rate N]\n"
"          [max-peers N] [max-assocs N] [cid-len N] [queue-len N]\n"
"          [queue-max N] [queue-bytes N] [queue-seconds N]\n"
"          [max-exchanges N] [max-peer-exchanges N]\n"
"\n"
"Change settings of an interface; what is not given stays.\n"
"\n"
"  service SERVICE    where decrypted messages go: [ADDRESS]:PORT, ADDRESS,\n"
"                     :PORT, or auto: the interface's own first global\n"
"                     address, port 5683\n"
"  handshake-rate N   datagrams a second that one source may send up to\n"
"                     dgsecd; 0 is without limit\n"
"  handshake-burst N  how many of them may come at once\n"
"  handshake-prefix-rate N, handshake-total-rate N\n"
"                     the same for all of a /64, and for all sources\n"
"  max-peers N        most peers\n"
"  max-assocs N       most associations\n"
"  cid-len N          length of the connection IDs in peers' records, 0 to 32;\n"
"                     0: none. Not while there are associations with one\n"
"  queue-len N        packets that wait for an association with a peer that\n"
"                     dgsecd can call, 0 to 64; queue-max and queue-bytes:\n"
"                     in all; queue-seconds: for how long, 1 to 300\n"
"  max-exchanges N    most exchanges of others than the services with devices;\n"
"                     0: nobody else may ask\n"
"  max-peer-exchanges N  most of them with one peer\n";

static int parse_service(struct args *a, const struct keyword *kw,
			 const char *value, void *obj)
{
	struct dgsec_interface *iface = obj;
	unsigned int parts;

	if (args_service(a, kw->name, value, &iface->service_addr,
			 &iface->service_port, &parts))
		return -1;
	if (parts == SERVICE_AUTO) {
		iface->service_port = 5683;
		parts = SERVICE_ADDR | SERVICE_PORT;
	}
	if (parts & SERVICE_ADDR)
		iface->has |= DGSEC_HAS(DGSEC_A_INTERFACE_SERVICE_ADDR);
	if (parts & SERVICE_PORT)
		iface->has |= DGSEC_HAS(DGSEC_A_INTERFACE_SERVICE_PORT);
	return 0;
}

#define NUMBER(word, member, ATTR, lo, hi)				\
	{ KEYWORD_NUMBER(word, struct dgsec_interface, member,		\
			 DGSEC_A_INTERFACE_##ATTR, lo, hi) }

static const struct keyword keywords[] = {
	{ .name = "service", .parse = parse_service,
	  .expect = "[ADDRESS]:PORT, ADDRESS, :PORT or auto" },
	NUMBER("handshake-rate", handshake_rate, HANDSHAKE_RATE, 0, 30000),
	NUMBER("handshake-burst", handshake_burst, HANDSHAKE_BURST, 1, 30000),
	NUMBER("handshake-prefix-rate", handshake_prefix_rate,
	       HANDSHAKE_PREFIX_RATE, 0, 30000),
	NUMBER("handshake-total-rate", handshake_total_rate,
	       HANDSHAKE_TOTAL_RATE, 0, 30000),
	NUMBER("max-peers", max_peers, MAX_PEERS, 0, UINT32_MAX),
	NUMBER("max-assocs", max_assocs, MAX_ASSOCS, 0, UINT32_MAX),
	NUMBER("cid-len", cid_len, CID_LEN, 0, DGSEC_CID_MAX),
	NUMBER("queue-len", queue_len, QUEUE_LEN, 0, 64),
	NUMBER("queue-max", queue_max, QUEUE_MAX, 0, 30000),
	NUMBER("queue-bytes", queue_bytes, QUEUE_BYTES, 0, UINT32_MAX),
	NUMBER("queue-seconds", queue_seconds, QUEUE_SECONDS, 1, 300),
	NUMBER("max-exchanges", max_exchanges, MAX_EXCHANGES, 0, 131072),
	NUMBER("max-peer-exchanges", max_peer_exchanges, MAX_PEER_EXCHANGES, 0,
	       16384),
};

static int run(struct args *a)
{
	struct dgsec_interface iface = { 0 };
	struct dev dev;
	int err, ret;

	if (dev_parse(a, &dev) ||
	    args_keywords(a, keywords, ARRAY_SIZE(keywords), &iface))
		return cli_usage(a);
	if (!iface.has) {
		args_error(a, "nothing to set: see 'dgsec help set'");
		return cli_usage(a);
	}
	ret = dev_open(&dev);
	if (ret)
		return ret;
	err = dgsec_interface_set(dev.dg, dev.ref, &iface);
	if (err)
		ret = dev_failed(&dev, "set", err);
	dev_close(&dev);
	return ret;
}

const struct verb verb_set = {
	.name = "set",
	.summary = "change an interface",
	.help = help,
	.run = run,
};
