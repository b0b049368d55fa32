/* SPDX-License-Identifier: GPL-2.0 */
/* Manual keys: lines "tx-key HEX", "tx-iv HEX", "rx-key HEX", "rx-iv HEX". */
#ifndef DGSEC_KEYFILE_H
#define DGSEC_KEYFILE_H

#include <libdgsec.h>

#include "args.h"

int keyfile_read(struct args *a, const char *path, uint32_t cipher,
		 struct dgsec_keys *keys);
int keyfile_parse(struct args *a, const char *name, const char *text,
		  size_t len, uint32_t cipher, struct dgsec_keys *keys);

#endif /* DGSEC_KEYFILE_H */
