// SPDX-License-Identifier: GPL-2.0
/*
 * A device for tests: a DTLS 1.2 PSK client or server on mbedTLS that does what it is
 * told, well-behaved or not. Each command prints a line of JSON.
 */

#include "coap.h"
#include "serve.h"
#include "session.h"
#include "util.h"

#include <errno.h>
#include <getopt.h>
#include <mbedtls/error.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static void print_usage(FILE *f)
{
	fputs("usage: dtls-peer [-l [ADDR]:PORT] -r [ADDR]:PORT|-S -i IDENTITY -s PSKHEX [-c CIPHER]\n"
	      "                 [-t MS] [-C N] COMMAND...\n"
	      "       dtls-peer ... -x FILE -k FILE [-a FILE] ... in place of -i and -s\n"
	      "  -i IDENTITY  text, or hex:OCTETS\n"
	      "  -c CIPHER    aes-128-ccm-8 (default), aes-128-ccm or aes-128-gcm\n"
	      "  -t MS        first handshake retransmission timeout, 400 unless given\n"
	      "  -S           server: the first who sends to -l is the other side\n"
	      "  -x FILE      our certificate, and those above it; -k FILE: its key;\n"
	      "               -a FILE: who may vouch for the server, anybody if not given\n"
	      "  -C N         offer a connection ID of N octets (RFC 9146)\n"
	      "commands, each one argument; all but send are done by mbedTLS:\n"
	      "  handshake [lose=N] [lose-own=N] [half] [ms=N] [psk=HEX] [resume] [tickets]\n"
	      "            [no-ems] [fragment=N] [overtake=before|same|after RECORD]\n"
	      "                              lose: N datagrams of the server's final flight; a server does not\n"
	      "                                send them\n"
	      "                              lose-own: N of our own with a ChangeCipherSpec\n"
	      "                              resume: the session of the last whole handshake\n"
	      "                              tickets: take one; no-ems: without extended master\n"
	      "                              secret; fragment: max_fragment_length\n"
	      "                              half: stop after the server's first flight\n"
	      "                              overtake: RECORD goes out around the Finished\n"
	      "  fail [WORDS OF handshake]   a handshake that must not succeed\n"
	      "  get PATH, put PATH TEXT     a request, and the wait for its answer\n"
	      "  write HEX, read [MS]        any application data\n"
	      "  stream n=N gap=MS get=PATH [wait=MS] [every=N] [stop=FILE]\n"
	      "                              N requests paced, answers counted; every: print progress\n"
	      "                              after each N; stop: end early when FILE is there;\n"
	      "                              wait: so long for the next answer at the end (5000)\n"
	      "  move [ADDR]:PORT            go on from another endpoint\n"
	      "  close                       close_notify\n",
	      f);
	fputs(serve_help, f);
	fputs(command_send_help, f);
	fputs("Exit status 1: something did not happen that should.\n", f);
}

static const char *mbedtls_text(int err)
{
	static char text[128];

	mbedtls_strerror(err, text, sizeof(text));
	return text;
}

/* The value of NAME= among the words of @args, or NULL */
static const char *word(const char *args, const char *name, char *out, size_t max)
{
	size_t len = strlen(name);
	const char *p;

	for (p = args; (p = strstr(p, name)); p += len) {
		if ((p == args || p[-1] == ' ') && p[len] == '=') {
			snprintf(out, max, "%.*s", (int)strcspn(p + len + 1, " "), p + len + 1);
			return out;
		}
	}
	return NULL;
}

static int word_int(const char *args, const char *name, int otherwise)
{
	char text[32];

	if (!word(args, name, text, sizeof(text)))
		return otherwise;
	return command_int(name, text, 0, 1 << 30);
}

static bool has_word(const char *args, const char *name)
{
	const char *p = strstr(args, name);
	size_t len = strlen(name);

	return p && (p == args || p[-1] == ' ') && (!p[len] || p[len] == ' ');
}

struct identity {
	__u8 id[1024];
	int id_len;
	__u8 psk[256];
	int psk_len;
};

