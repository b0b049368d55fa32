// SPDX-License-Identifier: GPL-2.0
/*
 * Exchanges from both sides: clients with the same tokens and message IDs, a
 * device that answers in all ways that CoAP has, and the table under load.
 */

#include <setjmp.h>

#include "exchange.h"

enum {
	PEER	= 7,
	OTHER	= 8,
	VIA	= 42,
	ROOM	= 64,		/* before a message */
	TO_SERVICE = -1,
	NOT_COAP = DGSEC_A_STATS_TX_DROP_NOT_COAP,
	NO_EXCHANGE = DGSEC_A_STATS_TX_DROP_NO_EXCHANGE,
	STRAY = DGSEC_A_STATS_RX_DROP_NO_EXCHANGE,
	GET = 1, CONTENT = 0x45, NOT_FOUND = 0x84,
};

static int failed, done;
static struct dgsec_exchanges table;
static u8 sharing[16];
static u32 now;

static void result(bool ok, const char *what)
{
	printf("%sok %d - %s\n", ok ? "" : "not ", ++done, what);
	failed += !ok;
}

static jmp_buf not_so;

static void need(bool so, const char *what, int line)
{
	if (so)
		return;
	printf("# line %d: not so: %s\n", line, what);
	longjmp(not_so, 1);
}

#define NEED(what)	need(what, #what, __LINE__)

/* A message as its sender or receiver sees it */
struct message {
	u8 type, code, token_len;
	u16 mid;
	u8 token[8];
	int observe;		/* the option's value, + 1 */
	const char *payload;
};

static size_t build(const struct message *m, u8 *to)
{
	u8 *p = to;

	*p++ = 0x40 | m->type << 4 | m->token_len;
	*p++ = m->code;
	*p++ = m->mid >> 8;
	*p++ = m->mid;
	memcpy(p, m->token, m->token_len);
	p += m->token_len;
	if (m->observe) {
		*p++ = COAP_OPTION_OBSERVE << 4 | (m->observe > 1);
		if (m->observe > 1)
			*p++ = m->observe - 1;
	}
	if (m->payload) {
		*p++ = COAP_PAYLOAD_MARKER;
		memcpy(p, m->payload, strlen(m->payload));
		p += strlen(m->payload);
	}
	return p - to;
}

/* What has become of @m: all but header and token as it was. */
static bool same_rest(const struct message *m, const u8 *start, size_t len,
		      struct message *seen)
{
	u8 plain[256];
	size_t want;

	seen->type = start[0] >> 4 & 3;
	seen->token_len = start[0] & 15;
	seen->code = start[1];
	seen->mid = start[2] << 8 | start[3];
	memset(seen->token, 0, sizeof(seen->token));
	memcpy(seen->token, start + 4, seen->token_len);
	seen->observe = m->observe;
	seen->payload = m->payload;
	want = build(seen, plain);
	return seen->type == m->type && seen->code == m->code &&
	       len == want && !memcmp(start, plain, len);
}

static struct dgsec_asker client(int n, u32 peer)
{
	struct dgsec_asker from = {
		.peer = peer, .sharing = &sharing[peer],
		.port = htons(40000 + n / 100), .inner_port = htons(5683),
	};

	/* a hundred addresses, and more ports of these */
	from.addr.s6_addr[0] = 0xfd;
	from.addr.s6_addr[15] = n % 100;
	from.service = !n;
	return from;
}

/* Client @n (0: the service) sends @m; the device sees @seen. */
static int send_to(u32 peer, int n, const struct message *m,
		   struct message *seen, struct dgsec_verdict *v)
{
	struct dgsec_asker from = client(n, peer);
	u8 *buf = malloc(256), *data = buf + ROOM, *start;
	struct dgsec_verdict own;
	size_t len = build(m, data);
	int stat;

	v = v ?: &own;
	stat = dgsec_exchange_out(&table, &from, data, len, now, v);
	*seen = *m;
	if (!stat && v->rewrite) {
		start = dgsec_coap_rewrite(data, &v->to);
		if (!same_rest(m, start, data + len - start, seen))
			stat = -99;
	}
	free(buf);
	return stat;
}

