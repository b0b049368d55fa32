// SPDX-License-Identifier: GPL-2.0
/* Every kind of mistake in a configuration: found, once, in its line. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../tests/ktap.h"
#include "array.h"
#include "config.h"

#define IFACE	"[interface dg0]\nlower = lowpan0\naddress = fd00:d9::1/64\n"
#define PEER	"[peer lamp]\nidentity = lamp\npsk = 000102030405060708090a0b0c0d0e0f\n"
#define KEY	"psk = 000102030405060708090a0b0c0d0e0f\n"
#define NOSEC	"listen-nosec = 5683\n[peer lamp]\nsecurity = none\naddress = fd00:d9::17\n" \
		"endpoint = [fd00:6::2]:5683\n"
#define OCTETS4	"\xc3\xa4\xc3\xa4"
#define TEN	"0123456789"

struct expected {
	unsigned int line;
	const char *text;		/* somewhere in the message */
};

static const struct {
	const char *what;
	const char *text;
	struct expected mistakes[8];
} cases[] = {
	/* The file as a whole */
	{ "an empty file", "", { { 0, "no [interface NAME] section" } } },
	{ "only peers", PEER, { { 0, "no [interface NAME] section" } } },
	{ "a key before any section", "lower = x\n" IFACE, { { 1, "before the first section" } } },
	{ "two interfaces", IFACE "[interface dg1]\nlower = l\n", { { 4, "second [interface]" } } },
	{ "an unknown section", IFACE "[pear lamp]\nidentity = x\n",
		{ { 4, "unknown section [pear]" } } },
	{ "keys of an unknown section, first of all", "[x]\nfoo = 1\n" IFACE,
		{ { 1, "unknown section [x]" } } },
	{ "keys of an open section", IFACE "[peer lamp\nidentity = x\nfoo = 1\n",
		{ { 4, "no \"]\" at the end" } } },
	{ "an open section", IFACE "[peer lamp\n", { { 4, "no \"]\" at the end" } } },
	{ "more behind a section", IFACE "[peer lamp] x\n", { { 4, "something is behind" } } },
	{ "no key and no section", IFACE "hello\n", { { 4, "expected \"[section name]\"" } } },
	{ "a value without a key", IFACE "= 5\n", { { 4, "expected \"[section name]\"" } } },
	{ "an unknown key", IFACE "adr = fd00::1\n",
		{ { 4, "unknown key \"adr\" in this section: there are lower, address," } } },
	{ "an unknown key of a peer", IFACE PEER "lower = x\n",
		{ { 7, "unknown key \"lower\" in this section: there are identity, psk," } } },
	{ "a key twice", IFACE "lower = lowpan1\n", { { 4, "lower is given twice" } } },
	{ "escape sequences in a value", IFACE "window = \x1b[31m\n",
		{ { 4, "found \"\\x1b[31m\"" } } },
	{ "a long value", IFACE "window = " TEN "x" TEN "x" TEN "x" TEN "x" TEN "\n",
		{ { 4, "found \"0123456789x0123456789x01...\"" } } },
	{ "several mistakes, in the order of lines",
		"[interface dg0]\nlower = lowpan0\nwindow = 1\nfoo = 1\nlisten = 0\n",
		{ { 1, "address is missing" }, { 3, "window" }, { 4, "foo" }, { 5, "listen" } } },

	/* The interface */
	{ "no name", "[interface]\nlower = l\naddress = fd00::1/64\n",
		{ { 1, "[interface dg0]" } } },
	{ "a long name", "[interface 0123456789abcdef]\nlower = l\naddress = fd00::1/64\n",
		{ { 1, "1 to 15 octets" } } },
	{ "a name with a slash", "[interface a/b]\nlower = l\naddress = fd00::1/64\n",
		{ { 1, "[interface dg0]" } } },
	{ "a name that is no text", "[interface a\x1b[2J]\nlower = l\naddress = fd00::1/64\n",
		{ { 1, "UTF-8 without control characters" } } },
	{ "a lower that is no text", "[interface a]\nlower = l\xff\naddress = fd00::1/64\n",
		{ { 2, "lower: expected" } } },
	{ "no lower, no address", "[interface dg0]\n",
		{ { 1, "lower is missing" }, { 1, "address is missing" } } },
	{ "a long lower", "[interface dg0]\nlower = 0123456789abcdef\naddress = fd00::1/64\n",
		{ { 2, "lower: expected the name of the device below" } } },
	{ "lower is the interface", "[interface a]\nlower = a\naddress = fd00::1/64\n",
		{ { 1, "cannot lie on itself" } } },
	{ "an address without a length", "[interface a]\nlower = b\naddress = fd00::1\n",
		{ { 3, "such as fd00:d9::1/64" } } },
	{ "a length of 129", "[interface a]\nlower = b\naddress = fd00::1/129\n",
		{ { 3, "address: expected" } } },
	{ "a length of 0", "[interface a]\nlower = b\naddress = fd00::1/0\n",
		{ { 3, "address: expected" } } },
	{ "IPv4", "[interface a]\nlower = b\naddress = 10.0.0.1/24\n",
		{ { 3, "address: expected" } } },
	{ "a multicast address", "[interface a]\nlower = b\naddress = ff02::1/64\n",
		{ { 3, "address: expected" } } },
	{ "the loopback address", "[interface a]\nlower = b\naddress = ::1/64\n",
		{ { 3, "address: expected" } } },
	{ "a link-local address", "[interface a]\nlower = b\naddress = fe80::1/64\n",
		{ { 3, "address: expected" } } },
	{ "a loopback service", IFACE "service = [::1]:5683\n", { { 4, "service: expected" } } },
	{ "a service without brackets", IFACE "service = fd00::1:5683:x\n",
		{ { 4, "service: expected" } } },
	{ "service port 0", IFACE "service = [fd00::1]:0\n", { { 4, "service: expected" } } },
	{ "service port 65536", IFACE "service = [fd00::1]:65536\n",
		{ { 4, "service: expected" } } },
	{ "listen on a multicast address", IFACE "listen = [ff02::1]:5684\n",
		{ { 4, "listen: expected" } } },
	{ "listen on an IPv4 multicast address", IFACE "listen = 224.0.1.187\n",
		{ { 4, "listen: expected" } } },
	{ "listen on two ports of IPv4", IFACE "listen = 0.0.0.0:1 192.0.2.1:2\n",
		{ { 4, "listen: expected" } } },
	{ "listen on two ports of IPv6", IFACE "listen = 1 [fd00::1]:2\n",
		{ { 4, "listen: expected" } } },
	{ "listen on a mapped address", IFACE "listen = [::ffff:192.0.2.1]:5684\n",
		{ { 4, "listen: expected" } } },
	{ "listen on an IPv4 port 0", IFACE "listen = 192.0.2.1:0\n",
		{ { 4, "listen: expected" } } },
	{ "no security, but a key", IFACE NOSEC "identity = lamp\n",
		{ { 5, "security = none and identity: keep one" } } },
	{ "no security and no endpoint", IFACE "listen-nosec = 5683\n[peer lamp]\nsecurity = none\n"
		"address = fd00:d9::17\n", { { 5, "no endpoint, by which alone it is known" } } },
	{ "no security and no address", IFACE "listen-nosec = 5683\n[peer lamp]\nsecurity = none\n"
		"endpoint = fd00:6::2\n", { { 5, "has no address" } } },
	{ "no security and no place for it", IFACE "[peer lamp]\nsecurity = none\n"
		"address = fd00:d9::17\nendpoint = fd00:6::2\n",
		{ { 4, "listen-nosec of the interface has no place of IPv6" } } },
	{ "no security on IPv4, a place of IPv6", IFACE "listen-nosec = 5683\n[peer lamp]\n"
		"security = none\naddress = fd00:d9::17\nendpoint = 192.0.2.1\n",
		{ { 5, "no place of IPv4" } } },
	{ "two without security at one endpoint", IFACE NOSEC "[peer two]\nsecurity = none\n"
		"address = fd00:d9::18\nendpoint = [fd00:6::2]:5683\n",
		{ { 9, "the same endpoint as peer lamp in line 5" } } },
	{ "another security", IFACE PEER "security = some\n",
		{ { 7, "security: expected \"none\"" } } },
	{ "no security, but limits", IFACE NOSEC "hard-packets = 7\n",
		{ { 5, "security = none and limits" } } },
	{ "an endpoint that is many", IFACE PEER "endpoint = 224.0.1.187\n",
		{ { 7, "endpoint: expected" } } },
	{ "listen on nothing", IFACE "listen =\n", { { 4, "listen: expected" } } },
	{ "an unknown cipher", IFACE "ciphers = aes-128-ccm-8, aes-512\n",
		{ { 4, "ciphers: expected each at most once" } } },
	{ "a cipher twice", IFACE "ciphers = aes-128-ccm, aes-128-ccm\n",
		{ { 4, "ciphers: expected each at most once" } } },
	{ "no cipher", IFACE "ciphers = ,\n", { { 4, "ciphers: expected" } } },
	{ "a timer without a unit that is one", IFACE "retransmit-min = 2sec\n",
		{ { 4, "retransmit-min: expected 100ms to 60s" } } },
	{ "a negative time", IFACE "retransmit-min = -2s\n", { { 4, "retransmit-min" } } },
	{ "too short a timer", IFACE "retransmit-min = 99ms\n", { { 4, "retransmit-min" } } },
	{ "too long a timer", IFACE "retransmit-max = 301s\n", { { 4, "retransmit-max" } } },
	{ "timers the wrong way round", IFACE "retransmit-min = 10s\nretransmit-max = 5s\n",
		{ { 1, "retransmit-min (10000ms) is above retransmit-max (5000ms)" } } },
	{ "a time that overflows", IFACE "half-open-expiry = 18446744073709551615d\n",
		{ { 4, "half-open-expiry" } } },
	{ "an MTU that fits no flight", IFACE "handshake-mtu = 100\n", { { 4, "handshake-mtu" } } },
	{ "an MTU above Ethernet's", IFACE "handshake-mtu = 1453\n", { { 4, "handshake-mtu" } } },
	{ "a burst of 0", IFACE "handshake-burst = 0\n", { { 4, "handshake-burst" } } },
	{ "a rate that is too high", IFACE "handshake-rate = 30001\n",
		{ { 4, "handshake-rate" } } },
	{ "more half open than the kernel expects", IFACE "half-open-max = 4097\n",
		{ { 4, "half-open-max: expected 1 to 4096" } } },
	{ "half-open-max 0", IFACE "half-open-max = 0\n", { { 4, "half-open-max" } } },
	{ "confirm-grace 0", IFACE "confirm-grace = 0\n", { { 4, "confirm-grace" } } },
	{ "confirm-expiry 0", IFACE "confirm-expiry = 0\n", { { 4, "confirm-expiry" } } },
	{ "unknown-identity neither", IFACE "unknown-identity = maybe\n",
		{ { 4, "\"hide\" or \"reject\"" } } },
	{ "max-peers above 32 bits", IFACE "max-peers = 4294967296\n", { { 4, "max-peers" } } },
	{ "max-exchanges above 131072", IFACE "max-exchanges = 131073\n",
		{ { 4, "0 to 131072" } } },
	{ "max-peer-exchanges above 16384", IFACE "max-peer-exchanges = 16385\n",
		{ { 4, "0 to 16384" } } },
	{ "max-assocs no number", IFACE "max-assocs = 1k\n", { { 4, "max-assocs" } } },
	{ "one port to connect from", IFACE "connect-ports = 61616\n",
		{ { 4, "connect-ports: expected two ports" } } },
	{ "the same port twice", IFACE "connect-ports = 61616,61616\n",
		{ { 4, "connect-ports" } } },
	{ "ports and more", IFACE "connect-ports = 1,2x\n", { { 4, "connect-ports" } } },
	{ "a port to connect from that listens", IFACE "connect-ports = 5684, 5685\n" PEER
		"endpoint = fd00:6::2\n", { { 1, "connect-ports has the port of \"listen\"" } } },
	{ "retry the wrong way round", IFACE "retry-min = 10s\nretry-max = 5s\n",
		{ { 1, "retry-min (10000ms) is above retry-max (5000ms)" } } },
	{ "65 packets that wait", IFACE "queue-len = 65\n", { { 4, "queue-len" } } },
	{ "packets that wait no time", IFACE "queue-time = 0\n", { { 4, "queue-time" } } },
	{ "packets that wait for ever", IFACE "queue-time = 301s\n", { { 4, "queue-time" } } },
	{ "an endpoint without address", IFACE PEER "endpoint = :5684\n",
		{ { 7, "endpoint: expected" } } },
	{ "an endpoint at port 0", IFACE PEER "endpoint = [fd00:6::2]:0\n",
		{ { 7, "endpoint: expected" } } },
	{ "an endpoint of many", IFACE PEER "endpoint = ff02::1\n",
		{ { 7, "endpoint: expected" } } },
	{ "connect neither", IFACE PEER "endpoint = last\nconnect = never\n",
		{ { 8, "\"demand\" or \"always\"" } } },
	{ "connect to nowhere", IFACE PEER "connect = always\n",
		{ { 4, "\"connect\" without \"endpoint\"" } } },
	{ "a payload of another kind", IFACE "payload = mqtt\n", { { 4, "payload" } } },
	{ "more peers than max-peers",
		IFACE "max-peers = 1\n" PEER "[peer b]\nidentity = b\n" KEY,
		{ { 0, "there are 2 peers, more than max-peers (1)" } } },

	/* Limits, of both sections */
	{ "a window of 0", IFACE "window = 0\n", { { 4, "a multiple of 64" } } },
	{ "a window of 100", IFACE "window = 100\n", { { 4, "a multiple of 64" } } },
	{ "a window of 1088", IFACE PEER "window = 1088\n", { { 7, "a multiple of 64" } } },
	{ "soft above hard", IFACE "soft-packets = 10\nhard-packets = 9\n",
		{ { 1, "soft-packets is above hard-packets" } } },
	{ "soft above the hard limit of the interface",
		IFACE "hard-bytes = 9\n" PEER "soft-bytes = 10\n",
		{ { 5, "soft-bytes is above hard-bytes" } } },
	{ "times that are no whole seconds", IFACE PEER "hard-time = 1500ms\n",
		{ { 7, "hard-time: expected whole seconds" } } },
	{ "soft-time above hard-time", IFACE PEER "hard-time = 1h\nsoft-time = 61min\n",
		{ { 4, "soft-time is above hard-time" } } },
	{ "a number with a sign", IFACE "hard-packets = +5\n", { { 4, "hard-packets" } } },
	{ "a number above 64 bits", IFACE "hard-packets = 18446744073709551616\n",
		{ { 4, "hard-packets" } } },
	{ "hexadecimal digits without 0x", IFACE "hard-packets = ff\n", { { 4, "hard-packets" } } },
	{ "0x and nothing", IFACE "hard-packets = 0x\n", { { 4, "hard-packets" } } },

	/* Peers */
	{ "a peer without a name", IFACE "[peer]\nidentity = x\n" KEY, { { 4, "[peer lamp]" } } },
	{ "a peer's name of 64", IFACE "[peer " TEN TEN TEN TEN TEN TEN "1234]\nidentity = x\n" KEY,
		{ { 4, "1 to 63 octets" } } },
	{ "a peer's name that is no UTF-8", IFACE "[peer a\xff]\nidentity = x\n" KEY,
		{ { 4, "UTF-8" } } },
	{ "an empty peer", IFACE "[peer a]\n",
		{ { 4, "peer a has no identity" }, { 4, "peer a has no key" } } },
	{ "an empty identity", IFACE "[peer a]\nidentity =\n" KEY,
		{ { 5, "identity: expected" } } },
	{ "an identity of 129", IFACE "[peer a]\nidentity = " TEN TEN TEN TEN TEN TEN
		TEN TEN TEN TEN TEN TEN "123456789\n" KEY,
		{ { 5, "1 to 128 octets" } } },
	{ "an identity that is no UTF-8", IFACE "[peer a]\nidentity = a\xc3(\n" KEY,
		{ { 5, "UTF-8" } } },
	{ "an identity with a surrogate", IFACE "[peer a]\nidentity = \xed\xa0\x80\n" KEY,
		{ { 5, "UTF-8" } } },
	{ "an identity with an overlong form", IFACE "[peer a]\nidentity = \xc0\xaf\n" KEY,
		{ { 5, "UTF-8" } } },
	{ "an identity that ends inside a character", IFACE "[peer a]\nidentity = a\xe2\x82\n" KEY,
		{ { 5, "UTF-8" } } },
	{ "an identity with a control character", IFACE "[peer a]\nidentity = a\x01z\n" KEY,
		{ { 5, "control" } } },
	{ "a key that is not hexadecimal", IFACE "[peer a]\nidentity = a\npsk = 0011zz\n",
		{ { 6, "found something else at place 5" } } },
	{ "half an octet", IFACE "[peer a]\nidentity = a\npsk = 00112233445566778\n",
		{ { 6, "found 17 digits" } } },
	{ "a short key", IFACE "[peer a]\nidentity = a\npsk = 000102030405060708090a0b0c0d0e\n",
		{ { 6, "expected 16 to" } } },
	{ "an empty key", IFACE "[peer a]\nidentity = a\npsk =\n", { { 6, "found 0 digits" } } },
	{ "a long key", IFACE "[peer a]\nidentity = a\npsk = " TEN TEN TEN TEN TEN TEN
		TEN TEN TEN TEN TEN
		"\n",
		{ { 6, "found 110 digits" } } },
	{ "two keys", IFACE "[peer a]\nidentity = a\n" KEY "psk-file = /nonexistent\n",
		{ { 4, "a psk and a psk-file" }, { 7, "No such file" } } },
	{ "a key file without a name", IFACE "[peer a]\nidentity = a\npsk-file =\n",
		{ { 6, "psk-file: expected the name of a file" } } },
	{ "a directory as key file", IFACE "[peer a]\nidentity = a\npsk-file = /\n",
		{ { 6, "not a regular file" } } },
	{ "an address outside the prefix", IFACE PEER "address = fd00:da::2\n",
		{ { 4, "outside the prefix of dg0" } } },
	{ "an address outside a prefix of 60",
		"[interface dg0]\nlower = l\naddress = fd00:d9::1/60\n" PEER
		"address = fd00:d9:0:10::2\n",
		{ { 4, "outside the prefix of dg0" } } },
	{ "the interface's address", IFACE PEER "address = fd00:d9::1\n",
		{ { 4, "that of dg0 itself" } } },
	{ "an address with a length", IFACE PEER "address = fd00:d9::2/64\n",
		{ { 7, "without a prefix length" } } },
	{ "a peer's multicast address", IFACE PEER "address = ff05::2\n",
		{ { 7, "address: expected" } } },
	{ "no address, and a prefix of 56",
		"[interface dg0]\nlower = l\naddress = fd00:d9::1/56\n" PEER,
		{ { 4, "only if the interface's prefix length is 64, not 56" } } },
	{ "the same name", IFACE PEER "[peer lamp]\nidentity = b\n" KEY,
		{ { 7, "a second peer lamp; the first is in line 4" } } },
	{ "the same identity", IFACE PEER "[peer b]\nidentity = lamp\n" KEY,
		{ { 7, "the same identity as peer lamp in line 4" } } },
	{ "the same address", IFACE PEER "address = fd00:d9::7\n"
		"[peer b]\nidentity = b\n" KEY "address = fd00:d9::0007\n",
		{ { 8, "the same address as peer lamp in line 4" } } },
	{ "a mark above 32 bits", IFACE PEER "mark = 0x100000000\n", { { 7, "mark" } } },
	{ "max-assocs 65", IFACE PEER "max-assocs = 65\n", { { 7, "1 to 64" } } },
	{ "max-assocs 0", IFACE PEER "max-assocs = 0\n", { { 7, "1 to 64" } } },
};

