// SPDX-License-Identifier: GPL-2.0
/*
 * A DTLS 1.2 PSK client, or server, on mbedTLS whose handshake can be disturbed: what the
 * library sends and receives passes through here.
 */

#include "session.h"
#include "util.h"

#include <errno.h>
#include <mbedtls/error.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* mbedTLS calls this when it has the keys and has not sent its Finished yet. */
static void export_keys(void *context, mbedtls_ssl_key_export_type type,
			const unsigned char *secret, size_t secret_len,
			const unsigned char client_random[32],
			const unsigned char server_random[32],
			mbedtls_tls_prf_types prf)
{
	struct session *s = context;
	size_t key = record_key_len(s->fresh.cipher), iv = record_iv_len(s->fresh.cipher);
	__u8 randoms[64], block[2 * RECORD_KEY_MAX + 2 * RECORD_IV_MAX];

	if (type != MBEDTLS_SSL_KEY_EXPORT_TLS12_MASTER_SECRET)
		return;
	memcpy(s->secret, secret, sizeof(s->secret));
	/* RFC 5246 section 6.3; an AEAD has no MAC keys. */
	memcpy(randoms, server_random, 32);
	memcpy(randoms + 32, client_random, 32);
	if (mbedtls_ssl_tls_prf(prf, secret, secret_len, "key expansion", randoms, sizeof(randoms),
				block, 2 * key + 2 * iv))
		die("key expansion failed");
	memcpy(s->fresh.tx_key, block + s->server * key, key);
	memcpy(s->fresh.rx_key, block + !s->server * key, key);
	memcpy(s->fresh.tx_iv, block + 2 * key + s->server * iv, iv);
	memcpy(s->fresh.rx_iv, block + 2 * key + !s->server * iv, iv);
}

static bool holds(const struct session *s, const __u8 *in, size_t len, __u8 type, bool protected)
{
	size_t size;

	for (; (size = record_size(&s->wire.keys, in, len)); in += size, len -= size) {
		if (in[0] == type && !!get_be16(in + 3) == protected)
			return true;
	}
	return false;
}

/* Application data under the keys of the handshake under way */
static size_t overtaking(struct session *s, __u64 step, __u8 *out)
{
	struct record_keys old = s->wire.keys;
	bool keyed = s->wire.keyed;
	size_t len;

	s->wire.keys = s->fresh;
	s->wire.keyed = true;
	len = command_build(&s->wire, s->overtake_args, step, out);
	s->wire.keys = old;
	s->wire.keyed = keyed;
	s->overtake_last = s->wire.last_seq;
	return len;
}

static void count(struct session *s, bool ours, size_t len)
{
	if (s->done)
		return;
	if (!s->count.datagrams++ || ours != s->count.ours)
		s->count.flights++;
	s->count.ours = ours;
	*(ours ? &s->count.sent : &s->count.received) += len;
}

static int to_wire(void *context, const unsigned char *data, size_t len)
{
	static __u8 out[DATAGRAM_MAX];
	static __u8 extra[DATAGRAM_MAX];
	struct session *s = context;
	size_t n = 0;

	count(s, true, len);
	if (s->lose_own && holds(s, data, len, RECORD_CCS, false)) {
		s->lose_own--;
		s->lost++;
		return (int)len;
	}
	if (s->server && s->lost < s->lose && holds(s, data, len, RECORD_CCS, false)) {
		s->lost++;
		return len;
	}
	memcpy(out, data, len);
	/* A Finished with a connection ID cannot be told: it follows this one. */
	if (!s->done && !s->server && s->cid_len >= 0 && holds(s, data, len, RECORD_CCS, false))
		s->finished_sent = true;
	if (!s->done && !s->server && holds(s, data, len, RECORD_HANDSHAKE, true)) {
		s->finished_sent = true;
		if (s->overtake != OVERTAKE_NOT)
			n = overtaking(s, 0, extra);
	}
	if (n && s->overtake == OVERTAKE_BEFORE)
		wire_send(&s->wire, extra, n);
	if (n && s->overtake == OVERTAKE_SAME)
		memcpy(out + len, extra, n);
	wire_send(&s->wire, out, len + (s->overtake == OVERTAKE_SAME ? n : 0));
	if (n && s->overtake == OVERTAKE_AFTER)
		wire_send(&s->wire, extra, n);
	/* Not again with a repeated Finished: that would be a nonce used twice. */
	if (n)
		s->overtake = OVERTAKE_NOT;
	return len;
}

