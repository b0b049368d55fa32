/* SPDX-License-Identifier: GPL-2.0 */
/*
 * libdgsec: a client of the generic netlink family "dgsec".
 * What each command does is specified in docs/netlink/dgsec.yaml.
 *
 * Errors: functions return 0, or a negative errno; after a failure
 * dgsec_error() has a text for people, the kernel's own if there is one.
 *
 * Objects: plain structs of the caller; the library keeps no pointer into
 * them and allocates nothing that the caller would have to free. @has holds
 * one bit for each netlink attribute, DGSEC_HAS(DGSEC_A_PEER_MARK) for
 * instance: only members whose bit is set are sent, and only those whose bit
 * is set were received. A flag has no member, only its bit. Ports and numbers
 * are in host byte order, addresses in network order; outer IPv4 addresses are
 * mapped (::ffff:192.0.2.1).
 *
 * Threads: a handle is for one thread at a time; different handles are
 * independent. A handle belongs to the network namespace it was opened in.
 */
#ifndef LIBDGSEC_H
#define LIBDGSEC_H

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/dgsec.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DGSEC_HAS(attr)			(UINT64_C(1) << (attr))
#define dgsec_has(obj, attr)		(!!((obj)->has & DGSEC_HAS(attr)))
/* Set a member and its bit: DGSEC_PUT(&peer, DGSEC_A_PEER_MARK, mark, 7). */
#define DGSEC_PUT(obj, attr, member, value) \
	((void)((obj)->member = (value), (obj)->has |= DGSEC_HAS(attr)))

/* Room for counters that later kernels may add, so that the ABI can stay. */
#define DGSEC_STATS_SIZE		64

/* An interface: by its own index, or by that of its lower device. One is 0. */
struct dgsec_ref {
	uint32_t ifindex;
	uint32_t lower_ifindex;
};

struct dgsec_interface {
	uint64_t has;			/* bits DGSEC_A_INTERFACE_* */
	uint32_t ifindex;		/* 0: not in the caller's netns */
	uint32_t lower_ifindex;
	char name[IF_NAMESIZE];
	struct in6_addr service_addr;
	uint16_t service_port;
	uint32_t handshake_rate;	/* datagrams a second; 0: no limit */
	uint32_t handshake_burst;
	uint32_t handshake_prefix_rate;	/* the same of a prefix, and of all */
	uint32_t handshake_total_rate;
	uint32_t max_peers;
	uint32_t max_assocs;
	uint32_t cid_len;		/* of connection IDs we choose; 0: none */
	uint32_t peers;
	uint32_t assocs;
	uint32_t expected;
	uint32_t queue_len;		/* packets that may wait: for a peer, */
	uint32_t queue_max;		/* in all, */
	uint32_t queue_bytes;		/* their memory, */
	uint32_t queue_seconds;		/* and for how long */
	uint32_t queued;
	uint32_t max_exchanges;		/* 0: only services may ask */
	uint32_t max_peer_exchanges;
	uint32_t exchanges;
	uint64_t stats[DGSEC_STATS_SIZE];	/* by DGSEC_A_STATS_* */
};

struct dgsec_socket {
	uint64_t has;			/* bits DGSEC_A_SOCKET_*; flag: STANDBY */
	int32_t fd;
	uint16_t port;
	struct in6_addr addr;
	uint32_t protocol;		/* enum dgsec_protocol */
};

struct dgsec_peer {
	uint64_t has;			/* bits DGSEC_A_PEER_* */
	uint32_t id;
	char name[DGSEC_NAME_MAX + 1];
	struct in6_addr inner_addr;
	struct in6_addr service_addr;
	uint16_t service_port;
	uint32_t mark;
	uint32_t payload;		/* enum dgsec_payload */
	uint32_t max_assocs;
	uint32_t assocs;
	uint32_t acquire;		/* 1: packets wait for an association */
	uint32_t queued;
	uint32_t exchanges;
	uint64_t stats[DGSEC_STATS_SIZE];
};

