// SPDX-License-Identifier: GPL-2.0
/*
 * Handshakes with GnuTLS 3.7 or newer: raw public keys (RFC 7250), which mbedTLS
 * does not know. No connection IDs, which GnuTLS does not know.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <gnutls/crypto.h>
#include <gnutls/dtls.h>
#include <gnutls/gnutls.h>

#include "array.h"
#include "handshake.h"
#include "handshake_gnutls_settings.h"
#include "record.h"
#include "suite.h"
#include "timer.h"

enum {
	/* A datagram cannot take more steps than it has records. */
	STEPS_MAX = 64,
	/* Nobody's key is larger: what a stranger can make us allocate. */
	MESSAGE_MAX = 4096,
	CLIENT_MAX = 128,
	SEQUENCE = 8,
	RECORD_MAX = 16384,		/* RFC 5246 section 6.2.1 */
};

struct handshake_listener {
	const struct handshake_events *events;
	struct gnutls_settings *settings;	/* NULL: no public keys are configured */
	gnutls_datum_t cookie_key;
	unsigned int cookie_seconds;
};

struct handshake {
	gnutls_session_t session;
	struct handshake_listener *listener;
	struct gnutls_settings *settings;
	void *user;

	uint8_t *hello;			/* the ClientHello, until the first run */
	size_t hello_len;
	const uint8_t *in;		/* the datagram not yet read */
	size_t in_len;
	uint8_t *out;			/* the datagram that is being put together */
	size_t out_len;
	bool over;
	bool send_failed;
	bool stranger;
	enum handshake_failure failure;
};

/* ---- what the library calls ------------------------------------------------ */

static void flush(struct handshake *hs)
{
	if (hs->out_len && !hs->send_failed &&
	    hs->listener->events->send(hs->user, hs->out, hs->out_len))
		hs->send_failed = true;
	hs->out_len = 0;
}

/*
 * The library gives us every record alone: as many as fit become one datagram,
 * since each costs headers on the air.
 */
static ssize_t send_record(gnutls_transport_ptr_t arg, const void *data, size_t len)
{
	struct handshake *hs = arg;

	if (hs->out_len + len > hs->settings->mtu)
		flush(hs);
	/* Not the reason for which the library would try again. */
	if (hs->send_failed || len > hs->settings->mtu) {
		hs->send_failed = true;
		gnutls_transport_set_errno(hs->session, EIO);
		return -1;
	}
	memcpy(hs->out + hs->out_len, data, len);
	hs->out_len += len;
	return (ssize_t)len;
}

static ssize_t receive_datagram(gnutls_transport_ptr_t arg, void *buf, size_t size)
{
	struct handshake *hs = arg;
	size_t len = hs->in_len;

	if (!hs->in) {
		gnutls_transport_set_errno(hs->session, EAGAIN);
		return -1;
	}
	/* Larger than the library's buffer: no handshake record is. */
	if (len > size)
		len = size;
	memcpy(buf, hs->in, len);
	hs->in = NULL;
	return (ssize_t)len;
}

static int may_receive(gnutls_transport_ptr_t arg, unsigned int milliseconds)
{
	const struct handshake *hs = arg;

	(void)milliseconds;
	return !!hs->in;
}

/* The client has shown its public key. */
static int verify(gnutls_session_t session)
{
	struct handshake *hs = gnutls_session_get_ptr(session);
	struct handshake_claim claim = { .certificate = false };
	const gnutls_datum_t *list;
	unsigned int n = 0;

	list = gnutls_certificate_get_peers(session, &n);
	if (!n || gnutls_certificate_type_get2(session, GNUTLS_CTYPE_CLIENT) != GNUTLS_CRT_RAWPK ||
	    gnutls_hash_fast(GNUTLS_DIG_SHA256, list[0].data, list[0].size, claim.hash))
		return -1;
	hs->stranger = hs->listener->events->claim(hs->user, &claim) != HANDSHAKE_PINNED;
	return hs->stranger ? -1 : 0;
}

