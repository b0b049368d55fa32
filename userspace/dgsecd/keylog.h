/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The key log: master secrets in a file, in NSS' format, for Wireshark. Whoever
 * has it reads all that the associations carry, and can speak for both sides.
 */
#ifndef DGSECD_KEYLOG_H
#define DGSECD_KEYLOG_H

#include <stdint.h>

/* NULL: none. 0 or a negative errno; the log says what is wrong. */
int keylog_set(const char *path);
void keylog_write(const uint8_t *random, const uint8_t *secret);
void keylog_close(void);

#endif
