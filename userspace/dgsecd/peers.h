/* SPDX-License-Identifier: GPL-2.0 */
/* The configured peers in the kernel. */
#ifndef DGSECD_PEERS_H
#define DGSECD_PEERS_H

#include <stdbool.h>
#include <stdint.h>

#include "config.h"

/* Is it the same peer still: would its associations be made with the same key? */
bool peers_same(const struct peer *a, const struct peer *b);

/**
 * peers_sync() - make the kernel's peers those of the configuration
 * @config:	peers get their kernel's ids
 * @old:	the configuration before, or NULL after a start
 *
 * Peers in the kernel that are not configured, or whose key has changed since
 * @old, are deleted with their associations; the others keep theirs. After a
 * start those are kept that have the fingerprint of their key in the file. What
 * cannot be deleted is tried again later, until it is.
 *
 * Return: 0, or a negative errno if the kernel's peers could not be listed; then
 * nothing is changed. A peer that the kernel refuses is logged, and has no id.
 * The configuration has to stay until the next one.
 */
int peers_sync(struct config *config, const struct config *old);

/* Create one peer, whose id is then known. */
int peers_create(struct peer *peer);

/* NULL if it is none of ours. */
struct peer *peers_find(const struct config *config, uint32_t id);

/* For log lines about associations: NULL if it is none of ours. */
const char *peers_name(const struct config *config, uint32_t id);

#endif