static int note_secret(gnutls_session_t session, const char *label, const gnutls_datum_t *secret)
{
	struct handshake *hs = gnutls_session_get_ptr(session);
	gnutls_datum_t client, server;

	if (strcmp(label, "CLIENT_RANDOM") != 0 || secret->size != HANDSHAKE_MASTER_SECRET ||
	    !hs->user || !hs->listener->events->secret)
		return 0;
	gnutls_session_get_random(session, &client, &server);
	if (client.size == HELLO_RANDOM)
		hs->listener->events->secret(hs->user, client.data, secret->data);
	return 0;
}

/* ---- listener -------------------------------------------------------------- */

static int listener_set(struct handshake_listener *listener, const struct handshake_settings *from)
{
	struct gnutls_settings *settings = NULL;

	if (from->public_keys) {
		settings = gnutls_settings_new(from, verify);
		if (!settings)
			return -ENOMEM;
	}
	gnutls_settings_put(listener->settings);
	listener->settings = settings;
	listener->cookie_seconds = from->cookie_seconds;
	return 0;
}

static void listener_close(struct handshake_listener *listener)
{
	if (!listener)
		return;
	gnutls_settings_put(listener->settings);
	if (listener->cookie_key.data)
		gnutls_memset(listener->cookie_key.data, 0, listener->cookie_key.size);
	gnutls_free(listener->cookie_key.data);
	free(listener);
}

static struct handshake_listener *listener_open(const struct handshake_settings *settings,
						const struct handshake_events *events)
{
	struct handshake_listener *listener = calloc(1, sizeof(*listener));

	if (!listener)
		return NULL;
	listener->events = events;
	if (gnutls_key_generate(&listener->cookie_key, GNUTLS_COOKIE_KEY_SIZE) ||
	    listener_set(listener, settings)) {
		listener_close(listener);
		return NULL;
	}
	return listener;
}

static int prepare(struct handshake *hs, const struct handshake_hello *hello,
		   gnutls_dtls_prestate_st *state)
{
	const struct gnutls_settings *settings = hs->settings;
	int ret;

	hs->hello = malloc(hello->len);
	hs->out = malloc(settings->mtu);
	if (!hs->hello || !hs->out)
		return GNUTLS_E_MEMORY_ERROR;
	memcpy(hs->hello, hello->data, hello->len);
	hs->hello_len = hello->len;

	ret = gnutls_init(&hs->session, GNUTLS_SERVER | GNUTLS_DATAGRAM | GNUTLS_NONBLOCK |
			  GNUTLS_NO_SIGNAL | GNUTLS_NO_TICKETS | GNUTLS_ENABLE_RAWPK);
	if (!ret)
		ret = gnutls_priority_set(hs->session, settings->priorities);
	if (!ret)
		ret = gnutls_credentials_set(hs->session, GNUTLS_CRD_CERTIFICATE,
					     settings->credentials);
	if (ret)
		return ret;
	gnutls_session_set_ptr(hs->session, hs);
	gnutls_session_set_keylog_function(hs->session, note_secret);
	gnutls_certificate_server_set_request(hs->session, GNUTLS_CERT_REQUIRE);
	gnutls_handshake_set_max_packet_length(hs->session, MESSAGE_MAX);
	gnutls_dtls_prestate_set(hs->session, state);
	gnutls_dtls_set_mtu(hs->session, settings->mtu);
	gnutls_dtls_set_timeouts(hs->session, settings->retransmit_min, settings->give_up);
	gnutls_transport_set_ptr(hs->session, hs);
	gnutls_transport_set_push_function(hs->session, send_record);
	gnutls_transport_set_pull_function(hs->session, receive_datagram);
	gnutls_transport_set_pull_timeout_function(hs->session, may_receive);
	return 0;
}

