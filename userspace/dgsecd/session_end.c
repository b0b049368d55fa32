// SPDX-License-Identifier: GPL-2.0
#include <stddef.h>

#include "session_end.h"

static const struct {
	const char *name;
	const char *text;
	const char *client;		/* the same where we are, if it differs */
} ends[SESSION_ENDS] = {
	[SESSION_ALIVE] = { "alive", "" },
	[SESSION_CONFIRMED] = { "confirmed", "its first record has come" },
	[SESSION_UNCONFIRMED] = { "unconfirmed", "no record has come; its association stays" },
	[SESSION_ASSOC_GONE] = { "assoc_gone", "its association has ended" },
	[SESSION_LIBRARY] = { "library", "the handshake library ended it after the handover" },
	[SESSION_RESUMED] = { "resumed", "a session was resumed: the client said the last word" },
	[SESSION_CONNECTED] = { "connected", "we were the client, and are done" },
	[SESSION_NO_CIPHER] = { "no_cipher",
		"the client offers no cipher suite of \"ciphers\" for the peers' kinds of keys",
		"the device accepts no cipher suite that is configured (see \"ciphers\")" },
	[SESSION_BAD_VERSION] = { "bad_version", "the client does not speak DTLS 1.2",
		"the device does not speak DTLS 1.2" },
	[SESSION_BAD_MESSAGE] = { "bad_message", "the client sent a bad handshake message",
		"the device sent a bad handshake message" },
	[SESSION_BAD_IDENTITY] = { "bad_identity",
		"its PSK identity was refused: too long, no UTF-8, or unknown" },
	[SESSION_UNKNOWN_IDENTITY] = { "unknown_identity",
		"no peer with this identity is configured" },
	[SESSION_BAD_KEY] = { "bad_key",
		"the client has another key: compare the psk on both sides",
		"the device has another key: compare the psk on both sides" },
	[SESSION_NO_CERTIFICATE] = { "no_certificate",
		"the client has no certificate, and no public key of its own" },
	[SESSION_UNKNOWN_CERTIFICATE] = { "unknown_certificate",
		"its certificate is good, but its names are those of no peer, or of two" },
	[SESSION_UNKNOWN_PUBLIC_KEY] = { "unknown_public_key",
		"no peer with this public key is configured" },
	[SESSION_UNTRUSTED] = { "untrusted",
		"nobody in ca-file vouches for the client's certificate" },
	[SESSION_CERTIFICATE_EXPIRED] = { "certificate_expired",
		"the client's certificate, or one above it, is not valid now: compare the clock" },
	[SESSION_REVOKED] = { "revoked",
		"the client's certificate, or one above it, is in crl-file" },
	[SESSION_BAD_USAGE] = { "bad_usage",
		"the client's certificate is not meant for TLS clients (key usage)" },
	[SESSION_BAD_CRL] = { "bad_crl",
		"crl-file has no current list of an authority of the client's certificate" },
	[SESSION_BAD_CERTIFICATE] = { "bad_certificate",
		"the client's certificate is malformed, or too weak" },
	[SESSION_BAD_SIGNATURE] = { "bad_signature",
		"the client does not have the private key of its certificate or public key" },
	[SESSION_BAD_SERVER_NAME] = { "bad_server_name",
		"the client gives an address as the server's name (RFC 6066 section 3)" },
	[SESSION_ALERT] = { "alert", "the client gave up with an alert",
		"the device refused with an alert: compare identity (\"local-identity\") and key" },
	[SESSION_TIMEOUT] = { "timeout", "the client stopped to answer",
		"the device does not answer, or not any more" },
	[SESSION_EXPIRED] = { "expired", "not finished within half-open-expiry" },
	[SESSION_EVICTED] = { "evicted",
		"the oldest of too many unfinished handshakes (see \"half-open-max\")" },
	[SESSION_KERNEL] = { "kernel", "the kernel refused the association" },
	[SESSION_INTERNAL] = { "internal", "out of memory or randomness" },
	[SESSION_NOT_EXTENDED] = { "not_extended",
		"the client has no extended master secret (see \"extended-master-secret\")" },
	[SESSION_SEQUENCE] = { "sequence",
		"the client made us repeat the final flight too often",
		"the device made us repeat our last flight too often" },
	[SESSION_RESTARTED] = { "restarted", "the client began anew from the same port",
		"the device began one itself" },
	[SESSION_SUPERFLUOUS] = { "superfluous", "the device has made an association itself" },
	[SESSION_PEER_CHANGED] = { "peer_changed", "its peer was removed or has a new key" },
	[SESSION_SHUTDOWN] = { "shutdown", "dgsecd stops" },
};

