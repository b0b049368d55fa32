// SPDX-License-Identifier: GPL-2.0
/*
 * The record layer of the module against a whole life of one association: the
 * input is a program for a network that delivers, holds back, repeats, changes
 * and glues together what a sender has sealed, and makes up the rest. The
 * receiver does what rx.c and assoc.c do with a datagram.
 *
 * The sender is not the module's: its records are put together here, from
 * RFC 6347, RFC 6655 and RFC 9146, with foreign nonces and padding too.
 *
 * Demanded after each record, by a model that knows every record ever sealed:
 * what opens was sealed, to the octet; it is taken at most once, and if the
 * window allows it, always; what does not open moves nothing; what is opened
 * and closed is the same as before; nothing outside of the record is touched.
 */

#include "dtls12.h"
#include "fuzz.h"
#include "replay.h"

const unsigned long fuzz_short_runs = 100000;

enum {
	EPOCH = 1,
	HISTORY = 48,		/* records that the network remembers */
	STEPS = 96,
	DATAGRAM = 20000,
	NUMBERS = 128,		/* that can be taken: each step seals one at most */
	PLAIN_SHORT = 200,
	PLAIN_LONG = DTLS12_PLAIN_MAX + 40,
};

/* What the input's octets mean */
enum step {
	STEP_SEND,		/* seal and deliver */
	STEP_HOLD,		/* seal, and deliver later or never */
	STEP_REPEAT,		/* deliver one of those before */
	STEP_FLIP,		/* ... with a bit changed */
	STEP_CUT,		/* ... without its end */
	STEP_HEADER,		/* ... with another header */
	STEP_GLUE,		/* several of them in a datagram */
	STEP_JUMP,		/* the sender's number goes on elsewhere */
	STEP_RAW,		/* octets of the input */
	STEP_RAW_RECORD,	/* ... behind a header that is right */
	STEP_SEAL,		/* the module's own way to seal, compared with ours */
	STEPS_KNOWN,
};

/* A record as it was sealed */
struct sealed {
	u8 *octets;
	size_t size;
	u64 seq;
	u16 epoch;
	bool cid;
	u8 outer, type;		/* of the header; of what is inside */
	u8 *plain;
	size_t plain_len, inner_len;
};

static struct {
	struct dgsec_aead key_of_this_life;
	const struct dgsec_aead *key;
	struct dtls12_cid cid;		/* of the association; length 0: none */
	u8 cid_len;			/* of the interface */
	u32 window;
	u64 seq;			/* the sender's next */
	struct sealed sent[HISTORY];
	unsigned int n_sent;		/* all there were */
	struct dgsec_replay *replay;
	u64 taken[NUMBERS];
	unsigned int n_taken;
	u64 next;			/* above all that was taken */
	u64 filled;			/* all below count as taken */
} w;

/* ---- the sender ------------------------------------------------------------ */

static const u8 cid_octets[DTLS12_CID_MAX] = "\xc1_connection IDs are opaque";

static void put_number(u8 *to, u64 value, int octets)
{
	while (octets--) {
		to[octets] = value;
		value >>= 8;
	}
}

static const struct sealed *remember(struct sealed *s)
{
	struct sealed *slot = &w.sent[w.n_sent++ % HISTORY];

	free(slot->octets);
	free(slot->plain);
	*slot = *s;
	return slot;
}

/* RFC 5246 section 6.2.3.3, RFC 9146 section 5.3 */
static size_t associated_data(u8 *aad, const u8 *header, bool cid, size_t inner_len)
{
	size_t n = 0;

	if (!cid) {
		memcpy(aad, header + 3, 8);
		memcpy(aad + 8, header, 3);
		n = 11;
	} else {
		memset(aad, 0xff, 8);
		aad[8] = 25;
		aad[9] = w.cid.len;
		memcpy(aad + 10, header, 3);
		memcpy(aad + 13, header + 3, 8);
		memcpy(aad + 21, w.cid.id, w.cid.len);
		n = 21 + w.cid.len;
	}
	put_number(aad + n, inner_len, 2);
	return n + 2;
}

/*
 * What a peer may send: content type @type, or at least says so. With a
 * connection ID, @padding zeros behind the type inside.
 */
