// SPDX-License-Identifier: GPL-2.0
/*
 * Handshakes with mbedTLS 3.6.
 *
 * A context of the library that has not seen a good cookie yet holds nothing
 * of a client, so one serves all of them: it listens, is reset after each
 * HelloVerifyRequest, and becomes the handshake of the client whose cookie was
 * good.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/error.h>
#include <mbedtls/ssl.h>
#include <mbedtls/ssl_cookie.h>

#include "handshake.h"
#include "handshake_mbedtls_resume.h"
#include "handshake_mbedtls_settings.h"
#include "record.h"
#include "suite.h"
#include "timer.h"
#include "x509.h"

/* The library is built with a limit of its own. */
#if MBEDTLS_PSK_MAX_LEN < 64
#define KEY_MAX		MBEDTLS_PSK_MAX_LEN
#else
#define KEY_MAX		HANDSHAKE_KEY_MAX
#endif

enum {
	MASTER_SECRET = 48,
	RANDOM = 32,
	KEY_BLOCK_MAX = 2 * DGSEC_KEY_MAX + 2 * DGSEC_IV_MAX,
	HANDSHAKE_SERVER_HELLO = 2,
	/* A datagram cannot take more steps than it has records. */
	STEPS_MAX = 64,
};

struct handshake_listener {
	const struct handshake_events *events;
	struct mbedtls_settings *settings;
	struct handshake_settings from;	/* what these were made of */
	mbedtls_entropy_context entropy;
	mbedtls_ctr_drbg_context random;
	mbedtls_ssl_cookie_ctx cookie;
	struct handshake *idle;		/* the listening one, or NULL until needed */
	struct mbedtls_resume *running;	/* that of the handshake the library runs */
};

struct handshake {
	mbedtls_ssl_context ssl;
	struct handshake_listener *listener;
	struct mbedtls_settings *settings;
	void *user;

	struct handshake_hello *hello;	/* listening: where replies go */
	const uint8_t *in;		/* the datagram not yet read */
	size_t in_len;
	bool client;
	bool cookie_good;
	bool over;
	bool send_failed;
	bool bad_identity;
	struct x509_check check;
	enum handshake_failure failure;

	uint64_t timer_start;
	uint32_t timer_intermediate;
	uint32_t timer_final;		/* 0: cancelled */

	int suite;			/* as our ServerHello said */
	bool cids;			/* the same: connection IDs are used */
	struct dgsec_cid own, peers;	/* what each side has to offer */
	struct mbedtls_resume resume;
	bool have_secret;
	mbedtls_tls_prf_types prf;
	uint8_t secret[MASTER_SECRET];
	uint8_t randoms[2 * RANDOM];	/* server, client: as "key expansion" wants them */
};

/* ---- what the library calls ------------------------------------------------ */

/*
 * The library does not say before the end which suite it chose; ServerHello does.
 * False: it cannot go on with that.
 */
static bool note_suite(struct handshake *hs, const uint8_t *data, size_t len)
{
	struct record rec;
	const uint8_t *p;
	size_t at = HANDSHAKE_HEADER + 2 + RANDOM;	/* session_id's length */
	bool good = true;

	while (record_next(&data, &len, hs->peers.len, &rec)) {
		p = rec.body;
		if (rec.type != RECORD_HANDSHAKE || rec.epoch || rec.body_len <= at ||
		    p[0] != HANDSHAKE_SERVER_HELLO || p[6] || p[7] || p[8])
			continue;
		if (rec.body_len < at + 1 + p[at] + 2)
			continue;
		hs->suite = p[at + 1 + p[at]] << 8 | p[at + 2 + p[at]];
		good &= mbedtls_resume_answer(&hs->resume, p + at + 1, p[at], hs->suite);
	}
	return good;
}