static int send_msg(int n, const struct message *m, struct message *seen)
{
	return send_to(PEER, n, m, seen, NULL);
}

/*
 * The device sends @m; who gets it sees @seen.
 * Return: the client's number, TO_SERVICE, or -1000 - the counter.
 */
static int answer_from(u32 peer, const struct message *m, struct message *seen)
{
	u8 *buf = malloc(256), *data = buf + ROOM, *start;
	size_t len = build(m, data);
	struct dgsec_verdict v;
	int stat, ret = TO_SERVICE;

	stat = dgsec_exchange_in(&table, peer, VIA, data, len, now, &v);
	*seen = *m;
	if (!stat && v.rewrite) {
		start = dgsec_coap_rewrite(data, &v.to);
		if (!same_rest(m, start, data + len - start, seen))
			stat = 99;
	}
	if (stat)
		ret = -1000 - stat;
	else if (v.client)
		ret = v.addr.s6_addr[15] + 100 * (ntohs(v.port) - 40000);
	free(buf);
	return ret;
}

static int answer(const struct message *m, struct message *seen)
{
	return answer_from(PEER, m, seen);
}

static bool same_token(const struct message *a, const struct message *b)
{
	return a->token_len == b->token_len &&
	       !memcmp(a->token, b->token, a->token_len);
}

/* The response to a request as the device saw it */
static struct message response(const struct message *seen, u8 type, u8 code,
			       u16 mid)
{
	struct message m = *seen;

	m.type = type;
	m.code = code;
	m.mid = mid;
	m.observe = 0;
	m.payload = "22.5 C";
	return m;
}

static void reset(void)
{
	int i;

	for (i = 0; i < (int)ARRAY_SIZE(sharing); i++) {
		dgsec_exchanges_forget(&table, i, &sharing[i],
				       DGSEC_SHARING_NO);
	}
	dgsec_exchanges_limit(&table, DGSEC_MAX_EXCHANGES,
			      DGSEC_MAX_PEER_EXCHANGES, now);
	now += 1000;
}

static const struct message get = {
	.code = GET, .token_len = 2, .mid = 0x1234, .token = { 0xab, 0xcd },
};

/* ---- messages ---- */

static const struct {
	const char *hex;
	bool good;
} headers[] = {
	{ "40011234", true }, { "44011234aabbccdd", true },
	{ "480112340102030405060708", true }, { "400112", false }, { "", false },
	{ "00011234", false }, { "80011234", false }, { "c0011234", false },
	/* tokens of 9 octets and more, and shorter than they say */
	{ "49011234010203040506070809", false }, { "4f011234", false },
	{ "44011234aabbcc", false }, { "41011234", false },
	/* empty messages are 4 octets, and not non-confirmable */
	{ "40001234", true }, { "60001234", true }, { "70001234", true },
	{ "50001234", false }, { "4000123400", false }, { "41001234aa", false },
	{ "6000123400", false },
	/* responses, reserved classes, requests in acknowledgements, resets */
	{ "60451234ff41", true }, { "50451234", true }, { "40451234", true },
	{ "70451234", false }, { "70011234", false }, { "60011234", false },
	{ "40211234", false }, { "40c11234", false }, { "40e11234", false },
	{ "40841234", true }, { "40a51234", true }, { "401f1234", true },
};

static void test_headers(void)
{
	struct dgsec_coap m;
	size_t i, len;

	for (i = 0; i < ARRAY_SIZE(headers); i++) {
		u8 *buf;

		len = strlen(headers[i].hex) / 2;
		buf = malloc(len + !len);
		hex2bin(buf, headers[i].hex, len);
		need(dgsec_coap_parse(buf, len, &m) == headers[i].good,
		     headers[i].hex, __LINE__);
		free(buf);
	}
}

