// SPDX-License-Identifier: GPL-2.0
/*
 * Verbs used wrongly: status 2, one line on stderr that says what is expected,
 * nothing on stdout, before anything is asked of the kernel.
 */
#include "cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ktap.h"

static const struct verb *const verbs[] = {
	&verb_show, &verb_set, &verb_socket, &verb_peer, &verb_assoc,
	&verb_exchange, &verb_alert, &verb_monitor, &verb_stats,
};

/* Words are parted by single blanks; so are those of messages. */
static const char *const cases[][2] = {
	{ "frob", "'frob' is not one of show, set, socket, peer" },
	{ "show dg0 dg1", "'dg1' is one word too many" },
	{ "show a-name-that-is-too-long", "cannot be the name of an interface" },
	{ "show lower:", "'lower:' cannot be the name of an interface" },
	{ "show a/b", "cannot be the name of an interface" },
	{ "show a:b", "cannot be the name of an interface" },
	{ "show -x", "there is no interface -x here" },
	{ "set", "the interface is missing" },
	{ "set dg0", "nothing to set" },
	{ "set dg0 frob 1", "'frob' is not one of service, handshake-rate" },
	{ "set dg0 service", "'service' needs a value: [ADDRESS]:PORT, " },
	{ "set dg0 service [::1", "'[::1' is not [ADDRESS]:PORT" },
	{ "set dg0 service [::1]:0", "'0' is not a number from 1 to 65535" },
	{ "set dg0 service 192.0.2.1", "'192.0.2.1' is not an IPv6 address" },
	{ "set dg0 service fe80::1%eth0", "no zone is needed" },
	{ "set dg0 handshake-rate 1000001",
	  "handshake-rate: '1000001' is not a number from 0 to 30000" },
	{ "set dg0 handshake-burst 0", "from 1 to 30000" },
	{ "set dg0 max-peers 4294967296", "from 0 to 4294967295" },
	{ "set dg0 max-peers 1 max-peers 2", "'max-peers' is given twice" },
	{ "socket", "one of add, del" },
	{ "socket frob", "'frob' is not one of add, del" },
	{ "socket add dg0", "where to bind is missing" },
	{ "socket add dg0 5684", "'5684' is not an IPv6 address" },
	{ "socket add dg0 [::1]", "has no port" },
	{ "socket add dg0 :5684 :5685", "':5685' is not one of protocol" },
	{ "socket add dg0 :5684 protocol tls", "'tls' is not one of dtls12, none" },
	{ "socket del dg0", "the port is missing" },
	{ "socket del dg0 65536", "not a number from 1 to 65535" },
	{ "peer", "one of add, set, del, show" },
	{ "peer frob dg0", "'frob' is not one of add, set, del, show" },
	{ "peer add", "the interface is missing" },
	{ "peer add dg0", "'addr' is missing: an IPv6 address" },
	{ "peer add dg0 addr", "'addr' needs a value: an IPv6 address" },
	{ "peer add dg0 addr fd00::1 addr fd00::2", "'addr' is given twice" },
	{ "peer add dg0 addr dev1", "'dev1' is not an IPv6 address" },
	{ "peer add dg0 addr fd00::1 mark", "'mark' needs a value: a number" },
	{ "peer add dg0 addr fd00::1 mark -1", "'-1' is not a number from 0" },
	{ "peer add dg0 addr fd00::1 name 17", "'17' would be taken for a number" },
	{ "peer add dg0 addr fd00::1 name fd00::1", "taken for a number or an address" },
	{ "peer add dg0 addr fd00::1 name 0", "name: '0' is not a name" },
	{ "peer add dg0 addr fd00::1 max-assocs 65", "from 1 to 64" },
	{ "peer add dg0 addr fd00::1 payload mqtt", "'mqtt' is not one of coap, opaque" },
	{ "peer set dg0", "the peer is missing" },
	{ "peer set dg0 dev1", "nothing to set" },
	{ "peer set dg0 dev1 name x", "'name' is not one of mark, service" },
	{ "peer set dg0 0 mark 1", "'0' is not a number from 1" },
	{ "peer del dg0", "the peer is missing" },
	{ "peer del dg0 dev1 dev2", "one word too many" },
	{ "peer show dg0 dev1 dev2", "one word too many" },
	{ "exchange", "the interface is missing" },
	{ "exchange show", "the interface is missing" },
	{ "exchange dg0 dev1", "'dev1' is one word too many" },
	{ "exchange dg0 peer", "the peer is missing" },
	{ "set dg0 max-exchanges 131073", "from 0 to 131072" },
	{ "set dg0 max-peer-exchanges 16385", "from 0 to 16384" },
	{ "assoc", "one of add, set, del, show" },
	{ "assoc add dg0", "'peer' is missing: its number" },
	{ "assoc add dg0 peer 1", "'remote' is missing: [ADDRESS]:PORT" },
	{ "assoc add dg0 peer 1 remote [::1]:1 local [::1]:2",
	  "'cipher' is missing: aes-128-ccm-8, " },
	{ "assoc add dg0 peer 1 remote [::1]:1 local [::1]:2 protocol none cipher aes-128-gcm",
	  "protocol none has no cipher and no keys" },
	{ "assoc add dg0 peer 1 remote [::1]:1 local [::1]:2 protocol none keys -",
	  "protocol none has no cipher and no keys" },
	{ "assoc add dg0 peer 1 cipher aes-128-gcm remote [::1]:1 local [::1]:2",
	  "'keys' is missing: a file" },
	{ "assoc add dg0 cipher rot13", "'rot13' is not one of aes-128-ccm-8, " },
	{ "assoc add dg0 remote [::1]", "has no port" },
	{ "assoc add dg0 remote ::1", "'::1' is not [ADDRESS]:PORT" },
	{ "assoc add dg0 local :1", "':1' is not [ADDRESS]:PORT" },
	{ "assoc add dg0 role both", "'both' is not one of server, client" },
	{ "assoc add dg0 protocol tls", "'tls' is not one of dtls12" },
	{ "assoc add dg0 epoch 0", "from 1 to 65535" },
	{ "assoc add dg0 window 100", "'100' is not a multiple of 64" },
	{ "assoc add dg0 window 1088", "from 64 to 1024" },
	{ "assoc add dg0 tx-seq 281474976710656", "from 0 to 281474976710655" },
	{ "assoc add dg0 replace replace", "'replace' is given twice" },
	{ "assoc add dg0 tx-key 00", "'tx-key' is not taken from the command line" },
	{ "assoc add rx-iv 00", "'rx-iv' is not taken from the command line" },
	{ "assoc add dg0 peer 1 cipher aes-128-gcm remote [::1]:1 local [::1]:2 keys /nowhere",
	  "cannot open /nowhere: No such file" },
	{ "assoc add dg0 peer 0 cipher aes-128-gcm remote [::1]:1 local [::1]:2 keys -",
	  "peer: '0' is not a number" },
	{ "assoc set dg0", "number of the association is missing" },
	{ "assoc set dg0 1", "nothing to set" },
	{ "assoc set dg0 1 cipher aes-128-gcm", "'cipher' is not one of soft-packets" },
	{ "assoc set dg0 1 soft-bytes 18446744073709551616", "not a number" },
	{ "assoc del dg0", "number of the association is missing" },
	{ "assoc del dg0 first", "'first' is not a number from 1" },
	{ "assoc del dg0 1 open", "'open' is one word too many" },
	{ "assoc show dg0 peer", "the peer is missing" },
	{ "assoc show dg0 0", "'0' is not a number from 1" },
	{ "alert dg0", "number of the association is missing" },
	{ "alert dg0 1", "the description is missing" },
	{ "alert dg0 1 frob", "'frob' is no alert's name" },
	{ "alert dg0 1 256", "'256' is no alert's name" },
	{ "alert dg0 1 close_notify bad", "'bad' is not one of warning, fatal" },
	{ "alert dg0 1 close_notify fatal x", "one word too many" },
	{ "monitor dg0 dg1", "one word too many" },
	{ "stats", "the interface is missing" },
	{ "stats dg0 table 1", "'table' is not one of peer, assoc" },
	{ "stats dg0 peer", "'peer' needs a value: its number, inner address" },
	{ "stats dg0 assoc dev1", "'dev1' is not a number from 1" },
	{ "stats dg0 assoc 1 2", "one word too many" },
};

