/* SPDX-License-Identifier: GPL-2.0 */
/* Resumption of sessions with mbedTLS. */
#ifndef DGSECD_HANDSHAKE_MBEDTLS_RESUME_H
#define DGSECD_HANDSHAKE_MBEDTLS_RESUME_H

#include <mbedtls/ssl.h>

#include "handshake.h"
#include "resume.h"

/* Of one handshake. */
struct mbedtls_resume {
	const struct handshake_events *events;
	void *user;			/* NULL before attach() */
	bool cookie_good;

	/* What the client's hello says, and so what a session must have to suit it. */
	int suite;			/* that of ours that will be taken */
	bool extended;			/* extended master secret */
	uint8_t fragment;		/* code of max_fragment_length, 0: none */
	uint8_t id_len;
	uint8_t id[RESUME_ID_MAX];

	enum handshake_resumed how;	/* HANDSHAKE_NOT_RESUMED: no session was found */
	size_t binding_len;
	uint8_t binding[HANDSHAKE_BINDING_MAX];
};

/*
 * Let the library ask us. It does not say for which handshake: @running is the
 * one that it runs.
 */
void mbedtls_resume_conf(mbedtls_ssl_config *conf, const struct handshake_settings *settings,
			 struct mbedtls_resume **running);

/* A ClientHello, from its handshake header on; our suites, the best first. */
void mbedtls_resume_hello(struct mbedtls_resume *resume, const uint8_t *hello, size_t len,
			  const int *suites);
/*
 * Our answer to it. False: the library resumes a session that it must not.
 */
bool mbedtls_resume_answer(struct mbedtls_resume *resume, const uint8_t *id, size_t id_len,
			   int suite);

#endif
