// SPDX-License-Identifier: GPL-2.0
/*
 * Handshakes with raw public keys in memory: the listener and its handshakes
 * against a client of the same library, with datagrams that get lost, repeated or
 * changed between them. The keys that come out must be the client's own.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/dtls.h>

#include "../../tests/ktap.h"
#include "array.h"
#include "handshake.h"
#include "record.h"
#include "timer.h"

enum { DATAGRAMS = 128, SIZE = 2048, PATIENCE = 10000, PEM_MAX = 1024,
	SPKI = 91 };

struct queue {
	uint8_t data[DATAGRAMS][SIZE];
	size_t len[DATAGRAMS];
	unsigned int head, tail;
};

struct key {
	char private[PEM_MAX];
	char public[PEM_MAX];
	uint8_t hash[HANDSHAKE_HASH];
	uint8_t spki[SPKI];
};

static struct key own, known, unknown;

static struct {
	gnutls_session_t session;
	gnutls_certificate_credentials_t credentials;
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
	unsigned int change_cipher_specs;
	unsigned int verifications;
	uint64_t due;			/* 0: no timer */
	bool refuse;			/* the final flight */
	bool refused;
	unsigned int sent_after_refusal;
	size_t largest;
	uint64_t highest_seq;		/* at epoch 1 */
	unsigned int claims;
} server;

static struct queue to_server, to_client;
static uint8_t address;			/* of the client, for cookies */
static unsigned int lose_final;		/* so many datagrams with a ChangeCipherSpec */
static bool lie;			/* the client says that another's key is its own */

static void put(struct queue *queue, const uint8_t *data, size_t len)
{
	unsigned int at = queue->tail++ % DATAGRAMS;

	if (len > SIZE || queue->tail - queue->head > DATAGRAMS)
		abort();
	memcpy(queue->data[at], data, len);
	queue->len[at] = len;
}

static void make_key(struct key *key)
{
	size_t private_len = PEM_MAX - 1, public_len = PEM_MAX - 1;
	gnutls_x509_privkey_t x509;
	gnutls_privkey_t private;
	gnutls_pubkey_t public;
	gnutls_datum_t der;

	if (gnutls_x509_privkey_init(&x509) || gnutls_privkey_init(&private) ||
	    gnutls_pubkey_init(&public) ||
	    gnutls_x509_privkey_generate(x509, GNUTLS_PK_ECDSA,
					 GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0) ||
	    gnutls_x509_privkey_export(x509, GNUTLS_X509_FMT_PEM, key->private, &private_len) ||
	    gnutls_privkey_import_x509(private, x509, 0) ||
	    gnutls_pubkey_import_privkey(public, private, 0, 0) ||
	    gnutls_pubkey_export(public, GNUTLS_X509_FMT_PEM, key->public, &public_len) ||
	    gnutls_pubkey_export2(public, GNUTLS_X509_FMT_DER, &der) || der.size != SPKI ||
	    gnutls_hash_fast(GNUTLS_DIG_SHA256, der.data, der.size, key->hash))
		abort();
	memcpy(key->spki, der.data, SPKI);
	gnutls_free(der.data);
	gnutls_pubkey_deinit(public);
	gnutls_privkey_deinit(private);
	gnutls_x509_privkey_deinit(x509);
}

/* ---- the server's side ----------------------------------------------------- */

static int server_send(void *user, const uint8_t *data, size_t len)
{
	const uint8_t *at = data;
	size_t left = len;
	struct record rec;
	bool final = false;

	(void)user;
	if (server.refused)
		server.sent_after_refusal++;
	while (record_next(&at, &left, 0, &rec)) {
		if (rec.epoch && rec.seq > server.highest_seq)
			server.highest_seq = rec.seq;
		if (rec.type != RECORD_CHANGE_CIPHER_SPEC)
			continue;
		final = true;
		if (!server.change_cipher_specs++)
			server.keys_result = handshake_gnutls.keys(server.hs, &server.keys);
		if (server.refuse) {
			server.refused = true;
			return -ENOSPC;
		}
	}
	if (len > server.largest)
		server.largest = len;
	if (final && lose_final) {
		lose_final--;
		return 0;
	}
	put(&to_client, data, len);
	return 0;
}

