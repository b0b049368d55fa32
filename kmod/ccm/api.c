// SPDX-License-Identifier: GPL-2.0
#include <linux/init.h>
#include "api.h"

int __init dgsec_api_init(void)
{
	return 0;
}

void dgsec_api_exit(void)
{
}