static struct handshake *handshake_new(struct handshake_listener *listener,
				       const struct handshake_hello *hello,
				       gnutls_dtls_prestate_st *state)
{
	struct handshake *hs = calloc(1, sizeof(*hs));

	if (!hs)
		return NULL;
	hs->listener = listener;
	hs->settings = listener->settings;
	hs->settings->users++;
	if (prepare(hs, hello, state)) {
		handshake_gnutls.free(hs);
		return NULL;
	}
	return hs;
}

static ssize_t send_reply(gnutls_transport_ptr_t arg, const void *data, size_t len)
{
	struct handshake_hello *hello = arg;

	if (len > sizeof(hello->reply))
		return -1;
	memcpy(hello->reply, data, len);
	hello->reply_len = len;
	return (ssize_t)len;
}

/*
 * The library's cookies are good for ever: ours are for the time in which they
 * were made, and the next.
 */
static size_t cookie_client(const struct handshake_listener *listener,
			    const struct handshake_hello *hello, uint64_t before,
			    uint8_t out[CLIENT_MAX])
{
	uint64_t half = (uint64_t)listener->cookie_seconds * 1000 / 2;
	uint64_t slot = timer_now() / (half ? half : 1) - before;

	if (hello->client_len > CLIENT_MAX - sizeof(slot))
		return 0;
	memcpy(out, &slot, sizeof(slot));
	memcpy(out + sizeof(slot), hello->client, hello->client_len);
	return sizeof(slot) + hello->client_len;
}

static bool is_extended(const struct handshake_hello *hello)
{
	const uint8_t *data = hello->data, *body;
	size_t len = hello->len;
	struct record rec;

	return record_next(&data, &len, 0, &rec) &&
	       !hello_extension(rec.body, rec.body_len, EXTENSION_EXTENDED_MASTER_SECRET, &body);
}

static enum handshake_verdict listener_listen(struct handshake_listener *listener,
					      struct handshake_hello *hello, struct handshake **out,
					      enum handshake_failure *failure)
{
	gnutls_dtls_prestate_st state;
	uint8_t client[CLIENT_MAX];
	int ret = GNUTLS_E_INTERNAL_ERROR;
	size_t len = 0;

	hello->reply_len = 0;
	*failure = HANDSHAKE_INTERNAL;
	if (!listener->settings)
		return HANDSHAKE_REFUSED;
	for (uint64_t before = 0; before <= 1 && ret; before++) {
		len = cookie_client(listener, hello, before, client);
		if (!len)
			return HANDSHAKE_REFUSED;
		memset(&state, 0, sizeof(state));
		ret = gnutls_dtls_cookie_verify(&listener->cookie_key, client, len,
						(void *)hello->data, hello->len, &state);
	}
	if (!ret && listener->settings->extended_required && !is_extended(hello)) {
		record_alert(hello->reply, 0, GNUTLS_AL_FATAL, GNUTLS_A_HANDSHAKE_FAILURE);
		hello->reply_len = RECORD_ALERT_SIZE;
		*failure = HANDSHAKE_NOT_EXTENDED;
		return HANDSHAKE_REFUSED;
	}
	if (!ret) {
		*out = handshake_new(listener, hello, &state);
		if (!*out)
			return HANDSHAKE_REFUSED;
		*failure = HANDSHAKE_NO_FAILURE;
		return HANDSHAKE_ACCEPTED;
	}
	if (ret != GNUTLS_E_BAD_COOKIE) {
		*failure = HANDSHAKE_BAD_MESSAGE;
		return HANDSHAKE_REFUSED;
	}
	len = cookie_client(listener, hello, 0, client);
	if (gnutls_dtls_cookie_send(&listener->cookie_key, client, len, &state, hello,
				    send_reply) < 0)
		return HANDSHAKE_REFUSED;
	return HANDSHAKE_VERIFY;
}

/* ---- handshake ------------------------------------------------------------- */