static const struct {
	const char *hex;
	int value;		/* -1: none */
} observes[] = {
	{ "40010001", -1 }, { "4001000160", 0 }, { "400100016101", 1 },
	{ "42010001aabb6101b474657374", 1 }, { "4001000163010203", 0x10203 },
	{ "400100016401020304", -1 }, { "4001000161", -1 },
	{ "40010001b474657374", -1 }, { "400100014101ff", -1 },
	/* behind If-Match, Uri-Host, If-None-Match, in steps of 0 to 5 */
	{ "400100011061", -1 }, { "40010001105105", 5 },
	{ "4001000100105107", 7 }, { "4001000150100151ff", 0 },
	{ "40010001501009", 0 }, { "400100015110", -1 },
	{ "400100015010", 0 }, { "40010001ff60", -1 }, { "400100017000", -1 },
	/* lengths and numbers in more octets, and none of them there */
	{ "400100010d", -1 }, { "400100011d", -1 }, { "400100011e00", -1 },
	{ "400100011f", -1 }, { "40010001f1", -1 }, { "40010001d0", -1 },
	{ "400100011d00000102030405060708090a0b0c5103", 3 },
	{ "400100011d00", -1 }, { "400100016d00000102030405060708090a0b0c", -1 },
};

static void test_observes(void)
{
	size_t i, len;
	u32 value;

	for (i = 0; i < ARRAY_SIZE(observes); i++) {
		u8 *buf;
		bool has;

		len = strlen(observes[i].hex) / 2;
		buf = malloc(len);
		hex2bin(buf, observes[i].hex, len);
		has = dgsec_coap_observe(buf, len, &value);
		free(buf);
		need((has ? (int)value : -1) == observes[i].value,
		     observes[i].hex, __LINE__);
	}
}

static void test_rewrite(void)
{
	struct dgsec_coap_rewrite to = { .mid = 0xbeef };
	u8 buf[64], *start;
	struct message m = { .code = GET, .mid = 1, .payload = "payload" };
	size_t len;

	memset(to.token, 0x77, sizeof(to.token));
	for (m.token_len = 0; m.token_len <= 8; m.token_len++) {
		for (to.token_len = 0; to.token_len <= 8; to.token_len++) {
			struct message seen;

			to.old_len = m.token_len;
			len = build(&m, buf + 16);
			start = dgsec_coap_rewrite(buf + 16, &to);
			NEED(start == buf + 16 + m.token_len - to.token_len);
			NEED(same_rest(&m, start, buf + 16 + len - start, &seen));
			NEED(seen.mid == 0xbeef);
			NEED(seen.token_len == to.token_len);
			NEED(!memcmp(seen.token, to.token, to.token_len));
		}
	}
}

/* ---- exchanges ---- */

static void test_piggybacked(void)
{
	struct message a, b, c, again, got, r;

	NEED(sharing[PEER] == DGSEC_SHARING_NO);
	NEED(!send_msg(1, &get, &a) && !send_msg(2, &get, &b));
	NEED(sharing[PEER] == DGSEC_SHARING_YES);
	NEED(a.mid != b.mid && !same_token(&a, &b));
	NEED(a.token_len == DGSEC_EXCHANGE_TOKEN);
	/* repeated, it is the same */
	NEED(!send_msg(1, &get, &again));
	NEED(again.mid == a.mid && same_token(&again, &a));
	/* the answers come in the other order, one of them twice */
	r = response(&b, COAP_ACK, CONTENT, b.mid);
	NEED(answer(&r, &got) == 2 && got.mid == get.mid && same_token(&got, &get));
	NEED(answer(&r, &got) == 2 && got.mid == get.mid && same_token(&got, &get));
	r = response(&a, COAP_ACK, NOT_FOUND, a.mid);
	NEED(answer(&r, &got) == 1 && got.mid == get.mid && same_token(&got, &get));
	/* another port is another client */
	NEED(!send_msg(101, &get, &c));
	NEED(c.mid != a.mid && !same_token(&c, &a));
	r = response(&c, COAP_ACK, NOT_FOUND, c.mid);
	NEED(answer(&r, &got) == 101 && same_token(&got, &get));
}

