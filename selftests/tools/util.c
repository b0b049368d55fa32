// SPDX-License-Identifier: GPL-2.0
/* What every test helper needs: errors, hex, endpoints, sockets. */

#include "util.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

void die(const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	va_start(ap, fmt);
	fprintf(stderr, "%s: ", program_invocation_short_name);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(2);
}

static int nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Returns the number of octets, or -1 if @text is not hex or too long. */
int hex_parse(const char *text, __u8 *out, size_t max)
{
	size_t n = 0;

	for (; text[0]; text += 2) {
		int hi = nibble(text[0]), lo = nibble(text[1]);

		if (hi < 0 || lo < 0 || n == max)
			return -1;
		out[n++] = hi << 4 | lo;
	}
	return n;
}

void hex_print(FILE *f, const __u8 *data, size_t len)
{
	while (len--)
		fprintf(f, "%02x", *data++);
}

void hex_dump(FILE *f, const char *prefix, const __u8 *data, size_t len)
{
	for (size_t at = 0; at < len; at += 16) {
		fprintf(f, "%s%04zx ", prefix, at);
		for (size_t i = at; i < at + 16 && i < len; i++)
			fprintf(f, " %02x", data[i]);
		fputc('\n', f);
	}
}

/* A JSON string; octets that are not printable ASCII become \u00XX. */
void json_text(FILE *f, const __u8 *data, size_t len)
{
	fputc('"', f);
	for (; len--; data++) {
		if (*data == '"' || *data == '\\')
			fprintf(f, "\\%c", *data);
		else if (*data < 0x20 || *data > 0x7e)
			fprintf(f, "\\u%04x", *data);
		else
			fputc(*data, f);
	}
	fputc('"', f);
}

/* [address%scope]:port */
void endpoint_parse(const char *text, struct sockaddr_in6 *sa)
{
	struct addrinfo hints = {
		.ai_family = AF_INET6,
		.ai_socktype = SOCK_DGRAM,
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
	};
	struct addrinfo *info;
	char host[128];
	const char *end;

	end = strchr(text, ']');
	if (text[0] != '[' || !end || end[1] != ':' || end - text > (int)sizeof(host))
		die("%s: an endpoint is [address]:port", text);
	memcpy(host, text + 1, end - text - 1);
	host[end - text - 1] = '\0';
	if (getaddrinfo(host, end + 2, &hints, &info))
		die("%s: not an IPv6 address and a port", text);
	memcpy(sa, info->ai_addr, sizeof(*sa));
	freeaddrinfo(info);
}

int udp_open(const struct sockaddr_in6 *local, const struct sockaddr_in6 *remote)
{
	int size = 4 << 20, one = 1;
	int fd;

	fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		die("socket: %s", strerror(errno));
	setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one));
	/* A burst of answers must not be lost here, or a test blames the gateway. */
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	if (local && bind(fd, (const void *)local, sizeof(*local)))
		die("bind: %s", strerror(errno));
	if (remote && connect(fd, (const void *)remote, sizeof(*remote)))
		die("connect: %s", strerror(errno));
	return fd;
}

bool readable(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, ms) > 0;
}

long long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

__u16 get_be16(const __u8 *p)
{
	return p[0] << 8 | p[1];
}

__u64 get_be48(const __u8 *p)
{
	__u64 v = 0;

	for (int i = 0; i < 6; i++)
		v = v << 8 | p[i];
	return v;
}

void put_be16(__u8 *p, __u16 v)
{
	p[0] = v >> 8;
	p[1] = v;
}

void put_be48(__u8 *p, __u64 v)
{
	for (int i = 5; i >= 0; i--, v >>= 8)
		p[i] = v;
}
