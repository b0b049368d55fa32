// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "handshake_mbedtls_resume.h"
#include "record.h"
#include "ticket.h"

/*
 * A session, as it is kept: whose it is, what it was made under, and the
 * library's own form of it.
 *	length(1) binding extended(1) fragment(1) session
 */
enum { TERMS = 2, TICKET_SESSION_MAX = 256 };

static size_t pack(const struct mbedtls_resume *resume, const mbedtls_ssl_session *session,
		   uint8_t out[RESUME_SESSION_MAX])
{
	size_t n, len;

	if (!resume || !resume->user || !resume->events->bind)
		return 0;
	n = resume->events->bind(resume->user, out + 1);
	if (!n || n > HANDSHAKE_BINDING_MAX)
		return 0;
	out[0] = (uint8_t)n++;
	out[n++] = resume->extended;
	out[n++] = resume->fragment;
	/* One with a long certificate does not fit, and is not kept. */
	if (mbedtls_ssl_session_save(session, out + n, RESUME_SESSION_MAX - n, &len)) {
		explicit_bzero(out, RESUME_SESSION_MAX);
		return 0;
	}
	return n + len;
}

/*
 * The library compares the suite of a session that it has by its ID, and nothing
 * else. RFC 7627 section 5.3: without the extended master secret nothing is
 * resumed that had it, nor the other way. RFC 6066 section 4: the length of
 * fragments is the session's; a client that asks for another gets a new one.
 */
static bool suits(struct mbedtls_resume *resume, const uint8_t *in, size_t len,
		  mbedtls_ssl_session *session, enum handshake_resumed how)
{
	size_t n = in[0];

	if (n > sizeof(resume->binding) || len < 1 + n + TERMS)
		return false;
	if (in[1 + n] != resume->extended || in[2 + n] != resume->fragment ||
	    !resume->events->resume(in + 1, n) ||
	    mbedtls_ssl_session_load(session, in + 1 + n + TERMS, len - 1 - n - TERMS))
		return false;
	if (mbedtls_ssl_session_get_ciphersuite_id(session) != resume->suite)
		return false;
	memcpy(resume->binding, in + 1, n);
	resume->binding_len = n;
	resume->how = how;
	return true;
}

/* Nothing is looked up for those whose address may be forged. */
static bool may_resume(const struct mbedtls_resume *resume)
{
	return resume && resume->cookie_good && resume->events->resume;
}

/* ---- by ID ----------------------------------------------------------------- */

static int get_session(void *running, const unsigned char *id, size_t id_len,
		       mbedtls_ssl_session *session)
{
	struct mbedtls_resume *resume = *(struct mbedtls_resume **)running;
	uint8_t kept[RESUME_SESSION_MAX];
	bool good = false;
	size_t len;

	if (!may_resume(resume))
		return MBEDTLS_ERR_SSL_CACHE_ENTRY_NOT_FOUND;
	len = resume_find(id, id_len, kept);
	if (len) {
		good = suits(resume, kept, len, session, HANDSHAKE_RESUMED_BY_ID);
		explicit_bzero(kept, len);
	}
	return good ? 0 : MBEDTLS_ERR_SSL_CACHE_ENTRY_NOT_FOUND;
}

static int set_session(void *running, const unsigned char *id, size_t id_len,
		       const mbedtls_ssl_session *session)
{
	struct mbedtls_resume *resume = *(struct mbedtls_resume **)running;
	uint8_t kept[RESUME_SESSION_MAX];
	size_t len = pack(resume, session, kept);
	bool good = len && resume_keep(id, id_len, kept, len);

	explicit_bzero(kept, len);
	return good ? 0 : MBEDTLS_ERR_SSL_ALLOC_FAILED;
}

/* ---- by ticket ------------------------------------------------------------- */