static void test_separate(void)
{
	struct message a, b, got, m, seen;
	struct dgsec_verdict v;

	NEED(!send_msg(1, &get, &a) && !send_msg(2, &get, &b));
	m = (struct message){ .type = COAP_ACK, .mid = a.mid };
	NEED(answer(&m, &got) == 1 && got.mid == get.mid && !got.token_len);
	m = response(&a, COAP_CON, CONTENT, 0x7777);
	NEED(answer(&m, &got) == 1 && got.mid == 0x7777 && same_token(&got, &get));
	/* acknowledged by who got it, and by nobody else */
	m = (struct message){ .type = COAP_ACK, .mid = 0x7777 };
	NEED(send_to(PEER, 2, &m, &seen, NULL) == NO_EXCHANGE);
	NEED(send_to(OTHER, 1, &m, &seen, NULL) == NO_EXCHANGE);
	NEED(!send_to(PEER, 1, &m, &seen, &v) && seen.mid == 0x7777);
	NEED(v.via == VIA);
	m.mid = 0x7778;
	NEED(send_msg(1, &m, &seen) == NO_EXCHANGE);
	/* a non-confirmable one, and a reset for the request */
	m = response(&b, COAP_NON, CONTENT, 0x7779);
	NEED(answer(&m, &got) == 2 && got.mid == 0x7779);
	m = (struct message){ .type = COAP_RST, .mid = b.mid };
	NEED(answer(&m, &got) == 2 && got.mid == get.mid);
	/* clients answer nothing */
	m = response(&get, COAP_CON, CONTENT, 5);
	NEED(send_msg(1, &m, &seen) == NO_EXCHANGE);
	m = response(&get, COAP_ACK, CONTENT, 5);
	NEED(send_msg(1, &m, &seen) == NO_EXCHANGE);
}

static void test_ping(void)
{
	struct message ping = { .mid = 0x4444 }, a, b, again, got, m;

	NEED(!send_msg(1, &ping, &a) && !send_msg(2, &ping, &b));
	NEED(a.mid != b.mid && !a.token_len);
	NEED(!send_msg(1, &ping, &again) && again.mid == a.mid);
	m = (struct message){ .type = COAP_RST, .mid = b.mid };
	NEED(answer(&m, &got) == 2 && got.mid == 0x4444);
	m.mid = a.mid;
	NEED(answer(&m, &got) == 1 && got.mid == 0x4444);
}

static struct dgsec_exchange *find(int n)
{
	struct dgsec_asker from = client(n, PEER);

	return dgsec_exchange_by_client(&table, &from, get.token, get.token_len,
					now);
}

static void test_observe(void)
{
	struct message reg = get, a, again, got, m, seen;
	u16 mid;

	reg.observe = 1;
	NEED(!send_msg(1, &reg, &a));
	m = response(&a, COAP_ACK, CONTENT, a.mid);
	m.observe = 5;
	NEED(answer(&m, &got) == 1);
	NEED(find(1)->flags & DGSEC_EXCHANGE_OBSERVING);
	/* notifications for weeks, a day apart */
	for (mid = 100; mid < 130; mid++) {
		now += COAP_OBSERVE_CON;
		dgsec_exchanges_age(&table, now);
		m.type = mid % 2 ? COAP_CON : COAP_NON;
		m.mid = mid;
		NEED(answer(&m, &got) == 1 && same_token(&got, &get) &&
		     got.mid == mid);
		if (mid % 2) {
			struct message ack = { .type = COAP_ACK, .mid = mid };

			NEED(!send_msg(1, &ack, &seen) && seen.mid == mid);
		}
	}
	/* renewed: the same token, so that the device renews it too */
	reg.mid++;
	NEED(!send_msg(1, &reg, &again));
	NEED(same_token(&again, &a) && again.mid != a.mid);
	m.type = COAP_ACK;
	m.mid = again.mid;
	NEED(answer(&m, &got) == 1 && got.mid == reg.mid);
	/* cancelled: what is still on its way comes, and does not renew it */
	reg.mid++;
	reg.observe = 2;
	NEED(!send_msg(1, &reg, &again) && same_token(&again, &a));
	m.type = COAP_NON;
	m.mid = 200;
	NEED(answer(&m, &got) == 1);
	NEED(!(find(1)->flags & DGSEC_EXCHANGE_OBSERVING));
	now += COAP_EXCHANGE_LIFETIME;
	NEED(!find(1));
}