static bool as_expected(const struct mistakes *found, const struct expected *expected, size_t n)
{
	size_t i = 0;

	for (; i < n && expected[i].text; i++)
		if (i >= found->n || found->list[i].line != expected[i].line ||
		    !strstr(found->list[i].text, expected[i].text))
			return false;
	return i && found->n == i && !found->out_of_memory;
}

static struct config *parse(const char *text, struct mistakes *mistakes)
{
	struct config *config;
	char *copy = strdup(text);

	memset(mistakes, 0, sizeof(*mistakes));
	config = config_parse(copy, "", mistakes);
	free(copy);
	return config;
}

static void test_mistakes(void)
{
	struct mistakes mistakes;
	struct config *config;
	bool pass;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		config = parse(cases[i].text, &mistakes);
		pass = !config && as_expected(&mistakes, cases[i].mistakes,
					      ARRAY_SIZE(cases[i].mistakes));
		ktap_test(pass, "%s", cases[i].what);
		for (size_t k = 0; k < mistakes.n && !pass; k++)
			printf("# %u: %s\n", mistakes.list[k].line, mistakes.list[k].text);
		config_mistakes_free(&mistakes);
		config_free(config);
	}
}

/* A key must not get into a log by way of an error. */
static void test_no_key_shown(void)
{
#define SECRET	"5ec2e75ec2e75ec2e75ec2e75ec2e7"
	static const struct {
		const char *where;
		const char *text;
	} places[] = {
		{ "a bad key", IFACE "[peer a]\nidentity = a\npsk = 5ec2e75ec2e7x\n" },
		{ "a key as the name of its file",
		  IFACE "[peer a]\nidentity = a\npsk-file = " SECRET "\n" },
		{ "a key as an address",
		  IFACE "[peer a]\nidentity = a\n" KEY "address = " SECRET "\n" },
		{ "a mistyped key as a mark",
		  IFACE "[peer a]\nidentity = a\n" KEY "mark = " SECRET "x\n" },
		{ "a key in place of a name", IFACE PEER SECRET " = 1\n" },
		{ "a key as a section", IFACE "[" SECRET "]\n" },
	};
	struct mistakes mistakes;
	bool shown;

	for (size_t k = 0; k < ARRAY_SIZE(places); k++) {
		shown = false;
		config_free(parse(places[k].text, &mistakes));
		for (size_t i = 0; i < mistakes.n; i++)
			shown |= !!strstr(mistakes.list[i].text, "5ec2");
		ktap_test(mistakes.n == 1 && !shown, "%s is not shown", places[k].where);
		config_mistakes_free(&mistakes);
	}
}