/* Of the server's flight with its Finished, which comes first if a session is resumed */
static bool is_final(const struct session *s, const __u8 *data, size_t len)
{
	if (s->finished_sent)
		return data[0] == RECORD_CCS || data[0] == RECORD_HANDSHAKE;
	return holds(s, data, len, RECORD_CCS, false);
}

static int from_wire(void *context, unsigned char *data, size_t max, uint32_t ms)
{
	struct session *s = context;
	long long end = now_ms() + (ms ? ms : 60000);

	for (;;) {
		long long left = end - now_ms();
		ssize_t len;

		if (left < 0 || !readable(s->wire.fd, left))
			return MBEDTLS_ERR_SSL_TIMEOUT;
		len = recv(s->wire.fd, data, max, 0);
		if (len <= 0)
			continue; /* an ICMP error, or an empty datagram */
		if (len >= RECORD_HEADER && get_be16(data + 3))
			s->rx_seq = get_be48(data + 5);
		if (s->done)
			return len;
		count(s, false, len);
		if (s->lose && is_final(s, data, len)) {
			s->lose--;
			s->lost++;
			continue;
		}
		if (s->finished_sent && data[0] == RECORD_DATA) {
			/* Ahead of the server's Finished: the library would drop it. */
			if (s->n_early == (int)ARRAY_SIZE(s->early) ||
			    len > (ssize_t)sizeof(s->early[0].data))
				die("more early application data than there is room for");
			s->early[s->n_early].len = len;
			memcpy(s->early[s->n_early++].data, data, len);
			continue;
		}
		return len;
	}
}

static void start(struct session *s)
{
	mbedtls_ssl_set_bio(&s->ssl, s, to_wire, NULL, from_wire);
	mbedtls_ssl_set_timer_cb(&s->ssl, &s->timer, mbedtls_timing_set_delay,
				 mbedtls_timing_get_delay);
	mbedtls_ssl_set_export_keys_cb(&s->ssl, export_keys, s);
}

void session_open(struct session *s, const struct sockaddr_in6 *local,
		  const struct sockaddr_in6 *remote, const char *cipher, int timeout_ms)
{
	static const int suites[] = {
		[RECORD_CCM_8] = MBEDTLS_TLS_PSK_WITH_AES_128_CCM_8,
		[RECORD_CCM] = MBEDTLS_TLS_PSK_WITH_AES_128_CCM,
		[RECORD_GCM] = MBEDTLS_TLS_PSK_WITH_AES_128_GCM_SHA256,
		[RECORD_CCM_8_256] = MBEDTLS_TLS_PSK_WITH_AES_256_CCM_8,
		[RECORD_CCM_256] = MBEDTLS_TLS_PSK_WITH_AES_256_CCM,
		[RECORD_GCM_256] = MBEDTLS_TLS_PSK_WITH_AES_256_GCM_SHA384,
		[RECORD_CHACHAPOLY] = MBEDTLS_TLS_PSK_WITH_CHACHA20_POLY1305_SHA256,
	};
	enum record_cipher c;

	if (!record_cipher_parse(cipher, &c))
		die("%s: no such cipher", cipher);
	s->wire.keys.cipher = c;
	s->fresh.cipher = c;
	s->wire.fd = udp_open(local, remote);
	s->suites[0] = suites[c];
	s->timeout_ms = timeout_ms;
	mbedtls_ssl_init(&s->ssl);
	mbedtls_ssl_config_init(&s->conf);
	mbedtls_entropy_init(&s->entropy);
	mbedtls_ctr_drbg_init(&s->drbg);
	if (mbedtls_ctr_drbg_seed(&s->drbg, mbedtls_entropy_func, &s->entropy, NULL, 0))
		die("mbedTLS has no random numbers");
}

