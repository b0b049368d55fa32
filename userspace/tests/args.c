// SPDX-License-Identifier: GPL-2.0
/* What the command line takes, and what it says of the rest. */
#include "args.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "ktap.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

struct number_case {
	const char *text;
	uint64_t min, max;
	bool good;
	uint64_t value;
};

static const struct number_case numbers[] = {
	{ "0", 0, 10, true, 0 },
	{ "10", 0, 10, true, 10 },
	{ "010", 0, 10, true, 10 },
	{ "0x1F", 0, 100, true, 31 },
	{ "18446744073709551615", 0, UINT64_MAX, true, UINT64_MAX },
	{ "0xffffffffffffffff", 0, UINT64_MAX, true, UINT64_MAX },
	{ "18446744073709551616", 0, UINT64_MAX, false, 0 },
	{ "0x10000000000000000", 0, UINT64_MAX, false, 0 },
	{ "11", 0, 10, false, 0 },
	{ "0", 1, 10, false, 0 },
	{ "", 0, 10, false, 0 },
	{ "0x", 0, 10, false, 0 },
	{ "-1", 0, UINT64_MAX, false, 0 },
	{ "+1", 0, 10, false, 0 },
	{ " 1", 0, 10, false, 0 },
	{ "1 ", 0, 10, false, 0 },
	{ "1k", 0, 10, false, 0 },
	{ "0x-1", 0, UINT64_MAX, false, 0 },
	{ "0x0x1", 0, UINT64_MAX, false, 0 },
	{ "1e3", 0, UINT64_MAX, false, 0 },
};

static void test_numbers(void)
{
	const struct number_case *c;
	struct args a = { 0 };
	uint64_t n;
	bool good;

	for (c = numbers; c < numbers + ARRAY_SIZE(numbers); c++) {
		n = 0;
		good = !args_number(&a, "word", c->text, c->min, c->max, &n);
		ktap_test(good == c->good && (!good || n == c->value),
			  "number '%s' is %s", c->text,
			  c->good ? "taken" : "refused");
	}
}

enum kind { ENDPOINT, BIND, SERVICE };

struct addr_case {
	enum kind kind;
	const char *text;
	const char *addr;	/* NULL: refused */
	uint16_t port;
	unsigned int parts;
};

static const struct addr_case addrs[] = {
	{ ENDPOINT, "[fd00::1]:5684", "fd00::1", 5684, 0 },
	{ ENDPOINT, "[::]:1", "::", 1, 0 },
	{ ENDPOINT, "[fd00::1]:65535", "fd00::1", 65535, 0 },
	{ ENDPOINT, "[fd00::1]:65536", NULL, 0, 0 },
	{ ENDPOINT, "[fd00::1]:0", NULL, 0, 0 },
	{ ENDPOINT, "[fd00::1]:", NULL, 0, 0 },
	{ ENDPOINT, "[fd00::1]", NULL, 0, 0 },
	{ ENDPOINT, "[fd00::1]5684", NULL, 0, 0 },
	{ ENDPOINT, "[fd00::1", NULL, 0, 0 },
	{ ENDPOINT, "[]:1", NULL, 0, 0 },
	{ ENDPOINT, "fd00::1", NULL, 0, 0 },
	{ ENDPOINT, "", NULL, 0, 0 },
	{ ENDPOINT, "[", NULL, 0, 0 },
	{ ENDPOINT, "[192.0.2.1]:1", NULL, 0, 0 },
	{ ENDPOINT, "192.0.2.1:1", "::ffff:192.0.2.1", 1, 0 },
	{ ENDPOINT, "192.0.2.1", NULL, 0, 0 },
	{ ENDPOINT, "192.0.2.1:0", NULL, 0, 0 },
	{ ENDPOINT, "192.0.2.1:65536", NULL, 0, 0 },
	{ ENDPOINT, "192.0.2:1", NULL, 0, 0 },
	{ ENDPOINT, "192.0.2.256:1", NULL, 0, 0 },
	{ ENDPOINT, "192.0.2.1.1.1.1.1.1:1", NULL, 0, 0 },
	{ ENDPOINT, "[fe80::1%lowpan0]:1", NULL, 0, 0 },
	{ ENDPOINT, "[fd00::1]:+1", NULL, 0, 0 },
	{ ENDPOINT, "[1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc:dddd]:1",
	  NULL, 0, 0 },
	{ BIND, ":5684", "::", 5684, 0 },
	{ BIND, "[fd00::1]:5684", "fd00::1", 5684, 0 },
	{ BIND, "0.0.0.0:5684", "::ffff:0.0.0.0", 5684, 0 },
	{ BIND, "0.0.0.0", NULL, 0, 0 },
	{ BIND, "fd00::1", NULL, 0, 0 },
	{ BIND, "5684", NULL, 0, 0 },
	{ SERVICE, "auto", "::", 0, SERVICE_AUTO },
	{ SERVICE, ":5683", "::", 5683, SERVICE_PORT },
	{ SERVICE, "fd00::1", "fd00::1", 0, SERVICE_ADDR },
	{ SERVICE, "::1", "::1", 0, SERVICE_ADDR },
	{ SERVICE, "[fd00::1]", "fd00::1", 0, SERVICE_ADDR },
	{ SERVICE, "[fd00::1]:7", "fd00::1", 7, SERVICE_ADDR | SERVICE_PORT },
	{ SERVICE, "192.0.2.1:7", NULL, 0, 0 },
	{ SERVICE, "Auto", NULL, 0, 0 },
	{ SERVICE, ":", NULL, 0, 0 },
	{ SERVICE, "", NULL, 0, 0 },
};

