/* SPDX-License-Identifier: GPL-2.0 */
/* The configuration: dgsec.conf(5). */
#ifndef DGSECD_CONFIG_H
#define DGSECD_CONFIG_H

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libdgsec.h>

#include "certname.h"
#include "handshake.h"

/* Two, so that a handshake can go on beside the association that it will succeed. */
enum { CONNECT_PORTS = 2 };

/* Limits of associations (docs/netlink/dgsec.yaml); 0 is none. */
struct limits {
	uint32_t window;
	uint64_t soft_packets;
	uint64_t hard_packets;
	uint64_t soft_bytes;
	uint64_t hard_bytes;
	uint64_t soft_failed;
	uint64_t hard_failed;
	uint32_t soft_seconds;
	uint32_t hard_seconds;
	uint32_t idle_seconds;
	uint32_t unanswered_seconds;	/* only of peers that we can call */
};

/* How a peer shows who it is without a pre-shared key. */
struct public_identity {
	bool has_key;			/* its raw public key */
	bool has_certificate;		/* this very certificate */
	uint8_t key[HANDSHAKE_HASH];	/* of the SubjectPublicKeyInfo */
	uint8_t certificate[HANDSHAKE_HASH];
	/* "": none; a name that its certificate must have, as certname.h has it */
	char name[CERTNAME_MAX + 1];
};

/* Where sockets are bound, one of each family at most. */
struct places {
	struct in6_addr addr;		/* all zeros: any */
	struct in_addr addr4;
	uint16_t port;			/* 0: not on IPv6 */
	uint16_t port4;			/* 0: not on IPv4 */
};

struct peer {
	unsigned int line;		/* where its section begins */
	char name[DGSEC_NAME_MAX + 1];
	char identity[HANDSHAKE_IDENTITY_MAX + 1];
	struct handshake_psk psk;
	struct public_identity *public;	/* NULL: only the key above */
	struct in6_addr addr;		/* inner */
	struct in6_addr service_addr;	/* all zeros: the interface's */
	uint16_t service_port;		/* 0: the interface's */
	uint32_t mark;
	uint32_t payload;		/* enum dgsec_payload */
	uint32_t max_assocs;
	struct limits limits;
	/* Where it answers handshakes that we begin; all zeros: nowhere. */
	struct in6_addr endpoint;
	uint16_t endpoint_port;
	bool endpoint_last;		/* where its last association was */
	bool always;			/* not only when there is a packet for it */
	char local_identity[HANDSHAKE_IDENTITY_MAX + 1];	/* ours towards it */
	bool acquire;			/* the kernel is to let packets for it wait */
	bool nosec;			/* no security: the endpoint is all that it is known by */
	uint64_t given;			/* bits of the keys that were there */
	uint32_t id;			/* the kernel's; 0: it has no such peer */
	bool known;			/* the file of fingerprints has this one */
};

struct config {
	char name[IF_NAMESIZE];
	char lower[IF_NAMESIZE];
	struct in6_addr addr;
	unsigned int prefix_len;
	struct in6_addr service_addr;	/* all zeros: the interface's first address */
	uint16_t service_port;
	struct places listen;
	struct places listen_nosec;	/* without security */
	uint32_t handshake_rate;
	uint32_t handshake_burst;
	uint32_t handshake_prefix_rate;
	uint32_t handshake_total_rate;
	uint32_t max_peers;
	uint32_t max_assocs;
	uint32_t max_exchanges;
	uint32_t max_peer_exchanges;
	uint32_t half_open_max;
	uint32_t half_open_expiry;	/* milliseconds */
	uint32_t confirm_expiry;	/* milliseconds */
	uint32_t confirm_grace;		/* milliseconds */
	uint16_t connect_ports[CONNECT_PORTS];	/* where our own handshakes come from */
	uint32_t retry_min;		/* milliseconds, after a handshake of ours failed */
	uint32_t retry_max;
	uint32_t linger;		/* milliseconds, of an association that has a successor */
	uint32_t queue_len;		/* packets for each peer */
	uint32_t queue_seconds;
	char local_identity[HANDSHAKE_IDENTITY_MAX + 1];	/* empty: the peer's own */
	bool reject_unknown;		/* tell strangers that their identity is unknown */
	uint32_t resume_seconds;	/* how long a session may be resumed; 0: not at all */
	uint32_t session_cache;		/* octets */
	bool session_tickets;
	char key_log[256];		/* "": none */
	struct handshake_settings handshake;
	uint8_t trust[HANDSHAKE_HASH];	/* of all that certificates are judged by */
	struct limits limits;		/* of peers that do not say otherwise */
	uint32_t payload;

	const char *dir;		/* while it is read: where relative names begin */
	struct peer **peers;		/* in the order of the file */
	size_t n_peers;
	void *by_identity;		/* tsearch() trees */
	void *by_key;
	void *by_certificate;
	void *by_certname;
	void *by_addr;
	void *by_name;
	void *by_endpoint;
};

struct mistake {
	unsigned int line;		/* 0: the file as a whole */
	char *text;
};

struct mistakes {
	struct mistake *list;
	size_t n;
	bool out_of_memory;		/* then the list is not all */
};

/**
 * config_load() - read a configuration file
 * @mistakes:	every mistake in it, in the order of lines
 *
 * Return: the configuration, or NULL if there is a mistake.
 */
struct config *config_load(const char *path, struct mistakes *mistakes);

/* The same from memory; @dir is where relative names of key files begin. */
struct config *config_parse(char *text, const char *dir, struct mistakes *mistakes);

/* Wipes the keys. NULL is fine. */
void config_free(struct config *config);

void config_mistakes_free(struct mistakes *mistakes);

struct peer *config_peer_by_identity(const struct config *config, const char *identity);
/*
 * NULL: nobody, or not one alone, as a certificate may have several names. @pinned:
 * by its hash.
 */
struct peer *config_peer_by_claim(const struct config *config,
				  const struct handshake_claim *claim, bool *pinned);
struct peer *config_peer_by_addr(const struct config *config, const struct in6_addr *addr);

/* Can we begin a handshake with this peer, now or when we have met it? */
bool config_peer_connects(const struct peer *peer);
/* With any? */
bool config_connects(const struct config *config);

#endif
