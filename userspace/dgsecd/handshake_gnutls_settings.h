/* SPDX-License-Identifier: GPL-2.0 */
/* Settings in GnuTLS' form, shared by all handshakes that began with them. */
#ifndef DGSECD_HANDSHAKE_GNUTLS_SETTINGS_H
#define DGSECD_HANDSHAKE_GNUTLS_SETTINGS_H

#include <stdbool.h>

#include <gnutls/gnutls.h>

#include "handshake.h"

struct gnutls_settings {
	gnutls_certificate_credentials_t credentials;
	gnutls_priority_t priorities;
	unsigned int retransmit_min;
	unsigned int give_up;		/* milliseconds */
	unsigned int mtu;
	bool extended_required;
	unsigned int users;
};

/* With one user. @verify is called for clients' public keys. NULL: out of memory. */
struct gnutls_settings *
gnutls_settings_new(const struct handshake_settings *from,
		    gnutls_certificate_verify_function *verify);
/* One user less. NULL is fine. */
void gnutls_settings_put(struct gnutls_settings *settings);

#endif
