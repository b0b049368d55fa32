// SPDX-License-Identifier: GPL-2.0
/*
 * Sessions that may be resumed: the bounds of what is kept, tickets, and whole
 * handshakes in memory against a client of the same library, shortened ones with
 * lost and repeated flights.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/ssl.h>

#include "../../tests/ktap.h"
#include "array.h"
#include "handshake.h"
#include "record.h"
#include "resume.h"
#include "ticket.h"
#include "timer.h"

enum {
	SUITE = MBEDTLS_TLS_PSK_WITH_AES_128_CCM_8,
	OTHER = MBEDTLS_TLS_PSK_WITH_AES_128_GCM_SHA256,
};

/* ---- what is kept ---------------------------------------------------------- */

static bool has(unsigned int n)
{
	uint8_t id[2] = { (uint8_t)(n >> 8), (uint8_t)n }, session[RESUME_SESSION_MAX];

	return resume_find(id, sizeof(id), session) == 100 && session[99] == (uint8_t)n;
}

static bool keep(unsigned int n)
{
	uint8_t id[2] = { (uint8_t)(n >> 8), (uint8_t)n }, session[100];

	memset(session, (uint8_t)n, sizeof(session));
	session[0] = 1;
	session[1] = n % 2;
	return resume_keep(id, sizeof(id), session, sizeof(session));
}

static bool is_odd(const uint8_t *binding, size_t len)
{
	return len == 1 && *binding;
}

static void test_cache(void)
{
	static uint8_t large[RESUME_SESSION_MAX + 1];
	uint8_t id[RESUME_ID_MAX + 1] = { 1 };
	size_t most;

	resume_set(1, 10000);
	ktap_test(keep(1) && has(1) && !has(2) && resume_count() == 1, "what is kept is found");
	for (unsigned int n = 2; n <= 1000; n++)
		keep(n);
	most = resume_count();
	ktap_test(resume_octets() <= 10000 && most > 20 && has(1000) && !has(1) && !has(500),
		  "the oldest goes for the newest: %zu in %zu octets", most, resume_octets());
	keep(1000);
	ktap_test(resume_count() == most, "the same ID again is the same");
	large[0] = 1;
	ktap_test(!resume_keep(id, 1, large, sizeof(large)) &&
		  resume_keep(id, 1, large, RESUME_SESSION_MAX),
		  "one that is too long is not kept");
	ktap_test(!resume_keep(id, sizeof(id), large, 50) && !resume_keep(id, 0, large, 50),
		  "nor one with an ID of a wrong length");
	keep(1001);
	resume_sift(is_odd);
	ktap_test(has(1001) && has(999) && !has(1000) && !has(998), "who is not bound any more goes");
	usleep(1100000);
	ktap_test(!has(1001), "too old");
	keep(1);
	ktap_test(resume_count() == 1, "makes room");
	resume_set(0, 10000);
	ktap_test(!resume_count() && !keep(1), "no time, nothing kept");
	resume_set(10, 0);
	ktap_test(!keep(1), "no room, nothing kept");
	resume_set(10, 10000);
	keep(1);
	resume_stop();
	ktap_test(!has(1) && !resume_octets(), "all forgotten");
}

