// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "config_credentials.h"
#include "session_life.h"

/*
 * For the log: the first of a certificate's names, or the name of a public key. It
 * is only what the client claims, until it has shown its private key.
 */
static void note_identity(struct session *s, const struct handshake_claim *claim)
{
	char ni[CONFIG_NI_MAX];
	const char *name = ni;

	if (claim->n_names)
		name = claim->names[0];
	else
		config_ni(ni, claim->hash);
	s->identity_len = strnlen(name, sizeof(s->identity));
	memcpy(s->identity, name, s->identity_len);
}

enum handshake_trust session_claim(void *user, const struct handshake_claim *claim)
{
	struct session *s = user;
	bool pinned;

	note_identity(s, claim);
	s->until = claim->until;
	s->peer = config_peer_by_claim(session_config, claim, &pinned);
	if (!s->peer)
		return HANDSHAKE_STRANGER;
	return pinned ? HANDSHAKE_PINNED : HANDSHAKE_KNOWN;
}
