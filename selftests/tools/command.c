// SPDX-License-Identifier: GPL-2.0
/* The little language in which tests say what records a datagram holds. */

#include "command.h"
#include "coap.h"
#include "util.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

const char command_send_help[] =
	"  send RECORD [/ RECORD]...   one datagram with these records; a RECORD is words of\n"
	"    seq=N epoch=N type=N      header fields; defaults: last+1, 1, 23\n"
	"    version=HEX length=N      length: what the length field says, true or not\n"
	"    nonce=HEX                 explicit nonce, 8 octets; default: epoch and seq\n"
	"    data=HEX text=S get=PATH fill=N   the content; get makes a NON GET with token seq\n"
	"    flip=N                    invert a bit of octet N of the record (from the end if < 0)\n"
	"    cut=N add=N               shorten or lengthen the record by N octets\n"
	"    pad=N                     zeros behind the content, in a record with a connection ID\n"
	"    nocid                     no connection ID, although there is one (-t)\n"
	"    plain                     content unsealed, whatever the epoch\n"
	"    raw=HEX                   these octets in place of a record\n"
	"    count=N                   N datagrams, each with the next sequence number\n"
	"  replay                      the last datagram again\n";

struct spec {
	struct record r;
	bool plain, nocid;
	bool has_nonce;
	long long length, flip, cut, add;
	bool has_length, has_flip;
	const char *content, *value;
	__u8 data[DATAGRAM_MAX];
};

static long long parse_number(const char *name, const char *value, long long min, long long max)
{
	char *end;
	long long v;

	errno = 0;
	v = strtoll(value ? value : "", &end, 0);
	if (!value || *end || end == value || errno || v < min || v > max)
		die("%s must be a number from %lld to %lld", name, min, max);
	return v;
}

int command_int(const char *name, const char *value, long long min, long long max)
{
	return parse_number(name, value, min, max);
}

/* The last thing to do: a GET needs the sequence number. */
static void content(struct spec *s)
{
	const char *name = s->content, *value = s->value;
	struct coap m = { .type = COAP_NON, .code = COAP_GET, .token_len = 6 };
	int len;

	s->r.data = s->data;
	if (!name)
		return;
	if (!strcmp(name, "data")) {
		len = hex_parse(value, s->data, sizeof(s->data));
		if (len < 0)
			die("data: not hex");
		s->r.len = len;
	} else if (!strcmp(name, "text")) {
		s->r.len = strlen(value);
		memcpy(s->data, value, s->r.len);
	} else if (!strcmp(name, "fill")) {
		s->r.len = parse_number(name, value, 0, DATAGRAM_MAX - 64);
		memset(s->data, 'x', s->r.len);
	} else {
		/* The token tells answers apart, also those to an old or far number. */
		put_be48(m.token, s->r.seq);
		m.mid = s->r.seq;
		s->r.len = coap_build(&m, value, s->data, sizeof(s->data));
	}
}

static bool field(struct spec *s, const char *name, const char *value)
{
	if (!strcmp(name, "epoch")) {
		s->r.epoch = parse_number(name, value, 0, 0xffff);
	} else if (!strcmp(name, "type")) {
		s->r.type = parse_number(name, value, 0, 0xff);
	} else if (!strcmp(name, "version")) {
		__u8 v[2];

		if (!value || hex_parse(value, v, 2) != 2)
			die("version must be two octets in hex");
		s->r.version = get_be16(v);
	} else if (!strcmp(name, "nonce")) {
		if (!value || hex_parse(value, s->r.nonce, RECORD_NONCE) != RECORD_NONCE)
			die("nonce must be 8 octets in hex");
		s->has_nonce = true;
	} else if (!strcmp(name, "length")) {
		s->length = parse_number(name, value, 0, 0xffff);
		s->has_length = true;
	} else if (!strcmp(name, "flip")) {
		s->flip = parse_number(name, value, -DATAGRAM_MAX, DATAGRAM_MAX);
		s->has_flip = true;
	} else if (!strcmp(name, "cut")) {
		s->cut = parse_number(name, value, 0, DATAGRAM_MAX);
	} else if (!strcmp(name, "add")) {
		s->add = parse_number(name, value, 0, DATAGRAM_MAX);
	} else if (!strcmp(name, "pad")) {
		s->r.pad = parse_number(name, value, 0, 1024);
	} else if (!strcmp(name, "nocid")) {
		s->nocid = true;
	} else if (!strcmp(name, "plain")) {
		s->plain = true;
	} else {
		return false;
	}
	return true;
}

