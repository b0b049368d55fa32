// SPDX-License-Identifier: GPL-2.0
#include "format.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* Outer IPv4 addresses come mapped. */
const char *format_addr(char buf[FORMAT_SIZE], const struct in6_addr *addr)
{
	if (IN6_IS_ADDR_V4MAPPED(addr))
		return inet_ntop(AF_INET, &addr->s6_addr[12], buf, FORMAT_SIZE);
	return inet_ntop(AF_INET6, addr, buf, FORMAT_SIZE);
}

const char *format_endpoint(char buf[FORMAT_SIZE], const struct in6_addr *addr,
			    uint16_t port)
{
	bool v4 = IN6_IS_ADDR_V4MAPPED(addr);
	char text[FORMAT_SIZE];

	format_addr(text, addr);
	snprintf(buf, FORMAT_SIZE, v4 ? "%s:%u" : "[%s]:%u", text, port);
	return buf;
}

/* A service of which address or port may be left to somebody else. */
const char *format_service(char buf[FORMAT_SIZE], const struct in6_addr *addr,
			   uint16_t port)
{
	bool any = IN6_IS_ADDR_UNSPECIFIED(addr);

	if (any && !port)
		snprintf(buf, FORMAT_SIZE, "auto");
	else if (any)
		snprintf(buf, FORMAT_SIZE, "auto:%u", port);
	else if (!port)
		format_addr(buf, addr);
	else
		format_endpoint(buf, addr, port);
	return buf;
}

const char *format_age(char buf[FORMAT_SIZE], uint32_t s)
{
	if (s < 60)
		snprintf(buf, FORMAT_SIZE, "%us", s);
	else if (s < 3600)
		snprintf(buf, FORMAT_SIZE, "%um%02us", s / 60, s % 60);
	else if (s < 86400)
		snprintf(buf, FORMAT_SIZE, "%uh%02um", s / 3600, s / 60 % 60);
	else
		snprintf(buf, FORMAT_SIZE, "%ud%02uh", s / 86400,
			 s / 3600 % 24);
	return buf;
}

const char *format_number(char buf[FORMAT_SIZE], uint64_t n)
{
	snprintf(buf, FORMAT_SIZE, "%" PRIu64, n);
	return buf;
}

const char *format_cid(char buf[FORMAT_SIZE], const struct dgsec_cid *cid)
{
	size_t i;

	*buf = '\0';
	for (i = 0; i < cid->len; i++)
		snprintf(buf + 2 * i, FORMAT_SIZE - 2 * i, "%02x", cid->id[i]);
	return buf;
}

/*
 * A name came from whoever configured the peer. The kernel refuses control
 * characters; a terminal should not have to rely on that, nor on C1 controls
 * (U+0080 to U+009F) being refused too.
 */
const char *format_name(char buf[FORMAT_SIZE], const char *name)
{
	size_t i, n = 0;

	for (i = 0; name[i] && n < FORMAT_SIZE - 1; i++) {
		unsigned char c = name[i], next = name[i + 1];

		if (c < 0x20 || c == 0x7f) {
			buf[n++] = '?';
		} else if (c == 0xc2 && next >= 0x80 && next < 0xa0) {
			buf[n++] = '?';
			i++;
		} else {
			buf[n++] = c;
		}
	}
	buf[n] = '\0';
	return buf;
}

/* Now, as ISO 8601 with milliseconds and the offset from UTC. */
const char *format_time(char buf[FORMAT_SIZE])
{
	char day[32], zone[8];
	struct timespec ts;
	struct tm tm;

	clock_gettime(CLOCK_REALTIME, &ts);
	localtime_r(&ts.tv_sec, &tm);
	strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
	strftime(zone, sizeof(zone), "%z", &tm);
	snprintf(buf, FORMAT_SIZE, "%s.%03ld%s", day, ts.tv_nsec / 1000000,
		 zone);
	return buf;
}

/* For names of numbers that only a later kernel has. */
const char *format_known(const char *name)
{
	return name ? name : "unknown";
}

const char *format_state(const struct dgsec_assoc *assoc)
{
	if (dgsec_has(assoc, DGSEC_A_ASSOC_EXPIRED))
		return "EXPIRED";
	if (assoc->protocol == DGSEC_PROTOCOL_NONE)
		return "NO SECURITY";
	if (!dgsec_has(assoc, DGSEC_A_ASSOC_CONFIRMED))
		return "unconfirmed";
	return "up";
}

/* All that was dropped, for whatever reason. */
uint64_t format_drops(const uint64_t *stats)
{
	uint64_t sum = 0;
	const char *name;
	uint32_t i;

	for (i = 1; i <= DGSEC_A_STATS_MAX; i++) {
		name = dgsec_stats_name(i);
		if (name && strstr(name, "-drop-"))
			sum += stats[i];
	}
	return sum;
}