static bool has_addr(const struct in6_addr *addr, const char *text)
{
	struct in6_addr expected;

	return inet_pton(AF_INET6, text, &expected) == 1 && IN6_ARE_ADDR_EQUAL(addr, &expected);
}

static void test_minimal(void)
{
	struct mistakes mistakes;
	struct config *config = parse(IFACE PEER, &mistakes);

	ktap_test(config && !mistakes.n, "the shortest configuration");
	if (!config)
		return;
	ktap_test(config->listen.port == 5684 && !config->listen.port4 &&
		  config->service_port == 5683 &&
		  config->half_open_max == 1000 && config->half_open_expiry == 120000 &&
		  config->handshake.retransmit_min == 9000 && config->limits.window == 64 &&
		  config->handshake.ciphers[0] == DGSEC_CIPHER_AES_128_CCM_8 &&
		  config->handshake.ciphers[2] == DGSEC_CIPHER_AES_128_GCM &&
		  config->handshake.ciphers[6] == DGSEC_CIPHER_CHACHA20_POLY1305 &&
		  !config->handshake.ciphers[7] && !config->reject_unknown, "defaults");
	/* printf 'dgsec-inner-address:lamp' | sha256sum */
	ktap_test(config->n_peers == 1 &&
		  has_addr(&config->peers[0]->addr, "fd00:d9::a4c2:9242:850f:6c6c"),
		  "an address derived from the identity");
	ktap_test(config_peer_by_identity(config, "lamp") == config->peers[0] &&
		  config_peer_by_addr(config, &config->peers[0]->addr) == config->peers[0] &&
		  !config_peer_by_identity(config, "lam"), "peers are found");
	config_free(config);
}