static int parse_addr_case(struct args *a, const struct addr_case *c,
			   struct in6_addr *addr, uint16_t *port,
			   unsigned int *parts)
{
	*parts = 0;
	switch (c->kind) {
	case ENDPOINT:
		return args_endpoint(a, "word", c->text, addr, port);
	case BIND:
		return args_bind(a, "word", c->text, addr, port);
	default:
		return args_service(a, "word", c->text, addr, port, parts);
	}
}

static void test_addrs(void)
{
	static const char *const kinds[] = { "endpoint", "bind", "service" };
	char text[INET6_ADDRSTRLEN];
	const struct addr_case *c;
	struct args a = { 0 };
	struct in6_addr addr;
	unsigned int parts;
	uint16_t port;
	bool good;

	for (c = addrs; c < addrs + ARRAY_SIZE(addrs); c++) {
		good = !parse_addr_case(&a, c, &addr, &port, &parts);
		if (good)
			inet_ntop(AF_INET6, &addr, text, sizeof(text));
		ktap_test(good == !!c->addr &&
			  (!good || (!strcmp(text, c->addr) &&
				     port == c->port && parts == c->parts)),
			  "%s '%s' is %s", kinds[c->kind], c->text,
			  c->addr ? "taken" : "refused");
	}
}

static void test_peer_case(const char *text, int attr, const char *what)
{
	struct args a = { 0 };
	struct dgsec_peer key;
	bool good = !args_peer(&a, text, &key);

	ktap_test(attr ? good && key.has == DGSEC_HAS(attr) : !good,
		  "peer '%.20s' is %s", text, what);
}

static void test_peers(void)
{
	char name[DGSEC_NAME_MAX + 2];

	test_peer_case("17", DGSEC_A_PEER_ID, "a number");
	test_peer_case("0", 0, "refused");
	test_peer_case("4294967296", 0, "refused");
	test_peer_case("fd00::17", DGSEC_A_PEER_INNER_ADDR, "an address");
	test_peer_case("valve-3", DGSEC_A_PEER_NAME, "a name");
	test_peer_case("0x17", DGSEC_A_PEER_NAME, "a name");
	test_peer_case("", 0, "refused");
	memset(name, 'n', sizeof(name));
	name[DGSEC_NAME_MAX + 1] = '\0';
	test_peer_case(name, 0, "refused, being too long");
	name[DGSEC_NAME_MAX] = '\0';
	test_peer_case(name, DGSEC_A_PEER_NAME, "a name, as long as it can be");
}