static int write_ticket(void *running, const mbedtls_ssl_session *session, unsigned char *start,
			const unsigned char *end, size_t *len, uint32_t *lifetime)
{
	struct mbedtls_resume *resume = *(struct mbedtls_resume **)running;
	uint8_t kept[RESUME_SESSION_MAX];
	size_t n = pack(resume, session, kept);

	/* A hint for the client (RFC 5077 section 3.3). Used also if it fails. */
	*lifetime = ticket_seconds();
	/* With a certificate in it a ClientHello would not fit into a datagram. */
	*len = 0;
	if (n && n <= TICKET_SESSION_MAX)
		*len = ticket_seal(kept, n, start, (size_t)(end - start));
	explicit_bzero(kept, n);
	return *len ? 0 : MBEDTLS_ERR_SSL_ALLOC_FAILED;
}

static int parse_ticket(void *running, mbedtls_ssl_session *session, unsigned char *ticket,
			size_t len)
{
	struct mbedtls_resume *resume = *(struct mbedtls_resume **)running;
	uint8_t kept[RESUME_SESSION_MAX];
	bool good = false;

	if (!may_resume(resume))
		return MBEDTLS_ERR_SSL_INVALID_MAC;
	len = ticket_open(ticket, len, kept, sizeof(kept));
	if (len) {
		good = suits(resume, kept, len, session, HANDSHAKE_RESUMED_BY_TICKET);
		explicit_bzero(kept, len);
	}
	return good ? 0 : MBEDTLS_ERR_SSL_INVALID_MAC;
}

/* ---- for the handshake ----------------------------------------------------- */

void mbedtls_resume_conf(mbedtls_ssl_config *conf, const struct handshake_settings *settings,
			 struct mbedtls_resume **running)
{
	/* A client would keep its sessions here too. */
	if (mbedtls_ssl_conf_get_endpoint(conf) != MBEDTLS_SSL_IS_SERVER)
		return;
	if (settings->resume_ids)
		mbedtls_ssl_conf_session_cache(conf, running, get_session, set_session);
#if defined(MBEDTLS_SSL_SESSION_TICKETS)
	if (settings->resume_tickets)
		mbedtls_ssl_conf_session_tickets_cb(conf, write_ticket, parse_ticket, running);
#endif
}

void mbedtls_resume_hello(struct mbedtls_resume *resume, const uint8_t *hello, size_t len,
			  const int *suites)
{
	const uint8_t *body;

	resume->how = HANDSHAKE_NOT_RESUMED;
	resume->binding_len = 0;
	resume->cookie_good = false;
	resume->extended = false;
#if defined(MBEDTLS_SSL_EXTENDED_MASTER_SECRET)
	resume->extended = hello_extension(hello, len, EXTENSION_EXTENDED_MASTER_SECRET,
					   &body) == 0;
#endif
	resume->fragment = 0;
#if defined(MBEDTLS_SSL_MAX_FRAGMENT_LENGTH)
	/* Others than 1 to 4 the library refuses. */
	if (hello_extension(hello, len, EXTENSION_MAX_FRAGMENT_LENGTH, &body) == 1)
		resume->fragment = *body;
#endif
	resume->id_len = (uint8_t)hello_session_id(hello, len, resume->id);
	resume->suite = 0;
	for (; *suites && !resume->suite; suites++)
		if (hello_offers(hello, len, (uint16_t)*suites))
			resume->suite = *suites;
}

bool mbedtls_resume_answer(struct mbedtls_resume *resume, const uint8_t *id, size_t id_len,
			   int suite)
{
	/* It may have found another suite for a session that it has by its ID. */
	if (resume->how == HANDSHAKE_RESUMED_BY_ID &&
	    (id_len != resume->id_len || memcmp(id, resume->id, id_len)))
		resume->how = HANDSHAKE_NOT_RESUMED;
	/* But not for one in a ticket: RFC 5246 section 7.4.1.3 does not let it. */
	return resume->how == HANDSHAKE_NOT_RESUMED || suite == resume->suite;
}