static void server_timer(void *user, unsigned int milliseconds)
{
	(void)user;
	server.due = milliseconds ? timer_now() + milliseconds : 0;
}

static enum handshake_trust server_claim(void *user, const struct handshake_claim *claim)
{
	(void)user;
	server.claims++;
	if (claim->certificate || memcmp(claim->hash, known.hash, HANDSHAKE_HASH) != 0)
		return HANDSHAKE_STRANGER;
	return HANDSHAKE_PINNED;
}

static const struct handshake_events events = {
	.send = server_send,
	.timer = server_timer,
	.claim = server_claim,
};

static void listen_once(const uint8_t *data, size_t len)
{
	struct handshake_hello hello = { .data = data, .len = len, .client = &address,
					 .client_len = 1 };

	server.verdict = handshake_gnutls.listen(server.listener, &hello, &server.hs,
						 &server.refusal);
	server.verifications += server.verdict == HANDSHAKE_VERIFY;
	if (hello.reply_len)
		put(&to_client, hello.reply, hello.reply_len);
	if (server.verdict == HANDSHAKE_ACCEPTED) {
		handshake_gnutls.attach(server.hs, &server);
		server.result = handshake_gnutls.run(server.hs, NULL, 0);
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
			server.result = handshake_gnutls.run(server.hs, to_server.data[at],
							     to_server.len[at]);
	}
	if (server.hs && server.due && timer_now() >= server.due &&
	    server.result == HANDSHAKE_PENDING) {
		server.due = 0;
		server.result = handshake_gnutls.run(server.hs, NULL, 0);
	}
}

/* ---- the client's side ----------------------------------------------------- */

static ssize_t client_send(gnutls_transport_ptr_t arg, const void *data, size_t len)
{
	uint8_t copy[SIZE], *at;

	(void)arg;
	if (len > SIZE)
		abort();
	memcpy(copy, data, len);
	at = lie ? memmem(copy, len, unknown.spki, SPKI) : NULL;
	if (at)
		memcpy(at, known.spki, SPKI);
	put(&to_server, copy, len);
	return (ssize_t)len;
}

static ssize_t client_receive(gnutls_transport_ptr_t arg, void *buf, size_t size)
{
	unsigned int at = to_client.head % DATAGRAMS;

	(void)arg;
	if (to_client.head == to_client.tail) {
		gnutls_transport_set_errno(client.session, EAGAIN);
		return -1;
	}
	to_client.head++;
	if (to_client.len[at] > size)
		abort();
	memcpy(buf, to_client.data[at], to_client.len[at]);
	return (ssize_t)to_client.len[at];
}

static int client_may_receive(gnutls_transport_ptr_t arg, unsigned int milliseconds)
{
	(void)arg;
	(void)milliseconds;
	return to_client.head != to_client.tail;
}

static gnutls_datum_t datum(const char *text)
{
	return (gnutls_datum_t){ (unsigned char *)text, (unsigned int)strlen(text) };
}

static void client_open(const char *cipher, const struct key *key)
{
	char priorities[256];
	gnutls_datum_t public = datum(key->public);
	gnutls_datum_t private = datum(key->private);

	snprintf(priorities, sizeof(priorities),
		 "NONE:+VERS-DTLS1.2:+ECDHE-ECDSA:+%s:+AEAD:+COMP-NULL:+CTYPE-CLI-RAWPK:+CTYPE-SRV-RAWPK:+SIGN-ECDSA-SHA256:+GROUP-SECP256R1",
		 cipher);
	if (gnutls_certificate_allocate_credentials(&client.credentials) ||
	    gnutls_certificate_set_rawpk_key_mem(client.credentials, &public, &private,
						 GNUTLS_X509_FMT_PEM, NULL, 0, NULL, 0, 0) ||
	    gnutls_init(&client.session, GNUTLS_CLIENT | GNUTLS_DATAGRAM | GNUTLS_NONBLOCK |
			GNUTLS_ENABLE_RAWPK) ||
	    gnutls_priority_set_direct(client.session, priorities, NULL) ||
	    gnutls_credentials_set(client.session, GNUTLS_CRD_CERTIFICATE, client.credentials))
		abort();
	gnutls_dtls_set_timeouts(client.session, 30, 60000);
	gnutls_dtls_set_mtu(client.session, 1152);
	gnutls_transport_set_push_function(client.session, client_send);
	gnutls_transport_set_pull_function(client.session, client_receive);
	gnutls_transport_set_pull_timeout_function(client.session, client_may_receive);
	client.result = GNUTLS_E_AGAIN;
}

