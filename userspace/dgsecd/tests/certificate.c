// SPDX-License-Identifier: GPL-2.0
/*
 * Handshakes with certificates in memory, against a client of the same library
 * that also does what others refuse to: it signs with a key that is not its
 * certificate's. Who a certificate belongs to, and what is said of whom.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/ecp.h>
#include <mbedtls/entropy.h>
#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>

#include "../../tests/ktap.h"
#include "array.h"
#include "certname.h"
#include "config.h"
#include "handshake.h"
#include "record.h"
#include "timer.h"

enum { DATAGRAMS = 128, SIZE = 2048, PATIENCE = 10000, PEM_MAX = 2048 };

struct queue {
	uint8_t data[DATAGRAMS][SIZE];
	size_t len[DATAGRAMS];
	unsigned int head, tail;
};

/* A key and its certificate. */
struct identity {
	mbedtls_pk_context key;
	mbedtls_x509_crt crt;
	char key_pem[PEM_MAX];
	char crt_pem[PEM_MAX];
};

static mbedtls_entropy_context entropy;
static mbedtls_ctr_drbg_context rng;
static struct identity root, gateway, device, other;

static struct {
	mbedtls_ssl_config conf;
	mbedtls_ssl_context ssl;
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
	unsigned int change_cipher_specs;
	uint64_t due;
	size_t largest;
	unsigned int claims;
	char names[256];
	enum handshake_trust trust;
} server;

static struct queue to_server, to_client;

static void put(struct queue *queue, const uint8_t *data, size_t len)
{
	unsigned int at = queue->tail++ % DATAGRAMS;

	if (len > SIZE || queue->tail - queue->head > DATAGRAMS)
		abort();
	memcpy(queue->data[at], data, len);
	queue->len[at] = len;
}

/* ---- certificates ---------------------------------------------------------- */

static void make_key(struct identity *to)
{
	mbedtls_pk_init(&to->key);
	mbedtls_x509_crt_init(&to->crt);
	if (mbedtls_pk_setup(&to->key, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY)) ||
	    mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP256R1, mbedtls_pk_ec(to->key),
				mbedtls_ctr_drbg_random, &rng) ||
	    mbedtls_pk_write_key_pem(&to->key, (unsigned char *)to->key_pem, PEM_MAX))
		abort();
}

static void make(struct identity *to, const struct identity *by, const char *subject,
		 const char *issuer)
{
	unsigned char serial[1] = { 1 };
	mbedtls_x509write_cert crt;

	make_key(to);
	mbedtls_x509write_crt_init(&crt);
	mbedtls_x509write_crt_set_version(&crt, MBEDTLS_X509_CRT_VERSION_3);
	mbedtls_x509write_crt_set_md_alg(&crt, MBEDTLS_MD_SHA256);
	mbedtls_x509write_crt_set_subject_key(&crt, &to->key);
	mbedtls_x509write_crt_set_issuer_key(&crt, (mbedtls_pk_context *)&by->key);
	if (mbedtls_x509write_crt_set_serial_raw(&crt, serial, sizeof(serial)) ||
	    mbedtls_x509write_crt_set_subject_name(&crt, subject) ||
	    mbedtls_x509write_crt_set_issuer_name(&crt, issuer) ||
	    mbedtls_x509write_crt_set_validity(&crt, "20200101000000", "20900101000000") ||
	    mbedtls_x509write_crt_set_basic_constraints(&crt, to == by, -1) ||
	    mbedtls_x509write_crt_pem(&crt, (unsigned char *)to->crt_pem, PEM_MAX,
				      mbedtls_ctr_drbg_random, &rng) ||
	    mbedtls_x509_crt_parse(&to->crt, (const unsigned char *)to->crt_pem,
				   strlen(to->crt_pem) + 1))
		abort();
	mbedtls_x509write_crt_free(&crt);
}

static void drop(struct identity *identity)
{
	mbedtls_pk_free(&identity->key);
	mbedtls_x509_crt_free(&identity->crt);
}

/* ---- the server's side ----------------------------------------------------- */

static int server_send(void *user, const uint8_t *data, size_t len)
{
	const uint8_t *at = data;
	size_t left = len;
	struct record rec;

	(void)user;
	while (record_next(&at, &left, 0, &rec))
		if (rec.type == RECORD_CHANGE_CIPHER_SPEC && !server.change_cipher_specs++ &&
		    handshake_mbedtls.keys(server.hs, &server.keys))
			abort();
	if (len > server.largest)
		server.largest = len;
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
	if (!claim->certificate)
		abort();
	server.claims++;
	*server.names = '\0';
	for (size_t i = 0; i < claim->n_names; i++) {
		strcat(server.names, i ? " " : "");
		strcat(server.names, claim->names[i]);
	}
	return server.trust;
}

