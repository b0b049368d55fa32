// SPDX-License-Identifier: GPL-2.0
/* dgsec assoc: the keys and numbers that protect a peer's datagrams. */
#include "cli.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

#include "format.h"
#include "json.h"
#include "keyfile.h"

static const char help[] =
"dgsec assoc add DEV peer PEER cipher CIPHER remote [ADDRESS]:PORT\n"
"                local [ADDRESS]:PORT keys FILE|- [protocol dtls12]\n"
"                [role server|client] [epoch N] [tx-seq N] [rx-seq N]\n"
"                [window N] [rx-cid HEX] [tx-cid HEX] [tx-max N] [rx-max N]\n"
"                [replace] [LIMITS]\n"
"dgsec assoc add DEV peer PEER protocol none remote [ADDRESS]:PORT\n"
"                local [ADDRESS]:PORT [replace] [LIMITS]\n"
"dgsec assoc set DEV ID LIMITS\n"
"dgsec assoc del DEV ID [close]\n"
"dgsec assoc show DEV [ID | peer PEER] [-j]\n"
"\n"
"LIMITS: soft-packets N, hard-packets N, soft-bytes N, hard-bytes N,\n"
"        soft-failed N, hard-failed N (records that failed authentication),\n"
"        soft-seconds N, hard-seconds N, idle-seconds N, unanswered-seconds N;\n"
"        0 is no limit but that of the cipher\n"
"\n"
"dgsecd installs associations after each handshake. 'add' is for keys agreed on\n"
"by other means, and prints the number of the new association.\n"
"\n"
"With protocol none there is NO SECURITY AT ALL (NoSec of RFC 7252): what comes in\n"
"the clear from the remote endpoint, or from whoever forges its address, is taken\n"
"for the peer's, by a socket of that protocol. A peer has either that or security.\n"
"\n"
"  peer PEER       number, inner address or name\n"
"  cipher CIPHER   aes-128-ccm-8, aes-128-ccm, aes-128-gcm, aes-256-ccm-8, aes-256-ccm,\n"
"                  aes-256-gcm or chacha20-poly1305\n"
"  remote, local   outer endpoints: where the peer sends from, and to; both of IPv6, or\n"
"                  both of IPv4, as 192.0.2.1:5684\n"
"  keys FILE       a file with mode 600, or - for standard input. Lines:\n"
"                    tx-key HEX    key of what this end sends, 16 octets\n"
"                    tx-iv HEX     its implicit nonce part (salt), 4 octets\n"
"                    rx-key HEX    the same for what the peer sends\n"
"                    rx-iv HEX\n"
"                  Empty lines and what follows # are ignored.\n"
"  role            which side of the handshake this end was\n"
"  epoch N         epoch of the keys, 1 unless given\n"
"  tx-seq N        first sequence number to send\n"
"  rx-seq N        this sequence number and all below count as received\n"
"  window N        replay window, a multiple of 64 from 64 to 1024\n"
"  rx-cid HEX      connection ID in the peer's records, of the interface's cid-len\n"
"  tx-cid HEX      connection ID in records to the peer, 1 to 32 octets\n"
"  tx-max N        most octets of plaintext in a record to the peer, and\n"
"  rx-max N        in its records, 64 to 16384 (max_fragment_length)\n"
"  replace         replace an association at the same endpoint\n"
"  close           'del': send close_notify first\n"
"  -j              'show': JSON, an array of associations\n"
"\n"
"NEVER USE MANUAL KEYS TWICE. Sequence numbers start again with each 'add', so\n"
"after a reboot, a deletion or a replacement the same keys would encrypt with\n"
"nonces that were used before, and that breaks the cipher: anybody can then read\n"
"and forge. New association, new keys.\n";

struct request {
	struct dgsec_assoc assoc;	/* first: keywords set its bits */
	const char *peer;
	const char *keys;
};