/* A connection ID (RFC 9146) */
struct dgsec_cid {
	uint8_t len;
	uint8_t id[DGSEC_CID_MAX];
};

struct dgsec_assoc {
	uint64_t has;			/* bits DGSEC_A_ASSOC_* */
					/* flags: REPLACE, CLOSE, CONFIRMED, EXPIRED */
	uint32_t id;
	uint32_t peer_id;
	uint32_t protocol;		/* enum dgsec_protocol */
	uint32_t cipher;		/* enum dgsec_cipher */
	uint32_t role;			/* enum dgsec_role */
	uint16_t epoch;
	struct in6_addr remote_addr;
	uint16_t remote_port;
	struct in6_addr local_addr;
	uint16_t local_port;
	uint16_t inner_port;
	uint64_t tx_seq;
	uint64_t rx_seq;
	uint32_t window;		/* records */
	struct dgsec_cid rx_cid;	/* in the peer's records, chosen by us */
	struct dgsec_cid tx_cid;	/* in ours, chosen by the peer */
	uint64_t soft_packets;		/* limits: 0 is none but the cipher's */
	uint64_t hard_packets;
	uint64_t soft_bytes;
	uint64_t hard_bytes;
	uint64_t soft_failed;		/* records that failed authentication */
	uint64_t hard_failed;
	uint32_t soft_seconds;
	uint32_t hard_seconds;
	uint32_t idle_seconds;
	uint32_t tx_max;		/* octets of plaintext in a record */
	uint32_t rx_max;
	uint32_t unanswered_seconds;
	uint32_t succeeds;		/* on creation: id of the one before */
	uint32_t age;			/* seconds */
	uint32_t rx_age;		/* seconds; bit unset: nothing yet */
	uint32_t tx_age;
	uint64_t stats[DGSEC_STATS_SIZE];
};

/* A CoAP token */
struct dgsec_token {
	uint8_t len;
	uint8_t octets[DGSEC_TOKEN_MAX];
};

/* What others than its service ask a peer, and how that is answered */
struct dgsec_exchange {
	uint64_t has;			/* bits DGSEC_A_EXCHANGE_* */
					/* flags: SERVICE, CONFIRMABLE */
	uint32_t peer_id;
	struct in6_addr client_addr;
	uint16_t client_port;
	uint16_t inner_port;		/* the peer's, that is asked */
	uint32_t state;			/* enum dgsec_exchange_state */
	struct dgsec_token client_token;	/* bit unset: it has none */
	struct dgsec_token device_token;
	uint16_t client_mid;
	uint16_t device_mid;
	uint32_t requests;		/* with those repeated */
	uint32_t responses;
	uint32_t age;			/* seconds */
	uint32_t left;
};

/*
 * Keys of both directions, named from this end. They are the caller's to wipe
 * (explicit_bzero). The library wipes its own copies.
 */
struct dgsec_keys {
	uint8_t tx_key[DGSEC_KEY_MAX];
	uint8_t tx_iv[DGSEC_IV_MAX];
	uint8_t rx_key[DGSEC_KEY_MAX];
	uint8_t rx_iv[DGSEC_IV_MAX];
	uint8_t key_len;		/* octets, both directions */
	uint8_t iv_len;
};

/* An outer endpoint, every member needed but for seconds (0: the default). */
struct dgsec_endpoint {
	struct in6_addr remote_addr;
	uint16_t remote_port;
	struct in6_addr local_addr;
	uint16_t local_port;
	uint32_t seconds;
};

/* ---- handle -------------------------------------------------------------- */

struct dgsec;

/**
 * dgsec_open() - open a handle
 * @dg:		where the handle goes, NULL after a failure
 *
 * Return: 0; -ENOENT if the kernel has no family "dgsec" (module not loaded);
 * -ENOMEM; another negative errno if netlink cannot be used.
 */
int dgsec_open(struct dgsec **dg);

/* Close a handle; NULL is fine. */
void dgsec_close(struct dgsec *dg);