static void test_full(void)
{
	static const char text[] =
		"\xef\xbb\xbf# comment\r\n"
		"; comment\r\n"
		"[ interface dg1 ]\r\n"
		"lower=wpan.7\r\n"
		"  address = fd00:1::1/56\r\n"
		"service = [fd00:2::2]:6000\n"
		"listen = [fe80::1]:7000, 192.0.2.1\n"
		"ciphers = aes-128-gcm aes-128-ccm-8\n"
		"retransmit-min = 500ms\nretransmit-max = 1min\nhandshake-mtu = 512\n"
		"handshake-rate = 0\nhandshake-burst = 5\nhalf-open-max = 7\n"
		"half-open-expiry = 10\nconfirm-expiry = 1h\nconfirm-grace = 7\nunknown-identity = reject\n"
		"max-peers = 9\nmax-assocs = 10\nmax-exchanges = 11\nmax-peer-exchanges = 0\npayload = opaque\nwindow = 1024\n"
		"hard-packets = 1000\nsoft-packets = 0x10\nidle-time = 30d\n"
		"[peer \xc3\xa4 b]\n"
		"identity = a = b ; # \xe2\x82\xac\n" KEY
		"address = fd00:1:0:ff::7\nservice = 77\nmark = 0xff\nmax-assocs = 64\n"
		"payload = coap\nwindow = 64\nsoft-packets = 0\nhard-time = 1d";
	struct mistakes mistakes;
	struct config *config = parse(text, &mistakes);
	struct peer *peer;

	ktap_test(config && !mistakes.n, "every key");
	for (size_t i = 0; i < mistakes.n; i++)
		printf("# %u: %s\n", mistakes.list[i].line, mistakes.list[i].text);
	config_mistakes_free(&mistakes);
	if (!config)
		return;
	ktap_test(!strcmp(config->name, "dg1") && !strcmp(config->lower, "wpan.7") &&
		  has_addr(&config->addr, "fd00:1::1") && config->prefix_len == 56 &&
		  has_addr(&config->service_addr, "fd00:2::2") && config->service_port == 6000 &&
		  has_addr(&config->listen.addr, "fe80::1") && config->listen.port == 7000 &&
		  config->listen.addr4.s_addr == htonl(0xc0000201) && config->listen.port4 == 5684,
		  "names and addresses of the interface");
	ktap_test(config->handshake.ciphers[0] == DGSEC_CIPHER_AES_128_GCM &&
		  config->handshake.ciphers[1] == DGSEC_CIPHER_AES_128_CCM_8 &&
		  !config->handshake.ciphers[2] && config->handshake.retransmit_min == 500 &&
		  config->handshake.retransmit_max == 60000 && config->handshake.mtu == 512 &&
		  !config->handshake_rate && config->handshake_burst == 5 &&
		  config->half_open_max == 7 && config->half_open_expiry == 10000 &&
		  config->confirm_expiry == 3600000 && config->confirm_grace == 7000 &&
		  config->reject_unknown &&
		  config->max_peers == 9 && config->max_assocs == 10 &&
		  config->max_exchanges == 11 && !config->max_peer_exchanges, "handshakes");
	peer = config->peers[0];
	ktap_test(!strcmp(peer->name, "\xc3\xa4 b") &&
		  !strcmp(peer->identity, "a = b ; # \xe2\x82\xac") &&
		  has_addr(&peer->addr, "fd00:1:0:ff::7") && peer->psk.len == 16 &&
		  peer->psk.key[15] == 15 && IN6_IS_ADDR_UNSPECIFIED(&peer->service_addr) &&
		  peer->service_port == 77 && peer->mark == 0xff && peer->max_assocs == 64,
		  "the peer's own");
	ktap_test(peer->payload == DGSEC_PAYLOAD_COAP && peer->limits.window == 64 &&
		  !peer->limits.soft_packets && peer->limits.hard_packets == 1000 &&
		  peer->limits.hard_seconds == 86400 && peer->limits.idle_seconds == 30 * 86400,
		  "limits: the peer's own, else the interface's");
	config_free(config);
}

