/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TOOLS_SESSION_H
#define _TOOLS_SESSION_H

#include "command.h"

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/ssl.h>
#include <mbedtls/timing.h>
#include <netinet/in.h>

enum overtake {
	OVERTAKE_NOT,
	OVERTAKE_BEFORE, /* the datagram with the Finished */
	OVERTAKE_SAME,   /* in that datagram */
	OVERTAKE_AFTER,  /* it, without waiting for the server's Finished */
};

struct datagram {
	size_t len;
	__u8 data[2048];
};

struct session {
	struct wire wire; /* its keys are those of the last handshake that succeeded */
	mbedtls_ssl_context ssl;
	mbedtls_ssl_config conf;
	mbedtls_entropy_context entropy;
	mbedtls_ctr_drbg_context drbg;
	mbedtls_timing_delay_context timer;
	int suites[2], timeout_ms;
	/* instead of a pre-shared key */
	mbedtls_x509_crt certificate, authority;
	mbedtls_pk_context key;
	bool has_certificate;
	int cid_len; /* of the connection ID we choose; -1: none are offered */
	struct record_keys fresh; /* of the handshake under way */
	bool server;	/* listens: the first who comes is the other side */
	bool done, finished_sent;

	/* what to do to the handshake under way */
	int lose;	/* so many datagrams of the server's final flight */
	int lost;
	enum overtake overtake;
	const char *overtake_args;
	__u64 overtake_last;
	int lose_own;	/* so many of our own datagrams with a ChangeCipherSpec */
	bool resume;	/* the session that was saved */
	bool tickets, no_extended;
	int fragment;	/* max_fragment_length, 0: none is asked for */

	/* the last whole handshake, for others to resume it */
	mbedtls_ssl_session saved;
	bool has_saved, resumed;
	__u8 secret[48], saved_secret[48];

	/* of the last handshake */
	struct {
		unsigned int sent, received;	/* octets of UDP payload */
		unsigned int datagrams, flights;
		bool ours;			/* who sent last */
	} count;

	/* application datagrams that came before the server's Finished */
	struct datagram early[64];
	int n_early, next_early;
	__u64 rx_seq; /* of the last protected record that came */
};

void session_open(struct session *s, const struct sockaddr_in6 *local,
		  const struct sockaddr_in6 *remote, const char *cipher, int timeout_ms);
void session_psk(struct session *s, const __u8 *identity, size_t identity_len, const __u8 *psk,
		 size_t psk_len);
/* Files in PEM, after session_open(). The authority may be NULL: any server is good. */
void session_certificate(struct session *s, const char *certificate, const char *key,
			 const char *authority);
int session_handshake(struct session *s, bool half, int ms);
int session_write(struct session *s, const __u8 *data, size_t len);
int session_read(struct session *s, __u8 *data, size_t max, int ms);
void session_close(struct session *s);
bool session_has_cid(struct session *s);

#endif
