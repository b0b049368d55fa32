// SPDX-License-Identifier: GPL-2.0
/* dgsec show: everything, for people or for programs. */
#include "cli.h"

#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "json.h"
#include "table.h"

static const char help[] =
"dgsec show [DEV] [-j]\n"
"\n"
"Show interfaces with their sockets, peers and associations: one, or all that\n"
"are in this network namespace or have their lower device in it.\n"
"\n"
"A socket marked STANDBY has lost its process: what is associated goes on, but\n"
"nobody answers handshakes. A peer in state \"no association\" cannot be reached;\n"
"an association is \"up\", \"unconfirmed\" (nothing authentic heard yet) or\n"
"EXPIRED (a hard limit was reached: nothing passes, and it is about to go).\n"
"\n"
"  -j    JSON: an array of interfaces. Keys are the attribute names of the\n"
"        netlink specification; added are lower (a name), socket-list and\n"
"        peer-list, and for each peer assoc-list.\n";

struct assocs {
	struct dgsec_assoc *v;
	size_t count, room;
};

struct show {
	struct dev dev;
	bool json;
	bool started;			/* an interface was printed */
	bool first;			/* item of the list being printed */
	struct assocs assocs;		/* sorted by peer */
	struct table table;
};

static int collect_assoc(const struct dgsec_assoc *assoc, void *arg)
{
	struct assocs *as = arg;
	struct dgsec_assoc *v;

	if (as->count == as->room) {
		as->room = as->room ? 2 * as->room : 64;
		v = realloc(as->v, as->room * sizeof(*v));
		if (!v)
			err(EXIT_FAILED, "show");
		as->v = v;
	}
	as->v[as->count++] = *assoc;
	return 0;
}

static int compare_assocs(const void *pa, const void *pb)
{
	const struct dgsec_assoc *a = pa, *b = pb;

	if (a->peer_id != b->peer_id)
		return a->peer_id < b->peer_id ? -1 : 1;
	return a->id < b->id ? -1 : a->id > b->id;
}

