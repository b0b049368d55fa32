// SPDX-License-Identifier: GPL-2.0
/*
 * Exchanges between clients that send anything and devices that send anything.
 * The input: operations, see one().
 *
 * Demanded: every octet is touched within its bounds; what is behind the token
 * stays; what a client gets has a token or message ID that it sent to that very
 * device; two messages have the same ID towards a device only when the first
 * one's time is over, or its exchange made room; the bounds hold.
 */
#include <stdbool.h>

#include "exchange.h"
#include "fuzz.h"

const unsigned long fuzz_short_runs = 60000;

enum { CLIENTS = 6, PEERS = 3, SEEN = 16, ROOM = 16, TOKENS = 9, USED = 4096 };

/* An ID towards a device: whose it is, and until when */
struct use {
	uint32_t until, number;
	uint8_t client, token;
	uint16_t theirs;
};

static struct dgsec_exchanges table;
static u8 sharing[PEERS];
static u32 now;

static struct {
	/* what clients have sent */
	bool token[CLIENTS][TOKENS], mid[CLIENTS][256];
	/* what the device has seen */
	struct {
		uint8_t data[16], len;
	} seen[SEEN];
	unsigned int n_seen, n_used;
	u16 used[USED];		/* of ... */
	struct use use[65536];
} peers[PEERS];

/* Messages of each client with each token: the table follows the last two. */
static uint32_t numbers[PEERS][CLIENTS][TOKENS];
static bool made_room;

/* Few tokens: of up to 2 octets, equal ones. Others are TOKENS. */
static unsigned int token_number(const struct dgsec_coap *m)
{
	if (m->token_len > 2 || (m->token_len && m->token[0] > 3) ||
	    (m->token_len == 2 && m->token[1] != m->token[0]))
		return TOKENS;
	return m->token_len ? (m->token_len - 1) * 4 + 1 + m->token[0] : 0;
}

static uint8_t fold(u16 mid)
{
	return mid ^ mid >> 8;
}

/* A message as CoAP has it, or nearly, or any octets */
static size_t make(struct input *in, uint8_t out[64])
{
	uint8_t kind = take8(in), *p = out;
	const uint8_t *raw;
	size_t len;

	if (kind >= 0xe0) {
		len = take(in, &raw, kind & 31);
		if (len)
			memcpy(out, raw, len);
		return len;
	}
	len = (kind >> 2) % 3;
	*p++ = 0x40 | (kind & 3) << 4 | len;
	*p++ = take8(in);
	*p++ = 0;
	*p++ = take8(in) % 8;
	memset(p, take8(in) % 4, len);
	p += len;
	if (kind & 0x20)
		*p++ = COAP_OPTION_OBSERVE << 4;
	if (kind & 0x40) {
		*p++ = COAP_PAYLOAD_MARKER;
		*p++ = kind;
	}
	return p - out;
}

/* Rewrite it on the heap with no more room than there must be. */
static uint8_t *rewrite(const uint8_t *data, size_t len,
			const struct dgsec_coap_rewrite *to, uint8_t **buf,
			size_t *new_len)
{
	size_t grow = to->token_len > to->old_len ? to->token_len - to->old_len : 0;
	uint8_t *start;

	*buf = malloc(grow + len);
	memcpy(*buf + grow, data, len);
	start = dgsec_coap_rewrite(*buf + grow, to);
	demand(start >= *buf);
	*new_len = *buf + grow + len - start;
	demand((start[0] & 0xf0) == (data[0] & 0xf0) && start[1] == data[1]);
	demand((start[0] & 15) == to->token_len && to->old_len == (data[0] & 15));
	demand(len - to->old_len == *new_len - to->token_len);
	demand(!memcmp(start + 4 + to->token_len, data + 4 + to->old_len, len - 4 - to->old_len));
	return start;
}

static void note_use(unsigned int peer, unsigned int client, const struct dgsec_coap *m, u16 ours)
{
	struct use *use = &peers[peer].use[ours];
	unsigned int token = token_number(m);

	if (peers[peer].n_used < USED)
		peers[peer].used[peers[peer].n_used++] = ours;
	/* those without a token have an exchange each */
	if (!m->code || token == TOKENS || !client) {
		use->until = 0;
		return;
	}
	if (use->until > now) {
		if (use->client == client && use->token == token && use->theirs == m->mid)
			return;
		demand(made_room || use->number + 1 < numbers[peer][use->client][use->token]);
	}
	*use = (struct use){
		.until = now + COAP_NON_LIFETIME, .client = client, .token = token,
		.theirs = m->mid, .number = ++numbers[peer][client][token],
	};
}