static void test_connect(void)
{
	static const char text[] = IFACE
		"local-identity = gateway\nconnect-ports = 1000, 1001\nunanswered-time = 7\n"
		"[peer a]\nidentity = a\n" KEY "endpoint = [fd00:6::2]:7000\nconnect = always\n"
		"[peer b]\nidentity = b\n" KEY "endpoint = last\nlocal-identity = us\n"
		"unanswered-time = 0\n"
		"[peer c]\nidentity = c\n" KEY;
	struct mistakes mistakes;
	struct config *config = parse(text, &mistakes);
	struct peer **peers;

	ktap_test(config && !mistakes.n, "peers that we call");
	config_mistakes_free(&mistakes);
	if (!config)
		return;
	peers = config->peers;
	ktap_test(config->connect_ports[0] == 1000 && config->connect_ports[1] == 1001 &&
		  config_connects(config), "their ports");
	ktap_test(config_peer_connects(peers[0]) && has_addr(&peers[0]->endpoint, "fd00:6::2") &&
		  peers[0]->endpoint_port == 7000 && peers[0]->always && peers[0]->acquire &&
		  !strcmp(peers[0]->local_identity, "gateway") &&
		  peers[0]->limits.unanswered_seconds == 7, "one with an endpoint");
	ktap_test(config_peer_connects(peers[1]) && peers[1]->endpoint_last &&
		  !peers[1]->acquire && !peers[1]->always &&
		  !strcmp(peers[1]->local_identity, "us") &&
		  !peers[1]->limits.unanswered_seconds, "one that we have not met");
	ktap_test(!config_peer_connects(peers[2]) && !peers[2]->acquire &&
		  !peers[2]->limits.unanswered_seconds, "one that only calls us");
	config_free(config);
}

