/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DGSEC_VERSION_H
#define _DGSEC_VERSION_H

#define DGSEC_VERSION "0.1.0"

#endif /* _DGSEC_VERSION_H */