static enum handshake_failure failure_of(const struct handshake *hs, int ret)
{
	static const struct {
		int error;
		enum handshake_failure failure;
	} rows[] = {
		{ GNUTLS_E_NO_CIPHER_SUITES, HANDSHAKE_NO_CIPHER },
		{ GNUTLS_E_INSUFFICIENT_CREDENTIALS, HANDSHAKE_NO_CIPHER },
		{ GNUTLS_E_NO_COMMON_KEY_SHARE, HANDSHAKE_NO_CIPHER },
		{ GNUTLS_E_UNSUPPORTED_CERTIFICATE_TYPE, HANDSHAKE_NO_CIPHER },
		{ GNUTLS_E_UNSUPPORTED_VERSION_PACKET, HANDSHAKE_BAD_VERSION },
		{ GNUTLS_E_NO_CERTIFICATE_FOUND, HANDSHAKE_NO_CERTIFICATE },
		{ GNUTLS_E_CERTIFICATE_REQUIRED, HANDSHAKE_NO_CERTIFICATE },
		{ GNUTLS_E_CERTIFICATE_ERROR, HANDSHAKE_BAD_CERTIFICATE },
		{ GNUTLS_E_PK_SIG_VERIFY_FAILED, HANDSHAKE_BAD_SIGNATURE },
		{ GNUTLS_E_RECEIVED_DISALLOWED_NAME, HANDSHAKE_BAD_SERVER_NAME },
		{ GNUTLS_E_DECRYPTION_FAILED, HANDSHAKE_BAD_KEY },
		{ GNUTLS_E_FATAL_ALERT_RECEIVED, HANDSHAKE_ALERT },
		{ GNUTLS_E_PREMATURE_TERMINATION, HANDSHAKE_ALERT },
		{ GNUTLS_E_TIMEDOUT, HANDSHAKE_TIMEOUT },
		{ GNUTLS_E_MEMORY_ERROR, HANDSHAKE_INTERNAL },
		{ GNUTLS_E_RANDOM_FAILED, HANDSHAKE_INTERNAL },
		{ GNUTLS_E_INTERNAL_ERROR, HANDSHAKE_INTERNAL },
	};

	if (hs->send_failed)
		return HANDSHAKE_SEND;
	if (hs->stranger)
		return HANDSHAKE_UNKNOWN_PUBLIC_KEY;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].error == ret)
			return rows[i].failure;
	return HANDSHAKE_BAD_MESSAGE;
}

static void handshake_attach(struct handshake *hs, void *user)
{
	hs->user = user;
}

/* The library leaves it to us to tell the client. */
static void send_alert(struct handshake *hs, int ret)
{
	switch (hs->failure) {
	case HANDSHAKE_SEND:
	case HANDSHAKE_ALERT:
	case HANDSHAKE_TIMEOUT:
		break;
	case HANDSHAKE_UNKNOWN_PUBLIC_KEY:
		gnutls_alert_send(hs->session, GNUTLS_AL_FATAL, GNUTLS_A_ACCESS_DENIED);
		break;
	case HANDSHAKE_NO_CERTIFICATE:
		gnutls_alert_send(hs->session, GNUTLS_AL_FATAL, GNUTLS_A_HANDSHAKE_FAILURE);
		break;
	case HANDSHAKE_BAD_SIGNATURE:
		gnutls_alert_send(hs->session, GNUTLS_AL_FATAL, GNUTLS_A_DECRYPT_ERROR);
		break;
	default:
		gnutls_alert_send_appropriate(hs->session, ret);
	}
}

/*
 * After the end reading goes on, so that the library sees a repeated Finished
 * and repeats its own flight.
 */
static int step(struct handshake *hs)
{
	unsigned char none[64];
	ssize_t ret;

	if (hs->over) {
		ret = gnutls_record_recv(hs->session, none, sizeof(none));
		/* Nothing, or a close_notify in the clear, which anybody can send. */
		return ret >= 0 ? GNUTLS_E_AGAIN : (int)ret;
	}
	ret = gnutls_handshake(hs->session);
	if (!ret)
		hs->over = true;
	return (int)ret;
}