static bool do_handshake(struct session *s, const struct identity *who, const char *args)
{
	char mode[16], hex[513];
	struct identity other = *who;
	long long start = now_ms();
	int ret, lose_own;

	if (word(args, "psk", hex, sizeof(hex))) {
		other.psk_len = hex_parse(hex, other.psk, sizeof(other.psk));
		if (other.psk_len < 0)
			die("psk: not hex");
	}
	s->resume = has_word(args, "resume");
	s->tickets = has_word(args, "tickets");
	s->no_extended = has_word(args, "no-ems");
	s->fragment = word_int(args, "fragment", 0);
	session_psk(s, other.id, other.id_len, other.psk, other.psk_len);
	s->lose = word_int(args, "lose", 0);
	lose_own = word_int(args, "lose-own", 0);
	s->lose_own = lose_own;
	s->overtake = OVERTAKE_NOT;
	if (word(args, "overtake", mode, sizeof(mode))) {
		s->overtake = !strcmp(mode, "before") ? OVERTAKE_BEFORE :
			      !strcmp(mode, "same") ? OVERTAKE_SAME :
			      !strcmp(mode, "after") ? OVERTAKE_AFTER : OVERTAKE_NOT;
		s->overtake_args = strstr(args, "overtake=") + strlen("overtake=") + strlen(mode);
		if (s->overtake == OVERTAKE_NOT)
			die("overtake is before, same or after");
	}
	ret = session_handshake(s, has_word(args, "half"), word_int(args, "ms", 20000));
	printf("{\"handshake\":%s,\"cid\":%s,\"resumed\":%s,\"lost\":%d,\"ms\":%lld,\"sent\":%u,\"received\":%u,",
	       ret ? "false" : "true", !ret && session_has_cid(s) ? "true" : "false",
	       !ret && s->resumed ? "true" : "false", s->lost, now_ms() - start,
	       s->count.sent, s->count.received);
	printf("\"datagrams\":%u,\"flights\":%u,\"error\":\"%s\"}\n", s->count.datagrams,
	       s->count.flights, ret ? mbedtls_text(ret) : "");
	fflush(stdout);
	/* Our own flight may be the last one: then the rest is lost when it comes again. */
	return !ret && !s->lose && (!lose_own || s->lost);
}

static void print_data(const struct session *s, const __u8 *in, int len)
{
	struct coap m;

	printf("{\"seq\":%llu,\"data\":\"", s->rx_seq);
	hex_print(stdout, in, len);
	printf("\"");
	if (coap_parse(in, len, &m)) {
		printf(",");
		coap_print(stdout, &m);
	}
	printf("}\n");
	fflush(stdout);
}

static bool read_one(struct session *s, int ms)
{
	static __u8 in[DATAGRAM_MAX];
	int len = session_read(s, in, sizeof(in), ms);

	if (len > 0) {
		print_data(s, in, len);
		return true;
	}
	printf("{\"read\":false,\"error\":\"%s\"}\n", len ? mbedtls_text(len) : "nothing came");
	fflush(stdout);
	return false;
}

static size_t request(struct coap *m, __u8 code, const char *path, const char *payload, __u8 *out,
		      size_t max)
{
	static __u16 mid;

	/* Unlike those of send, whose tokens are sequence numbers */
	if (!mid)
		mid = (now_ms() & 0x3fff) | 0x8000;
	*m = (struct coap){ .type = COAP_NON, .code = code, .token_len = 4, .mid = ++mid };
	put_be16(m->token, 0xaaaa);
	put_be16(m->token + 2, mid);
	m->payload = (const __u8 *)payload;
	m->payload_len = payload ? strlen(payload) : 0;
	return coap_build(m, path, out, max);
}

static bool exchange(struct session *s, __u8 code, char *args)
{
	static __u8 data[DATAGRAM_MAX];
	char *payload = NULL;
	long long end = now_ms() + 10000;
	struct coap q, a;
	size_t len;
	int ret;

	if (code == COAP_PUT) {
		payload = strchr(args, ' ');
		if (!payload)
			die("put PATH TEXT");
		*payload++ = '\0';
	}
	len = request(&q, code, args, payload, data, sizeof(data));
	ret = session_write(s, data, len);
	if (ret)
		die("write: %s", mbedtls_text(ret));
	while (now_ms() < end) {
		ret = session_read(s, data, sizeof(data), end - now_ms());
		if (ret <= 0)
			break;
		print_data(s, data, ret);
		if (coap_parse(data, ret, &a) && a.token_len == q.token_len &&
		    !memcmp(a.token, q.token, a.token_len))
			return true;
	}
	printf("{\"answer\":false,\"error\":\"%s\"}\n",
	       ret < 0 ? mbedtls_text(ret) : "nothing came");
	fflush(stdout);
	return false;
}