static int send_datagram(void *arg, const unsigned char *data, size_t len)
{
	struct handshake *hs = arg;

	if (hs->hello) {
		if (len > sizeof(hs->hello->reply))
			return MBEDTLS_ERR_SSL_BUFFER_TOO_SMALL;
		memcpy(hs->hello->reply, data, len);
		hs->hello->reply_len = len;
		return (int)len;
	}

	if (!note_suite(hs, data, len) || hs->listener->events->send(hs->user, data, len)) {
		hs->send_failed = true;
		return MBEDTLS_ERR_SSL_INTERNAL_ERROR;
	}
	return (int)len;
}

static int receive_datagram(void *arg, unsigned char *buf, size_t size)
{
	struct handshake *hs = arg;
	size_t len = hs->in_len;

	if (!hs->in)
		return MBEDTLS_ERR_SSL_WANT_READ;
	/* Larger than the library's buffer: no handshake record is. */
	if (len > size)
		len = size;
	memcpy(buf, hs->in, len);
	hs->in = NULL;
	return (int)len;
}

static void set_timer(void *arg, uint32_t intermediate, uint32_t final)
{
	struct handshake *hs = arg;

	hs->timer_start = timer_now();
	hs->timer_intermediate = intermediate;
	hs->timer_final = final;
	if (hs->user)
		hs->listener->events->timer(hs->user, final);
}

static int get_timer(void *arg)
{
	struct handshake *hs = arg;
	uint64_t passed;

	if (!hs->timer_final)
		return -1;
	passed = timer_now() - hs->timer_start;
	if (passed >= hs->timer_final)
		return 2;
	return passed >= hs->timer_intermediate;
}

static int get_psk(void *arg, mbedtls_ssl_context *ssl, const unsigned char *identity, size_t len)
{
	struct handshake *hs = mbedtls_ssl_get_user_data_p(ssl);
	struct handshake_psk psk = { .len = 0 };
	int ret = -1;

	(void)arg;
	if (hs->listener->events->psk(hs->user, identity, len, &psk))
		ret = mbedtls_ssl_set_hs_psk(ssl, psk.key, psk.len);
	else
		hs->bad_identity = true;
	explicit_bzero(&psk, sizeof(psk));
	return ret;
}

static void note_secret(void *arg, mbedtls_ssl_key_export_type type, const unsigned char *secret,
			size_t len, const unsigned char client_random[RANDOM],
			const unsigned char server_random[RANDOM], mbedtls_tls_prf_types prf)
{
	struct handshake *hs = arg;

	if (type != MBEDTLS_SSL_KEY_EXPORT_TLS12_MASTER_SECRET || len != MASTER_SECRET)
		return;
	memcpy(hs->secret, secret, MASTER_SECRET);
	memcpy(hs->randoms, server_random, RANDOM);
	memcpy(hs->randoms + RANDOM, client_random, RANDOM);
	hs->prf = prf;
	hs->have_secret = true;
	if (hs->user && hs->listener->events->secret)
		hs->listener->events->secret(hs->user, client_random, secret);
}

static int write_cookie(void *arg, unsigned char **p, unsigned char *end,
			const unsigned char *client, size_t client_len)
{
	struct handshake_listener *listener = arg;

	return mbedtls_ssl_cookie_write(&listener->cookie, p, end, client, client_len);
}

static int check_cookie(void *arg, const unsigned char *cookie, size_t cookie_len,
			const unsigned char *client, size_t client_len)
{
	struct handshake_listener *listener = arg;
	int ret = mbedtls_ssl_cookie_check(&listener->cookie, cookie, cookie_len, client,
					   client_len);

	listener->idle->cookie_good = !ret;
	listener->idle->resume.cookie_good = !ret;
	return ret;
}

/* ---- listener -------------------------------------------------------------- */

static struct mbedtls_settings *settings_new(struct handshake_listener *listener,
					     const struct handshake_settings *from, int role)
{
	const struct mbedtls_hooks hooks = {
		.random = &listener->random,
		.psk = get_psk,
		.write_cookie = write_cookie,
		.check_cookie = check_cookie,
		.cookies = listener,
		.running = &listener->running,
	};

	return mbedtls_settings_new(from, role, &hooks);
}