/* ---- files ----------------------------------------------------------------- */

static void write_file(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text) || fchmod(fd, mode))
		perror(path);
	close(fd);
}

static void set_length(const char *path, off_t len)
{
	if (truncate(path, len))
		perror(path);
}

/* The first mistake's text; "" without one. */
static void try_file(const char *path, char out[512])
{
	struct mistakes mistakes = { .n = 0 };

	config_free(config_load(path, &mistakes));
	snprintf(out, 512, "%s", mistakes.n ? mistakes.list[0].text : "");
	config_mistakes_free(&mistakes);
}

/* Written again and again, by a program that is no editor: whole or refused. */
static void test_changing(const char *path)
{
	enum { PEERS = 200, SECONDS = 20 };
	unsigned int reads = 0, whole = 0, refused = 0;
	time_t end = time(NULL) + SECONDS;
	struct mistakes mistakes;
	struct config *config;
	size_t len;
	char *text;
	FILE *out = open_memstream(&text, &len);
	pid_t writer;
	int fd;

	fputs(IFACE, out);
	for (int i = 0; i < PEERS; i++)
		fprintf(out, "[peer p%d]\nidentity = p%d\n" KEY, i, i);
	fclose(out);
	unlink(path);
	write_file(path, text, 0600);
	writer = fork();
	if (!writer) {
		for (;;) {
			fd = open(path, O_WRONLY);
			for (size_t at = 0; at < len; at += 64)
				if (pwrite(fd, text + at, len - at < 64 ? len - at : 64,
					   (off_t)at) < 0)
					_exit(1);
			close(fd);
		}
	}
	for (; !refused && time(NULL) < end; reads++) {
		memset(&mistakes, 0, sizeof(mistakes));
		config = config_load(path, &mistakes);
		whole += config && config->n_peers == PEERS;
		refused += mistakes.n == 1 && !!strstr(mistakes.list[0].text, "it changes while");
		config_mistakes_free(&mistakes);
		config_free(config);
	}
	kill(writer, SIGKILL);
	waitpid(writer, NULL, 0);
	free(text);
	ktap_test(whole + refused == reads && refused,
		  "a file that is being written is refused, or whole as it was before");
}