static void test_tickets(void)
{
	uint8_t session[200], ticket[400], other[400], out[400];
	bool every = true;
	size_t len;

	memset(session, 7, sizeof(session));
	ticket_set(0);
	ktap_test(!ticket_seal(session, sizeof(session), ticket, sizeof(ticket)), "no tickets");
	ticket_set(4);
	len = ticket_seal(session, sizeof(session), ticket, sizeof(ticket));
	ktap_test(len == sizeof(session) + TICKET_OVER &&
		  ticket_open(ticket, len, out, sizeof(out)) == sizeof(session) &&
		  !memcmp(out, session, sizeof(session)), "a ticket opens");
	ktap_test(!memmem(ticket, len, session, 16), "and shows nothing");
	ktap_test(!ticket_open(ticket, len, out, sizeof(session) - 1) &&
		  !ticket_seal(session, sizeof(session), ticket, len - 1),
		  "where there is no room it does not");
	len = ticket_seal(session, sizeof(session), ticket, sizeof(ticket));
	for (size_t i = 0; i < len; i++) {
		ticket[i] ^= 1;
		every &= !ticket_open(ticket, len, out, sizeof(out));
		ticket[i] ^= 1;
	}
	for (size_t i = 0; i < len; i++)
		every &= !ticket_open(ticket, i, out, sizeof(out));
	ktap_test(every, "no octet can be changed or left out");
	sleep(1);
	ktap_test(ticket_open(ticket, len, out, sizeof(out)), "still good after some time");
	sleep(4);
	ktap_test(!ticket_open(ticket, len, out, sizeof(out)), "not after all of it");
	ticket_seal(session, sizeof(session), ticket, sizeof(ticket));
	sleep(3);
	len = ticket_seal(session, sizeof(session), ticket, sizeof(ticket));
	sleep(2);
	ticket_seal(session, sizeof(session), other, sizeof(other));
	ktap_test(memcmp(ticket, other, 4) && ticket_open(ticket, len, out, sizeof(out)),
		  "a new key, and the one before opens what it sealed");
	ticket_stop();
	ktap_test(!ticket_open(ticket, len, out, sizeof(out)), "without its key it does not");
	ticket_set(60);
}

/* ---- handshakes ------------------------------------------------------------ */

enum { DATAGRAMS = 64, SIZE = 2048, PATIENCE = 5000 };

static const uint8_t psk[16] = "a key of 16 byte";

struct queue {
	uint8_t data[DATAGRAMS][SIZE];
	size_t len[DATAGRAMS];
	unsigned int head, tail;
};

static struct {
	mbedtls_entropy_context entropy;
	mbedtls_ctr_drbg_context random;
	mbedtls_ssl_config conf;
	mbedtls_ssl_context ssl;
	mbedtls_ssl_session session;
	uint64_t start;
	uint32_t intermediate, final;
	int result;
} client;

static struct {
	struct handshake_listener *listener;
	struct handshake *hs;
	enum handshake_result result;
	enum handshake_verdict verdict;
	enum handshake_failure refusal;
	struct handshake_keys keys;
	int keys_result;
	unsigned int changes, psks;
	size_t octets, largest;
	uint64_t due, highest_seq;
	uint8_t random[32], secret[48];
} server;

static struct queue to_server, to_client;
static unsigned int lose_server, lose_client;	/* datagrams with a ChangeCipherSpec */
static bool still_same = true;
static const uint8_t name[4] = { 'l', 'a', 'm', 'p' };

static void put(struct queue *queue, const uint8_t *data, size_t len)
{
	unsigned int at = queue->tail++ % DATAGRAMS;

	if (len > SIZE || queue->tail - queue->head > DATAGRAMS)
		abort();
	memcpy(queue->data[at], data, len);
	queue->len[at] = len;
}

static bool has_change(const uint8_t *data, size_t len)
{
	struct record rec;

	while (record_next(&data, &len, 0, &rec))
		if (rec.type == RECORD_CHANGE_CIPHER_SPEC)
			return true;
	return false;
}

static int server_send(void *user, const uint8_t *data, size_t len)
{
	const uint8_t *at = data;
	size_t left = len;
	struct record rec;

	(void)user;
	while (record_next(&at, &left, 0, &rec))
		if (rec.epoch && rec.seq > server.highest_seq)
			server.highest_seq = rec.seq;
	if (len > server.largest)
		server.largest = len;
	server.octets += len;
	if (has_change(data, len)) {
		if (!server.changes++)
			server.keys_result = handshake_mbedtls.keys(server.hs, &server.keys);
		if (lose_server) {
			lose_server--;
			return 0;
		}
	}
	put(&to_client, data, len);
	return 0;
}

static bool server_psk(void *user, const uint8_t *identity, size_t len, struct handshake_psk *out)
{
	(void)user;
	(void)identity;
	(void)len;
	server.psks++;
	memcpy(out->key, psk, sizeof(psk));
	out->len = sizeof(psk);
	return true;
}

static void server_timer(void *user, unsigned int milliseconds)
{
	(void)user;
	server.due = milliseconds ? timer_now() + milliseconds : 0;
}

static size_t server_bind(void *user, uint8_t *binding)
{
	(void)user;
	memcpy(binding, name, sizeof(name));
	return sizeof(name);
}