static int listener_set(struct handshake_listener *listener, const struct handshake_settings *from)
{
	struct mbedtls_settings *settings = settings_new(listener, from, MBEDTLS_SSL_IS_SERVER);

	if (!settings)
		return -ENOMEM;
	/* For the client's role, which knows pre-shared keys only. The texts may go. */
	listener->from = *from;
	listener->from.no_psk = false;
	listener->from.certificates = false;
	memset(&listener->from.credentials, 0, sizeof(listener->from.credentials));
	mbedtls_settings_put(listener->settings);
	listener->settings = settings;
	mbedtls_ssl_cookie_set_timeout(&listener->cookie, from->cookie_seconds);
	/* The listening context still has the old ones. */
	if (listener->idle)
		handshake_mbedtls.free(listener->idle);
	listener->idle = NULL;
	return 0;
}

static void listener_close(struct handshake_listener *listener)
{
	if (!listener)
		return;
	if (listener->idle)
		handshake_mbedtls.free(listener->idle);
	mbedtls_settings_put(listener->settings);
	mbedtls_ssl_cookie_free(&listener->cookie);
	mbedtls_ctr_drbg_free(&listener->random);
	mbedtls_entropy_free(&listener->entropy);
	free(listener);
}

static struct handshake_listener *listener_open(const struct handshake_settings *settings,
						const struct handshake_events *events)
{
	static const unsigned char label[] = "dgsecd";
	struct handshake_listener *listener = calloc(1, sizeof(*listener));

	if (!listener)
		return NULL;
	listener->events = events;
	mbedtls_entropy_init(&listener->entropy);
	mbedtls_ctr_drbg_init(&listener->random);
	mbedtls_ssl_cookie_init(&listener->cookie);

	if (mbedtls_ctr_drbg_seed(&listener->random, mbedtls_entropy_func, &listener->entropy,
				  label, sizeof(label)) ||
	    mbedtls_ssl_cookie_setup(&listener->cookie, mbedtls_ctr_drbg_random,
				     &listener->random) ||
	    listener_set(listener, settings)) {
		listener_close(listener);
		return NULL;
	}
	return listener;
}

/* The handshake has a share in the settings. */
static struct handshake *handshake_new(struct handshake_listener *listener,
				       struct mbedtls_settings *settings)
{
	struct handshake *hs = calloc(1, sizeof(*hs));

	if (!hs)
		return NULL;
	hs->listener = listener;
	hs->settings = settings;
	hs->settings->users++;
	hs->resume.events = listener->events;
	mbedtls_ssl_init(&hs->ssl);
	mbedtls_ssl_set_user_data_p(&hs->ssl, hs);
	if (mbedtls_ssl_setup(&hs->ssl, &hs->settings->conf)) {
		handshake_mbedtls.free(hs);
		return NULL;
	}
	mbedtls_ssl_set_bio(&hs->ssl, hs, send_datagram, receive_datagram, NULL);
	mbedtls_ssl_set_timer_cb(&hs->ssl, hs, set_timer, get_timer);
	mbedtls_ssl_set_export_keys_cb(&hs->ssl, note_secret, hs);
	hs->check.own = &hs->settings->x509;
	hs->check.events = listener->events;
	mbedtls_ssl_set_verify(&hs->ssl, x509_verify, &hs->check);
	mbedtls_ssl_set_mtu(&hs->ssl, (uint16_t)hs->settings->mtu);
	return hs;
}

static enum handshake_failure failure_of(const struct handshake *hs, int ret)
{
	if (hs->send_failed)
		return HANDSHAKE_SEND;
	if (hs->bad_identity)
		return HANDSHAKE_BAD_IDENTITY;
	return mbedtls_failure(ret, mbedtls_ssl_get_verify_result(&hs->ssl));
}

/*
 * One that nobody has: random, but for the prefix. The client may have one of its
 * own also where we want none.
 */