static const char *const failures[HANDSHAKE_FAILURES] = {
	[HANDSHAKE_NO_FAILURE] = "none",
	[HANDSHAKE_NO_CIPHER] = "no_cipher",
	[HANDSHAKE_BAD_VERSION] = "bad_version",
	[HANDSHAKE_BAD_MESSAGE] = "bad_message",
	[HANDSHAKE_BAD_IDENTITY] = "bad_identity",
	[HANDSHAKE_BAD_KEY] = "bad_key",
	[HANDSHAKE_NO_CERTIFICATE] = "no_certificate",
	[HANDSHAKE_UNKNOWN_CERTIFICATE] = "unknown_certificate",
	[HANDSHAKE_UNKNOWN_PUBLIC_KEY] = "unknown_public_key",
	[HANDSHAKE_UNTRUSTED] = "untrusted",
	[HANDSHAKE_EXPIRED] = "certificate_expired",
	[HANDSHAKE_REVOKED] = "revoked",
	[HANDSHAKE_BAD_USAGE] = "bad_usage",
	[HANDSHAKE_BAD_CRL] = "bad_crl",
	[HANDSHAKE_BAD_CERTIFICATE] = "bad_certificate",
	[HANDSHAKE_BAD_SIGNATURE] = "bad_signature",
	[HANDSHAKE_BAD_SERVER_NAME] = "bad_server_name",
	[HANDSHAKE_ALERT] = "alert",
	[HANDSHAKE_TIMEOUT] = "timeout",
	[HANDSHAKE_SEND] = "send",
	[HANDSHAKE_INTERNAL] = "internal",
	[HANDSHAKE_NOT_EXTENDED] = "not_extended",
};

const char *session_end_name(enum session_end end)
{
	return ends[end].name;
}

const char *session_end_text(enum session_end end)
{
	return ends[end].text;
}

const char *session_end_text_client(enum session_end end)
{
	return ends[end].client ? ends[end].client : ends[end].text;
}

const char *handshake_failure_name(enum handshake_failure failure)
{
	return failures[failure];
}

enum session_end session_end_of(enum handshake_failure failure)
{
	switch (failure) {
	case HANDSHAKE_NO_CIPHER:
		return SESSION_NO_CIPHER;
	case HANDSHAKE_BAD_VERSION:
		return SESSION_BAD_VERSION;
	case HANDSHAKE_BAD_IDENTITY:
		return SESSION_BAD_IDENTITY;
	case HANDSHAKE_BAD_KEY:
		return SESSION_BAD_KEY;
	case HANDSHAKE_NO_CERTIFICATE:
		return SESSION_NO_CERTIFICATE;
	case HANDSHAKE_UNKNOWN_CERTIFICATE:
		return SESSION_UNKNOWN_CERTIFICATE;
	case HANDSHAKE_UNKNOWN_PUBLIC_KEY:
		return SESSION_UNKNOWN_PUBLIC_KEY;
	case HANDSHAKE_UNTRUSTED:
		return SESSION_UNTRUSTED;
	case HANDSHAKE_EXPIRED:
		return SESSION_CERTIFICATE_EXPIRED;
	case HANDSHAKE_REVOKED:
		return SESSION_REVOKED;
	case HANDSHAKE_BAD_USAGE:
		return SESSION_BAD_USAGE;
	case HANDSHAKE_BAD_CRL:
		return SESSION_BAD_CRL;
	case HANDSHAKE_BAD_CERTIFICATE:
		return SESSION_BAD_CERTIFICATE;
	case HANDSHAKE_BAD_SIGNATURE:
		return SESSION_BAD_SIGNATURE;
	case HANDSHAKE_BAD_SERVER_NAME:
		return SESSION_BAD_SERVER_NAME;
	case HANDSHAKE_ALERT:
		return SESSION_ALERT;
	case HANDSHAKE_TIMEOUT:
		return SESSION_TIMEOUT;
	case HANDSHAKE_INTERNAL:
		return SESSION_INTERNAL;
	case HANDSHAKE_NOT_EXTENDED:
		return SESSION_NOT_EXTENDED;
	default:
		return SESSION_BAD_MESSAGE;
	}
}