static bool server_resume(const uint8_t *binding, size_t len)
{
	return still_same && len == sizeof(name) && !memcmp(binding, name, len);
}

static void server_secret(void *user, const uint8_t *random, const uint8_t *secret)
{
	(void)user;
	memcpy(server.random, random, sizeof(server.random));
	memcpy(server.secret, secret, sizeof(server.secret));
}

static const struct handshake_events events = {
	.send = server_send,
	.psk = server_psk,
	.timer = server_timer,
	.bind = server_bind,
	.resume = server_resume,
	.secret = server_secret,
};

static void listen_once(const uint8_t *data, size_t len)
{
	uint8_t address = 1;
	struct handshake_hello hello = { .data = data, .len = len, .client = &address,
					 .client_len = 1 };

	server.verdict = handshake_mbedtls.listen(server.listener, &hello, &server.hs,
						  &server.refusal);
	if (hello.reply_len)
		put(&to_client, hello.reply, hello.reply_len);
	if (server.verdict == HANDSHAKE_ACCEPTED) {
		handshake_mbedtls.attach(server.hs, &server);
		server.result = handshake_mbedtls.run(server.hs, NULL, 0);
	}
}

static void server_step(void)
{
	unsigned int at;

	while (to_server.head != to_server.tail && server.result != HANDSHAKE_FAILED) {
		at = to_server.head++ % DATAGRAMS;
		if (!server.hs)
			listen_once(to_server.data[at], to_server.len[at]);
		else
			server.result = handshake_mbedtls.run(server.hs, to_server.data[at],
							      to_server.len[at]);
	}
	if (server.hs && server.due && timer_now() >= server.due &&
	    server.result == HANDSHAKE_PENDING) {
		server.due = 0;
		server.result = handshake_mbedtls.run(server.hs, NULL, 0);
	}
}

static int client_send(void *arg, const unsigned char *data, size_t len)
{
	(void)arg;
	if (has_change(data, len) && lose_client) {
		lose_client--;
		return (int)len;
	}
	put(&to_server, data, len);
	return (int)len;
}

static int client_receive(void *arg, unsigned char *buf, size_t size)
{
	unsigned int at = to_client.head % DATAGRAMS;

	(void)arg;
	if (to_client.head == to_client.tail)
		return MBEDTLS_ERR_SSL_WANT_READ;
	to_client.head++;
	if (to_client.len[at] > size)
		abort();
	memcpy(buf, to_client.data[at], to_client.len[at]);
	return (int)to_client.len[at];
}

static void client_set_timer(void *arg, uint32_t intermediate, uint32_t final)
{
	(void)arg;
	client.start = timer_now();
	client.intermediate = intermediate;
	client.final = final;
}

static int client_get_timer(void *arg)
{
	uint64_t passed = timer_now() - client.start;

	(void)arg;
	if (!client.final)
		return -1;
	if (passed >= client.final)
		return 2;
	return passed >= client.intermediate;
}

struct how {
	int suite;
	bool tickets, no_extended, resume;
	unsigned char fragment;
};

static void client_open(const struct how *how)
{
	static int suites[2];

	suites[0] = how->suite;
	mbedtls_entropy_init(&client.entropy);
	mbedtls_ctr_drbg_init(&client.random);
	mbedtls_ssl_config_init(&client.conf);
	mbedtls_ssl_init(&client.ssl);
	if (mbedtls_ctr_drbg_seed(&client.random, mbedtls_entropy_func, &client.entropy, NULL, 0) ||
	    mbedtls_ssl_config_defaults(&client.conf, MBEDTLS_SSL_IS_CLIENT,
					MBEDTLS_SSL_TRANSPORT_DATAGRAM,
					MBEDTLS_SSL_PRESET_DEFAULT) ||
	    mbedtls_ssl_conf_psk(&client.conf, psk, 16, (const unsigned char *)"lamp", 4))
		abort();
	mbedtls_ssl_conf_rng(&client.conf, mbedtls_ctr_drbg_random, &client.random);
	mbedtls_ssl_conf_max_tls_version(&client.conf, MBEDTLS_SSL_VERSION_TLS1_2);
	mbedtls_ssl_conf_ciphersuites(&client.conf, suites);
	mbedtls_ssl_conf_handshake_timeout(&client.conf, 20, 1000);
	mbedtls_ssl_conf_session_tickets(&client.conf, how->tickets);
	mbedtls_ssl_conf_extended_master_secret(&client.conf, !how->no_extended);
	if ((how->fragment && mbedtls_ssl_conf_max_frag_len(&client.conf, how->fragment)) ||
	    mbedtls_ssl_setup(&client.ssl, &client.conf) ||
	    (how->resume && mbedtls_ssl_set_session(&client.ssl, &client.session)))
		abort();
	mbedtls_ssl_set_bio(&client.ssl, NULL, client_send, client_receive, NULL);
	mbedtls_ssl_set_timer_cb(&client.ssl, NULL, client_set_timer, client_get_timer);
	client.result = MBEDTLS_ERR_SSL_WANT_READ;
}