static int offer_cid(struct handshake *hs)
{
#if defined(MBEDTLS_SSL_DTLS_CONNECTION_ID)
	const struct mbedtls_settings *settings = hs->settings;
	struct dgsec_cid *own = &hs->own;
	int ret;

	own->len = settings->cid_len;
	ret = mbedtls_ctr_drbg_random(&hs->listener->random, own->id, own->len);
	if (ret)
		return ret;
	memcpy(own->id, settings->cid_prefix.id, settings->cid_prefix.len);
	return mbedtls_ssl_set_cid(&hs->ssl, MBEDTLS_SSL_CID_ENABLED, own->id, own->len);
#else
	(void)hs;
	return 0;
#endif
}

/*
 * The library tells the client's connection ID only when it is too late. It uses
 * one when the client offers one, as we always do.
 */
static void note_cid(struct handshake *hs, const uint8_t *hello, size_t len)
{
#if defined(MBEDTLS_SSL_DTLS_CONNECTION_ID)
	const uint8_t *ext;
	int size;

	hs->peers.len = 0;
	hs->cids = false;
	size = hello_extension(hello, len, EXTENSION_CID, &ext);
	if (size < 1 || size != 1 + ext[0] || ext[0] > sizeof(hs->peers.id))
		return;
	hs->cids = true;
	hs->peers.len = ext[0];
	memcpy(hs->peers.id, ext + 1, ext[0]);
#else
	(void)hs;
	(void)hello;
	(void)len;
#endif
}

static void note_hello(struct handshake *hs, const uint8_t *data, size_t len)
{
	struct record rec;

	if (!record_next(&data, &len, 0, &rec))
		rec = (struct record) { .body = data };
	note_cid(hs, rec.body, rec.body_len);
	mbedtls_resume_hello(&hs->resume, rec.body, rec.body_len, hs->settings->suites);
}

/* In the clear, to a client that cannot be served. */
static void refuse_hello(struct handshake_hello *hello)
{
	enum { FATAL = 2, HANDSHAKE_FAILURE = 40 };

	record_alert(hello->reply, 0, FATAL, HANDSHAKE_FAILURE);
	hello->reply_len = RECORD_ALERT_SIZE;
}

/* For the next client. */
static void reset(struct handshake_listener *listener)
{
	if (!mbedtls_ssl_session_reset(&listener->idle->ssl))
		return;
	handshake_mbedtls.free(listener->idle);
	listener->idle = NULL;
}

static enum handshake_verdict listener_listen(struct handshake_listener *listener,
					      struct handshake_hello *hello, struct handshake **out,
					      enum handshake_failure *failure)
{
	struct handshake *hs = listener->idle;
	int ret;

	*failure = HANDSHAKE_INTERNAL;
	if (!hs) {
		hs = handshake_new(listener, listener->settings);
		if (!hs)
			return HANDSHAKE_REFUSED;
		listener->idle = hs;
	}

	hs->hello = hello;
	hs->in = hello->data;
	hs->in_len = hello->len;
	hs->cookie_good = false;
	hello->reply_len = 0;
	note_hello(hs, hello->data, hello->len);
	listener->running = &hs->resume;
	ret = mbedtls_ssl_set_client_transport_id(&hs->ssl, hello->client, hello->client_len);
	if (!ret)
		ret = offer_cid(hs);
	/* Step by step: with a good cookie nothing may be sent before attach(). */
	for (int i = 0; !ret && !hs->cookie_good && i < STEPS_MAX; i++)
		ret = mbedtls_ssl_handshake_step(&hs->ssl);
	hs->hello = NULL;
	hs->in = NULL;
	listener->running = NULL;

	if (!ret && hs->cookie_good && hs->settings->extended_required && !hs->resume.extended) {
		refuse_hello(hello);
		*failure = HANDSHAKE_NOT_EXTENDED;
		reset(listener);
		return HANDSHAKE_REFUSED;
	}
	if (!ret && hs->cookie_good) {
		listener->idle = NULL;
		*out = hs;
		*failure = HANDSHAKE_NO_FAILURE;
		return HANDSHAKE_ACCEPTED;
	}