static char out[4096], err[4096];

/* Point @fd to a new file. Return: what it pointed to. */
static int capture(FILE *f, int fd)
{
	int old = dup(fd);

	if (!f || old < 0 || dup2(fileno(f), fd) < 0)
		exit(1);
	return old;
}

static void release(FILE *f, int fd, int old, char *text, size_t size)
{
	ssize_t n;

	dup2(old, fd);
	close(old);
	n = pread(fileno(f), text, size - 1, 0);
	text[n < 0 ? 0 : n] = '\0';
	fclose(f);
}

/* Run a line; what it prints goes to out and err. */
static int run(const char *line)
{
	FILE *fout = tmpfile(), *ferr = tmpfile();
	char *copy = strdup(line);
	int old_out, old_err, ret;
	char *argv[32], *word;
	struct args a = { .argv = argv };

	if (!copy)
		exit(1);
	for (word = strtok(copy, " "); word; word = strtok(NULL, " "))
		argv[a.argc++] = word;
	fflush(stdout);
	old_out = capture(fout, STDOUT_FILENO);
	old_err = capture(ferr, STDERR_FILENO);
	ret = cli_dispatch(&a, verbs, ARRAY_SIZE(verbs));
	fflush(stdout);
	release(fout, STDOUT_FILENO, old_out, out, sizeof(out));
	release(ferr, STDERR_FILENO, old_err, err, sizeof(err));
	free(copy);
	return ret;
}