void session_certificate(struct session *s, const char *certificate, const char *key,
			 const char *authority)
{
	static const int suites[] = {
		[RECORD_CCM_8] = MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8,
		[RECORD_CCM] = MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_CCM,
		[RECORD_GCM] = MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
		[RECORD_CCM_8_256] = MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8,
		[RECORD_CCM_256] = MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_CCM,
		[RECORD_GCM_256] = MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
		[RECORD_CHACHAPOLY] = MBEDTLS_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
	};

	mbedtls_x509_crt_init(&s->certificate);
	mbedtls_x509_crt_init(&s->authority);
	mbedtls_pk_init(&s->key);
	/* There is no secret to be kept from whoever watches this. */
	if (mbedtls_x509_crt_parse_file(&s->certificate, certificate))
		die("%s: no certificate", certificate);
	if (mbedtls_pk_parse_keyfile(&s->key, key, NULL, mbedtls_ctr_drbg_random, &s->drbg))
		die("%s: no key", key);
	if (authority && mbedtls_x509_crt_parse_file(&s->authority, authority))
		die("%s: no certificate", authority);
	s->suites[0] = suites[s->wire.keys.cipher];
	s->has_certificate = true;
}

/* The library takes a PSK only once for each configuration, so make a new one. */
void session_psk(struct session *s, const __u8 *identity, size_t identity_len, const __u8 *psk,
		 size_t psk_len)
{
	unsigned char code = MBEDTLS_SSL_MAX_FRAG_LEN_NONE;

	mbedtls_ssl_free(&s->ssl);
	mbedtls_ssl_config_free(&s->conf);
	mbedtls_ssl_config_init(&s->conf);
	if (mbedtls_ssl_config_defaults(&s->conf, s->server ? MBEDTLS_SSL_IS_SERVER :
					MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_DATAGRAM,
					MBEDTLS_SSL_PRESET_DEFAULT))
		die("mbedTLS cannot be set up");
	mbedtls_ssl_conf_rng(&s->conf, mbedtls_ctr_drbg_random, &s->drbg);
	mbedtls_ssl_conf_ciphersuites(&s->conf, s->suites);
	mbedtls_ssl_conf_min_tls_version(&s->conf, MBEDTLS_SSL_VERSION_TLS1_2);
	mbedtls_ssl_conf_max_tls_version(&s->conf, MBEDTLS_SSL_VERSION_TLS1_2);
	mbedtls_ssl_conf_handshake_timeout(&s->conf, s->timeout_ms, 8 * s->timeout_ms);
	if (s->cid_len >= 0)
		mbedtls_ssl_conf_cid(&s->conf, s->cid_len, MBEDTLS_SSL_UNEXPECTED_CID_IGNORE);
	mbedtls_ssl_conf_session_tickets(&s->conf, s->tickets);
	mbedtls_ssl_conf_extended_master_secret(&s->conf, !s->no_extended);
	while (s->fragment && code < MBEDTLS_SSL_MAX_FRAG_LEN_4096 && 256 << code < s->fragment)
		code++;
	if (mbedtls_ssl_conf_max_frag_len(&s->conf, code))
		die("mbedTLS has no max_fragment_length %d", s->fragment);
	if (s->server)
		mbedtls_ssl_conf_dtls_cookies(&s->conf, NULL, NULL, NULL);
	if (s->has_certificate) {
		mbedtls_ssl_conf_ca_chain(&s->conf, &s->authority, NULL);
		if (!s->authority.version)
			mbedtls_ssl_conf_authmode(&s->conf, MBEDTLS_SSL_VERIFY_NONE);
		if (mbedtls_ssl_conf_own_cert(&s->conf, &s->certificate, &s->key))
			die("mbedTLS refuses the certificate");
	} else if (mbedtls_ssl_conf_psk(&s->conf, psk, psk_len, identity, identity_len)) {
		die("mbedTLS refuses the PSK or its identity");
	}
}

/* The socket is the first one's who sends. */
static int meet(struct session *s, int ms)
{
	struct sockaddr_in6 from;
	socklen_t len = sizeof(from);
	char octet;

	if (!getpeername(s->wire.fd, (struct sockaddr *)&from, &len))
		return 0;
	len = sizeof(from);
	if (!readable(s->wire.fd, ms) ||
	    recvfrom(s->wire.fd, &octet, 1, MSG_PEEK, (struct sockaddr *)&from, &len) < 0)
		return MBEDTLS_ERR_SSL_TIMEOUT;
	if (connect(s->wire.fd, (struct sockaddr *)&from, len))
		die("connect: %s", strerror(errno));
	return 0;
}

/*
 * A new handshake after session_psk(), with whatever went before forgotten
 * without close_notify.
 * @half: leave it after the server's first flight. Returns 0 or mbedTLS' error.
 */
