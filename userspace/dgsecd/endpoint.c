// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "endpoint.h"

int endpoint_compare(const struct endpoint *a, const struct endpoint *b)
{
	int diff = memcmp(&a->remote, &b->remote, sizeof(a->remote));

	if (!diff)
		diff = (int)a->remote_port - (int)b->remote_port;
	if (!diff)
		diff = (int)a->local_port - (int)b->local_port;
	return diff;
}

const char *endpoint_text(const struct endpoint *ep, char text[ENDPOINT_TEXT])
{
	char addr[INET6_ADDRSTRLEN] = "?";

	if (IN6_IS_ADDR_V4MAPPED(&ep->remote)) {
		inet_ntop(AF_INET, &ep->remote.s6_addr[12], addr, sizeof(addr));
		snprintf(text, ENDPOINT_TEXT, "%s:%u", addr, ep->remote_port);
		return text;
	}
	inet_ntop(AF_INET6, &ep->remote, addr, sizeof(addr));
	snprintf(text, ENDPOINT_TEXT, "[%s]:%u", addr, ep->remote_port);
	return text;
}