static void test_observe_ends(void)
{
	struct message reg = get, a, got, m, rst, seen;

	reg.observe = 1;
	/* by a reset */
	NEED(!send_msg(1, &reg, &a));
	m = response(&a, COAP_NON, CONTENT, 900);
	m.observe = 9;
	NEED(answer(&m, &got) == 1);
	NEED(find(1)->flags & DGSEC_EXCHANGE_OBSERVING);
	rst = (struct message){ .type = COAP_RST, .mid = 900 };
	NEED(send_msg(2, &rst, &seen) == NO_EXCHANGE);
	NEED(!send_msg(1, &rst, &seen));
	NEED(!(find(1)->flags & DGSEC_EXCHANGE_OBSERVING));
	/* by an error */
	NEED(!send_msg(2, &reg, &a));
	m = response(&a, COAP_NON, CONTENT, 901);
	m.observe = 9;
	NEED(answer(&m, &got) == 2);
	m.code = NOT_FOUND;
	m.mid = 902;
	NEED(answer(&m, &got) == 2);
	NEED(!(find(2)->flags & DGSEC_EXCHANGE_OBSERVING));
	/* never begun: the device does not say that it will notify */
	NEED(!send_msg(3, &reg, &a));
	m = response(&a, COAP_ACK, CONTENT, a.mid);
	NEED(answer(&m, &got) == 3);
	NEED(!(find(3)->flags & DGSEC_EXCHANGE_OBSERVING));
	/* not asked for */
	NEED(!send_msg(4, &get, &a));
	m = response(&a, COAP_ACK, CONTENT, a.mid);
	m.observe = 1;
	NEED(answer(&m, &got) == 4);
	NEED(!(find(4)->flags & DGSEC_EXCHANGE_OBSERVING));
	/* silent for longer than a device may be */
	NEED(!send_msg(5, &reg, &a));
	m = response(&a, COAP_NON, CONTENT, 903);
	m.observe = 9;
	NEED(answer(&m, &got) == 5);
	now += COAP_OBSERVE_CON + COAP_EXCHANGE_LIFETIME - 1;
	NEED(find(5));
	now++;
	NEED(!find(5));
}

/* Blocks with one token, a new message ID each */
static void test_blocks(void)
{
	struct message q = get, a, first, got, m;
	int i;

	NEED(!send_msg(1, &q, &first));
	for (i = 0; i < 500; i++) {
		NEED(!send_msg(1, &q, &a) && same_token(&a, &first));
		m = response(&a, COAP_ACK, 0x5f, a.mid);
		NEED(answer(&m, &got) == 1 && got.mid == q.mid);
		q.mid++;
	}
	NEED(table.share.count == 1);
	/* the one before the last may still be answered, or repeated */
	q.mid = get.mid;
	NEED(!send_msg(2, &q, &a));
	m = response(&a, COAP_ACK, CONTENT, a.mid);
	q.mid++;
	NEED(!send_msg(2, &q, &a));
	NEED(answer(&m, &got) == 2 && got.mid == get.mid);
}