static struct handshake_settings settings = {
	.ciphers = { DGSEC_CIPHER_AES_128_CCM_8, DGSEC_CIPHER_AES_128_GCM },
	.retransmit_min = 20,
	.retransmit_max = 1000,
	.mtu = 1152,
	.cookie_seconds = 60,
	.resume_ids = true,
	.resume_tickets = true,
};

static enum handshake_resumed resumed(void)
{
	const uint8_t *binding;
	size_t len;

	return handshake_mbedtls.resumed(server.hs, &binding, &len);
}

/* One handshake; the client keeps its session if it has not resumed one. */
static bool shake(const struct how *how)
{
	uint64_t until = timer_now() + PATIENCE;
	struct handshake_listener *listener = server.listener;
	unsigned char none[1];

	memset(&server, 0, sizeof(server));
	memset(&to_server, 0, sizeof(to_server));
	memset(&to_client, 0, sizeof(to_client));
	server.listener = listener;
	client_open(how);
	while (timer_now() < until && server.result != HANDSHAKE_FAILED &&
	       server.verdict != HANDSHAKE_REFUSED &&
	       !(server.hs && server.result == HANDSHAKE_DONE && !client.result) &&
	       (!client.result || client.result == MBEDTLS_ERR_SSL_WANT_READ)) {
		if (client.result)
			client.result = mbedtls_ssl_handshake(&client.ssl);
		else if (server.result == HANDSHAKE_PENDING)
			/* done, but the server is not: it repeats its Finished */
			mbedtls_ssl_read(&client.ssl, none, sizeof(none));
		server_step();
	}
	if (!server.hs || server.result != HANDSHAKE_DONE || client.result)
		return false;
	if (!how->resume) {
		mbedtls_ssl_session_free(&client.session);
		mbedtls_ssl_session_init(&client.session);
		if (mbedtls_ssl_get_session(&client.ssl, &client.session))
			abort();
	}
	return !server.keys_result;
}

static void end(void)
{
	if (server.hs)
		handshake_mbedtls.free(server.hs);
	server.hs = NULL;
	mbedtls_ssl_free(&client.ssl);
	mbedtls_ssl_config_free(&client.conf);
	mbedtls_ctr_drbg_free(&client.random);
	mbedtls_entropy_free(&client.entropy);
}

/* What comes of a second handshake like this, after one like that. */
static enum handshake_resumed after(const struct how *first, struct how second)
{
	enum handshake_resumed how;

	if (!shake(first))
		abort();
	end();
	second.resume = true;
	how = shake(&second) ? resumed() : HANDSHAKE_NOT_RESUMED;
	return how;
}