int session_handshake(struct session *s, bool half, int ms)
{
	long long end = now_ms() + ms;
	int ret;

	s->done = false;
	s->finished_sent = false;
	s->lost = 0;
	s->n_early = 0;
	s->next_early = 0;
	mbedtls_ssl_init(&s->ssl);
	if (mbedtls_ssl_setup(&s->ssl, &s->conf))
		die("mbedTLS cannot set up a session");
	/* The server's name is not looked at, as devices have none for it. */
	if (s->has_certificate && mbedtls_ssl_set_hostname(&s->ssl, NULL))
		die("mbedTLS wants a name of the server");
	memset(&s->count, 0, sizeof(s->count));
	if (s->resume && (!s->has_saved || mbedtls_ssl_set_session(&s->ssl, &s->saved)))
		die("there is no session to resume");
	if (s->server && meet(s, ms))
		return MBEDTLS_ERR_SSL_TIMEOUT;
	start(s);
	if (s->cid_len >= 0) {
		__u8 cid[RECORD_CID_MAX];

		if (mbedtls_ctr_drbg_random(&s->drbg, cid, s->cid_len) ||
		    mbedtls_ssl_set_cid(&s->ssl, MBEDTLS_SSL_CID_ENABLED, cid, s->cid_len))
			die("mbedTLS takes no connection ID of %d octets", s->cid_len);
	}
	do {
		if (half && s->ssl.MBEDTLS_PRIVATE(state) == MBEDTLS_SSL_CLIENT_CERTIFICATE)
			return 0;
		ret = mbedtls_ssl_handshake_step(&s->ssl);
		if (mbedtls_ssl_is_handshake_over(&s->ssl))
			break;
	} while (now_ms() < end &&
		 (!ret || ret == MBEDTLS_ERR_SSL_WANT_READ || ret == MBEDTLS_ERR_SSL_WANT_WRITE));
	if (!mbedtls_ssl_is_handshake_over(&s->ssl))
		return ret ? ret : MBEDTLS_ERR_SSL_TIMEOUT;
	s->resumed = s->resume && !memcmp(s->secret, s->saved_secret, sizeof(s->secret));
	if (!s->resumed) {
		mbedtls_ssl_session_free(&s->saved);
		mbedtls_ssl_session_init(&s->saved);
		s->has_saved = !mbedtls_ssl_get_session(&s->ssl, &s->saved);
		memcpy(s->saved_secret, s->secret, sizeof(s->secret));
	}
	s->done = true;
	s->wire.keys = s->fresh;
	s->wire.keyed = true;
	/* The library goes on above what was sent past it. */
	if (s->overtake_last) {
		put_be48(s->ssl.MBEDTLS_PRIVATE(cur_out_ctr) + 2, s->overtake_last + 1);
		s->overtake_last = 0;
	}
	return 0;
}

int session_write(struct session *s, const __u8 *data, size_t len)
{
	int ret;

	do
		ret = mbedtls_ssl_write(&s->ssl, data, len);
	while (ret == MBEDTLS_ERR_SSL_WANT_WRITE);
	return ret < 0 ? ret : 0;
}

/* Returns the size of what came, 0 if nothing did, or mbedTLS' error. */
int session_read(struct session *s, __u8 *data, size_t max, int ms)
{
	struct record r;
	int ret;

	if (s->next_early < s->n_early) {
		const struct datagram *d = &s->early[s->next_early++];

		if (record_open(&s->wire.keys, d->data, d->len, &r, data))
			return MBEDTLS_ERR_SSL_INVALID_MAC;
		s->rx_seq = r.seq;
		return r.len;
	}
	/* A read timeout of 0 would be none. */
	mbedtls_ssl_conf_read_timeout(&s->conf, ms ? ms : 1);
	do
		ret = mbedtls_ssl_read(&s->ssl, data, max);
	while (ret == MBEDTLS_ERR_SSL_WANT_READ || ret == MBEDTLS_ERR_SSL_WANT_WRITE);
	return ret == MBEDTLS_ERR_SSL_TIMEOUT ? 0 : ret;
}

bool session_has_cid(struct session *s)
{
	int enabled = MBEDTLS_SSL_CID_DISABLED;

	return !mbedtls_ssl_get_peer_cid(&s->ssl, &enabled, NULL, NULL) &&
	       enabled == MBEDTLS_SSL_CID_ENABLED;
}

void session_close(struct session *s)
{
	mbedtls_ssl_close_notify(&s->ssl);
}
