/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel reports of associations. */
#ifndef DGSECD_EVENT_H
#define DGSECD_EVENT_H

#include <stdbool.h>

#include "config.h"

/*
 * Handle all that is there now. @deleted is set when associations were deleted:
 * the interface may be too. Nonzero: the subscription is broken (logged).
 */
int event_read(const struct config *config, bool *deleted);

#endif
