/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Fingerprints of identities and keys, in a file that outlives the daemon. The
 * kernel knows its peers by name and address only: the file tells whether its
 * associations were made with the keys that are configured now.
 */
#ifndef DGSECD_FINGERPRINT_H
#define DGSECD_FINGERPRINT_H

#include <stddef.h>

#include "config.h"

enum { FINGERPRINT = 32 };

/* Of what makes a peer who it is. 0 or a negative errno. */
int fingerprint_make(const struct peer *peer, const uint8_t salt[FINGERPRINT],
		     uint8_t hash[FINGERPRINT]);

/* Not where it is by default: in /run/dgsecd, by network namespace and device. */
void fingerprint_set_file(const char *path);

/**
 * fingerprint_load() - mark the peers whose fingerprint is in the file as known
 * @why:	for people, why there are none, if an error is returned
 *
 * Return: 0, or a negative errno and no peer is known.
 */
int fingerprint_load(struct config *config, char *why, size_t why_size);

/*
 * Replace the file by the fingerprints of the peers that the kernel has now, and
 * mark these as known. After a failure, which is logged, there is no file.
 */
int fingerprint_store(struct config *config);

/* What the file says; false: not what we have written. Changes the text. */
bool fingerprint_parse(struct config *config, char *text);

#endif