struct tally {
	__u16 first;
	int sent, answered, doubled, foreign;
	__u8 seen[65536];
	long long sent_at[65536];
	int us[65536];		/* how long each answer took, in the order they came */
};

static long long now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000LL + ts.tv_nsec / 1000;
}

static int compare_ints(const void *a, const void *b)
{
	return (*(const int *)a > *(const int *)b) - (*(const int *)a < *(const int *)b);
}

static void count_answer(struct tally *t, const __u8 *in, int len)
{
	struct coap a;
	__u16 n;

	if (!coap_parse(in, len, &a) || a.token_len != 4 || get_be16(a.token) != 0xaaaa) {
		t->foreign++;
		return;
	}
	n = get_be16(a.token + 2) - t->first;
	if (n >= t->sent)
		t->foreign++;
	else if (t->seen[n]++)
		t->doubled++;
	else
		t->us[t->answered++] = now_us() - t->sent_at[n];
}

/* So many of a thousand answers were there by then. */
static int percentile(const struct tally *t, int thousandth)
{
	return t->answered ? t->us[(t->answered - 1) * thousandth / 1000] : 0;
}

static bool do_stream(struct session *s, const char *args)
{
	static __u8 data[DATAGRAM_MAX];
	static struct tally t;
	int n = word_int(args, "n", 100), gap = word_int(args, "gap", 10);
	int wait = word_int(args, "wait", 5000), every = word_int(args, "every", 0);
	char path[128] = "", stop[256] = "";
	long long next = now_ms();
	int ret = 0;

	if (n > 60000)
		die("stream: n is at most 60000");
	word(args, "get", path, sizeof(path));
	word(args, "stop", stop, sizeof(stop));
	memset(&t, 0, sizeof(t));
	while (ret >= 0 && (t.sent < n || (t.answered < t.sent && now_ms() < next + wait))) {
		long long left = t.sent < n ? next - now_ms() : next + wait - now_ms();

		/* Answers first: a slow machine would else send and never read. */
		if (t.sent < n && left <= 0 && !readable(s->wire.fd, 0)) {
			struct coap q;
			size_t len = request(&q, COAP_GET, path, NULL, data, sizeof(data));

			if (!t.sent)
				t.first = q.mid;
			t.sent_at[t.sent++] = now_us();
			ret = session_write(s, data, len);
			if (ret)
				die("write: %s", mbedtls_text(ret));
			next = now_ms() + gap;
			if (every && !(t.sent % every)) {
				printf("{\"progress\":%d,\"answered\":%d}\n", t.sent, t.answered);
				fflush(stdout);
			}
			if (*stop && !access(stop, F_OK))
				n = t.sent;
			if (t.sent == n)
				next = now_ms();
			continue;
		}
		ret = session_read(s, data, sizeof(data), left > 0 ? left : 1);
		if (ret > 0) {
			count_answer(&t, data, ret);
			/* The last answers have time as long as answers come. */
			if (t.sent == n)
				next = now_ms();
		}
	}
	printf("{\"sent\":%d,\"answered\":%d,\"lost\":%d,\"doubled\":%d,\"foreign\":%d,",
	       t.sent, t.answered, t.sent - t.answered, t.doubled, t.foreign);
	qsort(t.us, t.answered, sizeof(t.us[0]), compare_ints);
	printf("\"median_us\":%d,\"p99_us\":%d,\"max_us\":%d,", percentile(&t, 500),
	       percentile(&t, 990), percentile(&t, 1000));
	printf("\"error\":\"%s\"}\n", ret < 0 ? mbedtls_text(ret) : "");
	fflush(stdout);
	return t.answered == n && !t.doubled;
}

/* Under the same descriptor, as the library has that. */
static void do_move(struct session *s, const char *args)
{
	struct sockaddr_in6 local, remote;
	socklen_t len = sizeof(remote);
	int fd;

	endpoint_parse(args, &local);
	if (getpeername(s->wire.fd, (struct sockaddr *)&remote, &len))
		die("getpeername: %s", strerror(errno));
	fd = udp_open(&local, &remote);
	if (dup2(fd, s->wire.fd) < 0)
		die("dup2: %s", strerror(errno));
	close(fd);
}

