/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TOOLS_SERVE_H
#define _TOOLS_SERVE_H

#include "session.h"

extern const char serve_help[];

bool serve(struct session *s, const char *args);

#endif