/* ---- both ------------------------------------------------------------------ */

static struct handshake_settings settings = {
	.ciphers = { DGSEC_CIPHER_AES_128_CCM_8, DGSEC_CIPHER_AES_128_CCM,
		     DGSEC_CIPHER_AES_128_GCM },
	.retransmit_min = 30,
	.retransmit_max = 1000,
	.mtu = 1152,
	.cookie_seconds = 60,
	.public_keys = true,
	.no_psk = true,
};

static void begin(const struct handshake_settings *with, const char *cipher,
		  const struct key *key)
{
	memset(&server, 0, sizeof(server));
	memset(&to_server, 0, sizeof(to_server));
	memset(&to_client, 0, sizeof(to_client));
	lose_final = 0;
	address = 1;
	server.listener = handshake_gnutls.open(with, &events);
	if (!server.listener)
		abort();
	client_open(cipher, key);
}

static void end(void)
{
	handshake_gnutls.free(server.hs);
	handshake_gnutls.close(server.listener);
	gnutls_deinit(client.session);
	gnutls_certificate_free_credentials(client.credentials);
}

static bool over(void)
{
	return (server.result == HANDSHAKE_DONE && !client.result) ||
	       server.result == HANDSHAKE_FAILED || server.verdict == HANDSHAKE_REFUSED ||
	       (client.result < 0 && gnutls_error_is_fatal(client.result));
}

static void client_step(void)
{
	if (client.result < 0 && !gnutls_error_is_fatal(client.result))
		client.result = gnutls_handshake(client.session);
}

static void play(void)
{
	uint64_t until = timer_now() + PATIENCE;

	while (!over() && timer_now() < until) {
		client_step();
		server_step();
	}
	/* What was refused is told. */
	client_step();
}

static bool done(void)
{
	return server.result == HANDSHAKE_DONE && !client.result;
}

static bool same(const gnutls_datum_t *theirs, const uint8_t *ours, size_t len)
{
	return theirs->size == len && !memcmp(theirs->data, ours, len);
}

/* What the client sends with is what the server receives with, and the other way round. */
static bool same_keys(void)
{
	const struct dgsec_keys *keys = &server.keys.keys;
	gnutls_datum_t key, iv;
	unsigned char sequence[8];

	return !gnutls_record_get_state(client.session, 0, NULL, &iv, &key, sequence) &&
	       same(&key, keys->rx_key, keys->key_len) && same(&iv, keys->rx_iv, keys->iv_len) &&
	       !gnutls_record_get_state(client.session, 1, NULL, &iv, &key, sequence) &&
	       same(&key, keys->tx_key, keys->key_len) && same(&iv, keys->tx_iv, keys->iv_len);
}

/* ---- tests ----------------------------------------------------------------- */

static void test_ciphers(void)
{
	static const struct {
		const char *name;
		uint32_t cipher;
	} rows[] = {
		{ "AES-128-CCM-8", DGSEC_CIPHER_AES_128_CCM_8 },
		{ "AES-128-CCM", DGSEC_CIPHER_AES_128_CCM },
		{ "AES-128-GCM", DGSEC_CIPHER_AES_128_GCM },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		begin(&settings, rows[i].name, &known);
		play();
		ktap_test(done() && server.verifications == 1 && server.claims == 1 &&
			  !server.keys_result && server.keys.cipher == rows[i].cipher &&
			  server.change_cipher_specs == 1, "a handshake with %s", rows[i].name);
		ktap_test(same_keys(), "its keys are the client's");
		ktap_test(!server.keys.rx_cid.len && !server.keys.tx_cid.len, "no connection IDs");
		end();
	}
}