static const struct sealed *seal(u8 type, const u8 *plain, size_t len, size_t padding,
				 const u8 *nonce, u16 epoch)
{
	bool cid = w.cid.len;
	size_t header = 13 + (cid ? w.cid.len : 0), inner = len + (cid ? 1 + padding : 0);
	struct sealed s = {
		.seq = w.seq, .epoch = epoch, .cid = cid, .outer = cid ? 25 : type,
		.type = type, .plain_len = len, .inner_len = inner,
		.size = header + 8 + inner + w.key->tag_len,
	};
	u8 aad[64], iv[12], *body;

	s.plain = copy_exact(plain, len);
	s.octets = calloc(1, s.size);
	if (!s.octets)
		abort();
	s.octets[0] = s.outer;
	put_number(s.octets + 1, 0xfefd, 2);
	put_number(s.octets + 3, epoch, 2);
	put_number(s.octets + 5, s.seq, 6);
	if (cid)
		memcpy(s.octets + 11, w.cid.id, w.cid.len);
	put_number(s.octets + header - 2, s.size - header, 2);
	body = s.octets + header;
	if (nonce)
		memcpy(body, nonce, 8);
	else
		memcpy(body, s.octets + 3, 8);
	if (len)
		memcpy(body + 8, plain, len);
	if (cid)
		body[8 + len] = type;

	memcpy(iv, w.key->salt, 4);
	memcpy(iv + 4, body, 8);
	demand(!dgsec_aead_seal(w.key, iv, aad, associated_data(aad, s.octets, cid, inner),
				body + 8, inner));
	w.seq = (w.seq + 1) & DTLS12_SEQUENCE_MAX;
	return remember(&s);
}

/* The same record by the module, without what it never does */
static void compare_seal(u8 type, const u8 *plain, size_t len)
{
	size_t prefix = dtls12_prefix(w.key, w.cid.len), suffix = dtls12_suffix(w.cid.len);
	size_t size = prefix + len + suffix + w.key->tag_len;
	u64 seq = w.seq;
	u8 *buf = malloc(size);
	const struct sealed *s;

	if (!buf)
		abort();
	if (len)
		memcpy(buf + prefix, plain, len);
	demand(!dgsec_dtls12_seal(w.key, &w.cid, type, EPOCH, seq, buf + prefix, len));
	s = seal(type, plain, len, 0, NULL, EPOCH);
	demand(s->size == size && !memcmp(s->octets, buf, size));
	free(buf);
}

/* ---- the model ------------------------------------------------------------- */

/* The record that was sealed as this one: by all its octets */
static const struct sealed *find_sealed(const struct dtls12_record *rec)
{
	for (size_t i = 0; i < HISTORY; i++) {
		const struct sealed *s = &w.sent[i];

		if (s->octets && s->size == rec->size &&
		    !memcmp(s->octets, rec->start, rec->size))
			return s;
	}
	return NULL;
}

static bool is_taken(u64 seq)
{
	if (seq < w.filled)
		return true;
	for (unsigned int i = 0; i < w.n_taken; i++)
		if (w.taken[i] == seq)
			return true;
	return false;
}

/* RFC 6347 section 4.1.2.6 */
static int by_window(u64 seq)
{
	if (seq >= w.next)
		return 0;
	if (w.next - seq > w.window)
		return DGSEC_A_STATS_RX_DROP_OLD;
	return is_taken(seq) ? DGSEC_A_STATS_RX_DROP_REPLAY : 0;
}

static void take_number(u64 seq)
{
	demand(!is_taken(seq));
	demand(w.n_taken < NUMBERS);
	w.taken[w.n_taken++] = seq;
	if (seq >= w.next)
		w.next = seq + 1;
}

/*
 * What is inside of one: with a connection ID the type is the last octet that is
 * not 0, which may be one of the content if it says to be of type 0.
 */
static u8 inside(const struct sealed *s, size_t *len)
{
	u8 type = s->type;

	for (*len = s->plain_len; s->cid && !type && *len;)
		type = s->plain[--*len];
	return type;
}

/* What must become of a record of ours that is of this epoch and new */
static int by_content(const struct sealed *s)
{
	size_t len;
	u8 type = inside(s, &len);

	if (s->inner_len > DTLS12_PLAIN_MAX)
		return DGSEC_A_STATS_RX_DROP_LENGTH;
	if (type < DTLS_CHANGE_CIPHER_SPEC || type > DTLS_APPLICATION_DATA)
		return DGSEC_A_STATS_RX_DROP_TYPE;
	return 0;
}

/* ---- the receiver ---------------------------------------------------------- */

static size_t replay_size(void)
{
	return sizeof(*w.replay) + dgsec_replay_words(w.window) * sizeof(w.replay->map[0]);
}

static void check_opened(const struct sealed *s, const struct dtls12_record *rec)
{
	size_t len;
	u8 type = inside(s, &len);

	demand(rec->type == type && rec->len == len && rec->epoch == s->epoch &&
	       rec->seq == s->seq);
	demand(!len || !memcmp(rec->data, s->plain, len));
}