static void test_service(void)
{
	struct message q = get, a, b, got, m, s;
	struct dgsec_exchange *e;

	/* alone it is left alone */
	NEED(!send_msg(0, &q, &s) && s.mid == q.mid && same_token(&s, &q));
	NEED(!table.share.count);
	NEED(answer(&get, &got) == TO_SERVICE);
	/* with others it keeps its IDs while nobody else has them */
	NEED(!send_msg(1, &q, &a));
	q.mid = a.mid + 1;
	NEED(!send_msg(0, &q, &s) && s.mid == q.mid && same_token(&s, &q));
	NEED(!send_msg(2, &get, &b) && b.mid != s.mid);
	m = response(&s, COAP_ACK, CONTENT, s.mid);
	NEED(answer(&m, &got) == TO_SERVICE && got.mid == q.mid &&
	     same_token(&got, &q));
	/* ... and gets another one if somebody has, repeated or not */
	q.mid = a.mid;
	NEED(!send_msg(0, &q, &s) && s.mid != q.mid && same_token(&s, &q));
	NEED(!send_msg(0, &q, &m) && m.mid == s.mid);
	m = response(&s, COAP_ACK, CONTENT, s.mid);
	NEED(answer(&m, &got) == TO_SERVICE && got.mid == q.mid &&
	     same_token(&got, &q));
	/* its tokens are mapped only where they could be ours */
	q.token_len = DGSEC_EXCHANGE_TOKEN;
	q.mid = 3;
	e = find(1);
	memcpy(q.token, e->ours, sizeof(e->ours));
	NEED(!send_msg(0, &q, &s) && !same_token(&s, &q));
	m = response(&s, COAP_CON, CONTENT, 77);
	NEED(answer(&m, &got) == TO_SERVICE && same_token(&got, &q));
	m = response(&a, COAP_CON, CONTENT, 78);
	NEED(answer(&m, &got) == 1);
	/* what it answers passes, with the device's message ID */
	m = (struct message){ .type = COAP_ACK, .mid = 77 };
	NEED(!send_msg(0, &m, &s) && s.mid == 77);
	m = response(&get, COAP_ACK, CONTENT, 4711);
	NEED(!send_msg(0, &m, &s) && s.mid == 4711 && same_token(&s, &get));
	/* what the device asks, and what nobody awaits, is the service's */
	NEED(answer(&get, &got) == TO_SERVICE && got.mid == get.mid);
	m = response(&get, COAP_CON, CONTENT, 4712);
	NEED(answer(&m, &got) == TO_SERVICE && same_token(&got, &get));
	m.token_len = DGSEC_EXCHANGE_TOKEN;
	NEED(answer(&m, &got) == TO_SERVICE && same_token(&got, &m));
	m = (struct message){ .mid = 9 };
	NEED(answer(&m, &got) == TO_SERVICE);
}

/* A device knows the service's ID from before others asked it. */
static void test_conflict(void)
{
	struct message q = get, a, again, got, m;

	NEED(!send_msg(1, &q, &a));
	m = response(&get, COAP_ACK, CONTENT, a.mid);
	m.token[0]++;
	NEED(answer(&m, &got) == TO_SERVICE && same_token(&got, &m));
	NEED(!send_msg(1, &q, &again) && again.mid != a.mid && same_token(&a, &again));
	m = response(&again, COAP_ACK, CONTENT, again.mid);
	NEED(answer(&m, &got) == 1 && got.mid == q.mid);
	/* an answer to another exchange's message is nobody's */
	NEED(!send_msg(2, &q, &a));
	m.mid = a.mid;
	NEED(answer(&m, &got) == -1000 - STRAY);
}

/* One peer has no say in another's exchanges. */
static void test_peers(void)
{
	struct message a, b, got, m;

	NEED(!send_to(PEER, 1, &get, &a, NULL));
	NEED(!send_to(OTHER, 1, &get, &b, NULL));
	m = response(&a, COAP_CON, CONTENT, 5);
	NEED(answer_from(OTHER, &m, &got) == TO_SERVICE);
	NEED(answer_from(PEER, &m, &got) == 1);
	m = response(&a, COAP_ACK, CONTENT, a.mid);
	NEED(answer_from(OTHER, &m, &got) == TO_SERVICE);
}

static void test_ages(void)
{
	struct message q = get, a, b, got, m;

	NEED(!send_msg(1, &get, &a));
	q.type = COAP_NON;
	NEED(!send_msg(2, &q, &b));
	now += COAP_NON_LIFETIME - 1;
	NEED(find(1) && find(2));
	now++;
	NEED(find(1) && !find(2));
	m = response(&b, COAP_NON, CONTENT, 5);
	NEED(answer(&m, &got) == TO_SERVICE);
	m = response(&a, COAP_NON, CONTENT, 6);
	NEED(answer(&m, &got) == 1);
	now += COAP_EXCHANGE_LIFETIME;
	NEED(dgsec_exchanges_age(&table, now));
	NEED(!table.share.count && sharing[PEER] == DGSEC_SHARING_YES);
	/* left alone again, although the service goes on */
	now += COAP_EXCHANGE_LIFETIME - 10;
	NEED(!send_msg(0, &get, &a) && table.share.count == 1);
	now += 10;
	NEED(!dgsec_exchanges_age(&table, now));
	NEED(!table.share.count && sharing[PEER] == DGSEC_SHARING_NO);
	/* the clock goes over its end */
	now = 0xffffff80;
	NEED(!send_msg(1, &get, &a));
	now += 200;
	m = response(&a, COAP_NON, CONTENT, 7);
	NEED(answer(&m, &got) == 1);
	now += 300;
	NEED(!find(1));
}

