// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "value.h"

/* The digits at the start of @text; @end is what follows them. */
static bool leading_number(const char *text, int base, uint64_t *number, char **end)
{
	/* strtoull() would take blanks and signs. */
	if (base == 16 ? !isxdigit((unsigned char)*text) : !isdigit((unsigned char)*text))
		return false;
	errno = 0;
	*number = strtoull(text, end, base);
	return !errno;
}

bool value_number(const char *text, uint64_t *number)
{
	int base = 10;
	char *end;

	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		base = 16;
		text += 2;
	}
	return leading_number(text, base, number, &end) && !*end;
}

bool value_duration(const char *text, uint64_t *milliseconds)
{
	static const struct {
		const char *name;
		uint64_t factor;
	} units[] = {
		{ "", 1000 },
		{ "ms", 1 },
		{ "s", 1000 },
		{ "min", 60 * 1000 },
		{ "h", 60 * 60 * 1000 },
		{ "d", 24 * 60 * 60 * 1000 },
	};
	uint64_t number;
	char *end;

	if (!leading_number(text, 10, &number, &end))
		return false;
	while (*end == ' ')
		end++;
	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		if (!strcmp(end, units[i].name))
			return !__builtin_mul_overflow(number, units[i].factor, milliseconds);
	return false;
}

bool value_address(const char *text, struct in6_addr *addr)
{
	return inet_pton(AF_INET6, text, addr) == 1;
}

bool value_prefix(const char *text, struct in6_addr *addr, unsigned int *len)
{
	const char *slash = strchr(text, '/');
	char copy[INET6_ADDRSTRLEN];
	uint64_t number;

	if (!slash || (size_t)(slash - text) >= sizeof(copy))
		return false;
	memcpy(copy, text, (size_t)(slash - text));
	copy[slash - text] = '\0';
	if (!value_address(copy, addr) || !value_number(slash + 1, &number) || number > 128)
		return false;
	*len = (unsigned int)number;
	return true;
}

static bool port(const char *text, uint16_t *out)
{
	uint64_t number;
	char *end;

	if (!leading_number(text, 10, &number, &end) || *end || !number || number > UINT16_MAX)
		return false;
	*out = (uint16_t)number;
	return true;
}

bool value_endpoint(const char *text, struct in6_addr *addr, uint16_t *out)
{
	const char *close;
	char copy[INET6_ADDRSTRLEN];

	if (*text == ':' && text[1] != ':')
		return port(text + 1, out);
	if (*text != '[')
		return value_address(text, addr) || port(text, out);

	close = strchr(text, ']');
	if (!close || (size_t)(close - text) > sizeof(copy))
		return false;
	memcpy(copy, text + 1, (size_t)(close - text - 1));
	copy[close - text - 1] = '\0';
	if (!value_address(copy, addr))
		return false;
	return !close[1] || (close[1] == ':' && port(close + 2, out));
}

bool value_endpoint4(const char *text, struct in_addr *addr, uint16_t *out)
{
	size_t len = strcspn(text, ":");
	char copy[INET_ADDRSTRLEN];

	if (len >= sizeof(copy))
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	return inet_pton(AF_INET, copy, addr) == 1 && (!text[len] || port(text + len + 1, out));
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool value_hex(const char *text, uint8_t *out, size_t *len)
{
	size_t n = 0;

	for (; *text; text += 2) {
		int high = hex_digit(text[0]), low = high < 0 ? -1 : hex_digit(text[1]);

		if (low < 0 || n == *len)
			return false;
		out[n++] = (uint8_t)(high << 4 | low);
	}
	*len = n;
	return true;
}

bool value_like_key(const char *text)
{
	enum { DIGITS = 24 };		/* most of the shortest key, and no number is as long */
	size_t run = 0;

	for (; *text && run < DIGITS; text++)
		run = isxdigit((unsigned char)*text) ? run + 1 : 0;
	return run == DIGITS;
}

bool value_utf8(const void *text, size_t len, bool control)
{
	const uint8_t *p = text, *end = p + len;

	while (p < end) {
		uint32_t code = *p++;
		unsigned int more;
		uint32_t least;

		if (code < 0x80) {
			if (!control && (code < 0x20 || code == 0x7f))
				return false;
			continue;
		}
		if (code >= 0xc2 && code <= 0xdf) {
			more = 1;
			least = 0x80;
			code &= 0x1f;
		} else if (code >= 0xe0 && code <= 0xef) {
			more = 2;
			least = 0x800;
			code &= 0x0f;
		} else if (code >= 0xf0 && code <= 0xf4) {
			more = 3;
			least = 0x10000;
			code &= 0x07;
		} else {
			return false;
		}
		for (; more; more--) {
			if (p == end || (*p & 0xc0) != 0x80)
				return false;
			code = code << 6 | (*p++ & 0x3f);
		}
		/* Overlong forms, surrogates, and beyond Unicode. */
		if (code < least || (code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff)
			return false;
		if (!control && code < 0xa0)
			return false;
	}
	return true;
}

bool value_in_prefix(const struct in6_addr *addr, const struct in6_addr *prefix, unsigned int len)
{
	unsigned int octets = len / 8, bits = len % 8;
	uint8_t mask = (uint8_t)(0xff << (8 - bits));

	if (memcmp(addr, prefix, octets))
		return false;
	return !bits || !((addr->s6_addr[octets] ^ prefix->s6_addr[octets]) & mask);
}

bool value_unicast(const struct in6_addr *addr)
{
	return !IN6_IS_ADDR_UNSPECIFIED(addr) && !IN6_IS_ADDR_LOOPBACK(addr) &&
	       !IN6_IS_ADDR_MULTICAST(addr) && !IN6_IS_ADDR_LINKLOCAL(addr) &&
	       !IN6_IS_ADDR_V4MAPPED(addr);
}

bool value_ifname(const char *text)
{
	size_t len = strlen(text);

	/* The kernel would take any octets but these, and a list of devices be unreadable. */
	return len && len < IF_NAMESIZE && !strpbrk(text, "/: \t") && strcmp(text, ".") &&
	       strcmp(text, "..") && value_utf8(text, len, false);
}