static void test_resumption(bool tickets)
{
	const enum handshake_resumed by = tickets ? HANDSHAKE_RESUMED_BY_TICKET :
					  HANDSHAKE_RESUMED_BY_ID;
	const char *what = tickets ? "ticket" : "ID";
	struct how how = { .suite = SUITE, .tickets = tickets }, other = how;
	uint8_t secret[48];
	size_t full;

	ktap_test(shake(&how) && resumed() == HANDSHAKE_NOT_RESUMED && server.psks == 1,
		  "by %s: a whole handshake", what);
	memcpy(secret, server.secret, sizeof(secret));
	full = server.octets;
	end();
	how.resume = true;
	ktap_test(shake(&how) && resumed() == by && !server.psks && server.changes == 1,
		  "by %s: resumed, without the key", what);
	ktap_test(server.octets < full && !memcmp(secret, server.secret, sizeof(secret)) &&
		  server.keys.cipher == DGSEC_CIPHER_AES_128_CCM_8,
		  "by %s: shorter (%zu octets of the server instead of %zu), the same secret", what,
		  server.octets, full);
	end();
	ktap_test(shake(&how) && resumed() == by, "by %s: and again", what);
	end();
	for (unsigned int lost = 1; lost <= 3; lost++) {
		lose_server = lost;
		ktap_test(shake(&how) && resumed() == by && server.highest_seq >= lost &&
			  server.highest_seq < 10,
			  "by %s: the server's flight lost %u times", what, lost);
		end();
		lose_client = lost;
		ktap_test(shake(&how) && resumed() == by && server.highest_seq >= lost &&
			  server.highest_seq < 10, "by %s: the client's flight lost %u times", what,
			  lost);
		end();
	}
	still_same = false;
	ktap_test(shake(&how) && resumed() == HANDSHAKE_NOT_RESUMED && server.psks == 1,
		  "by %s: not if the peer is another by now", what);
	end();
	still_same = true;
	how.resume = false;

	other.no_extended = true;
	ktap_test(after(&how, other) == HANDSHAKE_NOT_RESUMED && server.psks,
		  "by %s: nor without the extended master secret it had", what);
	end();
	ktap_test(after(&other, how) == HANDSHAKE_NOT_RESUMED && server.psks,
		  "by %s: nor with one it had not", what);
	end();
	ktap_test(after(&other, other) == by, "by %s: without, as it was", what);
	end();
	other = how;
	other.fragment = MBEDTLS_SSL_MAX_FRAG_LEN_512;
	ktap_test(after(&how, other) == HANDSHAKE_NOT_RESUMED && server.keys.tx_max == 512,
		  "by %s: nor with another length of fragments", what);
	end();
	ktap_test(after(&other, how) == HANDSHAKE_NOT_RESUMED && !server.keys.tx_max,
		  "by %s: nor without one", what);
	end();
	ktap_test(after(&other, other) == by && server.keys.tx_max == 512 &&
		  server.keys.rx_max == 512, "by %s: with the same", what);
	end();
	other = how;
	other.suite = OTHER;
	ktap_test(after(&how, other) == HANDSHAKE_NOT_RESUMED &&
		  server.keys.cipher == DGSEC_CIPHER_AES_128_GCM,
		  "by %s: nor with another cipher suite", what);
	end();
}

static void test_flights(void)
{
	struct how how = { .suite = SUITE, .tickets = true };
	struct handshake_settings small = settings;
	bool good;

	small.mtu = 128;
	handshake_mbedtls.set(server.listener, &small);
	good = shake(&how);
	ktap_test(good && server.largest <= 128, "a ticket in datagrams of at most %zu octets",
		  server.largest);
	end();
	how.resume = true;
	good = shake(&how) && resumed() == HANDSHAKE_RESUMED_BY_TICKET;
	ktap_test(good && server.largest <= 128,
		  "and a resumed handshake in %zu", server.largest);
	end();
	small = settings;
	small.extended_required = true;
	handshake_mbedtls.set(server.listener, &small);
	how = (struct how){ .suite = SUITE };
	ktap_test(shake(&how), "extended master secret required, and there");
	end();
	how.no_extended = true;
	ktap_test(!shake(&how) && server.refusal == HANDSHAKE_NOT_EXTENDED, "and not there");
	end();
	small.resume_ids = false;
	small.resume_tickets = false;
	small.extended_required = false;
	handshake_mbedtls.set(server.listener, &small);
	how = (struct how){ .suite = SUITE, .tickets = true };
	ktap_test(after(&how, how) == HANDSHAKE_NOT_RESUMED && server.psks,
		  "no resumption wanted");
	end();
}

int main(void)
{
	ktap_begin();
	test_cache();
	test_tickets();
	resume_set(60, 1 << 20);
	ticket_set(60);
	server.listener = handshake_mbedtls.open(&settings, &events);
	if (!server.listener)
		abort();
	mbedtls_ssl_session_init(&client.session);
	test_resumption(false);
	test_resumption(true);
	test_flights();
	handshake_mbedtls.close(server.listener);
	mbedtls_ssl_session_free(&client.session);
	resume_stop();
	return ktap_end();
}
