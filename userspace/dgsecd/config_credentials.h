/* SPDX-License-Identifier: GPL-2.0 */
/* Keys and certificates in the configuration. For its other files only. */
#ifndef DGSECD_CONFIG_CREDENTIALS_H
#define DGSECD_CONFIG_CREDENTIALS_H

#include "config_keys.h"

/* Files that lines name: see struct config_key. */
void config_read_psk(const struct config_key *key, const struct config_file *file, void *section);
void config_read_key(const struct config_key *key, const struct config_file *file, void *section);
void config_read_chain(const struct config_key *key, const struct config_file *file,
		       void *section);
void config_read_anchors(const struct config_key *key, const struct config_file *file,
			 void *section);
void config_read_revoked(const struct config_key *key, const struct config_file *file,
			 void *section);
void config_read_public_key(const struct config_key *key, const struct config_file *file,
			    void *section);

/* Values. */
bool config_parse_public_key(const struct config_key *key, const char *text, void *section);
bool config_parse_certificate_identity(const struct config_key *key, const char *text,
				       void *section);
bool config_parse_fingerprint(const struct config_key *key, const char *text, void *section);

/* Find out who may come, and what is missing for that. */
void config_check_credentials(struct config *config, struct mistakes *mistakes,
			      unsigned int line);

enum { CONFIG_NI_MAX = 64 };

/* RFC 6920: ni:///sha-256;DIGEST, as public keys are called in logs. */
void config_ni(char out[CONFIG_NI_MAX], const uint8_t hash[HANDSHAKE_HASH]);

#endif