/**
 * dgsec_error() - why the last call on this handle failed
 *
 * Return: the kernel's extack text, or else that of the errno. Never NULL;
 * belongs to the handle and is valid until the next call on it.
 */
const char *dgsec_error(const struct dgsec *dg);

/* ---- commands ------------------------------------------------------------ */
/*
 * All of them need CAP_NET_ADMIN (-EPERM). -ENODEV: no such interface.
 *
 * The list functions call @fn for each object, in the order of ids. The object
 * is valid only during the call, and @fn must not use the same handle. A
 * nonzero return of @fn ends the list and is what the function returns.
 * -EAGAIN: the kernel reports that the list changed meanwhile in a way that
 * may have left something out; ask again.
 */

int dgsec_interface_get(struct dgsec *dg, struct dgsec_ref dev,
			struct dgsec_interface *out);
int dgsec_interface_set(struct dgsec *dg, struct dgsec_ref dev,
			const struct dgsec_interface *iface);
int dgsec_interface_list(struct dgsec *dg,
			 int (*fn)(const struct dgsec_interface *iface, void *arg),
			 void *arg);

int dgsec_socket_add(struct dgsec *dg, struct dgsec_ref dev, int fd,
		     enum dgsec_protocol protocol);
/* Of both families, or of that of @addr (IPv4 mapped) if it is not NULL. */
int dgsec_socket_del(struct dgsec *dg, struct dgsec_ref dev,
		     const struct in6_addr *addr, uint16_t port);
int dgsec_socket_list(struct dgsec *dg, struct dgsec_ref dev,
		      int (*fn)(const struct dgsec_socket *sock, void *arg),
		      void *arg);

/*
 * @out is the object as the kernel has it then. It may be NULL for _new, and
 * may be the same struct as @peer or @key. @key names a peer by id, inner_addr
 * or name, whichever bit is set; its other bits are ignored.
 */
int dgsec_peer_new(struct dgsec *dg, struct dgsec_ref dev,
		   const struct dgsec_peer *peer, struct dgsec_peer *out);
int dgsec_peer_set(struct dgsec *dg, struct dgsec_ref dev,
		   const struct dgsec_peer *peer);
int dgsec_peer_get(struct dgsec *dg, struct dgsec_ref dev,
		   const struct dgsec_peer *key, struct dgsec_peer *out);
int dgsec_peer_del(struct dgsec *dg, struct dgsec_ref dev,
		   const struct dgsec_peer *key);
int dgsec_peer_list(struct dgsec *dg, struct dgsec_ref dev,
		    int (*fn)(const struct dgsec_peer *peer, void *arg),
		    void *arg);

int dgsec_assoc_new(struct dgsec *dg, struct dgsec_ref dev,
		    const struct dgsec_assoc *assoc,
		    const struct dgsec_keys *keys, struct dgsec_assoc *out);
int dgsec_assoc_set(struct dgsec *dg, struct dgsec_ref dev,
		    const struct dgsec_assoc *assoc);
int dgsec_assoc_get(struct dgsec *dg, struct dgsec_ref dev, uint32_t id,
		    struct dgsec_assoc *out);
/* @close: send close_notify first. */
int dgsec_assoc_del(struct dgsec *dg, struct dgsec_ref dev, uint32_t id,
		    bool close);
/* @peer_id: only that peer's, or 0 for all. */
int dgsec_assoc_list(struct dgsec *dg, struct dgsec_ref dev, uint32_t peer_id,
		     int (*fn)(const struct dgsec_assoc *assoc, void *arg),
		     void *arg);

/*
 * The answer to an acquire event, for a peer named as above: what waits is sent if it has an
 * association by now; else it is dropped, and for so many seconds nothing waits.
 */
int dgsec_acquire_done(struct dgsec *dg, struct dgsec_ref dev,
		       const struct dgsec_peer *key, uint32_t seconds);

