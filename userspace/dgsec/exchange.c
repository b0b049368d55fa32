// SPDX-License-Identifier: GPL-2.0
/* dgsec exchange: who besides the service asks which device what. */
#include "cli.h"

#include <stdio.h>
#include <string.h>

#include "format.h"
#include "json.h"
#include "table.h"

static const char help[] =
"dgsec exchange [show] DEV [peer PEER] [-j]\n"
"\n"
"Show the exchanges of an interface, or those with one peer: requests of others\n"
"than the peer's service, and what answers them. Message IDs and tokens are those\n"
"of the client and, after the arrow, those that the device sees instead.\n"
"\n"
"An exchange is \"waiting\", \"acknowledged\" (the response is still to come),\n"
"\"answered\" (kept for what may be repeated), \"observing\", or a \"message\"\n"
"without a mapped token: a CoAP ping, or one of the service (marked *) while\n"
"others ask the same peer. LEFT is how long it is kept if nothing more comes.\n"
"\n"
"  peer PEER    only this peer's: its number, inner address or name\n"
"  -j           JSON, an array of exchanges\n";

static const struct column columns[] = {
	{ "PEER", '>' }, { "CLIENT", '<' }, { "PORT", '>' }, { "STATE", '<' },
	{ "MESSAGE ID", '<' }, { "TOKEN", '<' }, { "OUT", '>' }, { "IN", '>' },
	{ "AGE", '>' }, { "LEFT", '>' },
};

struct show {
	struct table table;
	bool json;
	bool first;
};

static void token_text(char *to, size_t size, const struct dgsec_token *token)
{
	size_t i;

	snprintf(to, size, "empty");
	for (i = 0; i < token->len; i++)
		snprintf(to + 2 * i, size - 2 * i, "%02x", token->octets[i]);
}

static void mapped_cells(struct table *t, const struct dgsec_exchange *e)
{
	char theirs[2 * DGSEC_TOKEN_MAX + 1], ours[sizeof(theirs)];
	char buf[FORMAT_SIZE];

	if (dgsec_has(e, DGSEC_A_EXCHANGE_CLIENT_MID)) {
		snprintf(buf, sizeof(buf), "%04x > %04x", e->client_mid,
			 e->device_mid);
		table_cell(t, buf);
	} else {
		table_cell(t, "-");
	}
	if (dgsec_has(e, DGSEC_A_EXCHANGE_CLIENT_TOKEN)) {
		token_text(theirs, sizeof(theirs), &e->client_token);
		token_text(ours, sizeof(ours), &e->device_token);
		snprintf(buf, sizeof(buf), "%s > %s", theirs, ours);
		table_cell(t, buf);
	} else {
		table_cell(t, "-");
	}
}

static int show_exchange(const struct dgsec_exchange *e, void *arg)
{
	struct show *show = arg;
	struct table *t = &show->table;
	char buf[FORMAT_SIZE];

	if (show->json) {
		json_print_item(json_exchange(e), &show->first);
		return 0;
	}
	table_cell(t, format_number(buf, e->peer_id));
	format_endpoint(buf, &e->client_addr, e->client_port);
	if (dgsec_has(e, DGSEC_A_EXCHANGE_SERVICE))
		strncat(buf, "*", sizeof(buf) - strlen(buf) - 1);
	table_cell(t, buf);
	table_cell(t, format_number(buf, e->inner_port));
	table_cell(t, format_known(dgsec_exchange_state_name(e->state)));
	mapped_cells(t, e);
	table_cell(t, format_number(buf, e->requests));
	table_cell(t, format_number(buf, e->responses));
	table_cell(t, format_age(buf, e->age));
	table_cell(t, format_age(buf, e->left));
	return 0;
}

static int show_exchanges(struct dev *dev, struct dgsec_peer *peer,
			  struct show *show)
{
	int err = 0;

	if (peer->has)
		err = dev_resolve_peer(dev, peer);
	if (err)
		return err;
	if (show->json)
		putchar('[');
	err = dgsec_exchange_list(dev->dg, dev->ref, peer->id, show_exchange,
				  show);
	if (show->json)
		puts("]");
	else if (!err)
		table_print(&show->table, "");
	return err;
}

static int parse_peer(struct args *a, struct dgsec_peer *peer)
{
	const char *text = args_peek(a);

	if (!text || strcmp(text, "peer"))
		return 0;
	args_next(a);
	text = args_next(a);
	if (!text)
		return args_error(a, "the peer is missing: its number, inner address or name");
	return args_peer(a, text, peer);
}

static int run(struct args *a)
{
	struct show show = { .first = true };
	struct dgsec_peer peer = { 0 };
	struct dev dev;
	int err, ret;

	show.json = args_option(a, "-j");
	if (args_peek(a) && !strcmp(args_peek(a), "show"))
		args_next(a);
	if (dev_parse(a, &dev) || parse_peer(a, &peer) || args_done(a))
		return cli_usage(a);
	ret = dev_open(&dev);
	if (ret)
		return ret;
	table_init(&show.table, columns, ARRAY_SIZE(columns));
	err = show_exchanges(&dev, &peer, &show);
	table_free(&show.table);
	if (err)
		ret = dev_failed(&dev, "exchange", err);
	dev_close(&dev);
	return ret;
}

const struct verb verb_exchange = {
	.name = "exchange",
	.summary = "show who else asks devices what",
	.help = help,
	.run = run,
};