	*failure = failure_of(hs, ret);
	reset(listener);
	return ret == MBEDTLS_ERR_SSL_HELLO_VERIFY_REQUIRED ? HANDSHAKE_VERIFY : HANDSHAKE_REFUSED;
}

/* ---- client ---------------------------------------------------------------- */

/*
 * The library takes a client's identity and key from its settings only, so each
 * client has settings of its own.
 */
static struct handshake *client_connect(struct handshake_listener *listener, const char *identity,
					const struct handshake_psk *psk)
{
	struct mbedtls_settings *settings;
	struct handshake *hs = NULL;

	settings = settings_new(listener, &listener->from, MBEDTLS_SSL_IS_CLIENT);
	if (!settings)
		return NULL;
	if (!mbedtls_ssl_conf_psk(&settings->conf, psk->key, psk->len,
				  (const unsigned char *)identity, strlen(identity)))
		hs = handshake_new(listener, settings);
	mbedtls_settings_put(settings);
	if (!hs)
		return NULL;
	hs->client = true;
	if (offer_cid(hs)) {
		handshake_mbedtls.free(hs);
		return NULL;
	}
	return hs;
}

/* ---- handshake ------------------------------------------------------------- */

static void handshake_attach(struct handshake *hs, void *user)
{
	hs->user = user;
	hs->resume.user = user;
	hs->check.user = user;
	if (hs->timer_final)
		hs->listener->events->timer(user, hs->timer_final);
}

/*
 * After the end reading goes on, so that the library sees a repeated Finished
 * and repeats its own flight.
 */
static int step(struct handshake *hs)
{
	unsigned char none[1];
	int ret;

	if (hs->over)
		return mbedtls_ssl_read(&hs->ssl, none, sizeof(none));

	ret = mbedtls_ssl_handshake(&hs->ssl);
	if (!ret)
		hs->over = true;
	return ret;
}

/* What the library does not tell the client. */
static void send_alert(struct handshake *hs)
{
	unsigned char alert;

	if (hs->failure == HANDSHAKE_BAD_SIGNATURE)
		alert = MBEDTLS_SSL_ALERT_MSG_DECRYPT_ERROR;
	else if (hs->failure == HANDSHAKE_NO_CERTIFICATE)
		alert = MBEDTLS_SSL_ALERT_MSG_HANDSHAKE_FAILURE;
	else
		return;
	mbedtls_ssl_send_alert_message(&hs->ssl, MBEDTLS_SSL_ALERT_LEVEL_FATAL, alert);
}

static enum handshake_result handshake_run(struct handshake *hs, const uint8_t *data, size_t len)
{
	int ret = MBEDTLS_ERR_SSL_WANT_READ;

	hs->in = len ? data : NULL;
	hs->in_len = len;
	hs->listener->running = &hs->resume;
	for (int i = 0; i < STEPS_MAX; i++) {
		ret = step(hs);
		if (ret == MBEDTLS_ERR_SSL_WANT_READ && !hs->in)
			break;
		if (ret < 0 && ret != MBEDTLS_ERR_SSL_WANT_READ)
			break;
	}
	hs->in = NULL;
	hs->listener->running = NULL;

	if (ret < 0 && ret != MBEDTLS_ERR_SSL_WANT_READ) {
		hs->failure = failure_of(hs, ret);
		send_alert(hs);
		return HANDSHAKE_FAILED;
	}
	return hs->over ? HANDSHAKE_DONE : HANDSHAKE_PENDING;
}

static enum handshake_failure handshake_failure(const struct handshake *hs)
{
	return hs->failure;
}

