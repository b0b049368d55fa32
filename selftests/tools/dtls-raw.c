// SPDX-License-Identifier: GPL-2.0
/*
 * The other end of an association whose keys were installed by hand: sends
 * records with every field under control, prints what comes back.
 */

#include "coap.h"
#include "command.h"
#include "util.h"

#include <errno.h>
#include <getopt.h>
#include <linux/udp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static void print_usage(FILE *f)
{
	fputs("usage: dtls-raw -k FILE -c CIPHER -l [ADDR]:PORT -r [ADDR]:PORT [-oz]\n"
	      "                [-t HEX] [-i HEX] COMMAND...\n"
	      "  -k FILE    the key file given to the gateway: its rx is this end's tx\n"
	      "  -o         FILE is named from this end\n"
	      "  -t HEX     connection ID in the records that are sent\n"
	      "  -i HEX     connection ID in the records that come\n"
	      "  -z         send UDP checksum 0, which IPv6 does not allow\n"
	      "  -c CIPHER  as dgsec calls it, such as aes-128-ccm-8\n"
	      "commands, each one argument:\n", f);
	fputs(command_send_help, f);
	fputs("  recv [N [MS]]               wait for N records (1), at most MS (5000) for each\n"
	      "  drain                       print what has come already\n"
	      "Each record received is a line of JSON. Exit status 1: something awaited did not come.\n",
	      f);
}

static void print_record(struct wire *w, const __u8 *in, size_t size)
{
	static __u8 plain[DATAGRAM_MAX];
	struct record r = { };
	struct coap m;
	int err;

	err = record_open(&w->keys, in, size, &r, plain);
	printf("{\"type\":%d,\"version\":\"%04x\",\"epoch\":%d,\"seq\":%llu,",
	       r.type, r.version, r.epoch, r.seq);
	printf("\"cid\":%s,", r.cid ? "true" : "false");
	printf("\"size\":%zu,\"auth\":%s", size, err ? "false" : "true");
	if (!err) {
		printf(",\"nonce\":\"");
		hex_print(stdout, r.nonce, RECORD_NONCE);
		printf("\",\"data\":\"");
		hex_print(stdout, r.data, r.len);
		printf("\"");
		if (coap_parse(r.data, r.len, &m)) {
			printf(",");
			coap_print(stdout, &m);
		}
	}
	printf("}\n");
	fflush(stdout);
}

static size_t cid_parse(const char *hex, __u8 *to)
{
	int len = hex_parse(hex, to, RECORD_CID_MAX);

	if (len < 1)
		die("%s: a connection ID is 1 to 32 octets in hex", hex);
	return len;
}

/* Prints one datagram; returns how many records it held, 0 if none came. */
static int receive(struct wire *w, int ms)
{
	static __u8 in[DATAGRAM_MAX];
	long long end = now_ms() + ms;
	ssize_t len;
	int n = 0;

	do {
		if (!readable(w->fd, ms))
			return 0;
		len = recv(w->fd, in, sizeof(in), 0);
		/* An ICMP error takes the place of a datagram once. */
	} while (len < 0 && now_ms() < end);
	for (ssize_t at = 0; at < len; n++) {
		size_t size = record_size(&w->keys, in + at, len - at);

		if (!size)
			die("a datagram with a record that does not fit came");
		print_record(w, in + at, size);
		at += size;
	}
	return n;
}

/* The records awaited by recv [N [MS]] */
static bool receive_all(struct wire *w, const char *args)
{
	int n = 1, ms = 5000, got;

	if (*args && sscanf(args, "%d %d", &n, &ms) < 1)
		die("recv [N [MS]]");
	for (; n > 0; n -= got) {
		got = receive(w, ms);
		if (!got) {
			fprintf(stderr, "dtls-raw: %d records awaited did not come\n", n);
			return false;
		}
	}
	return true;
}

int main(int argc, char **argv)
{
	static struct wire w;
	struct sockaddr_in6 local, remote;
	bool has_local = false, has_remote = false, has_cipher = false, own = false;
	const char *keys = NULL;
	int opt, zero = 0;

	while ((opt = getopt(argc, argv, "k:c:l:r:t:i:ozh")) != -1) {
		switch (opt) {
		case 'k':
			keys = optarg;
			break;
		case 'c':
			has_cipher = record_cipher_parse(optarg, &w.keys.cipher);
			if (!has_cipher)
				die("%s: no such cipher", optarg);
			break;
		case 'l':
			endpoint_parse(optarg, &local);
			has_local = true;
			break;
		case 'r':
			endpoint_parse(optarg, &remote);
			has_remote = true;
			break;
		case 't':
			w.keys.tx_cid_len = cid_parse(optarg, w.keys.tx_cid);
			break;
		case 'i':
			w.keys.rx_cid_len = cid_parse(optarg, w.keys.rx_cid);
			break;
		case 'o':
			own = true;
			break;
		case 'z':
			zero = 1;
			break;
		case 'h':
			print_usage(stdout);
			return 0;
		default:
			print_usage(stderr);
			return 2;
		}
	}
	if (!keys || !has_cipher || !has_local || !has_remote) {
		print_usage(stderr);
		return 2;
	}
	record_keys_load(&w.keys, keys);
	if (!own)
		record_keys_swap(&w.keys);
	w.keyed = true;
	w.fd = udp_open(&local, &remote);
	if (setsockopt(w.fd, IPPROTO_UDP, UDP_NO_CHECK6_TX, &zero, sizeof(zero)))
		die("UDP_NO_CHECK6_TX: %s", strerror(errno));

	for (; optind < argc; optind++) {
		const char *command = argv[optind];
		char *args = strchr(command, ' ');
		size_t len = args ? (size_t)(args - command) : strlen(command);

		args = args ? args + 1 : "";
		if (len == 4 && !strncmp(command, "send", 4)) {
			command_send(&w, args);
		} else if (!strcmp(command, "replay")) {
			command_replay(&w);
		} else if (!strcmp(command, "drain")) {
			while (receive(&w, 0))
				;
		} else if (len == 4 && !strncmp(command, "recv", 4)) {
			if (!receive_all(&w, args))
				return 1;
		} else {
			die("unknown command: %s", command);
		}
	}
	return 0;
}
