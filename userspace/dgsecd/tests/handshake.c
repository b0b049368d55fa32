// SPDX-License-Identifier: GPL-2.0
/*
 * Handshakes in memory: the listener and its handshakes against a client of
 * the same library, with datagrams that get lost, repeated or changed between
 * them. What comes out must open and seal the client's own records.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <mbedtls/ccm.h>
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/chachapoly.h>
#include <mbedtls/gcm.h>
#include <mbedtls/ssl.h>

#include "../../tests/ktap.h"
#include "array.h"
#include "handshake.h"
#include "record.h"
#include "timer.h"

enum { DATAGRAMS = 64, SIZE = 2048, PATIENCE = 5000 };

static const uint8_t right_key[16] = "a key of 16 byte";
static const uint8_t wrong_key[16] = "another, as long";

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
	uint64_t start;
	uint32_t intermediate, final;
	int result;			/* of the last step */
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
	size_t largest;
	uint64_t highest_seq;		/* at epoch 1 */
	unsigned int sent_after_refusal;
	bool refused;
} server;

static struct queue to_server, to_client;
static uint8_t address;			/* of the client, for cookies */
static unsigned int lose_final;		/* so many datagrams with a ChangeCipherSpec */

static void put(struct queue *queue, const uint8_t *data, size_t len)
{
	unsigned int at = queue->tail++ % DATAGRAMS;

	if (len > SIZE || queue->tail - queue->head > DATAGRAMS)
		abort();
	memcpy(queue->data[at], data, len);
	queue->len[at] = len;
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
			server.keys_result = handshake_mbedtls.keys(server.hs, &server.keys);
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

static bool server_psk(void *user, const uint8_t *identity, size_t len, struct handshake_psk *psk)
{
	(void)user;
	if (len != 4 || memcmp(identity, "lamp", 4))
		return false;
	memcpy(psk->key, right_key, sizeof(right_key));
	psk->len = sizeof(right_key);
	return true;
}

static void server_timer(void *user, unsigned int milliseconds)
{
	(void)user;
	server.due = milliseconds ? timer_now() + milliseconds : 0;
}

static const struct handshake_events events = {
	.send = server_send,
	.psk = server_psk,
	.timer = server_timer,
};

static void listen_once(const uint8_t *data, size_t len)
{
	struct handshake_hello hello = { .data = data, .len = len, .client = &address,
					 .client_len = 1 };

	server.verdict = handshake_mbedtls.listen(server.listener, &hello, &server.hs,
						  &server.refusal);
	server.verifications += server.verdict == HANDSHAKE_VERIFY;
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

/* ---- the client's side ----------------------------------------------------- */

static int client_send(void *arg, const unsigned char *data, size_t len)
{
	(void)arg;
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

static void client_open(int suite, const char *identity, const uint8_t *key)
{
	static int suites[2];

	suites[0] = suite;
	mbedtls_entropy_init(&client.entropy);
	mbedtls_ctr_drbg_init(&client.random);
	mbedtls_ssl_config_init(&client.conf);
	mbedtls_ssl_init(&client.ssl);
	if (mbedtls_ctr_drbg_seed(&client.random, mbedtls_entropy_func, &client.entropy, NULL, 0) ||
	    mbedtls_ssl_config_defaults(&client.conf, MBEDTLS_SSL_IS_CLIENT,
					MBEDTLS_SSL_TRANSPORT_DATAGRAM,
					MBEDTLS_SSL_PRESET_DEFAULT) ||
	    mbedtls_ssl_conf_psk(&client.conf, key, 16, (const unsigned char *)identity,
				 strlen(identity)))
		abort();
	mbedtls_ssl_conf_rng(&client.conf, mbedtls_ctr_drbg_random, &client.random);
	mbedtls_ssl_conf_max_tls_version(&client.conf, MBEDTLS_SSL_VERSION_TLS1_2);
	mbedtls_ssl_conf_ciphersuites(&client.conf, suites);
	mbedtls_ssl_conf_handshake_timeout(&client.conf, 20, 1000);
	if (mbedtls_ssl_setup(&client.ssl, &client.conf))
		abort();
	mbedtls_ssl_set_bio(&client.ssl, NULL, client_send, client_receive, NULL);
	mbedtls_ssl_set_timer_cb(&client.ssl, NULL, client_set_timer, client_get_timer);
	client.result = MBEDTLS_ERR_SSL_WANT_READ;
}

static void client_close(void)
{
	mbedtls_ssl_free(&client.ssl);
	mbedtls_ssl_config_free(&client.conf);
	mbedtls_ctr_drbg_free(&client.random);
	mbedtls_entropy_free(&client.entropy);
}

/* ---- both ------------------------------------------------------------------ */

static const struct handshake_settings settings = {
	.ciphers = { DGSEC_CIPHER_AES_128_CCM_8, DGSEC_CIPHER_AES_128_CCM,
		     DGSEC_CIPHER_AES_128_GCM, DGSEC_CIPHER_AES_256_CCM_8,
		     DGSEC_CIPHER_AES_256_CCM, DGSEC_CIPHER_AES_256_GCM,
		     DGSEC_CIPHER_CHACHA20_POLY1305 },
	.retransmit_min = 20,
	.retransmit_max = 1000,
	.mtu = 1152,
	.cookie_seconds = 60,
};

static void begin(const struct handshake_settings *with, int suite, const char *identity,
		  const uint8_t *key)
{
	memset(&server, 0, sizeof(server));
	memset(&to_server, 0, sizeof(to_server));
	memset(&to_client, 0, sizeof(to_client));
	lose_final = 0;
	address = 1;
	server.listener = handshake_mbedtls.open(with, &events);
	if (!server.listener)
		abort();
	client_open(suite, identity, key);
}

static void end(void)
{
	handshake_mbedtls.free(server.hs);
	handshake_mbedtls.close(server.listener);
	client_close();
}

static bool over(void)
{
	return (server.result == HANDSHAKE_DONE && !client.result) ||
	       server.result == HANDSHAKE_FAILED || server.verdict == HANDSHAKE_REFUSED ||
	       (client.result && client.result != MBEDTLS_ERR_SSL_WANT_READ);
}

static void play(void)
{
	uint64_t until = timer_now() + PATIENCE;

	while (!over() && timer_now() < until) {
		if (client.result)
			client.result = mbedtls_ssl_handshake(&client.ssl);
		server_step();
	}
}

static bool done(void)
{
	return server.result == HANDSHAKE_DONE && !client.result;
}

/* Open the client's record with the server's keys, by other means. */
static bool opens(const uint8_t *data, size_t len, const char *text)
{
	const struct dgsec_keys *keys = &server.keys.keys;
	size_t tag = server.keys.cipher == DGSEC_CIPHER_AES_128_CCM_8 ||
		     server.keys.cipher == DGSEC_CIPHER_AES_256_CCM_8 ? 8 : 16;
	size_t head = keys->iv_len == 12 ? 0 : 8;
	unsigned int bits = keys->key_len * 8;
	uint8_t nonce[12], aad[13], out[SIZE];
	mbedtls_chachapoly_context chachapoly;
	mbedtls_ccm_context ccm;
	mbedtls_gcm_context gcm;
	struct record rec;
	size_t plain;
	int ret;

	if (!record_next(&data, &len, 0, &rec) || rec.body_len < head + tag)
		return false;
	plain = rec.body_len - head - tag;
	memcpy(nonce, keys->rx_iv, keys->iv_len);
	memcpy(nonce + 12 - head, rec.body, head);
	for (size_t i = 0; i < 8 && !head; i++)
		nonce[4 + i] ^= rec.start[3 + i];
	memcpy(aad, rec.start + 3, 8);
	memcpy(aad + 8, rec.start, 3);
	aad[11] = (uint8_t)(plain >> 8);
	aad[12] = (uint8_t)plain;
	if (server.keys.cipher == DGSEC_CIPHER_CHACHA20_POLY1305) {
		mbedtls_chachapoly_init(&chachapoly);
		ret = mbedtls_chachapoly_setkey(&chachapoly, keys->rx_key) ||
		      mbedtls_chachapoly_auth_decrypt(&chachapoly, plain, nonce, aad, 13,
						      rec.body + plain, rec.body, out);
		mbedtls_chachapoly_free(&chachapoly);
	} else if (server.keys.cipher == DGSEC_CIPHER_AES_128_GCM ||
		   server.keys.cipher == DGSEC_CIPHER_AES_256_GCM) {
		mbedtls_gcm_init(&gcm);
		ret = mbedtls_gcm_setkey(&gcm, MBEDTLS_CIPHER_ID_AES, keys->rx_key, bits) ||
		      mbedtls_gcm_auth_decrypt(&gcm, plain, nonce, 12, aad, 13,
					       rec.body + 8 + plain, tag, rec.body + 8, out);
		mbedtls_gcm_free(&gcm);
	} else {
		mbedtls_ccm_init(&ccm);
		ret = mbedtls_ccm_setkey(&ccm, MBEDTLS_CIPHER_ID_AES, keys->rx_key, bits) ||
		      mbedtls_ccm_auth_decrypt(&ccm, plain, nonce, 12, aad, 13, rec.body + 8, out,
					       rec.body + 8 + plain, tag);
		mbedtls_ccm_free(&ccm);
	}
	return !ret && plain == strlen(text) && !memcmp(out, text, plain);
}

/* Seal a record with the server's keys at number 32, for the client to read. */
static bool client_reads(const char *text)
{
	const struct dgsec_keys *keys = &server.keys.keys;
	uint8_t rec[SIZE] = { RECORD_APPLICATION, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 32 };
	size_t len = strlen(text), tag = 8;
	uint8_t nonce[12], aad[13];
	unsigned char read[64];
	mbedtls_ccm_context ccm;
	int ret;

	rec[12] = (uint8_t)(8 + len + tag);
	memcpy(rec + 13, rec + 3, 8);
	memcpy(nonce, keys->tx_iv, 4);
	memcpy(nonce + 4, rec + 13, 8);
	memcpy(aad, rec + 3, 8);
	memcpy(aad + 8, rec, 3);
	aad[11] = 0;
	aad[12] = (uint8_t)len;
	mbedtls_ccm_init(&ccm);
	ret = mbedtls_ccm_setkey(&ccm, MBEDTLS_CIPHER_ID_AES, keys->tx_key, 128) ||
	      mbedtls_ccm_encrypt_and_tag(&ccm, len, nonce, 12, aad, 13,
					  (const unsigned char *)text, rec + 21, rec + 21 + len,
					  tag);
	mbedtls_ccm_free(&ccm);
	put(&to_client, rec, 21 + len + tag);
	return !ret && mbedtls_ssl_read(&client.ssl, read, sizeof(read)) == (int)len &&
	       !memcmp(read, text, len);
}

/* ---- tests ----------------------------------------------------------------- */

static void test_ciphers(void)
{
	static const struct {
		int suite;
		uint32_t cipher;
	} rows[] = {
		{ MBEDTLS_TLS_PSK_WITH_AES_128_CCM_8, DGSEC_CIPHER_AES_128_CCM_8 },
		{ MBEDTLS_TLS_PSK_WITH_AES_128_CCM, DGSEC_CIPHER_AES_128_CCM },
		{ MBEDTLS_TLS_PSK_WITH_AES_128_GCM_SHA256, DGSEC_CIPHER_AES_128_GCM },
		{ MBEDTLS_TLS_PSK_WITH_AES_256_CCM_8, DGSEC_CIPHER_AES_256_CCM_8 },
		{ MBEDTLS_TLS_PSK_WITH_AES_256_CCM, DGSEC_CIPHER_AES_256_CCM },
		/* its PRF is the only one here with SHA-384 */
		{ MBEDTLS_TLS_PSK_WITH_AES_256_GCM_SHA384, DGSEC_CIPHER_AES_256_GCM },
		{ MBEDTLS_TLS_PSK_WITH_CHACHA20_POLY1305_SHA256, DGSEC_CIPHER_CHACHA20_POLY1305 },
	};
	unsigned int at;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		begin(&settings, rows[i].suite, "lamp", right_key);
		play();
		ktap_test(done() && server.verifications == 1 && !server.keys_result &&
			  server.keys.cipher == rows[i].cipher &&
			  server.change_cipher_specs == 1, "a handshake with %s",
			  dgsec_cipher_name(rows[i].cipher));
		at = to_server.tail % DATAGRAMS;
		mbedtls_ssl_write(&client.ssl, (const unsigned char *)"hello", 5);
		ktap_test(opens(to_server.data[at], to_server.len[at], "hello"),
			  "its keys open the client's records");
		if (i == 0)
			ktap_test(client_reads("goodbye"), "and seal what the client opens");
		end();
	}
}

static void test_cookie(void)
{
	unsigned int at;

	begin(&settings, MBEDTLS_TLS_PSK_WITH_AES_128_CCM_8, "lamp", right_key);
	/* ClientHello, HelloVerifyRequest, ClientHello with the cookie */
	client.result = mbedtls_ssl_handshake(&client.ssl);
	server_step();
	ktap_test(server.verdict == HANDSHAKE_VERIFY && !server.hs, "no cookie, no handshake");
	ktap_test(to_client.len[0] <= to_server.len[0],
		  "the answer to a stranger is not longer than what it sent");
	client.result = mbedtls_ssl_handshake(&client.ssl);
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
	for (int i = 0; i < 1000; i++) {
		listen_once(to_server.data[0], to_server.len[0]);
		to_client.head = to_client.tail;
	}
	ktap_test(server.verdict == HANDSHAKE_VERIFY && server.verifications == 1003,
		  "a thousand strangers later");
	ktap_test(!handshake_mbedtls.set(server.listener, &settings), "and after new settings");
	to_client.head = to_client.tail;
	play();
	ktap_test(done(), "the cookie is good still");
	end();
}

static void test_strangers(void)
{
	static const struct {
		const char *what;
		const char *identity;
		const uint8_t *key;
		int suite;
		enum handshake_failure failure;
	} rows[] = {
		{ "a wrong key", "lamp", wrong_key, MBEDTLS_TLS_PSK_WITH_AES_128_CCM_8,
			HANDSHAKE_BAD_KEY },
		{ "an identity that is refused", "nobody", right_key,
			MBEDTLS_TLS_PSK_WITH_AES_128_CCM_8, HANDSHAKE_BAD_IDENTITY },
		{ "no common cipher", "lamp", right_key, MBEDTLS_TLS_PSK_WITH_AES_128_CBC_SHA256,
			HANDSHAKE_NO_CIPHER },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		begin(&settings, rows[i].suite, rows[i].identity, rows[i].key);
		play();
		ktap_test(!server.change_cipher_specs && client.result &&
			  (server.hs ? handshake_mbedtls.failure(server.hs) : server.refusal) ==
			  rows[i].failure, "%s", rows[i].what);
		end();
	}
}

static void test_lost_final_flight(void)
{
	for (unsigned int lost = 1; lost <= 3; lost++) {
		begin(&settings, MBEDTLS_TLS_PSK_WITH_AES_128_CCM_8, "lamp", right_key);
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
	begin(&settings, MBEDTLS_TLS_PSK_WITH_AES_128_CCM_8, "lamp", right_key);
	server.refuse = true;
	play();
	ktap_test(server.result == HANDSHAKE_FAILED &&
		  handshake_mbedtls.failure(server.hs) == HANDSHAKE_SEND && client.result,
		  "a final flight that may not leave ends the handshake");
	ktap_test(!server.sent_after_refusal, "and nothing follows it");
	end();
}

static void test_mtu(void)
{
	struct handshake_settings small = settings;

	small.mtu = 128;
	begin(&small, MBEDTLS_TLS_PSK_WITH_AES_128_CCM_8, "lamp", right_key);
	play();
	ktap_test(done() && server.largest <= 128, "datagrams of at most 128 octets (%zu)",
		  server.largest);
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
		begin(&settings, MBEDTLS_TLS_PSK_WITH_AES_128_CCM_8, "lamp", right_key);
		until = timer_now() + 100;
		while (!over() && timer_now() < until) {
			if (client.result)
				client.result = mbedtls_ssl_handshake(&client.ssl);
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

int main(void)
{
	ktap_begin();
	test_ciphers();
	test_cookie();
	test_strangers();
	test_lost_final_flight();
	test_refused_final_flight();
	test_mtu();
	test_damage();
	return ktap_end();
}
