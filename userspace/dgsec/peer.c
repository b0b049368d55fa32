// SPDX-License-Identifier: GPL-2.0
/* dgsec peer: who may talk, and under which address the secured side knows it. */
#include "cli.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "format.h"
#include "json.h"
#include "table.h"

static const char help[] =
"dgsec peer add DEV addr ADDRESS [name NAME] [mark N] [service SERVICE]\n"
"               [payload coap|opaque] [max-assocs N] [acquire 0|1]\n"
"dgsec peer set DEV PEER [mark N] [service SERVICE] [payload coap|opaque]\n"
"               [max-assocs N] [acquire 0|1]\n"
"dgsec peer del DEV PEER\n"
"dgsec peer show DEV [PEER] [-j]\n"
"\n"
"PEER is its number, its inner address or its name. 'add' prints the number.\n"
"'del' ends its associations too.\n"
"\n"
"  addr ADDRESS     inner address: the stable one the secured side sees\n"
"  name NAME        a label for people, unique on the interface\n"
"  mark N           firewall mark of packets from the peer\n"
"  service SERVICE  where its messages go: [ADDRESS]:PORT, ADDRESS, :PORT, or\n"
"                   auto: as the interface says\n"
"  payload          coap, or opaque: anything\n"
"  max-assocs N     most associations at a time, 1 to 64\n"
"  acquire          1: somebody makes associations with it when they are wanted,\n"
"                   so packets for it wait; 0: they are dropped\n"
"  -j               'show': JSON, an array of peers\n";

static int parse_addr(struct args *a, const struct keyword *kw,
		      const char *value, void *obj)
{
	struct dgsec_peer *peer = obj;

	return args_addr(a, kw->name, value, &peer->inner_addr);
}

/* A name that reads like a number or an address could never be used as PEER. */
static int parse_name(struct args *a, const struct keyword *kw,
		      const char *value, void *obj)
{
	struct dgsec_peer *peer = obj;
	struct dgsec_peer key;

	if (args_peer(a, value, &key))
		return args_error(a, "%s: '%s' is not a name of 1 to %d octets",
				  kw->name, value, DGSEC_NAME_MAX);
	if (!dgsec_has(&key, DGSEC_A_PEER_NAME))
		return args_error(a, "%s: '%s' would be taken for a number or an address",
				  kw->name, value);
	memcpy(peer->name, key.name, sizeof(peer->name));
	return 0;
}

static int parse_service(struct args *a, const struct keyword *kw,
			 const char *value, void *obj)
{
	struct dgsec_peer *peer = obj;
	unsigned int parts;

	if (args_service(a, kw->name, value, &peer->service_addr,
			 &peer->service_port, &parts))
		return -1;
	if (parts & (SERVICE_ADDR | SERVICE_AUTO))
		peer->has |= DGSEC_HAS(DGSEC_A_PEER_SERVICE_ADDR);
	if (parts & (SERVICE_PORT | SERVICE_AUTO))
		peer->has |= DGSEC_HAS(DGSEC_A_PEER_SERVICE_PORT);
	return 0;
}

/* The settings come first: 'set' knows only them. */
#define SETTING_COUNT	5

static const struct keyword keywords[] = {
	{ KEYWORD_NUMBER("mark", struct dgsec_peer, mark, DGSEC_A_PEER_MARK,
			 0, UINT32_MAX) },
	{ .name = "service", .parse = parse_service,
	  .expect = "[ADDRESS]:PORT, ADDRESS, :PORT or auto" },
	{ KEYWORD_ENUM("payload", struct dgsec_peer, payload,
		       DGSEC_A_PEER_PAYLOAD, dgsec_payload_value,
		       "coap, opaque") },
	{ KEYWORD_NUMBER("max-assocs", struct dgsec_peer, max_assocs,
			 DGSEC_A_PEER_MAX_ASSOCS, 1, 64) },
	{ KEYWORD_NUMBER("acquire", struct dgsec_peer, acquire,
			 DGSEC_A_PEER_ACQUIRE, 0, 1) },
	{ .name = "addr", .expect = "an IPv6 address", .parse = parse_addr,
	  .attr = DGSEC_A_PEER_INNER_ADDR, .required = true },
	{ .name = "name", .expect = "a name", .parse = parse_name,
	  .attr = DGSEC_A_PEER_NAME },
};

static int run_add(struct args *a)
{
	struct dgsec_peer peer = { 0 };
	struct dev dev;
	int err, ret;

	if (dev_parse(a, &dev) ||
	    args_keywords(a, keywords, ARRAY_SIZE(keywords), &peer))
		return cli_usage(a);
	ret = dev_open(&dev);
	if (ret)
		return ret;
	err = dgsec_peer_new(dev.dg, dev.ref, &peer, &peer);
	if (err)
		ret = dev_failed(&dev, "peer add", err);
	else
		printf("%u\n", peer.id);
	dev_close(&dev);
	return ret;
}

/* DEV PEER */
static int parse_dev_peer(struct args *a, struct dev *dev,
			  struct dgsec_peer *key)
{
	const char *text;