/* Fifty clients have twenty exchanges each, with the same tokens and IDs. */
static void test_thousand(void)
{
	enum { CLIENTS = 50, EACH = 20 };
	static struct message seen[CLIENTS][EACH];
	struct message q = get, got, m;
	int i, n, k;

	for (n = 0; n < EACH; n++) {
		for (i = 0; i < CLIENTS; i++) {
			q.mid = n;
			q.token[0] = n;
			NEED(!send_msg(i + 1, &q, &seen[i][n]));
		}
	}
	NEED(table.share.count == CLIENTS * EACH);
	for (k = 0; k < CLIENTS * EACH; k++) {
		i = k * 7919 % (CLIENTS * EACH);
		n = i % EACH;
		i /= EACH;
		m = seen[i][n];
		m.payload = "x";
		m.code = CONTENT;
		m.type = k % 3 ? COAP_ACK : COAP_NON;
		if (m.type == COAP_NON)
			m.mid = k;
		NEED(answer(&m, &got) == i + 1);
		NEED(got.token_len == 2 && got.token[0] == n);
		NEED(m.type == COAP_NON || got.mid == n);
		if (k == CLIENTS * EACH / 2)
			dgsec_exchanges_age(&table, now);
	}
}

/* One floods, and others keep what they have. */
static void test_fair(void)
{
	struct message q = get, first[20], seen, got, m;
	struct dgsec_verdict v;
	u32 evicted = 0;
	int i;

	dgsec_exchanges_limit(&table, 1000, 200, now);
	for (i = 0; i < 20; i++)
		NEED(!send_msg(i + 1, &get, &first[i]));
	for (i = 0; i < 5000; i++) {
		q.mid = i;
		q.token[0] = i;
		q.token[1] = i >> 8;
		NEED(!send_to(PEER + i % 7, 99, &q, &seen, &v));
		evicted += v.evicted;
	}
	NEED(table.share.count == 1000 && evicted == 5000 + 20 - 1000);
	for (i = 0; i < 20; i++) {
		m = response(&first[i], COAP_ACK, CONTENT, first[i].mid);
		NEED(answer(&m, &got) == i + 1);
	}
	/* newcomers get in, at the flood's expense */
	for (i = 100; i < 150; i++)
		NEED(!send_msg(i, &get, &seen));
	for (i = 0; i < 20; i++)
		NEED(find(i + 1));
	for (i = 100; i < 150; i++)
		NEED(find(i));
	NEED(table.share.count == 1000);
	/* what is answered goes before what is not */
	dgsec_exchanges_limit(&table, 0, 0, now);
	NEED(!table.share.count);
	NEED(send_msg(1, &get, &seen) == DGSEC_A_STATS_TX_DROP_NOT_SERVICE);
	NEED(!send_msg(0, &get, &seen) && seen.mid == get.mid);
	dgsec_exchanges_limit(&table, 10, 10, now);
	for (i = 0; i < 10; i++) {
		q.mid = i;
		q.token[0] = i;
		NEED(!send_msg(1, &q, &first[i]));
	}
	m = response(&first[5], COAP_ACK, CONTENT, first[5].mid);
	NEED(answer(&m, &got) == 1);
	q.token[0] = 10;
	NEED(!send_msg(1, &q, &seen));
	NEED(answer(&m, &got) == -1000 - STRAY || answer(&m, &got) == TO_SERVICE);
	m = response(&first[0], COAP_ACK, CONTENT, first[0].mid);
	NEED(answer(&m, &got) == 1);
}