static const struct handshake_events events = {
	.send = server_send,
	.timer = server_timer,
	.claim = server_claim,
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

/* It verifies the gateway's certificate in earnest; NULL: it has none itself. */
static void client_open(struct identity *crt, struct identity *key)
{
	static const int suites[] = { MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8, 0 };

	mbedtls_ssl_config_init(&client.conf);
	mbedtls_ssl_init(&client.ssl);
	if (mbedtls_ssl_config_defaults(&client.conf, MBEDTLS_SSL_IS_CLIENT,
					MBEDTLS_SSL_TRANSPORT_DATAGRAM,
					MBEDTLS_SSL_PRESET_DEFAULT) ||
	    (crt && mbedtls_ssl_conf_own_cert(&client.conf, &crt->crt, &key->key)))
		abort();
	mbedtls_ssl_conf_rng(&client.conf, mbedtls_ctr_drbg_random, &rng);
	mbedtls_ssl_conf_max_tls_version(&client.conf, MBEDTLS_SSL_VERSION_TLS1_2);
	mbedtls_ssl_conf_handshake_timeout(&client.conf, 40, 1000);
	mbedtls_ssl_conf_ciphersuites(&client.conf, suites);
	mbedtls_ssl_conf_ca_chain(&client.conf, &root.crt, NULL);
	if (mbedtls_ssl_setup(&client.ssl, &client.conf) ||
	    mbedtls_ssl_set_hostname(&client.ssl, "gateway"))
		abort();
	mbedtls_ssl_set_bio(&client.ssl, NULL, client_send, client_receive, NULL);
	mbedtls_ssl_set_timer_cb(&client.ssl, NULL, client_set_timer, client_get_timer);
	client.result = MBEDTLS_ERR_SSL_WANT_READ;
}

/* ---- both ------------------------------------------------------------------ */

static struct handshake_settings settings = {
	.ciphers = { DGSEC_CIPHER_AES_128_CCM_8 },
	.retransmit_min = 40,
	.retransmit_max = 1000,
	.mtu = 1152,
	.cookie_seconds = 60,
	.certificates = true,
	.no_psk = true,
	.credentials = {
		.key = gateway.key_pem,
		.chain = gateway.crt_pem,
		.anchors = root.crt_pem,
	},
};

static void begin(struct identity *crt, struct identity *key, enum handshake_trust trust)
{
	memset(&server, 0, sizeof(server));
	memset(&to_server, 0, sizeof(to_server));
	memset(&to_client, 0, sizeof(to_client));
	server.trust = trust;
	server.listener = handshake_mbedtls.open(&settings, &events);
	if (!server.listener)
		abort();
	client_open(crt, key);
}

static void end(void)
{
	handshake_mbedtls.free(server.hs);
	handshake_mbedtls.close(server.listener);
	mbedtls_ssl_free(&client.ssl);
	mbedtls_ssl_config_free(&client.conf);
}

static bool over(void)
{
	return (server.result == HANDSHAKE_DONE && !client.result) ||
	       server.result == HANDSHAKE_FAILED || server.verdict == HANDSHAKE_REFUSED ||
	       (client.result && client.result != MBEDTLS_ERR_SSL_WANT_READ);
}

static void client_step(void)
{
	if (client.result == MBEDTLS_ERR_SSL_WANT_READ)
		client.result = mbedtls_ssl_handshake(&client.ssl);
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
	return server.result == HANDSHAKE_DONE && !client.result && server.keys.cipher;
}

static bool failed(enum handshake_failure failure)
{
	return server.result == HANDSHAKE_FAILED && server.hs &&
	       handshake_mbedtls.failure(server.hs) == failure && !server.change_cipher_specs &&
	       client.result == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE;
}

/* ---- tests ----------------------------------------------------------------- */

static void test_trust(void)
{
	begin(&device, &device, HANDSHAKE_KNOWN);
	play();
	ktap_test(done() && server.claims == 1, "a certificate of the authority");
	ktap_test(!strcmp(server.names, "cn:00-24-BE-FF-FE-80-4F-F1 eui64:0024befffe804ff1"),
		  "its names");
	end();

	begin(&device, &device, HANDSHAKE_STRANGER);
	play();
	ktap_test(failed(HANDSHAKE_UNKNOWN_CERTIFICATE), "one of a stranger");
	end();

	begin(&other, &other, HANDSHAKE_KNOWN);
	play();
	ktap_test(failed(HANDSHAKE_UNTRUSTED), "one for which nobody vouches");
	end();

	begin(&other, &other, HANDSHAKE_STRANGER);
	play();
	ktap_test(failed(HANDSHAKE_UNTRUSTED), "the same of a stranger: it hears no more");
	end();

	begin(&other, &other, HANDSHAKE_PINNED);
	play();
	ktap_test(done(), "one that is known by its fingerprint");
	end();
}

static void test_key(void)
{
	begin(&device, &other, HANDSHAKE_KNOWN);
	play();
	ktap_test(failed(HANDSHAKE_BAD_SIGNATURE), "a certificate without its private key");
	end();

	begin(&device, &other, HANDSHAKE_PINNED);
	play();
	ktap_test(failed(HANDSHAKE_BAD_SIGNATURE), "also if its fingerprint is known");
	end();

	begin(NULL, NULL, HANDSHAKE_PINNED);
	play();
	ktap_test(failed(HANDSHAKE_NO_CERTIFICATE) && !server.claims, "no certificate at all");
	end();
}

static void test_mtu(void)
{
	settings.mtu = 128;
	begin(&device, &device, HANDSHAKE_KNOWN);
	/* A ClientHello in pieces is not taken: RFC 6347 section 4.2.1. */
	mbedtls_ssl_set_mtu(&client.ssl, 240);
	play();
	ktap_test(done() && server.largest <= 128,
		  "certificates in datagrams of 128 octets (%zu)", server.largest);
	end();
	settings.mtu = 1152;
}

/* Octets turned over in whatever the client sends: it fails, or it works. */
static void test_damage(void)
{
	unsigned int damaged = 0, handshakes = 0;
	uint64_t until;
	unsigned int at;

	srandom(1);
	for (int i = 0; i < 100; i++) {
		begin(&device, &device, HANDSHAKE_KNOWN);
		until = timer_now() + 200;
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
		end();
	}
	ktap_test(damaged > 30 && handshakes > 15, "%u damaged datagrams, %u of 100 handshakes",
		  damaged, handshakes);
}

/* Whose is a certificate with these names? */
static void test_owner(void)
{
	static const char text[] =
		"[interface dg0]\nlower = lowpan0\naddress = fd00:d9::1/64\n"
		"private-key-file = key\ncertificate-file = crt\nca-file = ca\n"
		"[peer a]\ncertificate-identity = cn:a\n"
		"[peer b]\ncertificate-identity = dns:b.example\n"
		"[peer c]\ncertificate-identity = cn:c\ncertificate-fingerprint = 0101010101010101010101010101010101010101010101010101010101010101\n"
		"[peer d]\ncertificate-fingerprint = 0202020202020202020202020202020202020202020202020202020202020202\n"
		"[peer e]\npublic-key = ni:///sha-256;AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM\n";
	static const struct {
		const char *what;
		const char *names[2];
		const char *owner;
		bool certificate;
		bool pinned;
		uint8_t hash;		/* all octets of it */
	} rows[] = {
		{ "one name", { "cn:a" }, "a", true, false, 9 },
		{ "another kind of name", { "dns:a" }, NULL, true, false, 9 },
		{ "two names, one known", { "cn:x", "dns:b.example" }, "b", true, false, 9 },
		{ "the same name twice", { "cn:a", "cn:a" }, "a", true, false, 9 },
		{ "names of two peers", { "cn:a", "dns:b.example" }, NULL, true, false, 9 },
		{ "no names", { NULL }, NULL, true, false, 9 },
		{ "the name of a pinned one", { "cn:c" }, NULL, true, false, 9 },
		{ "a name and that of a pinned one", { "cn:a", "cn:c" }, NULL, true, false, 9 },
		{ "name and fingerprint", { "cn:c" }, "c", true, false, 1 },
		{ "the fingerprint without the name", { "cn:a" }, "a", true, false, 1 },
		{ "a fingerprint alone", { "cn:a" }, "d", true, true, 2 },
		{ "a public key", { NULL }, "e", false, true, 3 },
		{ "another public key", { NULL }, NULL, false, false, 2 },
		{ "a certificate that hashes like a public key", { NULL }, NULL, true, false, 3 },
	};
	struct mistakes mistakes = { .n = 0 };
	char copy[sizeof(text)];
	struct config *config;
	struct peer *peer;
	bool pinned;

	memcpy(copy, text, sizeof(text));
	config = config_parse(copy, "./", &mistakes);
	for (size_t i = 0; i < mistakes.n; i++)
		printf("# %u: %s\n", mistakes.list[i].line, mistakes.list[i].text);
	config_mistakes_free(&mistakes);
	if (!config)
		abort();
	ktap_test(config->handshake.public_keys && config->handshake.certificates &&
		  config->handshake.no_psk, "who may come");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct handshake_claim claim = { .certificate = rows[i].certificate };

		memset(claim.hash, rows[i].hash, sizeof(claim.hash));
		while (claim.n_names < 2 && rows[i].names[claim.n_names]) {
			claim.names[claim.n_names] = rows[i].names[claim.n_names];
			claim.n_names++;
		}
		peer = config_peer_by_claim(config, &claim, &pinned);
		ktap_test((!peer && !rows[i].owner) ||
			  (peer && rows[i].owner && !strcmp(peer->name, rows[i].owner) &&
			   pinned == rows[i].pinned), "%s", rows[i].what);
	}
	config_free(config);
}

