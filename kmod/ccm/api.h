/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DGSEC_CCM_API_H
#define _DGSEC_CCM_API_H

int dgsec_api_init(void);
void dgsec_api_exit(void);

#endif /* _DGSEC_CCM_API_H */
