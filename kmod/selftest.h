/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DGSEC_SELFTEST_H
#define _DGSEC_SELFTEST_H

#include "platform.h"

bool dgsec_selftest_replay(void);
bool dgsec_selftest_dtls12(void);

#endif /* _DGSEC_SELFTEST_H */