static void test_names(void)
{
	static const struct {
		const char *text;
		const char *name;	/* NULL: none */
	} rows[] = {
		{ "cn:Lamp 7", "cn:Lamp 7" },
		{ "dns:Lamp.Example.", "dns:lamp.example" },
		{ "dns:*.example", NULL },
		{ "dns:", NULL },
		{ "dns:.", NULL },
		{ "cn:", NULL },
		{ "cn:a\x1b", NULL },
		{ "uri:urn:dev:os:32473-123456", "uri:urn:dev:os:32473-123456" },
		{ "uri:a b", NULL },
		{ "eui64:0024BEFFFE804FF1", "eui64:0024beffFE804ff1" },
		{ "eui64:00-24-be-ff-fe-80-4f-f1", "eui64:0024befffe804ff1" },
		{ "eui64:00:24:be:ff:fe:80:4f:f1", "eui64:0024befffe804ff1" },
		{ "eui64:00:24-be:ff:fe:80:4f:f1", NULL },
		{ "eui64:00.24.be.ff.fe.80.4f.f1", NULL },
		{ "eui64:0024befffe804ff", NULL },
		{ "eui64:0024befffe804ffg", NULL },
		{ "lamp", NULL },
		{ "ip:::1", NULL },
		{ "", NULL },
	};
	char out[CERTNAME_MAX + 1], longest[CERTNAME_MAX + 1];
	bool ok;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		ok = certname_parse(out, rows[i].text);
		ktap_test(rows[i].name ? ok && !strcasecmp(out, rows[i].name) : !ok, "name \"%s\"",
			  strchr(rows[i].text, '\x1b') ? "with an escape" : rows[i].text);
	}
	memset(longest, 'a', sizeof(longest));
	ktap_test(certname_make(out, CERTNAME_CN, longest, CERTNAME_MAX - 3) &&
		  strlen(out) == CERTNAME_MAX, "the longest");
	ktap_test(!certname_make(out, CERTNAME_CN, longest, CERTNAME_MAX - 2), "one longer");
	ktap_test(!certname_make(out, CERTNAME_CN, "a\0b", 3), "one with a 0 in it");
}