static enum handshake_result handshake_run(struct handshake *hs, const uint8_t *data, size_t len)
{
	unsigned int wait;
	int ret = 0;

	hs->in = len ? data : NULL;
	hs->in_len = len;
	if (!len && hs->hello) {
		hs->in = hs->hello;
		hs->in_len = hs->hello_len;
	}
	for (int i = 0; i < STEPS_MAX; i++) {
		ret = step(hs);
		if (ret < 0 && gnutls_error_is_fatal(ret))
			break;
		if (ret == GNUTLS_E_AGAIN && !hs->in)
			break;
	}
	hs->in = NULL;
	free(hs->hello);
	hs->hello = NULL;
	flush(hs);

	if ((ret < 0 && gnutls_error_is_fatal(ret)) || hs->send_failed) {
		hs->failure = failure_of(hs, ret);
		send_alert(hs, ret);
		flush(hs);
		return HANDSHAKE_FAILED;
	}
	wait = hs->over ? 0 : gnutls_dtls_get_timeout(hs->session);
	hs->listener->events->timer(hs->user, hs->over || wait ? wait : 1);
	return hs->over ? HANDSHAKE_DONE : HANDSHAKE_PENDING;
}

static enum handshake_failure handshake_failure(const struct handshake *hs)
{
	return hs->failure;
}

/* One direction: the library's own copies stay with it. */
static int get_keys(gnutls_session_t session, bool read, uint8_t *key, size_t key_room,
		    uint8_t *iv, size_t iv_room, struct dgsec_keys *out)
{
	gnutls_datum_t their_key, their_iv;
	unsigned char sequence[SEQUENCE];

	if (gnutls_record_get_state(session, read, NULL, &their_iv, &their_key, sequence))
		return -EINVAL;
	/* In what epoch are we? Above the number, as in a record. */
	if (sequence[0] || sequence[1] != 1)
		return -EPROTO;
	if (their_key.size > key_room || their_iv.size > iv_room)
		return -EINVAL;
	memcpy(key, their_key.data, their_key.size);
	memcpy(iv, their_iv.data, their_iv.size);
	out->key_len = (uint8_t)their_key.size;
	out->iv_len = (uint8_t)their_iv.size;
	return 0;
}

static int handshake_keys(const struct handshake *hs, struct handshake_keys *keys)
{
	struct dgsec_keys *out = &keys->keys;
	const struct suite *suite;
	int ret;

	memset(keys, 0, sizeof(*keys));
	suite = suite_of_gnutls(gnutls_cipher_get_name(gnutls_cipher_get(hs->session)));
	if (!suite)
		return -EINVAL;
	keys->cipher = suite->cipher;
	/* max_fragment_length (RFC 6066) or record_size_limit (RFC 8449) */
	if (gnutls_record_get_max_size(hs->session) < RECORD_MAX)
		keys->tx_max = (uint32_t)gnutls_record_get_max_size(hs->session);
	ret = get_keys(hs->session, true, out->rx_key, sizeof(out->rx_key), out->rx_iv,
		       sizeof(out->rx_iv), out);
	if (!ret)
		ret = get_keys(hs->session, false, out->tx_key, sizeof(out->tx_key), out->tx_iv,
			       sizeof(out->tx_iv), out);
	return ret;
}

static void handshake_free(struct handshake *hs)
{
	if (!hs)
		return;
	hs->user = NULL;
	if (hs->session)
		gnutls_deinit(hs->session);
	gnutls_settings_put(hs->settings);
	free(hs->hello);
	free(hs->out);
	explicit_bzero(hs, sizeof(*hs));
	free(hs);
}

const struct handshake_backend handshake_gnutls = {
	.name = "GnuTLS",
	.open = listener_open,
	.set = listener_set,
	.close = listener_close,
	.listen = listener_listen,
	.attach = handshake_attach,
	.run = handshake_run,
	.failure = handshake_failure,
	.keys = handshake_keys,
	.free = handshake_free,
};