	if (dev_parse(a, dev))
		return -1;
	text = args_next(a);
	if (!text)
		return args_error(a, "the peer is missing: its number, inner address or name");
	return args_peer(a, text, key);
}

static int run_set(struct args *a)
{
	struct dgsec_peer key, peer = { 0 };
	struct dev dev;
	int err, ret;

	if (parse_dev_peer(a, &dev, &key) ||
	    args_keywords(a, keywords, SETTING_COUNT, &peer))
		return cli_usage(a);
	if (!peer.has) {
		args_error(a, "nothing to set: see 'dgsec help peer'");
		return cli_usage(a);
	}
	ret = dev_open(&dev);
	if (ret)
		return ret;
	err = dev_resolve_peer(&dev, &key);
	if (!err) {
		DGSEC_PUT(&peer, DGSEC_A_PEER_ID, id, key.id);
		err = dgsec_peer_set(dev.dg, dev.ref, &peer);
	}
	if (err)
		ret = dev_failed(&dev, "peer set", err);
	dev_close(&dev);
	return ret;
}

static int run_del(struct args *a)
{
	struct dgsec_peer key;
	struct dev dev;
	int err, ret;

	if (parse_dev_peer(a, &dev, &key) || args_done(a))
		return cli_usage(a);
	ret = dev_open(&dev);
	if (ret)
		return ret;
	err = dgsec_peer_del(dev.dg, dev.ref, &key);
	if (err)
		ret = dev_failed(&dev, "peer del", err);
	dev_close(&dev);
	return ret;
}

static const struct column columns[] = {
	{ "PEER", '>' }, { "INNER ADDRESS", '<' }, { "NAME", '<' },
	{ "SERVICE", '<' }, { "MARK", '>' }, { "PAYLOAD", '<' },
	{ "ASSOCS", '>' }, { "IN", '>' }, { "OUT", '>' }, { "DROPS", '>' },
};

struct show {
	struct table table;
	bool json;
	bool first;
};

static int show_peer(const struct dgsec_peer *peer, void *arg)
{
	struct show *show = arg;
	struct table *t = &show->table;
	char buf[FORMAT_SIZE];

	if (show->json) {
		json_print_item(json_peer(peer), &show->first);
		return 0;
	}
	table_cell(t, format_number(buf, peer->id));
	table_cell(t, format_addr(buf, &peer->inner_addr));
	table_cell(t, *peer->name ? format_name(buf, peer->name) : "-");
	table_cell(t, format_service(buf, &peer->service_addr,
				     peer->service_port));
	snprintf(buf, sizeof(buf), "%#x", peer->mark);
	table_cell(t, buf);
	table_cell(t, format_known(dgsec_payload_name(peer->payload)));
	snprintf(buf, sizeof(buf), "%u of %u", peer->assocs, peer->max_assocs);
	table_cell(t, buf);
	table_cell(t, format_number(buf, peer->stats[DGSEC_A_STATS_RX_RECORDS]));
	table_cell(t, format_number(buf, peer->stats[DGSEC_A_STATS_TX_RECORDS]));
	table_cell(t, format_number(buf, format_drops(peer->stats)));
	return 0;
}

static int show_peers(struct dev *dev, const struct dgsec_peer *key,
		      struct show *show)
{
	struct dgsec_peer peer;
	int err;

	if (key->has) {
		err = dgsec_peer_get(dev->dg, dev->ref, key, &peer);
		if (err)
			return err;
		if (show->json)
			putchar('[');
		show_peer(&peer, show);
	} else {
		if (show->json)
			putchar('[');
		err = dgsec_peer_list(dev->dg, dev->ref, show_peer, show);
	}
	if (show->json)
		puts("]");
	else if (!err)
		table_print(&show->table, "");
	return err;
}

static int run_show(struct args *a)
{
	struct show show = { .first = true };
	struct dgsec_peer key = { 0 };
	struct dev dev;
	int err, ret;

	show.json = args_option(a, "-j");
	if (dev_parse(a, &dev) ||
	    (args_peek(a) && args_peer(a, args_next(a), &key)) || args_done(a))
		return cli_usage(a);
	ret = dev_open(&dev);
	if (ret)
		return ret;
	table_init(&show.table, columns, ARRAY_SIZE(columns));
	err = show_peers(&dev, &key, &show);
	table_free(&show.table);
	if (err)
		ret = dev_failed(&dev, "peer show", err);
	dev_close(&dev);
	return ret;
}

static const struct verb verb_add = { .name = "add", .run = run_add };
static const struct verb verb_sub_set = { .name = "set", .run = run_set };
static const struct verb verb_del = { .name = "del", .run = run_del };
static const struct verb verb_sub_show = { .name = "show", .run = run_show };
static const struct verb *const verbs[] = {
	&verb_add, &verb_sub_set, &verb_del, &verb_sub_show,
};

static int run(struct args *a)
{
	return cli_dispatch(a, verbs, ARRAY_SIZE(verbs));
}

const struct verb verb_peer = {
	.name = "peer",
	.summary = "add, set, del or show peers",
	.help = help,
	.run = run,
};
