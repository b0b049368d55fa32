// SPDX-License-Identifier: GPL-2.0
/*
 * The relay's DTLS 1.2 by GnuTLS.
 *
 * Copyright (C) 2026 The dgsec authors
 */
#include <errno.h>
#include <gnutls/dtls.h>
#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <string.h>

#include "relay.h"

enum {
	MTU = 1400,
};

static const char priority[] =
	"NONE:+VERS-DTLS1.2:+PSK:+AES-128-CCM-8:+AEAD:+SIGN-ALL:+COMP-NULL:+GROUP-ALL";

static gnutls_session_t session;
static gnutls_psk_server_credentials_t credentials;
static bool up;

static ssize_t push(gnutls_transport_ptr_t relay, const void *data, size_t len)
{
	if (!relay_to_device(relay, data, len))
		return len;
	gnutls_transport_set_errno(session, EIO);
	return -1;
}

static ssize_t pull(gnutls_transport_ptr_t relay, void *data, size_t size)
{
	long len = relay_take_datagram(relay, data, size);

	if (len > 0)
		return len;
	gnutls_transport_set_errno(session, EAGAIN);
	return -1;
}

static int pull_timeout(gnutls_transport_ptr_t relay, unsigned int ms)
{
	const struct relay *r = relay;

	(void)ms;
	return r->datagram_len > 0;
}

static int find_key(gnutls_session_t s, const char *name, gnutls_datum_t *key)
{
	(void)s;
	if (strcmp(name, RELAY_IDENTITY))
		return -1;
	key->data = gnutls_malloc(RELAY_PSK_LEN);
	if (!key->data)
		return -1;
	memcpy(key->data, RELAY_PSK, RELAY_PSK_LEN);
	key->size = RELAY_PSK_LEN;
	return 0;
}

static int open_session(struct relay *relay)
{
	int ret;

	ret = gnutls_psk_allocate_server_credentials(&credentials);
	if (ret < 0)
		return ret;
	gnutls_psk_set_server_credentials_function(credentials, find_key);
	ret = gnutls_init(&session, GNUTLS_SERVER | GNUTLS_DATAGRAM |
				    GNUTLS_NONBLOCK);
	if (ret < 0)
		return ret;
	ret = gnutls_priority_set_direct(session, priority, NULL);
	if (ret < 0)
		return ret;
	ret = gnutls_credentials_set(session, GNUTLS_CRD_PSK, credentials);
	if (ret < 0)
		return ret;
	gnutls_dtls_set_mtu(session, MTU);
	gnutls_transport_set_ptr(session, relay);
	gnutls_transport_set_push_function(session, push);
	gnutls_transport_set_pull_function(session, pull);
	gnutls_transport_set_pull_timeout_function(session, pull_timeout);
	return 0;
}

static int gnutls_open(struct relay *relay)
{
	int ret = open_session(relay);

	return ret < 0 ? relay_error("GnuTLS: %s", gnutls_strerror(ret)) : 0;
}

static long gnutls_unseal(struct relay *relay, uint8_t *text, size_t size)
{
	ssize_t ret;

	(void)relay;
	if (!up) {
		ret = gnutls_handshake(session);
		if (ret == GNUTLS_E_AGAIN || ret == GNUTLS_E_INTERRUPTED)
			return 0;
		if (ret < 0)
			return relay_error("GnuTLS shakes hands: %s",
					   gnutls_strerror(ret));
		up = true;
		return 0;
	}
	ret = gnutls_record_recv(session, text, size);
	if (ret == GNUTLS_E_AGAIN)
		return 0;
	return ret > 0 ? ret : relay_error("GnuTLS reads: %s",
					   gnutls_strerror(ret));
}

static int gnutls_seal(struct relay *relay, const uint8_t *text, size_t len)
{
	ssize_t ret = gnutls_record_send(session, text, len);

	(void)relay;
	return ret == (ssize_t)len ? 0 : relay_error("GnuTLS writes: %s",
						     gnutls_strerror(ret));
}

const struct relay_tls relay_gnutls = {
	.name = "gnutls",
	.open = gnutls_open,
	.unseal = gnutls_unseal,
	.seal = gnutls_seal,
};
