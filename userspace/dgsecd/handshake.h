/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What dgsecd needs of a handshake library, and all that it knows of one.
 *
 * A listener answers ClientHellos without keeping anything of their senders
 * (RFC 6347 section 4.2.1) until one returns its cookie; that makes a
 * handshake. A handshake is driven by datagrams and by its timer, and speaks
 * through the events below. It never sees an application record.
 */
#ifndef DGSECD_HANDSHAKE_H
#define DGSECD_HANDSHAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libdgsec.h>

enum {
	HANDSHAKE_IDENTITY_MAX = 128,	/* RFC 4279 section 5.3 */
	HANDSHAKE_KEY_MAX = 64,		/* the same */
	HANDSHAKE_REPLY_MAX = 512,
	HANDSHAKE_CIPHERS_MAX = 8,
	HANDSHAKE_BINDING_MAX = 64,
	HANDSHAKE_MASTER_SECRET = 48,
	HANDSHAKE_HASH = 32,		/* SHA-256 */
	HANDSHAKE_NAMES_MAX = 16,	/* of a certificate that are looked at */
};

/* Texts in PEM, or NULL. They may go once the settings are set. */
struct handshake_credentials {
	char *key;			/* our private one */
	char *chain;			/* our certificate, then those who vouch for it */
	char *anchors;			/* who may vouch for clients */
	char *revoked;			/* their lists of those for whom they do not any more */
};

struct handshake_settings {
	/* enum dgsec_cipher, the best first; 0 ends */
	uint32_t ciphers[HANDSHAKE_CIPHERS_MAX];
	unsigned int retransmit_min;	/* milliseconds; doubled each time */
	unsigned int retransmit_max;
	unsigned int mtu;		/* of our datagrams, UDP payload */
	unsigned int cookie_seconds;
	/* Our connection IDs (RFC 9146): so long, 0: none; they begin with the prefix. */
	unsigned int cid_len;
	struct dgsec_cid cid_prefix;
	bool extended_required;		/* extended master secret (RFC 7627) */
	bool resume_ids, resume_tickets;	/* may sessions be resumed so? */
	/* Who may come: clients with a pre-shared key do unless said otherwise. */
	bool no_psk;
	bool public_keys;		/* RFC 7250 */
	bool certificates;
	struct handshake_credentials credentials;
};

/* A pre-shared key, on its way into the library. */
struct handshake_psk {
	uint8_t key[HANDSHAKE_KEY_MAX];
	size_t len;
};

/*
 * Who a client says it is, by a certificate or a raw public key. That it has the
 * private key, too, is shown by a later message.
 */
struct handshake_claim {
	bool certificate;
	/* SHA-256 of the certificate, or of the SubjectPublicKeyInfo */
	uint8_t hash[HANDSHAKE_HASH];
	size_t n_names;			/* 0 for a public key */
	const char *names[HANDSHAKE_NAMES_MAX];	/* as certname.h has them */
	/* Of a certificate: so long what was looked at is good, seconds since 1970. */
	int64_t until;
};

enum handshake_trust {
	HANDSHAKE_STRANGER,
	HANDSHAKE_KNOWN,		/* if somebody vouches for the certificate */
	HANDSHAKE_PINNED,		/* by its hash: nobody else is asked */
};

struct handshake_events {
	/*
	 * Send a datagram. 0, or a negative errno: then the handshake fails and
	 * nothing of it has left.
	 */
	int (*send)(void *user, const uint8_t *data, size_t len);
	/* The key of an identity, or false: the identity is refused openly. */
	bool (*psk)(void *user, const uint8_t *identity, size_t len, struct handshake_psk *psk);
	/* Call handshake_backend.run() without data after so long; 0: do not. */
	void (*timer)(void *user, unsigned int milliseconds);
	/*
	 * What binds a session, to be resumed later, to the one who has it now: at
	 * most HANDSHAKE_BINDING_MAX octets. 0: it is not to be resumed.
	 */
	size_t (*bind)(void *user, uint8_t *binding);
	/* May a session with this binding be resumed? */
	bool (*resume)(const uint8_t *binding, size_t len);
	/* There is a master secret, with the random of the client's hello. */
	void (*secret)(void *user, const uint8_t *random, const uint8_t *secret);
	/* Whose certificate or public key is it? */
	enum handshake_trust (*claim)(void *user, const struct handshake_claim *claim);
};

/* A ClientHello from a client of which nothing is known, and what to answer. */
struct handshake_hello {
	const uint8_t *data;		/* the datagram */
	size_t len;
	const uint8_t *client;		/* what the cookie is bound to */
	size_t client_len;
	uint8_t reply[HANDSHAKE_REPLY_MAX];
	size_t reply_len;		/* 0: no answer */
};

enum handshake_verdict {
	HANDSHAKE_VERIFY,		/* no good cookie: the reply asks for one */
	HANDSHAKE_ACCEPTED,		/* good cookie: there is a handshake now */
	HANDSHAKE_REFUSED,		/* see the failure; the reply may hold an alert */
};

enum handshake_result {
	HANDSHAKE_PENDING,
	HANDSHAKE_DONE,			/* also each time it is run afterwards */
	HANDSHAKE_FAILED,
};