/* dgsec_assoc_check() and dgsec_assoc_open(), on a copy of the record alone */
static void receive_one(const struct dtls12_record *found)
{
	u8 *copy = copy_exact(found->start, found->size);
	void *before = copy_exact(w.replay, replay_size());
	const struct sealed *s = find_sealed(found);
	struct dtls12_record rec = *found;
	int drop, want;

	rec.start = copy;
	rec.cid = copy + (found->cid - found->start);
	rec.data = copy + (found->data - found->start);

	want = by_window(rec.seq);
	drop = dgsec_replay_check(w.replay, rec.seq);
	demand(drop == want);
	demand(!memcmp(before, w.replay, replay_size()));
	if (drop)
		goto out;

	drop = dgsec_dtls12_open(w.key, &rec);
	demand(!memcmp(before, w.replay, replay_size()));
	if (!s) {
		demand(drop == DGSEC_A_STATS_RX_DROP_AUTH ||
		       drop == DGSEC_A_STATS_RX_DROP_LENGTH);
		goto out;
	}
	demand(drop == by_content(s));
	if (drop)
		goto out;
	check_opened(s, &rec);
	demand(!dgsec_replay_update(w.replay, rec.seq));
	take_number(rec.seq);
	demand(dgsec_replay_check(w.replay, rec.seq));

	demand(!dgsec_dtls12_close(w.key, &rec));
	demand(!memcmp(copy, found->start, found->size));
out:
	free(before);
	free(copy);
}

/* Is it the association's? As rx.c finds it: by the connection ID, or without one */
static bool is_ours(const struct dtls12_record *rec)
{
	if (rec->cid_len)
		return w.cid.len == rec->cid_len &&
		       !memcmp(w.cid.id, rec->cid, rec->cid_len);
	return !w.cid.len && (rec->type == DTLS_APPLICATION_DATA ||
			      (rec->type == DTLS_ALERT && rec->epoch));
}

static void deliver(const u8 *data, size_t len)
{
	u8 *buf = copy_exact(data, len), *at = buf;
	struct dtls12_record rec;
	size_t left = len;

	while (left) {
		if (dgsec_dtls12_parse(at, left, w.cid_len, &rec))
			break;
		demand(rec.start == at && rec.size >= DTLS12_HEADER_LEN && rec.size <= left);
		demand(rec.data + rec.len == at + rec.size && rec.data > at);
		demand(rec.cid >= at && rec.cid + rec.cid_len <= rec.data);
		demand(rec.seq <= DTLS12_SEQUENCE_MAX);
		if (!dgsec_dtls12_vet(&rec) && is_ours(&rec) && rec.epoch == EPOCH)
			receive_one(&rec);
		at += rec.size;
		left -= rec.size;
	}
	/* all is done on copies */
	demand(!len || !memcmp(buf, data, len));
	free(buf);
}

/* ---- the network ----------------------------------------------------------- */

static const struct sealed *pick(struct input *in)
{
	unsigned int n = w.n_sent < HISTORY ? w.n_sent : HISTORY, back = take8(in);

	return n ? &w.sent[(w.n_sent - 1 - back % n) % HISTORY] : NULL;
}

static const struct sealed *send_one(struct input *in)
{
	static u8 plain[PLAIN_LONG];
	u8 how = take8(in), len = take8(in);
	u8 type = how & 0x80 ? take8(in) : DTLS_APPLICATION_DATA;
	size_t padding = how & 0x40 ? take8(in) : 0;
	u16 epoch = how & 0x20 ? take16(in) : EPOCH;
	const u8 *octets, *nonce = NULL;
	u8 foreign[8] = { 0 };
	size_t size = len % PLAIN_SHORT;

	if (how & 0x10) {
		put_number(foreign + 2, take48(in), 6);
		nonce = foreign;
	}
	/* near the longest */
	if ((how & 0x0f) == 0x0f)
		size = DTLS12_PLAIN_MAX - 20 + len % 60;
	memset(plain, how, size);
	if (how & 0x08) {
		size_t got = take(in, &octets, size < 64 ? size : 64);

		memcpy(plain, octets, got);
	}
	return seal(type, plain, size, padding, nonce, epoch);
}

static void change_header(struct input *in, u8 *octets, size_t size)
{
	static const u8 places[] = { 0, 1, 2, 3, 4, 5, 6, 9, 10, 11, 12, 13, 20, 21, 43, 44 };
	size_t at = places[take8(in) % sizeof(places)];

	if (at < size)
		octets[at] = take8(in);
}