/* @peer_id: only that peer's, or 0 for all. In no order. */
int dgsec_exchange_list(struct dgsec *dg, struct dgsec_ref dev,
			uint32_t peer_id,
			int (*fn)(const struct dgsec_exchange *exchange,
				  void *arg),
			void *arg);

int dgsec_expect_add(struct dgsec *dg, struct dgsec_ref dev,
		     const struct dgsec_endpoint *ep);
int dgsec_expect_del(struct dgsec *dg, struct dgsec_ref dev,
		     const struct dgsec_endpoint *ep);
/* @len: at most DGSEC_DATAGRAM_MAX octets, else -EMSGSIZE. */
int dgsec_inject(struct dgsec *dg, struct dgsec_ref dev,
		 const struct dgsec_endpoint *ep, const void *data, size_t len);
int dgsec_alert_send(struct dgsec *dg, struct dgsec_ref dev, uint32_t assoc_id,
		     uint8_t level, uint8_t description);

/* ---- events -------------------------------------------------------------- */

struct dgsec_event {
	enum dgsec_cmd type;		/* DGSEC_CMD_ACQUIRE_NTF and so on */
	struct dgsec_ref dev;		/* what the kernel says of it; 0: nothing */
	struct dgsec_peer peer;		/* ACQUIRE */
	struct dgsec_assoc assoc;	/* CONFIRMED, EXPIRE, ALERT, AUTH */
	uint32_t reason;		/* EXPIRE: enum dgsec_reason */
	bool hard;			/* EXPIRE: the association has ended */
	uint8_t level;			/* ALERT */
	uint8_t description;
	uint32_t count;			/* AUTH */
};

struct dgsec_events;

/**
 * dgsec_events_open() - subscribe to the events of this network namespace
 *
 * Return: as dgsec_open().
 */
int dgsec_events_open(struct dgsec_events **ev);
void dgsec_events_close(struct dgsec_events *ev);

/* A nonblocking file descriptor to poll for input; it stays the library's. */
int dgsec_events_fd(const struct dgsec_events *ev);

/**
 * dgsec_events_recv() - take the next event
 *
 * Call it until it returns 0: one wakeup of poll() can stand for several.
 *
 * Return: 1 and an event in @event; 0 if there is none now; -ENOBUFS if events
 * were lost: list what you need to know again, then go on calling; -ENODEV if
 * the module was unloaded: close and open again; another negative errno if the
 * subscription does not work any more.
 */
int dgsec_events_recv(struct dgsec_events *ev, struct dgsec_event *event);

/* ---- names --------------------------------------------------------------- */
/*
 * As in docs/netlink/dgsec.yaml. The _name functions return NULL for a number
 * they do not know, the _value functions 0 for a name they do not know.
 */

const char *dgsec_protocol_name(uint32_t value);
const char *dgsec_cipher_name(uint32_t value);
const char *dgsec_role_name(uint32_t value);
const char *dgsec_payload_name(uint32_t value);
const char *dgsec_reason_name(uint32_t value);
const char *dgsec_exchange_state_name(uint32_t value);
const char *dgsec_stats_name(uint32_t attr);	/* DGSEC_A_STATS_*; 0 and PAD: NULL */
const char *dgsec_event_name(uint32_t cmd);	/* "acquire", "confirmed", ... */
const char *dgsec_alert_name(uint8_t description);	/* RFC 5246 section 7.2 */

uint32_t dgsec_protocol_value(const char *name);
uint32_t dgsec_cipher_value(const char *name);
uint32_t dgsec_role_value(const char *name);
uint32_t dgsec_payload_value(const char *name);
uint32_t dgsec_stats_value(const char *name);
int dgsec_alert_value(const char *name);	/* -1: unknown; 0 is close_notify */

/* Length of a cipher's key and implicit nonce part in octets; 0: unknown. */
unsigned int dgsec_cipher_key_len(uint32_t cipher);
unsigned int dgsec_cipher_iv_len(uint32_t cipher);

#ifdef __cplusplus
}
#endif

#endif /* LIBDGSEC_H */
