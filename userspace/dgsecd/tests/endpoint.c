// SPDX-License-Identifier: GPL-2.0
/* What makes two endpoints the same, and how they look. */
#include <arpa/inet.h>
#include <string.h>

#include "../../tests/ktap.h"
#include "endpoint.h"

static struct endpoint make(const char *remote, uint16_t remote_port, const char *local,
			    uint16_t local_port)
{
	struct endpoint ep = { .remote_port = remote_port, .local_port = local_port };

	inet_pton(AF_INET6, remote, &ep.remote);
	inet_pton(AF_INET6, local, &ep.local);
	return ep;
}

int main(void)
{
	const struct endpoint a = make("fd00::1", 5000, "fd00::2", 5684);
	const struct endpoint elsewhere = make("fd00::1", 5000, "fd00::3", 5684);
	const struct endpoint others[] = {
		make("fd00::9", 5000, "fd00::2", 5684),
		make("fd00::1", 5001, "fd00::2", 5684),
		make("fd00::1", 5000, "fd00::2", 5685),
	};
	const struct endpoint longest = make("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", 65535,
					     "::", 1);
	const struct endpoint v4 = make("::ffff:192.0.2.1", 5000, "::ffff:192.0.2.2", 5684);
	char text[ENDPOINT_TEXT];

	ktap_begin();
	ktap_test(!endpoint_compare(&a, &a), "the same");
	ktap_test(!endpoint_compare(&a, &elsewhere),
		  "our address makes no difference, as it makes none in the kernel");
	for (int i = 0; i < 3; i++)
		ktap_test(endpoint_compare(&a, &others[i]) &&
			  (endpoint_compare(&a, &others[i]) < 0) ==
			  (endpoint_compare(&others[i], &a) > 0),
			  "different in member %d, in one order", i);
	ktap_test(!strcmp(endpoint_text(&longest, text),
			  "[2001:db8:ffff:ffff:ffff:ffff:ffff:ffff]:65535"),
		  "the longest one as text");
	ktap_test(!strcmp(endpoint_text(&v4, text), "192.0.2.1:5000"), "one of IPv4");
	return ktap_end();
}