/* As a client: what was agreed on, which the library knows at the end. */
static int get_result(const struct handshake *hs, int *suite, struct handshake_keys *keys)
{
	mbedtls_ssl_context *ssl = (mbedtls_ssl_context *)&hs->ssl;

	if (!hs->over)
		return -EINVAL;
	*suite = mbedtls_ssl_get_ciphersuite_id_from_ssl(ssl);
#if defined(MBEDTLS_SSL_DTLS_CONNECTION_ID)
	uint8_t id[MBEDTLS_SSL_CID_OUT_LEN_MAX];
	size_t len = 0;
	int enabled;

	if (mbedtls_ssl_get_peer_cid(ssl, &enabled, id, &len))
		return -EINVAL;
	if (enabled != MBEDTLS_SSL_CID_ENABLED)
		return 0;
	if (len > sizeof(keys->tx_cid.id))
		return -EINVAL;
	keys->rx_cid = hs->own;
	keys->tx_cid.len = (uint8_t)len;
	memcpy(keys->tx_cid.id, id, len);
#else
	(void)keys;
#endif
	return 0;
}

static int handshake_keys(const struct handshake *hs, struct handshake_keys *keys)
{
	const struct suite *suite;
	struct dgsec_keys *out = &keys->keys;
	uint8_t block[KEY_BLOCK_MAX], *client, *server;
	size_t key_len, iv_len;
	int number = hs->suite;

	memset(keys, 0, sizeof(*keys));
	if (hs->client && get_result(hs, &number, keys))
		return -EINVAL;
	suite = suite_of_number((uint16_t)number);
	if (!suite || !hs->have_secret)
		return -EINVAL;
	keys->cipher = suite->cipher;

	key_len = dgsec_cipher_key_len(keys->cipher);
	iv_len = dgsec_cipher_iv_len(keys->cipher);
	/* RFC 5246 section 6.3: an AEAD's key block has no MAC keys. The PRF is the suite's. */
	if (mbedtls_ssl_tls_prf(hs->prf, hs->secret, sizeof(hs->secret), "key expansion",
				hs->randoms, sizeof(hs->randoms), block, 2 * (key_len + iv_len)))
		return -EIO;
	if (hs->cids && !hs->client) {
		keys->rx_cid = hs->own;
		keys->tx_cid = hs->peers;
	}
	/* RFC 6066 section 4: 2^9 to 2^12, of both directions */
	keys->rx_max = hs->resume.fragment ? 1U << (8 + hs->resume.fragment) : 0;
	keys->tx_max = keys->rx_max;
	out->key_len = (uint8_t)key_len;
	out->iv_len = (uint8_t)iv_len;
	client = block;
	server = block + key_len;
	memcpy(out->tx_key, hs->client ? client : server, key_len);
	memcpy(out->rx_key, hs->client ? server : client, key_len);
	client = block + 2 * key_len;
	server = client + iv_len;
	memcpy(out->tx_iv, hs->client ? client : server, iv_len);
	memcpy(out->rx_iv, hs->client ? server : client, iv_len);
	explicit_bzero(block, sizeof(block));
	return 0;
}

static enum handshake_resumed handshake_resumed(const struct handshake *hs,
						const uint8_t **binding, size_t *len)
{
	*binding = hs->resume.binding;
	*len = hs->resume.binding_len;
	return hs->resume.how;
}

static void handshake_abort(struct handshake *hs)
{
	mbedtls_ssl_send_alert_message(&hs->ssl, MBEDTLS_SSL_ALERT_LEVEL_FATAL,
				       MBEDTLS_SSL_ALERT_MSG_INTERNAL_ERROR);
}

static void handshake_free(struct handshake *hs)
{
	if (!hs)
		return;
	hs->user = NULL;
	mbedtls_ssl_free(&hs->ssl);
	mbedtls_settings_put(hs->settings);
	explicit_bzero(hs, sizeof(*hs));
	free(hs);
}

const struct handshake_backend handshake_mbedtls = {
	.name = "mbedTLS",
	.key_max = KEY_MAX,
	.open = listener_open,
	.set = listener_set,
	.close = listener_close,
	.listen = listener_listen,
	.connect = client_connect,
	.attach = handshake_attach,
	.run = handshake_run,
	.failure = handshake_failure,
	.keys = handshake_keys,
	.resumed = handshake_resumed,
	.abort = handshake_abort,
	.free = handshake_free,
};