static void one_step(struct input *in)
{
	static u8 datagram[DATAGRAM * 4];
	const struct sealed *s = NULL;
	enum step step = take8(in) % STEPS_KNOWN;
	const u8 *octets;
	size_t len, n;

	if (step >= STEP_REPEAT && step <= STEP_HEADER) {
		s = pick(in);
		if (!s)
			return;
		memcpy(datagram, s->octets, s->size);
		len = s->size;
	}
	switch (step) {
	case STEP_SEND:
		s = send_one(in);
		deliver(s->octets, s->size);
		break;
	case STEP_HOLD:
		send_one(in);
		break;
	case STEP_REPEAT:
		deliver(datagram, len);
		break;
	case STEP_FLIP:
		n = take16(in);
		datagram[n / 8 % len] ^= 1 << n % 8;
		deliver(datagram, len);
		break;
	case STEP_CUT:
		deliver(datagram, len - take8(in) % (len + 1));
		break;
	case STEP_HEADER:
		change_header(in, datagram, len);
		deliver(datagram, len);
		break;
	case STEP_GLUE:
		len = 0;
		for (n = take8(in) % 6; n; n--) {
			s = pick(in);
			if (!s || len + s->size > sizeof(datagram))
				break;
			memcpy(datagram + len, s->octets, s->size);
			len += s->size;
		}
		n = take(in, &octets, take8(in) % 32);
		if (n && len + n <= sizeof(datagram)) {
			memcpy(datagram + len, octets, n);
			len += n;
		}
		deliver(datagram, len);
		break;
	case STEP_JUMP:
		n = take8(in);
		if (n & 1)
			w.seq = take48(in);
		else
			w.seq = (w.seq + (int8_t)take8(in) * (n & 2 ? 1 : 16)) &
				DTLS12_SEQUENCE_MAX;
		break;
	case STEP_RAW:
		n = take(in, &octets, take8(in));
		deliver(octets, n);
		break;
	case STEP_RAW_RECORD:
		datagram[0] = w.cid.len ? 25 : 23;
		put_number(datagram + 1, 0xfefd, 2);
		put_number(datagram + 3, EPOCH, 2);
		put_number(datagram + 5, w.seq + take8(in), 6);
		len = 11;
		if (w.cid.len)
			memcpy(datagram + len, w.cid.id, w.cid.len);
		len += w.cid.len;
		n = take(in, &octets, take8(in));
		put_number(datagram + len, n, 2);
		memcpy(datagram + len + 2, octets, n);
		deliver(datagram, len + 2 + n);
		break;
	case STEP_SEAL:
		n = take(in, &octets, take8(in));
		compare_seal(DTLS_CHANGE_CIPHER_SPEC + take8(in) % 4, octets, n);
		break;
	case STEPS_KNOWN:
		break;
	}
}

/* ---- a life ---------------------------------------------------------------- */

/*
 * Another key for each input: libFuzzer learns what is compared, and would bring the
 * record of an earlier life as its own.
 */
static void make_key(u8 cipher, const u8 *data, size_t size)
{
	u8 octets[DGSEC_KEY_MAX], salt[DGSEC_IV_MAX];
	u64 h = 0xcbf29ce484222325ULL;

	/* FNV-1a */
	while (size--)
		h = (h ^ *data++) * 0x100000001b3ULL;
	memset(salt, h, sizeof(salt));
	for (size_t i = 0; i < sizeof(octets); i += 8)
		put_number(octets + i, h, 8);
	demand(!dgsec_aead_init(&w.key_of_this_life, 1 + cipher % DGSEC_CIPHER_AES_128_GCM,
				octets, salt));
	w.key = &w.key_of_this_life;
}

static void begin(struct input *in)
{
	struct input all = *in;
	static const u8 lengths[] = { 0, 0, 1, 2, 8, 20, DTLS12_CID_MAX };
	static const u32 windows[] = { 64, 128, 192, 1024 };
	u8 flags;

	memset(&w, 0, sizeof(w));
	make_key(take8(in), all.at, all.left);
	flags = take8(in);
	w.cid_len = lengths[(flags & 0x0f) % sizeof(lengths)];
	w.cid.id = cid_octets;
	/* the interface may have connection IDs and this association none */
	if (!(flags & 0x80))
		w.cid.len = w.cid_len;
	w.window = windows[flags >> 4 & 3];
	w.replay = calloc(1, replay_size());
	if (!w.replay)
		abort();
	dgsec_replay_init(w.replay, w.window);
	if (flags & 0x40) {
		w.seq = take16(in);
		dgsec_replay_fill(w.replay, w.seq);
		w.filled = ++w.seq;
		w.next = w.filled;
	}
}

static void end(void)
{
	for (size_t i = 0; i < HISTORY; i++) {
		free(w.sent[i].octets);
		free(w.sent[i].plain);
	}
	free(w.replay);
	dgsec_aead_destroy(&w.key_of_this_life);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };

	begin(&in);
	for (int i = 0; i < STEPS && in.left; i++)
		one_step(&in);
	end();
	return 0;
}