static size_t finish(struct wire *w, struct spec *s, __u8 *out, size_t max)
{
	size_t len;

	content(s);
	s->r.cid = w->keys.tx_cid_len && !s->nocid && !s->plain;
	if (RECORD_HEADER + RECORD_CID_MAX + RECORD_NONCE + s->r.pad + s->r.len + RECORD_TAG_MAX +
	    s->add > max)
		die("too much for a datagram");
	if (!s->has_nonce) {
		put_be16(s->r.nonce, s->r.epoch);
		put_be48(s->r.nonce + 2, s->r.seq);
	}
	if (s->plain) {
		out[0] = s->r.type;
		put_be16(out + 1, s->r.version);
		put_be16(out + 3, s->r.epoch);
		put_be48(out + 5, s->r.seq);
		put_be16(out + 11, s->r.len);
		if (s->r.len)
			memcpy(out + RECORD_HEADER, s->r.data, s->r.len);
		len = RECORD_HEADER + s->r.len;
	} else {
		if (!w->keyed)
			die("no keys yet to seal a record with");
		len = record_seal(&w->keys, &s->r, out);
	}
	if (s->has_length)
		put_be16(out + 11 + (s->r.cid ? w->keys.tx_cid_len : 0), s->length);
	if (s->has_flip) {
		long long at = s->flip < 0 ? (long long)len + s->flip : s->flip;

		if (at < 0 || at >= (long long)len)
			die("flip=%lld is outside a record of %zu octets", s->flip, len);
		out[at] ^= 1;
	}
	if ((size_t)s->cut > len)
		die("cut=%lld is more than a record of %zu octets", s->cut, len);
	len -= s->cut;
	memset(out + len, 0, s->add);
	return len + s->add;
}

/*
 * Build the datagram that @args describe. @step is added to each sequence
 * number given, for repetition.
 */
size_t command_build(struct wire *w, const char *args, __u64 step, __u8 *out)
{
	char *copy = strdup(args), *state, *word;
	struct spec *s = NULL;
	size_t total = 0;

	if (!copy)
		die("no memory");
	for (word = strtok_r(copy, " ", &state);; word = strtok_r(NULL, " ", &state)) {
		char *value;

		if (!word || !strcmp(word, "/")) {
			if (s) {
				total += finish(w, s, out + total, DATAGRAM_MAX - total);
				w->last_seq = s->r.seq;
				free(s);
				s = NULL;
			}
			if (!word)
				break;
			continue;
		}
		value = strchr(word, '=');
		if (value)
			*value++ = '\0';
		if (!strcmp(word, "count"))
			continue;
		if (!strcmp(word, "raw")) {
			int len = hex_parse(value ? value : "", out + total, DATAGRAM_MAX - total);

			if (len < 0)
				die("raw: not hex, or too long");
			total += len;
			continue;
		}
		if (!s) {
			s = calloc(1, sizeof(*s));
			if (!s)
				die("no memory");
			s->r.type = RECORD_DATA;
			s->r.version = RECORD_DTLS12;
			s->r.epoch = 1;
			s->r.seq = w->last_seq + 1;
		}
		if (!strcmp(word, "seq")) {
			s->r.seq = parse_number(word, value, 0, (1LL << 48) - 1) + step;
		} else if (value && (!strcmp(word, "data") || !strcmp(word, "text") ||
				   !strcmp(word, "fill") || !strcmp(word, "get"))) {
			s->content = word;
			s->value = value;
		} else if (!field(s, word, value)) {
			die("send: unknown word %s", word);
		}
	}
	free(copy);
	return total;
}

void wire_send(struct wire *w, const __u8 *data, size_t len)
{
	/* An ICMP error for an earlier datagram is reported here once. */
	if (send(w->fd, data, len, 0) < 0 && send(w->fd, data, len, 0) < 0)
		die("send of %zu octets: %s", len, strerror(errno));
}

void command_send(struct wire *w, const char *args)
{
	const char *count = strstr(args, "count=");
	long long n = 1;

	if (count) {
		char value[24];

		snprintf(value, sizeof(value), "%.*s", (int)strcspn(count + 6, " "), count + 6);
		n = parse_number("count", value, 1, 1 << 24);
	}
	for (long long i = 0; i < n; i++) {
		w->last_len = command_build(w, args, i, w->last);
		wire_send(w, w->last, w->last_len);
	}
}

void command_replay(struct wire *w)
{
	wire_send(w, w->last, w->last_len);
}