struct object {
	uint64_t has;
	uint16_t small;
	uint32_t big;
	const char *word;
};

static uint32_t colour(const char *name)
{
	return !strcmp(name, "red") ? 1 : !strcmp(name, "blue") ? 2 : 0;
}

static const struct keyword table[] = {
	{ KEYWORD_NUMBER("small", struct object, small, 1, 1, 65535) },
	{ KEYWORD_NUMBER("window", struct object, big, 2, 64, 1024),
	  .multiple = 64 },
	{ KEYWORD_ENUM("colour", struct object, big, 3, colour, "red, blue") },
	{ KEYWORD_FLAG("flag", 4) },
	{ .name = "word", .expect = "a word", .parse = args_parse_word,
	  .offset = offsetof(struct object, word), .required = true },
};

struct keyword_case {
	const char *line;
	uint64_t has;
	const char *error;	/* what the message must hold; NULL: good */
};

static const struct keyword_case keyword_cases[] = {
	{ "word w", 0, NULL },
	{ "word w small 7", 1 << 1, NULL },
	{ "small 65535 flag word w window 128", 1 << 1 | 1 << 2 | 1 << 4, NULL },
	{ "colour blue word flag", 1 << 3, NULL },
	{ "", 0, "'word' is missing: a word" },
	{ "small 7", 0, "'word' is missing" },
	{ "word", 0, "'word' needs a value: a word" },
	{ "word w small", 0, "'small' needs a value: a number" },
	{ "word w small 65536", 0, "not a number from 1 to 65535" },
	{ "word w small 7 small 7", 0, "'small' is given twice" },
	{ "flag flag word w", 0, "'flag' is given twice" },
	{ "word w window 65", 0, "not a multiple of 64" },
	{ "word w window 2048", 0, "not a number from 64 to 1024" },
	{ "word w colour green", 0, "'green' is not one of red, blue" },
	{ "word w shade", 0,
	  "'shade' is not one of small, window, colour, flag, word" },
};

/* Split at blanks, in place. */
static int split(char *line, char **argv, int max)
{
	int n = 0;
	char *word;

	for (word = strtok(line, " "); word && n < max; word = strtok(NULL, " "))
		argv[n++] = word;
	return n;
}

static void test_keywords(void)
{
	const struct keyword_case *c;
	struct object o;
	struct args a;
	char *argv[16];
	char *line;
	bool good;

	for (c = keyword_cases;
	     c < keyword_cases + ARRAY_SIZE(keyword_cases); c++) {
		line = strdup(c->line);
		memset(&a, 0, sizeof(a));
		memset(&o, 0, sizeof(o));
		a.argc = split(line, argv, ARRAY_SIZE(argv));
		a.argv = argv;
		good = !args_keywords(&a, table, ARRAY_SIZE(table), &o);
		ktap_test(c->error ? !good && strstr(a.error, c->error) :
				     good && o.has == c->has,
			  "'%s' %s%s", c->line,
			  c->error ? "is refused: " : "is taken",
			  c->error ? a.error : "");
		free(line);
	}
}

static void test_options(void)
{
	char dev[] = "dg0", option[] = "-j", word[] = "peer";
	char *argv[4] = { dev, option, word, option };
	struct args a = { .argc = ARRAY_SIZE(argv), .argv = argv };

	ktap_test(args_option(&a, "-j") && a.argc == 2 &&
		  !strcmp(argv[0], "dg0") && !strcmp(argv[1], "peer"),
		  "an option is taken from wherever it stands");
	ktap_test(!args_option(&a, "-j"), "and only once");
	args_next(&a);
	ktap_test(args_done(&a) && strstr(a.error, "'peer'"),
		  "a word too many is named");
}

int main(void)
{
	ktap_begin();
	test_numbers();
	test_addrs();
	test_peers();
	test_keywords();
	test_options();
	return ktap_end();
}