static bool run(struct session *s, const struct identity *who, char *command)
{
	static __u8 data[DATAGRAM_MAX];
	char *args = strchr(command, ' ');
	int len;

	if (args)
		*args++ = '\0';
	else
		args = "";
	if (!strcmp(command, "handshake"))
		return do_handshake(s, who, args);
	if (!strcmp(command, "fail"))
		return !do_handshake(s, who, args);
	if (!strcmp(command, "get"))
		return exchange(s, COAP_GET, args);
	if (!strcmp(command, "put"))
		return exchange(s, COAP_PUT, args);
	if (!strcmp(command, "stream"))
		return do_stream(s, args);
	if (!strcmp(command, "serve"))
		return serve(s, args);
	if (!strcmp(command, "read"))
		return read_one(s, *args ? command_int("read", args, 0, 1 << 30) : 5000);
	if (!strcmp(command, "write")) {
		len = hex_parse(args, data, sizeof(data));
		if (len < 0)
			die("write: not hex");
		return !session_write(s, data, len);
	}
	if (!strcmp(command, "move"))
		do_move(s, args);
	else if (!strcmp(command, "close"))
		session_close(s);
	else if (!strcmp(command, "send"))
		command_send(&s->wire, args);
	else if (!strcmp(command, "replay"))
		command_replay(&s->wire);
	else
		die("unknown command: %s", command);
	return true;
}

int main(int argc, char **argv)
{
	static struct session s;
	static struct identity who = { .psk_len = -1, .id_len = -1 };
	struct sockaddr_in6 local, remote;
	bool has_local = false, has_remote = false;
	const char *cipher = "aes-128-ccm-8", *certificate = NULL, *key = NULL, *authority = NULL;
	int opt, timeout = 400;

	s.cid_len = -1;
	while ((opt = getopt(argc, argv, "l:r:i:s:c:t:C:Sx:k:a:h")) != -1) {
		switch (opt) {
		case 'l':
			endpoint_parse(optarg, &local);
			has_local = true;
			break;
		case 'r':
			endpoint_parse(optarg, &remote);
			has_remote = true;
			break;
		case 'i':
			if (!strncmp(optarg, "hex:", 4)) {
				who.id_len = hex_parse(optarg + 4, who.id, sizeof(who.id));
			} else if (strlen(optarg) <= sizeof(who.id)) {
				who.id_len = strlen(optarg);
				memcpy(who.id, optarg, who.id_len);
			}
			if (who.id_len < 0)
				die("-i: not hex, or too long");
			break;
		case 's':
			who.psk_len = hex_parse(optarg, who.psk, sizeof(who.psk));
			if (who.psk_len < 0)
				die("-s: not hex, or too long");
			break;
		case 'c':
			cipher = optarg;
			break;
		case 't':
			timeout = command_int("-t", optarg, 1, 60000);
			break;
		case 'C':
			s.cid_len = command_int("-C", optarg, 0, RECORD_CID_MAX);
			break;
		case 'S':
			s.server = true;
			break;
		case 'x':
			certificate = optarg;
			who.id_len = 0;
			who.psk_len = 0;
			break;
		case 'k':
			key = optarg;
			break;
		case 'a':
			authority = optarg;
			break;
		case 'h':
			print_usage(stdout);
			return 0;
		default:
			print_usage(stderr);
			return 2;
		}
	}
	if (has_remote == s.server || (s.server && !has_local) || who.id_len < 0 ||
	    who.psk_len < 0 || !certificate != !key) {
		print_usage(stderr);
		return 2;
	}
	session_open(&s, has_local ? &local : NULL, has_remote ? &remote : NULL, cipher, timeout);
	if (certificate)
		session_certificate(&s, certificate, key, authority);
	for (; optind < argc; optind++) {
		char *copy = strdup(argv[optind]);

		if (!copy)
			die("no memory");
		if (!run(&s, &who, copy)) {
			fprintf(stderr, "dtls-peer: failed: %s\n", argv[optind]);
			return 1;
		}
		free(copy);
	}
	return 0;
}