static void test_cookie(void)
{
	unsigned int at;

	begin(&settings, "AES-128-CCM-8", &known);
	client_step();
	server_step();
	ktap_test(server.verdict == HANDSHAKE_VERIFY && !server.hs, "no cookie, no handshake");
	ktap_test(to_client.len[0] <= to_server.len[0],
		  "the answer to a stranger is not longer than what it sent");
	client_step();
	at = to_server.head % DATAGRAMS;
	address = 2;
	listen_once(to_server.data[at], to_server.len[at]);
	ktap_test(server.verdict == HANDSHAKE_VERIFY && !server.hs,
		  "a cookie is of no use from another address");
	address = 1;
	to_server.data[at][13 + 12 + 34 + 2] ^= 1;
	listen_once(to_server.data[at], to_server.len[at]);
	ktap_test(server.verdict == HANDSHAKE_VERIFY && !server.hs, "nor a changed one");
	to_server.data[at][13 + 12 + 34 + 2] ^= 1;
	ktap_test(!handshake_gnutls.set(server.listener, &settings), "new settings");
	to_client.head = to_client.tail;
	play();
	ktap_test(done(), "the cookie is good still");
	end();
}

static void test_old_cookie(void)
{
	struct handshake_settings soon = settings;
	unsigned int at;

	soon.cookie_seconds = 1;
	begin(&soon, "AES-128-CCM-8", &known);
	client_step();
	server_step();
	client_step();
	usleep(1100000);
	at = to_server.head % DATAGRAMS;
	listen_once(to_server.data[at], to_server.len[at]);
	ktap_test(server.verdict == HANDSHAKE_VERIFY && !server.hs, "an old cookie is none");
	end();
}

static void test_strangers(void)
{
	struct handshake_settings other = settings;

	begin(&settings, "AES-128-CCM-8", &unknown);
	play();
	ktap_test(server.hs && handshake_gnutls.failure(server.hs) ==
		  HANDSHAKE_UNKNOWN_PUBLIC_KEY && !server.change_cipher_specs,
		  "an unknown public key");
	ktap_test(client.result == GNUTLS_E_FATAL_ALERT_RECEIVED &&
		  gnutls_alert_get(client.session) == GNUTLS_A_ACCESS_DENIED, "the client is told");
	end();

	lie = true;
	begin(&settings, "AES-128-CCM-8", &unknown);
	play();
	lie = false;
	ktap_test(server.hs && handshake_gnutls.failure(server.hs) == HANDSHAKE_BAD_SIGNATURE &&
		  !server.change_cipher_specs, "a known public key without its private key");
	ktap_test(client.result == GNUTLS_E_FATAL_ALERT_RECEIVED &&
		  gnutls_alert_get(client.session) == GNUTLS_A_DECRYPT_ERROR,
		  "the client is told");
	end();

	memset(other.ciphers, 0, sizeof(other.ciphers));
	other.ciphers[0] = DGSEC_CIPHER_AES_128_GCM;
	begin(&other, "AES-128-CCM-8", &known);
	play();
	ktap_test(server.hs && handshake_gnutls.failure(server.hs) == HANDSHAKE_NO_CIPHER,
		  "no common cipher");
	end();
}

static void test_lost_final_flight(void)
{
	for (unsigned int lost = 1; lost <= 3; lost++) {
		begin(&settings, "AES-128-CCM-8", &known);
		lose_final = lost;
		play();
		ktap_test(done() && server.change_cipher_specs == lost + 1 &&
			  server.highest_seq == lost,
			  "the final flight lost %u times is repeated, with new numbers", lost);
		end();
	}
}

