// SPDX-License-Identifier: GPL-2.0
/* dgsec stats: all counters. */
#include "cli.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "json.h"

static const char help[] =
"dgsec stats DEV [peer PEER | assoc ID] [-j]\n"
"\n"
"Show all counters of an interface, a peer or an association, since it was\n"
"created. rx is from the lower device to the interface, tx the other way. A\n"
"peer's counters are the sums of its associations, past ones included. What\n"
"each of them counts stands in dgsec(8).\n"
"\n"
"  -j    JSON: one object\n";

struct selection {
	struct dgsec_peer peer;
	uint64_t assoc;
};

static int parse(struct args *a, struct selection *sel)
{
	const char *word = args_next(a);
	const char *value = args_next(a);

	if (!word)
		return 0;
	if (strcmp(word, "peer") && strcmp(word, "assoc"))
		return args_error(a, "'%s' is not one of peer, assoc", word);
	if (!value)
		return args_error(a, "'%s' needs a value: %s", word,
				  *word == 'p' ? "its number, inner address or name" :
						 "its number");
	if (*word == 'p') {
		if (args_peer(a, value, &sel->peer))
			return -1;
	} else if (args_number(a, "assoc", value, 1, UINT32_MAX, &sel->assoc)) {
		return -1;
	}
	return args_done(a);
}

static void print_stats(const uint64_t *stats, bool json)
{
	uint32_t i;

	if (json) {
		json_print(json_stats(stats));
		return;
	}
	for (i = 1; i <= DGSEC_A_STATS_MAX; i++)
		if (dgsec_stats_name(i))
			printf("%-20s %" PRIu64 "\n", dgsec_stats_name(i),
			       stats[i]);
}

static int show(struct dev *dev, const struct selection *sel, bool json)
{
	struct dgsec_interface iface;
	struct dgsec_assoc assoc;
	struct dgsec_peer peer;
	const uint64_t *stats;
	int err;

	if (sel->assoc) {
		err = dgsec_assoc_get(dev->dg, dev->ref, sel->assoc, &assoc);
		stats = assoc.stats;
	} else if (sel->peer.has) {
		err = dgsec_peer_get(dev->dg, dev->ref, &sel->peer, &peer);
		stats = peer.stats;
	} else {
		err = dgsec_interface_get(dev->dg, dev->ref, &iface);
		stats = iface.stats;
	}
	if (!err)
		print_stats(stats, json);
	return err;
}

static int run(struct args *a)
{
	struct selection sel = { 0 };
	struct dev dev;
	int err, ret;
	bool json;

	json = args_option(a, "-j");
	if (dev_parse(a, &dev) || parse(a, &sel))
		return cli_usage(a);
	ret = dev_open(&dev);
	if (ret)
		return ret;
	err = show(&dev, &sel, json);
	if (err)
		ret = dev_failed(&dev, "stats", err);
	dev_close(&dev);
	return ret;
}

const struct verb verb_stats = {
	.name = "stats",
	.summary = "all counters of an interface, a peer or an association",
	.help = help,
	.run = run,
};