static void test_files(void)
{
	static const char with_key[] = IFACE PEER;
	static const char with_file[] = IFACE "[peer a]\nidentity = a\npsk-file = key\n";
	static const char key[] = "000102030405060708090a0b0c0d0e0f\n";
	char dir[] = "/tmp/dgsecd-test-XXXXXX", path[64], key_path[64], text[512];

	if (!mkdtemp(dir)) {
		ktap_test(false, "a directory for files");
		return;
	}
	snprintf(path, sizeof(path), "%s/conf", dir);
	snprintf(key_path, sizeof(key_path), "%s/key", dir);

	try_file(path, text);
	ktap_test(!!strstr(text, "cannot be read: No such file"), "no file");
	try_file(dir, text);
	ktap_test(!!strstr(text, "not a regular file"), "a directory");
	write_file(path, with_key, 0600);
	try_file(path, text);
	ktap_test(!*text, "keys in a file of mode 0600");
	write_file(path, with_key, 0640);
	try_file(path, text);
	ktap_test(!*text, "keys in a file of mode 0640");
	write_file(path, with_key, 0644);
	try_file(path, text);
	ktap_test(!!strstr(text, "open to every user: chmod o="), "keys in a file of mode 0644");
	write_file(path, with_key, 0660);
	try_file(path, text);
	ktap_test(!!strstr(text, "its group can write it: chmod g-w"),
		  "keys in a file of mode 0660");

	write_file(path, with_file, 0644);
	write_file(key_path, key, 0600);
	try_file(path, text);
	ktap_test(!*text, "a key file beside the configuration, which anybody may read then");
	write_file(key_path, key, 0604);
	try_file(path, text);
	ktap_test(!!strstr(text, "holds a key, but it is open to every user"),
		  "a key file of mode 0604");
	write_file(key_path, "00112233\n", 0600);
	try_file(path, text);
	ktap_test(!!strstr(text, "psk-file: expected 16 to"), "a key file with a short key");
	write_file(key_path, "not a key\n", 0600);
	try_file(path, text);
	ktap_test(!!strstr(text, "psk-file: expected only hexadecimal digits"),
		  "a key file without a key");
	set_length(key_path, 5000);
	try_file(path, text);
	ktap_test(!!strstr(text, "longer than 4096 octets"), "a long key file");
	write_file(key_path, "", 0600);
	set_length(key_path, 10);
	try_file(path, text);
	ktap_test(!!strstr(text, "not a text file"), "a key file of zeros");
	if (!geteuid() && !chown(path, 65534, 65534)) {
		write_file(path, with_key, 0600);
		try_file(path, text);
		ktap_test(!!strstr(text, "belongs to another user: chown"),
			  "keys in a file of another user");
	}
	test_changing(path);

	unlink(key_path);
	unlink(path);
	rmdir(dir);
}