static int parse_remote(struct args *a, const struct keyword *kw,
			const char *value, void *obj)
{
	struct dgsec_assoc *assoc = obj;

	assoc->has |= DGSEC_HAS(DGSEC_A_ASSOC_REMOTE_PORT);
	return args_endpoint(a, kw->name, value, &assoc->remote_addr,
			     &assoc->remote_port);
}

static int parse_local(struct args *a, const struct keyword *kw,
		       const char *value, void *obj)
{
	struct dgsec_assoc *assoc = obj;

	assoc->has |= DGSEC_HAS(DGSEC_A_ASSOC_LOCAL_PORT);
	return args_endpoint(a, kw->name, value, &assoc->local_addr,
			     &assoc->local_port);
}

#define SEQ_MAX		((UINT64_C(1) << 48) - 1)

#define NUMBER(word, member, ATTR, lo, hi)				\
	KEYWORD_NUMBER(word, struct dgsec_assoc, member,		\
		       DGSEC_A_ASSOC_##ATTR, lo, hi)

#define LIMIT(word, member, ATTR, hi)	{ NUMBER(word, member, ATTR, 0, hi) }

#define CIPHERS								\
	"aes-128-ccm-8, aes-128-ccm, aes-128-gcm, aes-256-ccm-8, "	\
	"aes-256-ccm, aes-256-gcm, chacha20-poly1305"
#define KEYS	"a file, or - for standard input"

/* The limits come first: 'set' knows only them. */
#define LIMIT_COUNT	10

static const struct keyword keywords[] = {
	LIMIT("soft-packets", soft_packets, SOFT_PACKETS, UINT64_MAX),
	LIMIT("hard-packets", hard_packets, HARD_PACKETS, UINT64_MAX),
	LIMIT("soft-bytes", soft_bytes, SOFT_BYTES, UINT64_MAX),
	LIMIT("hard-bytes", hard_bytes, HARD_BYTES, UINT64_MAX),
	LIMIT("soft-failed", soft_failed, SOFT_FAILED, UINT64_MAX),
	LIMIT("hard-failed", hard_failed, HARD_FAILED, UINT64_MAX),
	LIMIT("soft-seconds", soft_seconds, SOFT_SECONDS, UINT32_MAX),
	LIMIT("hard-seconds", hard_seconds, HARD_SECONDS, UINT32_MAX),
	LIMIT("idle-seconds", idle_seconds, IDLE_SECONDS, UINT32_MAX),
	LIMIT("unanswered-seconds", unanswered_seconds, UNANSWERED_SECONDS,
	      UINT32_MAX),
	{ .name = "peer", .expect = "its number, inner address or name",
	  .parse = args_parse_word, .offset = offsetof(struct request, peer),
	  .required = true },
	{ KEYWORD_ENUM("cipher", struct dgsec_assoc, cipher,
		       DGSEC_A_ASSOC_CIPHER, dgsec_cipher_value,
		       CIPHERS) },
	{ .name = "remote", .expect = "[ADDRESS]:PORT", .parse = parse_remote,
	  .attr = DGSEC_A_ASSOC_REMOTE_ADDR, .required = true },
	{ .name = "local", .expect = "[ADDRESS]:PORT", .parse = parse_local,
	  .attr = DGSEC_A_ASSOC_LOCAL_ADDR, .required = true },
	{ .name = "keys", .expect = KEYS,
	  .parse = args_parse_word, .offset = offsetof(struct request, keys) },
	{ KEYWORD_ENUM("protocol", struct dgsec_assoc, protocol,
		       DGSEC_A_ASSOC_PROTOCOL, dgsec_protocol_value,
		       "dtls12, none") },
	{ KEYWORD_ENUM("role", struct dgsec_assoc, role, DGSEC_A_ASSOC_ROLE,
		       dgsec_role_value, "server, client") },
	{ NUMBER("epoch", epoch, EPOCH, 1, UINT16_MAX) },
	{ NUMBER("tx-seq", tx_seq, TX_SEQ, 0, SEQ_MAX) },
	{ NUMBER("rx-seq", rx_seq, RX_SEQ, 0, SEQ_MAX) },
	{ NUMBER("window", window, WINDOW, DGSEC_WINDOW_MIN, DGSEC_WINDOW_MAX),
	  .multiple = 64 },
	{ KEYWORD_CID("rx-cid", struct dgsec_assoc, rx_cid,
		      DGSEC_A_ASSOC_RX_CID) },
	{ KEYWORD_CID("tx-cid", struct dgsec_assoc, tx_cid,
		      DGSEC_A_ASSOC_TX_CID) },
	{ NUMBER("tx-max", tx_max, TX_MAX, 64, 16384) },
	{ NUMBER("rx-max", rx_max, RX_MAX, 64, 16384) },
	{ KEYWORD_FLAG("replace", DGSEC_A_ASSOC_REPLACE) },
};

#define KEYS_IN_ARGV							\
	"'%s' is not taken from the command line, where others can read it: " \
	"write it to a file with mode 600 (and take new keys)"

/* A key on the command line is seen by every user, and kept by the shell. */
static int refuse_keys(struct args *a)
{
	static const char *const words[] = {
		"tx-key", "tx-iv", "rx-key", "rx-iv",
	};
	size_t w;
	int i;

	for (i = 0; i < a->argc; i++) {
		for (w = 0; w < ARRAY_SIZE(words); w++)
			if (!strcmp(a->argv[i], words[w]))
				return args_error(a, KEYS_IN_ARGV, words[w]);
	}
	return 0;
}

static int do_add(struct dev *dev, struct dgsec_assoc *assoc,
		  struct dgsec_peer *peer, const struct dgsec_keys *keys)
{
	int err = dev_resolve_peer(dev, peer);

	if (!err) {
		DGSEC_PUT(assoc, DGSEC_A_ASSOC_PEER_ID, peer_id, peer->id);
		err = dgsec_assoc_new(dev->dg, dev->ref, assoc, keys, assoc);
	}
	if (err)
		return dev_failed(dev, "assoc add", err);
	printf("%u\n", assoc->id);
	return EXIT_OK;
}

/* What a protocol needs, and what none of security has no use for */
static int check_security(struct args *a, const struct request *req)
{
	bool cipher = dgsec_has(&req->assoc, DGSEC_A_ASSOC_CIPHER);

	if (req->assoc.protocol == DGSEC_PROTOCOL_NONE)
		return cipher || req->keys ?
		       args_error(a, "protocol none has no cipher and no keys") :
		       0;
	if (!cipher)
		return args_error(a, "'cipher' is missing: " CIPHERS);
	if (!req->keys)
		return args_error(a, "'keys' is missing: " KEYS);
	return 0;
}

static int run_add(struct args *a)
{
	struct request req = { .assoc.protocol = DGSEC_PROTOCOL_DTLS12 };
	struct dgsec_peer peer;
	struct dgsec_keys keys;
	struct dev dev;
	bool none;
	int ret;

	req.assoc.has = DGSEC_HAS(DGSEC_A_ASSOC_PROTOCOL);
	if (refuse_keys(a) || dev_parse(a, &dev) ||
	    args_keywords(a, keywords, ARRAY_SIZE(keywords), &req) ||
	    check_security(a, &req) || args_peer(a, req.peer, &peer))
		return cli_usage(a);
	none = req.assoc.protocol == DGSEC_PROTOCOL_NONE;
	/* No core file, and no debugger of the same user, from here on. */
	prctl(PR_SET_DUMPABLE, 0);
	if (!none && keyfile_read(a, req.keys, req.assoc.cipher, &keys))
		return cli_usage(a);
	ret = dev_open(&dev);
	if (!ret) {
		ret = do_add(&dev, &req.assoc, &peer, none ? NULL : &keys);
		dev_close(&dev);
	}
	explicit_bzero(&keys, sizeof(keys));
	return ret;
}

static int parse_id(struct args *a, const char *text, uint32_t *id)
{
	uint64_t n;

	if (!text)
		return args_error(a, "the number of the association is missing");
	if (args_number(a, "association", text, 1, UINT32_MAX, &n))
		return -1;
	*id = n;
	return 0;
}

static int run_set(struct args *a)
{
	struct dgsec_assoc assoc = { 0 };
	struct dev dev;
	int err, ret;

	if (dev_parse(a, &dev) || parse_id(a, args_next(a), &assoc.id) ||
	    args_keywords(a, keywords, LIMIT_COUNT, &assoc))
		return cli_usage(a);
	if (!assoc.has) {
		args_error(a, "nothing to set: see 'dgsec help assoc'");
		return cli_usage(a);
	}
	assoc.has |= DGSEC_HAS(DGSEC_A_ASSOC_ID);
	ret = dev_open(&dev);
	if (ret)
		return ret;
	err = dgsec_assoc_set(dev.dg, dev.ref, &assoc);
	if (err)
		ret = dev_failed(&dev, "assoc set", err);
	dev_close(&dev);
	return ret;
}

static int run_del(struct args *a)
{
	bool close = false;
	struct dev dev;
	uint32_t id = 0;
	int err, ret;

	if (dev_parse(a, &dev) || parse_id(a, args_next(a), &id))
		return cli_usage(a);
	if (args_peek(a) && !strcmp(args_peek(a), "close")) {
		args_next(a);
		close = true;
	}
	if (args_done(a))
		return cli_usage(a);
	ret = dev_open(&dev);
	if (ret)
		return ret;
	err = dgsec_assoc_del(dev.dg, dev.ref, id, close);
	if (err)
		ret = dev_failed(&dev, "assoc del", err);
	dev_close(&dev);
	return ret;
}

struct show {
	bool json;
	bool first;
};

static void show_limit(const char *name, uint64_t soft, uint64_t hard)
{
	if (soft)
		printf(" soft-%s %" PRIu64, name, soft);
	if (hard)
		printf(" hard-%s %" PRIu64, name, hard);
}

static void show_limits(const struct dgsec_assoc *as)
{
	printf("  limits");
	show_limit("packets", as->soft_packets, as->hard_packets);
	show_limit("bytes", as->soft_bytes, as->hard_bytes);
	show_limit("failed", as->soft_failed, as->hard_failed);
	show_limit("seconds", as->soft_seconds, as->hard_seconds);
	if (as->idle_seconds)
		printf(" idle-seconds %u", as->idle_seconds);
	if (as->unanswered_seconds)
		printf(" unanswered-seconds %u", as->unanswered_seconds);
	putchar('\n');
}

static void show_lengths(const struct dgsec_assoc *as)
{
	if (!as->tx_max && !as->rx_max)
		return;
	printf("  longest plaintext");
	if (as->tx_max)
		printf(" tx-max %u", as->tx_max);
	if (as->rx_max)
		printf(" rx-max %u", as->rx_max);
	putchar('\n');
}

static void show_counters(const struct dgsec_assoc *as)
{
	printf("  in %" PRIu64 " records, %" PRIu64 " octets; out %" PRIu64
	       " records, %" PRIu64 " octets; drops %" PRIu64 "\n",
	       as->stats[DGSEC_A_STATS_RX_RECORDS],
	       as->stats[DGSEC_A_STATS_RX_BYTES],
	       as->stats[DGSEC_A_STATS_TX_RECORDS],
	       as->stats[DGSEC_A_STATS_TX_BYTES], format_drops(as->stats));
}

static void show_cids(const struct dgsec_assoc *as)
{
	char buf[FORMAT_SIZE];

	if (!as->rx_cid.len && !as->tx_cid.len)
		return;
	printf("  rx-cid %s", as->rx_cid.len ?
	       format_cid(buf, &as->rx_cid) : "none");
	printf(" tx-cid %s\n", as->tx_cid.len ?
	       format_cid(buf, &as->tx_cid) : "none");
}

static int show_assoc(const struct dgsec_assoc *as, void *arg)
{
	char remote[FORMAT_SIZE], local[FORMAT_SIZE];
	char age[FORMAT_SIZE], rx[FORMAT_SIZE], tx[FORMAT_SIZE];
	struct show *show = arg;

	if (show->json) {
		json_print_item(json_assoc(as), &show->first);
		return 0;
	}
	printf("association %u of peer %u: %s\n", as->id, as->peer_id,
	       format_state(as));
	if (as->protocol == DGSEC_PROTOCOL_NONE)
		puts("  NO SECURITY: in the clear, and anybody can forge it");
	else
		printf("  %s %s %s epoch %u window %u\n",
		       format_known(dgsec_protocol_name(as->protocol)),
		       format_known(dgsec_cipher_name(as->cipher)),
		       format_known(dgsec_role_name(as->role)), as->epoch,
		       as->window);
	printf("  remote %s local %s inner port %u\n",
	       format_endpoint(remote, &as->remote_addr, as->remote_port),
	       format_endpoint(local, &as->local_addr, as->local_port),
	       as->inner_port);
	show_cids(as);
	printf("  age %s, last received %s, last sent %s\n",
	       format_age(age, as->age),
	       dgsec_has(as, DGSEC_A_ASSOC_RX_AGE) ?
	       format_age(rx, as->rx_age) : "never",
	       dgsec_has(as, DGSEC_A_ASSOC_TX_AGE) ?
	       format_age(tx, as->tx_age) : "never");
	if (dgsec_has(as, DGSEC_A_ASSOC_TX_SEQ))
		printf("  next tx-seq %" PRIu64, as->tx_seq);
	if (dgsec_has(as, DGSEC_A_ASSOC_RX_SEQ))
		printf(", highest rx-seq %" PRIu64, as->rx_seq);
	if (dgsec_has(as, DGSEC_A_ASSOC_TX_SEQ))
		putchar('\n');
	show_counters(as);
	show_lengths(as);
	show_limits(as);
	return 0;
}

static int show_assocs(struct dev *dev, uint32_t id, struct dgsec_peer *peer,
		       struct show *show)
{
	struct dgsec_assoc assoc;
	int err = 0;

	if (id)
		err = dgsec_assoc_get(dev->dg, dev->ref, id, &assoc);
	else if (peer->has)
		err = dev_resolve_peer(dev, peer);
	if (err)
		return err;
	if (show->json)
		putchar('[');
	if (id)
		show_assoc(&assoc, show);
	else
		err = dgsec_assoc_list(dev->dg, dev->ref, peer->id, show_assoc,
				       show);
	if (show->json)
		puts("]");
	return err;
}

static int parse_selection(struct args *a, uint32_t *id,
			   struct dgsec_peer *peer)
{
	const char *text = args_next(a);

	if (!text)
		return 0;
	if (strcmp(text, "peer"))
		return parse_id(a, text, id);
	text = args_next(a);
	if (!text)
		return args_error(a, "the peer is missing: its number, inner address or name");
	return args_peer(a, text, peer);
}

static int run_show(struct args *a)
{
	struct show show = { .first = true };
	struct dgsec_peer peer = { 0 };
	struct dev dev;
	uint32_t id = 0;
	int err, ret;

	show.json = args_option(a, "-j");
	if (dev_parse(a, &dev) || parse_selection(a, &id, &peer) ||
	    args_done(a))
		return cli_usage(a);
	ret = dev_open(&dev);
	if (ret)
		return ret;
	err = show_assocs(&dev, id, &peer, &show);
	if (err)
		ret = dev_failed(&dev, "assoc show", err);
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

const struct verb verb_assoc = {
	.name = "assoc",
	.summary = "add, set, del or show associations",
	.help = help,
	.run = run,
};