static void test_refused_final_flight(void)
{
	begin(&settings, "AES-128-CCM-8", &known);
	server.refuse = true;
	play();
	ktap_test(server.result == HANDSHAKE_FAILED &&
		  handshake_gnutls.failure(server.hs) == HANDSHAKE_SEND && client.result,
		  "a final flight that may not leave ends the handshake");
	ktap_test(!server.sent_after_refusal, "and nothing follows it");
	end();
}

static void test_mtu(void)
{
	struct handshake_settings small = settings;

	small.mtu = 128;
	begin(&small, "AES-128-CCM-8", &known);
	play();
	ktap_test(done() && server.largest <= 128, "datagrams of at most 128 octets (%zu)",
		  server.largest);
	end();
}

static void test_timeout(void)
{
	struct handshake_settings brief = settings;
	uint64_t start = timer_now();

	brief.retransmit_max = 240;	/* 30 + 60 + 120 + 240 */
	begin(&brief, "AES-128-CCM-8", &known);
	client_step();
	server_step();
	client_step();
	server_step();
	to_client.head = to_client.tail;
	while (server.result == HANDSHAKE_PENDING && timer_now() < start + PATIENCE) {
		server_step();
		to_client.head = to_client.tail;
	}
	ktap_test(server.result == HANDSHAKE_FAILED &&
		  handshake_gnutls.failure(server.hs) == HANDSHAKE_TIMEOUT &&
		  timer_now() - start >= 450, "a client that goes away is given up after %lu ms",
		  (unsigned long)(timer_now() - start));
	end();
}

/* Octets turned over in whatever the client sends: it fails, or it works. */
static void test_damage(void)
{
	unsigned int damaged = 0, handshakes = 0;
	uint64_t until;
	unsigned int at;

	srandom(1);
	for (int i = 0; i < 100; i++) {
		begin(&settings, "AES-128-CCM-8", &known);
		until = timer_now() + 150;
		while (!over() && timer_now() < until) {
			client_step();
			if (to_server.head != to_server.tail && random() % 3 == 0) {
				at = to_server.head % DATAGRAMS;
				to_server.data[at][(size_t)random() % to_server.len[at]] ^=
					(uint8_t)(1 << random() % 8);
				damaged++;
			}
			server_step();
		}
		handshakes += done();
		/* With keys only after a verified Finished. */
		if (done() && server.keys_result)
			abort();
		end();
	}
	ktap_test(damaged > 30 && handshakes > 15, "%u damaged datagrams, %u of 100 handshakes",
		  damaged, handshakes);
}

/* Who gets which library. */
static void test_choice(void)
{
	struct handshake_settings with = settings;
	const uint8_t *data;
	size_t len;

	begin(&settings, "AES-128-CCM-8", &known);
	client_step();
	data = to_server.data[0];
	len = to_server.len[0];
	ktap_test(handshake_choose(&with, data, len) == &handshake_gnutls,
		  "a client that offers a raw public key gets GnuTLS");
	with.certificates = true;
	ktap_test(handshake_choose(&with, data, len) == &handshake_gnutls,
		  "also where certificates are taken, too");
	memset(with.ciphers, 0, sizeof(with.ciphers));
	with.ciphers[0] = DGSEC_CIPHER_AES_128_GCM;
	ktap_test(handshake_choose(&with, data, len) == &handshake_mbedtls,
		  "but not without a common cipher");
	with = settings;
	with.public_keys = false;
	ktap_test(handshake_choose(&with, data, len) == &handshake_mbedtls,
		  "nor where nobody has one");
	for (size_t i = 0; i < len; i++)
		if (handshake_choose(&settings, data, i) != &handshake_mbedtls)
			abort();
	ktap_test(true, "what is cut off goes to mbedTLS");
	end();
}

int main(void)
{
	ktap_begin();
	make_key(&own);
	make_key(&known);
	make_key(&unknown);
	settings.credentials.key = own.private;
	test_choice();
	test_ciphers();
	test_cookie();
	test_old_cookie();
	test_strangers();
	test_lost_final_flight();
	test_refused_final_flight();
	test_mtu();
	test_timeout();
	test_damage();
	return ktap_end();
}