static void out(struct input *in)
{
	unsigned int client = take8(in) % CLIENTS, peer = take8(in) % PEERS;
	struct dgsec_asker from = {
		.peer = peer + 1, .sharing = &sharing[peer], .port = htons(1000 + client),
		.inner_port = htons(5683), .service = !client,
	};
	struct dgsec_verdict v;
	uint8_t data[64], *copy, *buf, *start;
	size_t len = make(in, data), new_len;
	struct dgsec_coap m, seen;
	bool good;
	int stat;

	from.addr.s6_addr[15] = client / 2;
	copy = copy_exact(data, len);
	good = dgsec_coap_parse(copy, len, &m);
	stat = dgsec_exchange_out(&table, &from, copy, len, now, &v);
	free(copy);
	made_room |= v.evicted;
	demand(good || client || !v.rewrite);
	demand(good || stat == (client ? DGSEC_A_STATS_TX_DROP_NOT_COAP : 0));
	if (stat || !v.rewrite)
		return;
	m.token = data + 4;
	start = rewrite(data, len, &v.to, &buf, &new_len);
	demand(dgsec_coap_parse(start, new_len, &seen));
	if (client && dgsec_coap_is_request(&m))
		demand(seen.token_len == DGSEC_EXCHANGE_TOKEN);
	if (m.type == COAP_CON || m.type == COAP_NON) {
		unsigned int n = peers[peer].n_seen++ % SEEN;

		peers[peer].mid[client][fold(m.mid)] = true;
		if (token_number(&m) < TOKENS)
			peers[peer].token[client][token_number(&m)] = true;
		memcpy(peers[peer].seen[n].data, start, 4 + seen.token_len);
		peers[peer].seen[n].len = 4 + seen.token_len;
		if (table.max)
			note_use(peer, client, &m, seen.mid);
	}
	free(buf);
}

static void in(struct input *in)
{
	unsigned int peer = take8(in) % PEERS, client;
	uint8_t data[64], *copy, *buf, *start, how = take8(in);
	size_t len = make(in, data), new_len;
	struct dgsec_verdict v;
	struct dgsec_coap m;
	int stat;

	/* in answer to what it has seen: its token, and its ID or another one */
	if (how & 0x80 && peers[peer].n_seen && len >= 4) {
		unsigned int n = how % SEEN % peers[peer].n_seen;

		len = peers[peer].seen[n].len;
		memcpy(data, peers[peer].seen[n].data, len);
		data[0] = (data[0] & 0xcf) | (how & 0x30);
		data[1] = how & 0x40 ? 0x45 : 0;
		if (!(how & 0x40)) {
			len = 4;
			data[0] &= 0xf0;
		} else if (!(how & 0x20)) {
			data[3] ^= how;
		}
		if (how & 0x08 && len > 4)
			data[len++] = COAP_OPTION_OBSERVE << 4;
	}
	copy = copy_exact(data, len);
	stat = dgsec_exchange_in(&table, peer + 1, how, copy, len, now, &v);
	free(copy);
	/* it may have shown that the device had the ID before */
	if (!v.client && len >= 4)
		peers[peer].use[data[2] << 8 | data[3]].until = 0;
	if (stat || !v.rewrite) {
		demand(!v.client);
		return;
	}
	start = rewrite(data, len, &v.to, &buf, &new_len);
	demand(dgsec_coap_parse(start, new_len, &m));
	client = ntohs(v.port) - 1000;
	if (v.client) {
		demand(client && client < CLIENTS && v.addr.s6_addr[15] == client / 2);
		demand(v.inner_port == htons(5683));
		if (m.code && token_number(&m) < TOKENS)
			demand(peers[peer].token[client][token_number(&m)]);
		if (m.type == COAP_ACK || m.type == COAP_RST)
			demand(peers[peer].mid[client][fold(m.mid)]);
	}
	free(buf);
}

static int count_one(const struct dgsec_exchange *e, void *arg)
{
	demand(e->peer->id >= 1 && e->peer->id <= PEERS);
	++*(u32 *)arg;
	return 0;
}

static void one(struct input *input)
{
	unsigned long at = 0;
	u32 max, n = 0;

	switch (take8(input) % 16) {
	case 0 ... 6:
		out(input);
		break;
	case 7 ... 11:
		in(input);
		break;
	case 12:
		now += take8(input);
		break;
	case 13:
		dgsec_exchanges_age(&table, now);
		dgsec_exchanges_walk(&table, &at, count_one, &n);
		demand(n == table.share.count);
		break;
	case 14:
		max = take8(input) % 32;
		made_room = true;
		dgsec_exchanges_limit(&table, max, take8(input) % 32, now);
		demand(table.share.count <= max);
		break;
	case 15:
		max = take8(input) % PEERS;
		made_room = true;
		dgsec_exchanges_forget(&table, max + 1, &sharing[max], DGSEC_SHARING_NO);
		demand(sharing[max] == DGSEC_SHARING_NO);
		demand(!dgsec_exchanges_of(&table, max + 1));
		break;
	}
	demand(table.share.count <= table.max || !table.max);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { .at = data, .left = size };
	unsigned int i;

	/* all but the largest part, of which little is used */
	for (i = 0; i < PEERS; i++) {
		while (peers[i].n_used)
			peers[i].use[peers[i].used[--peers[i].n_used]].until = 0;
		memset(&peers[i], 0, offsetof(typeof(peers[i]), used));
	}
	memset(numbers, 0, sizeof(numbers));
	memset(&table, 0, sizeof(table));
	made_room = false;
	now = 1000;
	demand(!dgsec_exchanges_init(&table));
	while (input.left)
		one(&input);
	for (i = 0; i < PEERS; i++)
		dgsec_exchanges_forget(&table, i + 1, &sharing[i], DGSEC_SHARING_NO);
	demand(!table.share.count && !table.n_peers);
	dgsec_exchanges_destroy(&table);
	return 0;
}