/* ---- many, and random ------------------------------------------------------ */

static void test_many(void)
{
	enum { PEERS = 2000 };
	struct mistakes mistakes = { .n = 0 };
	struct config *config;
	char *text, name[16];
	size_t len, found = 0;
	FILE *out = open_memstream(&text, &len);

	fputs(IFACE, out);
	for (int i = 0; i < PEERS; i++)
		fprintf(out, "[peer p%d]\nidentity = p%d\n" KEY, i, i);
	fclose(out);
	config = config_parse(text, "", &mistakes);
	for (int i = 0; config && i < PEERS; i++) {
		snprintf(name, sizeof(name), "p%d", i);
		found += config_peer_by_identity(config, name) == config->peers[i] &&
			 config_peer_by_addr(config, &config->peers[i]->addr) == config->peers[i];
	}
	ktap_test(found == PEERS, "%d peers", PEERS);
	config_free(config);
	free(text);
}

/* Nothing that is read may lead anywhere: the sanitizers watch. */
static void test_random(void)
{
	static const char seed_text[] = IFACE "service = [fd00::1]:5\nciphers = aes-128-ccm\n" PEER
		"address = fd00:d9::2\nmark = 1\n[peer b]\nidentity = " OCTETS4 "\n" KEY;
	char text[sizeof(seed_text)];
	struct mistakes mistakes;
	unsigned int silent = 0;
	struct config *config;

	srandom(1);
	for (int i = 0; i < 20000; i++) {
		memcpy(text, seed_text, sizeof(text));
		for (long k = random() % 8; k >= 0; k--)
			text[(size_t)random() % (sizeof(text) - 1)] =
				"\n[]= ;#/:0x\xff\x01p"[random() % 15];
		memset(&mistakes, 0, sizeof(mistakes));
		config = config_parse(text, "/nonexistent/", &mistakes);
		silent += !config == !mistakes.n;
		config_mistakes_free(&mistakes);
		config_free(config);
	}
	ktap_test(!silent, "20000 damaged files: each is good, or has a mistake that is told");
}

int main(void)
{
	ktap_begin();
	test_mistakes();
	test_no_key_shown();
	test_minimal();
	test_full();
	test_connect();
	test_files();
	test_many();
	test_random();
	return ktap_end();
}