enum handshake_resumed {
	HANDSHAKE_NOT_RESUMED,
	HANDSHAKE_RESUMED_BY_ID,
	HANDSHAKE_RESUMED_BY_TICKET,
};

enum handshake_failure {
	HANDSHAKE_NO_FAILURE,
	HANDSHAKE_NO_CIPHER,		/* the client offers none of ours */
	HANDSHAKE_BAD_VERSION,		/* the client does not speak DTLS 1.2 */
	HANDSHAKE_BAD_MESSAGE,		/* malformed or out of order */
	HANDSHAKE_BAD_IDENTITY,		/* the identity was refused openly */
	HANDSHAKE_BAD_KEY,		/* its Finished does not open: other key */
	HANDSHAKE_NO_CERTIFICATE,	/* the client has neither one nor a public key */
	HANDSHAKE_UNKNOWN_CERTIFICATE,	/* good, but whose? */
	HANDSHAKE_UNKNOWN_PUBLIC_KEY,	/* the same */
	HANDSHAKE_UNTRUSTED,		/* no trust anchor vouches for the certificate */
	HANDSHAKE_EXPIRED,		/* it, or one above it; or not valid yet */
	HANDSHAKE_REVOKED,		/* it, or one above it */
	HANDSHAKE_BAD_USAGE,		/* it is not meant for this */
	HANDSHAKE_BAD_CRL,		/* there is no current list of revoked ones */
	HANDSHAKE_BAD_CERTIFICATE,	/* malformed, or too weak */
	HANDSHAKE_BAD_SIGNATURE,	/* the client does not have the private key */
	HANDSHAKE_BAD_SERVER_NAME,	/* it is no host name */
	HANDSHAKE_ALERT,		/* the client gave up */
	HANDSHAKE_TIMEOUT,		/* repeated for too long */
	HANDSHAKE_SEND,			/* events.send() refused */
	HANDSHAKE_INTERNAL,		/* memory, randomness */
	HANDSHAKE_NOT_EXTENDED,		/* no extended master secret */
	HANDSHAKE_FAILURES,
};

struct handshake_listener;
struct handshake;

/* What the kernel needs, named from this end. To be wiped. */
struct handshake_keys {
	uint32_t cipher;		/* enum dgsec_cipher */
	struct dgsec_keys keys;
	struct dgsec_cid rx_cid;	/* in the peer's records; length 0: none */
	struct dgsec_cid tx_cid;	/* in ours */
	uint32_t rx_max;		/* octets of plaintext in a record; 0: no limit */
	uint32_t tx_max;
};

struct handshake_backend {
	const char *name;
	size_t key_max;			/* longest pre-shared key, octets */

	/* NULL: out of memory or randomness. */
	struct handshake_listener *(*open)(const struct handshake_settings *settings,
					   const struct handshake_events *events);
	/* Settings for handshakes from now on; cookies stay good. 0 or -ENOMEM. */
	int (*set)(struct handshake_listener *listener, const struct handshake_settings *settings);
	/* After all its handshakes are freed. */
	void (*close)(struct handshake_listener *listener);

	enum handshake_verdict (*listen)(struct handshake_listener *listener,
					 struct handshake_hello *hello,
					 struct handshake **hs,
					 enum handshake_failure *failure);

	/*
	 * Begin a handshake in the client's role. Nothing is sent before the first
	 * run. NULL: out of memory.
	 */
	struct handshake *(*connect)(struct handshake_listener *listener, const char *identity,
				     const struct handshake_psk *psk);

	/* Whose events it causes from now on: needed before the first run. */
	void (*attach)(struct handshake *hs, void *user);
	/* Go on, with a datagram or (@len 0) without. */
	enum handshake_result (*run)(struct handshake *hs, const uint8_t *data, size_t len);
	enum handshake_failure (*failure)(const struct handshake *hs);
	/*
	 * The keys of epoch 1. For a server they are there when its ChangeCipherSpec
	 * is to be sent: the client's Finished was verified then, or, if a session is
	 * resumed, is still to come. For a client when the handshake is done.
	 */
	int (*keys)(const struct handshake *hs, struct handshake_keys *keys);
	/*
	 * Is a session resumed? Then the client's Finished comes last, after ours,
	 * and run() is done when it was verified. @binding is the session's. May be
	 * NULL: never.
	 */
	enum handshake_resumed (*resumed)(const struct handshake *hs, const uint8_t **binding,
					  size_t *len);
	/* Tell the client under the new keys that it was in vain. NULL like resumed(). */
	void (*abort)(struct handshake *hs);
	void (*free)(struct handshake *hs);
};

extern const struct handshake_backend handshake_mbedtls;
extern const struct handshake_backend handshake_gnutls;

/**
 * handshake_choose() - which one serves this client
 * @data:	a datagram that begins with a ClientHello
 *
 * mbedTLS knows connection IDs, and needs memory that does not grow; GnuTLS knows
 * raw public keys. The same ClientHello with its cookie gets the same answer.
 */
const struct handshake_backend *handshake_choose(const struct handshake_settings *settings,
						 const uint8_t *data, size_t len);

#endif