/* The first association of a peer, or where it would be. */
static size_t find_assocs(const struct assocs *as, uint32_t peer_id)
{
	size_t lo = 0, hi = as->count, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (as->v[mid].peer_id < peer_id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* ---- as JSON ---- */

static int json_socket_item(const struct dgsec_socket *sock, void *arg)
{
	struct show *show = arg;

	json_print_item(json_socket(sock), &show->first);
	return 0;
}

static int json_peer_item(const struct dgsec_peer *peer, void *arg)
{
	struct json_object *list = json_object_new_array();
	struct json_object *o = json_peer(peer);
	struct show *show = arg;
	struct assocs *as = &show->assocs;
	size_t i;

	for (i = find_assocs(as, peer->id);
	     i < as->count && as->v[i].peer_id == peer->id; i++)
		json_object_array_add(list, json_assoc(&as->v[i]));
	json_object_object_add(o, "assoc-list", list);
	json_print_item(o, &show->first);
	return 0;
}

static int show_json(struct show *show, const struct dgsec_interface *iface,
		     const char *lower, struct dgsec_ref ref)
{
	struct json_object *o = json_interface(iface);
	int err, ret;

	if (*lower)
		json_add_text(o, "lower", lower);
	json_print_open(o);
	fputs(",\"socket-list\":[", stdout);
	show->first = true;
	err = dgsec_socket_list(show->dev.dg, ref, json_socket_item, show);
	fputs("],\n\"peer-list\":[", stdout);
	show->first = true;
	ret = dgsec_peer_list(show->dev.dg, ref, json_peer_item, show);
	fputs("]}", stdout);
	return err ? err : ret;
}

/* ---- as text ---- */

static const struct column columns[] = {
	{ "PEER", '>' }, { "INNER ADDRESS", '<' }, { "NAME", '<' },
	{ "ASSOC", '>' }, { "PROTOCOL", '<' }, { "CIPHER", '<' },
	{ "OUTER ENDPOINT", '<' }, { "AGE", '>' }, { "HEARD", '>' },
	{ "IN", '>' }, { "OUT", '>' }, { "DROPS", '>' }, { "STATE", '<' },
};

static void peer_cells(struct table *t, const struct dgsec_peer *peer,
		       const struct dgsec_assoc *assoc)
{
	char buf[FORMAT_SIZE];

	table_cell(t, format_number(buf, peer->id));
	/* Where the secured side must know the port, it is not the usual one. */
	if (assoc && assoc->inner_port && assoc->inner_port != 5683)
		table_cell(t, format_endpoint(buf, &peer->inner_addr,
					      assoc->inner_port));
	else
		table_cell(t, format_addr(buf, &peer->inner_addr));
	table_cell(t, *peer->name ? format_name(buf, peer->name) : "-");
}

static void assoc_cells(struct table *t, const struct dgsec_assoc *assoc)
{
	const uint64_t *stats = assoc->stats;
	char buf[FORMAT_SIZE];

	table_cell(t, format_number(buf, assoc->id));
	if (assoc->protocol == DGSEC_PROTOCOL_NONE) {
		table_cell(t, "NONE");
		table_cell(t, "NONE");
	} else {
		table_cell(t, format_known(dgsec_protocol_name(assoc->protocol)));
		table_cell(t, format_known(dgsec_cipher_name(assoc->cipher)));
	}
	table_cell(t, format_endpoint(buf, &assoc->remote_addr,
				      assoc->remote_port));
	table_cell(t, format_age(buf, assoc->age));
	table_cell(t, dgsec_has(assoc, DGSEC_A_ASSOC_RX_AGE) ?
		   format_age(buf, assoc->rx_age) : "never");
	table_cell(t, format_number(buf, stats[DGSEC_A_STATS_RX_RECORDS]));
	table_cell(t, format_number(buf, stats[DGSEC_A_STATS_TX_RECORDS]));
	table_cell(t, format_number(buf, format_drops(stats)));
	table_cell(t, format_state(assoc));
}

/* What a peer without association has, are the sums of those it had. */
static void no_assoc_cells(struct table *t, const struct dgsec_peer *peer)
{
	const uint64_t *stats = peer->stats;
	char buf[FORMAT_SIZE];
	int i;

	for (i = 0; i < 6; i++)
		table_cell(t, "-");
	table_cell(t, format_number(buf, stats[DGSEC_A_STATS_RX_RECORDS]));
	table_cell(t, format_number(buf, stats[DGSEC_A_STATS_TX_RECORDS]));
	table_cell(t, format_number(buf, format_drops(stats)));
	if (peer->queued)
		snprintf(buf, sizeof(buf), "no association, %u wait",
			 peer->queued);
	table_cell(t, peer->queued ? buf : "no association");
}

static int text_peer(const struct dgsec_peer *peer, void *arg)
{
	struct show *show = arg;
	struct assocs *as = &show->assocs;
	size_t i = find_assocs(as, peer->id);

	if (i == as->count || as->v[i].peer_id != peer->id) {
		peer_cells(&show->table, peer, NULL);
		no_assoc_cells(&show->table, peer);
	}
	for (; i < as->count && as->v[i].peer_id == peer->id; i++) {
		peer_cells(&show->table, peer, &as->v[i]);
		assoc_cells(&show->table, &as->v[i]);
	}
	return 0;
}

static int text_socket(const struct dgsec_socket *sock, void *arg)
{
	struct show *show = arg;
	char buf[FORMAT_SIZE];

	show->first = false;
	printf("  socket %s %s%s\n",
	       format_endpoint(buf, &sock->addr, sock->port),
	       sock->protocol == DGSEC_PROTOCOL_NONE ? "NO SECURITY" :
	       format_known(dgsec_protocol_name(sock->protocol)),
	       dgsec_has(sock, DGSEC_A_SOCKET_STANDBY) ?
	       " STANDBY: its process is gone, nobody answers handshakes" : "");
	return 0;
}

static void text_drops(const uint64_t *stats)
{
	const char *name, *sep = " (";
	uint32_t i;

	printf("drops %" PRIu64, format_drops(stats));
	for (i = 1; i <= DGSEC_A_STATS_MAX; i++) {
		name = dgsec_stats_name(i);
		if (!name || !strstr(name, "-drop-") || !stats[i])
			continue;
		printf("%s%s %" PRIu64, sep, name, stats[i]);
		sep = ", ";
	}
	puts(*sep == ',' ? ")" : "");
}

static void text_rates(const struct dgsec_interface *iface)
{
	fputs("handshakes ", stdout);
	if (iface->handshake_rate)
		printf("%u/s and source, burst %u", iface->handshake_rate,
		       iface->handshake_burst);
	if (iface->handshake_prefix_rate)
		printf("%s%u/s and prefix", iface->handshake_rate ? ", " : "",
		       iface->handshake_prefix_rate);
	if (iface->handshake_total_rate)
		printf("%s%u/s in all",
		       iface->handshake_rate || iface->handshake_prefix_rate ?
		       ", " : "", iface->handshake_total_rate);
	puts(iface->handshake_rate || iface->handshake_prefix_rate ||
	     iface->handshake_total_rate ? "" : "without limit");
}

static void text_interface(const struct dgsec_interface *iface,
			   const char *lower)
{
	char buf[FORMAT_SIZE];

	printf("%s%s%s%s%s\n", iface->name, *lower ? " on " : "", lower,
	       iface->ifindex ? "" : ", in another network namespace",
	       *lower ? "" : ", lower device in another network namespace");
	printf("  service %s, ",
	       format_service(buf, &iface->service_addr, iface->service_port));
	text_rates(iface);
	printf("  peers %u of %u, associations %u of %u, handshakes under way %u\n",
	       iface->peers, iface->max_peers, iface->assocs,
	       iface->max_assocs, iface->expected);
	printf("  packets that wait for an association %u, at most %u, %u for a peer, %us\n",
	       iface->queued, iface->queue_max, iface->queue_len,
	       iface->queue_seconds);
	printf("  exchanges %u of %u, with one peer at most %u\n",
	       iface->exchanges, iface->max_exchanges,
	       iface->max_peer_exchanges);
	if (iface->cid_len)
		printf("  connection IDs of %u octets\n", iface->cid_len);
	printf("  records in %" PRIu64 ", out %" PRIu64 ", ",
	       iface->stats[DGSEC_A_STATS_RX_RECORDS],
	       iface->stats[DGSEC_A_STATS_TX_RECORDS]);
	text_drops(iface->stats);
}

static int show_text(struct show *show, const struct dgsec_interface *iface,
		     const char *lower, struct dgsec_ref ref)
{
	int err;

	text_interface(iface, lower);
	show->first = true;
	err = dgsec_socket_list(show->dev.dg, ref, text_socket, show);
	if (err)
		return err;
	if (show->first)
		puts("  no socket: nothing can come or go (is dgsecd running?)");
	table_init(&show->table, columns, ARRAY_SIZE(columns));
	err = dgsec_peer_list(show->dev.dg, ref, text_peer, show);
	if (!err && show->table.used) {
		putchar('\n');
		table_print(&show->table, "  ");
	}
	table_free(&show->table);
	return err;
}

static int show_one(struct show *show, const struct dgsec_interface *iface)
{
	struct dgsec_ref ref = { .ifindex = iface->ifindex };
	char lower[IF_NAMESIZE];
	int err;

	if (!ref.ifindex)
		ref.lower_ifindex = iface->lower_ifindex;
	dev_lower(&show->dev, iface, lower);
	show->assocs.count = 0;
	err = dgsec_assoc_list(show->dev.dg, ref, 0, collect_assoc,
			       &show->assocs);
	if (err)
		return err;
	if (show->assocs.count)
		qsort(show->assocs.v, show->assocs.count,
		      sizeof(*show->assocs.v), compare_assocs);
	if (show->started)
		puts(show->json ? "," : "");
	show->started = true;
	return show->json ? show_json(show, iface, lower, ref) :
			    show_text(show, iface, lower, ref);
}

struct interfaces {
	struct dgsec_interface *v;
	size_t count;
};

static int collect_interface(const struct dgsec_interface *iface, void *arg)
{
	struct interfaces *is = arg;
	struct dgsec_interface *v;

	v = realloc(is->v, (is->count + 1) * sizeof(*v));
	if (!v)
		err(EXIT_FAILED, "show");
	is->v = v;
	is->v[is->count++] = *iface;
	return 0;
}

static int show_interfaces(struct show *show)
{
	struct interfaces is = { 0 };
	struct dgsec_interface iface;
	size_t i;
	int err;

	if (show->dev.name) {
		err = dgsec_interface_get(show->dev.dg, show->dev.ref, &iface);
		if (!err)
			collect_interface(&iface, &is);
	} else {
		err = dgsec_interface_list(show->dev.dg, collect_interface,
					   &is);
	}
	if (err)
		goto out;
	if (show->json)
		fputs("[", stdout);
	for (i = 0; i < is.count && !err; i++) {
		err = show_one(show, &is.v[i]);
		/* In a list of all, one that has just gone is no failure. */
		if (err == -ENODEV && !show->dev.name)
			err = 0;
	}
	if (show->json)
		puts("]");
out:
	free(is.v);
	return err;
}

static int run(struct args *a)
{
	struct show show = { 0 };
	int ret, err;

	show.json = args_option(a, "-j");
	if ((args_peek(a) && dev_parse(a, &show.dev)) || args_done(a))
		return cli_usage(a);
	ret = show.dev.name ? dev_open(&show.dev) : dev_open_handle(&show.dev);
	if (ret)
		return ret;
	err = show_interfaces(&show);
	if (err)
		ret = dev_failed(&show.dev, "show", err);
	free(show.assocs.v);
	dev_close(&show.dev);
	return ret;
}

const struct verb verb_show = {
	.name = "show",
	.summary = "interfaces, sockets, peers and associations",
	.help = help,
	.run = run,
};