static void write_file(const char *path, const char *text)
{
	FILE *out = fopen(path, "w");

	if (!out || fputs(text, out) < 0 || fclose(out))
		abort();
}

int main(void)
{
	char dir[] = "/tmp/certificate.XXXXXX";

	ktap_begin();
	umask(077);
	if (!mkdtemp(dir) || chdir(dir))
		abort();
	mbedtls_entropy_init(&entropy);
	mbedtls_ctr_drbg_init(&rng);
	if (mbedtls_ctr_drbg_seed(&rng, mbedtls_entropy_func, &entropy, NULL, 0))
		abort();
	make(&root, &root, "CN=root", "CN=root");
	make(&gateway, &root, "CN=gateway", "CN=root");
	make(&device, &root, "O=test,CN=00-24-BE-FF-FE-80-4F-F1", "CN=root");
	make(&other, &other, "CN=other", "CN=other");
	write_file("key", gateway.key_pem);
	write_file("crt", gateway.crt_pem);
	write_file("ca", root.crt_pem);

	test_names();
	test_owner();
	test_trust();
	test_key();
	test_mtu();
	test_damage();

	unlink("key");
	unlink("crt");
	unlink("ca");
	if (chdir("/") || rmdir(dir))
		abort();
	drop(&root);
	drop(&gateway);
	drop(&device);
	drop(&other);
	mbedtls_ctr_drbg_free(&rng);
	mbedtls_entropy_free(&entropy);
	return ktap_end();
}