static void test_wrong(void)
{
	const char *line, *message;
	size_t i;
	int ret, want;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		line = cases[i][0];
		message = cases[i][1];
		/* That is for the system to say, not for the parser. */
		want = strstr(message, "there is no interface") ? EXIT_FAILED :
								  EXIT_USAGE;
		ret = run(line);
		ktap_test(ret == want && !*out && strstr(err, message) &&
			  !strncmp(err, "dgsec: ", 7) &&
			  strchr(err, '\n') == err + strlen(err) - 1,
			  "%s: %.*s", line, (int)strcspn(err, "\n"), err);
	}
}

/* A word that looks like a key must not be repeated by a message. */
static void test_key_in_path(void)
{
	static const char key[] = "000102030405060708090a0b0c0d0e0f";
	char line[256];

	snprintf(line, sizeof(line),
		 "assoc add dg0 peer 1 cipher aes-128-gcm remote [::1]:1 local [::1]:2 keys %s",
		 key);
	ktap_test(run(line) == EXIT_USAGE && !strstr(err, key),
		  "a key in place of the file: %.*s", (int)strcspn(err, "\n"),
		  err);
}

static void test_help(void)
{
	static const char *const words[] = { "help", "--help", "-h" };
	char line[64], usage[64];
	size_t i, w;

	for (i = 0; i < ARRAY_SIZE(verbs); i++) {
		snprintf(usage, sizeof(usage), "dgsec %s", verbs[i]->name);
		for (w = 0; w < ARRAY_SIZE(words); w++) {
			snprintf(line, sizeof(line), "%s %s", verbs[i]->name,
				 words[w]);
			ktap_test(run(line) == EXIT_OK && !*err &&
				  !strncmp(out, usage, strlen(usage)),
				  "%s", line);
		}
	}
}

int main(void)
{
	ktap_begin();
	test_wrong();
	test_key_in_path();
	test_help();
	return ktap_end();
}