/* So many that IDs get scarce: none is given twice. */
static void test_ids(void)
{
	enum { MOST = 16384 };
	static u8 used[65536];
	struct message q = get, seen;
	int i, n;

	memset(used, 0, sizeof(used));
	dgsec_exchanges_limit(&table, 131072, MOST, now);
	for (n = 0; n < DGSEC_EXCHANGE_MESSAGES; n++) {
		for (i = 0; i < MOST; i++) {
			q.mid = i + n;
			put_unaligned_be16(i, q.token);
			NEED(!send_msg(1 + i % 9, &q, &seen));
			NEED(!used[seen.mid]++);
			if (!(i % 1000))
				dgsec_exchanges_age(&table, now);
		}
	}
	NEED(table.share.count == MOST);
	now += COAP_EXCHANGE_LIFETIME;
	dgsec_exchanges_age(&table, now);
	NEED(!table.share.count);
}

struct walk {
	int all, left;		/* seen, and until it is interrupted */
};

static int count_one(const struct dgsec_exchange *e, void *arg)
{
	struct walk *walk = arg;

	(void)e;
	if (!walk->left--)
		return -EMSGSIZE;
	walk->all++;
	return 0;
}

static void test_walk(void)
{
	struct walk walk = { .left = 6 };
	struct message q = get, seen;
	unsigned long at = 0;
	int i;

	for (i = 0; i < 300; i++) {
		q.token[0] = i;
		q.token[1] = i >> 8;
		NEED(!send_msg(1, &q, &seen));
	}
	/* interrupted after every six, it goes on where it was */
	for (i = 0; dgsec_exchanges_walk(&table, &at, count_one, &walk); i++)
		walk.left = 6;
	NEED(walk.all == 300 && i == 49);
}

static void test_forget(void)
{
	struct message seen, got, m;

	NEED(!send_msg(1, &get, &seen));
	m = response(&seen, COAP_ACK, CONTENT, seen.mid);
	dgsec_exchanges_forget(&table, PEER, &sharing[PEER],
			       DGSEC_SHARING_NEVER);
	NEED(!table.share.count && !table.n_peers);
	NEED(answer(&m, &got) == TO_SERVICE);
	NEED(send_msg(1, &get, &seen) == DGSEC_A_STATS_TX_DROP_MEMORY);
	NEED(!table.n_peers && sharing[PEER] == DGSEC_SHARING_NEVER);
}

static const struct {
	void (*run)(void);
	const char *what;
} tests[] = {
	{ test_headers, "headers, good and bad" },
	{ test_observes, "the Observe option, wherever it is" },
	{ test_rewrite, "tokens of all lengths in place of all lengths" },
	{ test_piggybacked, "two clients with the same token and message ID" },
	{ test_separate, "separate responses, acknowledged by who asked" },
	{ test_ping, "pings" },
	{ test_observe, "an observation for weeks, renewed and cancelled" },
	{ test_observe_ends, "observations that end otherwise" },
	{ test_blocks, "a series of requests with one token" },
	{ test_service, "the service among others" },
	{ test_conflict, "message IDs from before" },
	{ test_peers, "peers answer for themselves" },
	{ test_ages, "ages" },
	{ test_thousand, "1000 exchanges of 50 clients at once" },
	{ test_fair, "a flood from one address" },
	{ test_ids, "32768 message IDs" },
	{ test_walk, "a walk through all, interrupted" },
	{ test_forget, "a peer that is deleted" },
};

static bool passes(void (*run)(void))
{
	if (setjmp(not_so))
		return false;
	run();
	return true;
}

/* With buckets as the table has them, or all in one */
static bool all(bool one)
{
	size_t i;

	memset(&table, 0, sizeof(table));
	if (dgsec_exchanges_init(&table))
		return false;
	for (i = 0; i < ARRAY_SIZE(tests); i++) {
		reset();
		if (one)
			table.mask = 0;
		result(passes(tests[i].run), tests[i].what);
	}
	reset();
	dgsec_exchanges_destroy(&table);
	return true;
}

int main(void)
{
	printf("KTAP version 1\n1..%zu\n", 2 * ARRAY_SIZE(tests));
	return !all(false) || !all(true) || failed;
}
