/* SPDX-License-Identifier: GPL-2.0 */
/* What single lines of the configuration cannot show. For config.c only. */
#ifndef DGSECD_CONFIG_CHECK_H
#define DGSECD_CONFIG_CHECK_H

#include "config.h"

void config_mistake(struct mistakes *mistakes, unsigned int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Say what is wrong with a key without showing it. */
void config_bad_psk(struct mistakes *mistakes, unsigned int line, const char *what,
		    const char *text, unsigned int min);

/* @given: bits of the [interface] section's keys. */
void config_check_interface(const struct config *config, struct mistakes *mistakes,
			    unsigned int line, uint64_t given);

/*
 * Fill in what peers take from the interface or from their identity, index
 * them, and find what does not fit together. @exposed: NULL, or why there must
 * be no keys in the file.
 */
void config_check_peers(struct config *config, struct mistakes *mistakes,
			uint64_t interface_given, const char *exposed);

#endif
